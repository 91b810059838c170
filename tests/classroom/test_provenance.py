"""What results depend on: a digest differs where grading could differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.classroom import provenance
from autograder.classroom.provenance import Conditions
from autograder.course.student_file import absent
from autograder.isolation.protection import Protection, RunProtection

ISOLATION = RunProtection(Protection())
FILE = "moves.py"


def conditions(course: Path, seed: int = 1, device: str = "cpu") -> Conditions:
    return provenance.conditions(reader.load("toy", course), course, seed, device, ISOLATION)


def test_nothing_changed_is_nothing_changed(toy_course: Path) -> None:
    assert conditions(toy_course) == conditions(toy_course)
    assert conditions(toy_course).digest == conditions(toy_course).digest


def test_a_key_depends_on_the_bytes_seed_and_device(toy_course: Path) -> None:
    keys = [
        conditions(toy_course).key(FILE, b"a"),
        conditions(toy_course).key(FILE, b"b"),
        conditions(toy_course, seed=2).key(FILE, b"a"),
        conditions(toy_course, device="cuda").key(FILE, b"a"),
    ]
    assert len(set(keys)) == 4


def test_bytes_and_a_failure_of_the_same_text_differ() -> None:
    failure = absent("moves.py")
    found = provenance.submission_digests({"a": failure, "b": repr(failure).encode()})
    assert found["a"] != found["b"]


@pytest.mark.parametrize(
    ("file", "old", "new", "is_mark"),
    [
        ("moves/test_double.py", '"""doubles"""', '"""doubles x"""', True),
        ("moves/double.toml", "points = 1\n", "points = 1\nall_or_nothing = true\n", True),
        ("moves/probes.py", "beside", "near", True),
        ("moves/double.toml", "D1_triples", "D1_three", False),  # a message, no mark
        ("moves/double.toml", "See section 1.", "See section 2.", None),  # a hint, in no result
        ("assignment.toml", "A toy", "The toy", None),  # the title, in no result
    ],
)
def test_what_staff_wrote_counts_where_it_matters(
    toy_course: Path, file: str, old: str, new: str, is_mark: bool | None
) -> None:
    before = conditions(toy_course)
    path = toy_course / "solutions" / "toy" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    after = conditions(toy_course)
    assert (after.graders != before.graders) is bool(is_mark)
    assert (after.everything != before.everything) is (is_mark is not None)


@pytest.mark.parametrize("name", ["cases.py", "oracle.py", "stand_ins.py"])
def test_every_module_beside_the_graders_counts_for_its_file(toy_course: Path, name: str) -> None:
    found = [conditions(toy_course)]
    for text in ("A = 1\n", "A = 2\n"):
        (toy_course / "solutions" / "toy" / "moves" / name).write_text(text)
        found.append(conditions(toy_course))
    assert len({one.graders[FILE] for one in found}) == 3
    assert len({one.everything[FILE] for one in found}) == 3


def test_a_file_beside_the_graders_counts_and_a_hidden_one_does_not(toy_course: Path) -> None:
    before = conditions(toy_course)
    (toy_course / "solutions" / "toy" / ".notes").write_text("x")
    assert conditions(toy_course) == before
    (toy_course / "solutions" / "toy" / "data.txt").write_text("x")
    assert conditions(toy_course).everything != before.everything


def test_a_misconception_of_another_file_does_not_count(toy: Assignment, toy_course: Path) -> None:
    other = replace(toy.files[FILE], name="more.py")
    slot = replace(toy.slots["double"], name="more", file="more.py")
    files, slots = {**toy.files, "more.py": other}, {**toy.slots, "more": slot}
    both = replace(toy, files=files, slots=slots)
    known = replace(toy.misconceptions[0], slot="more")

    def everything(assignment: Assignment) -> dict[str, str]:
        found = provenance.conditions(assignment, toy_course, 1, "cpu", ISOLATION)
        return dict(found.everything)

    before = everything(both)
    after = everything(replace(both, misconceptions=(*both.misconceptions, known)))
    assert [file for file in before if before[file] != after[file]] == ["more.py"]
