"""Grading again: what nothing has changed for is kept, and nothing is kept that should not be."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Ran

Command = Callable[..., Ran]
HandIn = Callable[..., Path]

HALVES = '''"""Halves."""

import numpy as np


def half(x):
    """Half of x, an array."""
    # TODO: halve it (about 1 line).
    ### BEGIN SOLUTION
    return x / 2
    ### END SOLUTION
'''
HALF_CHECKS = '''"""Checks of half."""

from autograder.grading import public, same


@public
def test_half(student, reference, rng):
    """halves"""
    x = rng.standard_normal(3)
    same(student.half(x), reference.half(x))
'''
HALF_TOML = """
hints = ["What is half of 2?", "Divide.", "By 2."]
[[misconceptions]]
id = "H1_third"
find = "x / 2"
replace = "x / 3"
cause = "it is a third"
hint = "How many parts?"
"""


@pytest.fixture
def two_files(toy_course: Path, toy_reference: str, hand_in: HandIn) -> Path:
    """A course with two student files; the checks of each note that they ran."""
    folder = toy_course / "solutions" / "toy"
    edit(
        folder / "assignment.toml",
        "\n[slots.double]",
        '\n[files."halves.py"]\nlibraries = ["numpy"]\n\n[slots.half]\nfile = "halves.py"\n'
        "points = 1\n\n[slots.double]",
    )
    (folder / "halves").mkdir()
    (folder / "halves" / "halves.py").write_text(HALVES)
    (folder / "halves" / "half.toml").write_text(HALF_TOML)
    (folder / "halves" / "test_half.py").write_text(HALF_CHECKS)
    for path in folder.glob("*/test_*.py"):
        path.write_text(noted(path.read_text(), toy_course / "ran"))
    return toy_course


def noted(graders: str, log: Path) -> str:
    """Graders whose checks write their names to a file."""
    note = f"    open({str(log)!r}, 'a').write(' {{}}')\n"
    return re.sub(
        r'(def test_(\w+)\(.*\):\n    """.*"""\n)', lambda m: m[1] + note.format(m[2]), graders
    )


def ran_since(course: Path) -> set[str]:
    """The checks that ran since this was asked last."""
    log = course / "ran"
    names = set(log.read_text().split()) if log.exists() else set()
    log.unlink(missing_ok=True)
    return names


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def contents(course: Path) -> dict[str, bytes]:
    """file -> bytes of all that people read of a report, the seconds left out."""
    out = course / "reports" / "toy"
    found = {}
    for pattern in ("results/*.json", "students/*.html", "*.html", "grades.csv"):
        for path in out.glob(pattern):
            text = re.sub(rb'\n  "seconds": [0-9.]+', b"", path.read_bytes())
            found[str(path.relative_to(out))] = text
    return found


def graded(ran: Ran) -> set[str]:
    """The students of whom the command says that it graded them."""
    return set(re.findall(r"^(\w+): (?:[0-9.]+|ungraded)$", ran.out, re.MULTILINE))


def result(course: Path, student: str) -> dict[str, Any]:
    path = course / "reports" / "toy" / "results" / f"{student}.json"
    data: dict[str, Any] = json.loads(path.read_text())
    return data


def test_nothing_is_graded_again_where_nothing_has_changed(
    autograder: Command, two_files: Path, hand_in: HandIn, toy_reference: str
) -> None:
    for student in ("ada", "bob"):
        hand_in(student, toy_reference if student == "ada" else "x = (")
        hand_in(student, "def half(x):\n    return x / 3\n", "halves.py")
    first = autograder("grade", "toy", cwd=two_files)
    assert first.status == 0, first.err
    assert graded(first) == {"ada", "bob"}
    assert "unchanged" not in first.out
    assert ran_since(two_files) >= {"half", "twice_two"}
    before = contents(two_files)
    times = {path: path.stat().st_mtime_ns for path in (two_files / "reports").rglob("*.*ml")}
    second = autograder("grade", "toy", cwd=two_files)
    assert second.status == 0, second.err
    assert "2 of 2 unchanged" in second.out
    assert graded(second) == set()
    assert ran_since(two_files) == set()
    assert contents(two_files) == before
    assert all(path.stat().st_mtime_ns == time for path, time in times.items())


def test_a_regrade_without_changes_starts_nothing(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    autograder("grade", "toy", cwd=toy_course)
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "autograder.cli", "grade", "toy"],
        cwd=toy_course,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "1 of 1 unchanged" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "autograder.classroom.class_run" in imported
    starting = {
        "autograder.classroom.grading_process",
        "autograder.isolation.client",
        "multiprocessing.context",
    }
    assert not imported & {"pytest", "torch", "numpy", "nbgrader", "jinja2", *starting}


OPENED = """
import sys
opened = []
sys.addaudithook(lambda event, about: event == "open" and opened.append(str(about[0])))
sys.argv = ["autograder", "grade", "toy"]
from autograder.cli import main
try:
    main()
finally:
    print("opened:", sum("s07" in path for path in opened))
"""


def test_who_is_unchanged_costs_a_few_small_files(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    """What a regrade of a thousand takes hangs on it."""
    for i in range(20):
        hand_in(f"s{i:02}", toy_reference.replace("x + x", ("x + x", "2 * x", "x")[i % 3]))
    assert autograder("grade", "toy", cwd=toy_course).status == 0
    done = subprocess.run(
        [sys.executable, "-c", OPENED], cwd=toy_course, capture_output=True, text=True, check=True
    )
    assert "20 of 20 unchanged" in done.stdout
    assert 0 < int(done.stdout.rpartition("opened: ")[2]) <= 6


def test_who_handed_in_something_else_is_graded_again(
    autograder: Command, two_files: Path, hand_in: HandIn, toy_reference: str
) -> None:
    for student in ("ada", "bob", "cat"):
        hand_in(student, toy_reference)
        hand_in(student, HALVES, "halves.py")
    autograder("grade", "toy", cwd=two_files)
    ran_since(two_files)
    hand_in("bob", "def half(x):\n    return x\n", "halves.py")
    ran = autograder("grade", "toy", cwd=two_files)
    assert "2 of 3 unchanged" in ran.out
    assert graded(ran) == {"bob"}
    assert ran_since(two_files) == {"half"}  # and nothing of the other file
    assert result(two_files, "bob")["score"] == 9.0
    again = contents(two_files)
    ran = autograder("grade", "toy", "--fresh", cwd=two_files)
    assert "unchanged" not in ran.out
    assert graded(ran) == {"ada", "bob", "cat"}
    assert {name for name, content in contents(two_files).items() if content != again[name]} == {
        "results/bob.json", "students/bob.html", "index.html",  # what the first changed, no longer
    }  # fmt: skip


def test_another_grader_file_grades_what_it_touches(
    autograder: Command, two_files: Path, hand_in: HandIn, toy_reference: str
) -> None:
    for student in ("ada", "bob"):
        hand_in(student, toy_reference)
        hand_in(student, "def half(x):\n    return x / 3\n", "halves.py")
    autograder("grade", "toy", cwd=two_files)
    ran_since(two_files)
    edit(two_files / "solutions/toy/halves/test_half.py", '"""halves"""', '"""halves x"""')
    ran = autograder("grade", "toy", cwd=two_files)
    assert graded(ran) == {"ada", "bob"}
    assert ran_since(two_files) == {"half"}
    assert "it halves x" in result(two_files, "bob")["tests"][0]["output"]
    reused = contents(two_files)
    autograder("grade", "toy", "--fresh", cwd=two_files)
    assert contents(two_files) == reused


@pytest.mark.parametrize(
    ("file", "old", "new", "touched"),
    [
        ("halves/half.toml", "it is a third", "it is a third of it", {"half"}),
        ("halves/half.toml", "By 2.", "By two.", set()),  # a hint that no result shows
        ("halves/halves.py", "x / 2", "x * 0.5", {"half"}),
        ("assignment.toml", "points = 1", "points = 2", {"half"}),
        ("assignment.toml", "A toy", "The toy", set()),  # the pages have it, no result
        ("moves/probes.py", "beside", "near", {"twice_two", "argument", "four", "walk", "device"}),
        ("moves/double.toml", "D1_triples", "D1_three", {"twice_two", "argument", "four", "walk"}),
        ("moves/cases.py", "", "# of both", {"twice_two", "argument", "four", "walk"}),
        ("data.txt", "", "of both", {"half", "twice_two"}),
    ],
)
def test_what_staff_wrote_counts_where_it_matters(
    autograder: Command,
    two_files: Path,
    hand_in: HandIn,
    toy_reference: str,
    file: str,
    old: str,
    new: str,
    touched: set[str],
) -> None:
    hand_in("ada", toy_reference.replace("x + x", "x + x + x"))
    hand_in("ada", "def half(x):\n    return x / 3\n", "halves.py")
    autograder("grade", "toy", cwd=two_files)
    ran_since(two_files)
    path = two_files / "solutions" / "toy" / file
    if not path.exists():
        path.touch()
    path.write_text(path.read_text().replace(old, new, 1))
    if file == "halves/halves.py":
        edit(path.with_name("half.toml"), 'find = "x / 2"', 'find = "x * 0.5"')
    ran = autograder("grade", "toy", cwd=two_files)
    assert ran.status == 0, ran.err
    found = ran_since(two_files)
    assert touched <= found if touched else not found
    assert ("half" in found) == ("half" in touched)
    reused = contents(two_files)
    assert new in b"".join(reused.values()).decode() or file != "halves/half.toml" or not touched
    autograder("grade", "toy", "--fresh", cwd=two_files)
    fresh = contents(two_files)
    changed = {name for name in fresh if fresh[name] != reused[name]}
    assert changed <= {"results/ada.json", "students/ada.html", "index.html"}
    if not result(two_files, "ada")["extra_data"]["changed"] and file != "assignment.toml":
        assert not changed


def test_another_seed_grades_everything_and_back_again(
    autograder: Command, two_files: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    hand_in("ada", HALVES, "halves.py")
    autograder("grade", "toy", "--seed", "1", cwd=two_files)
    first = contents(two_files)
    ran_since(two_files)
    assert graded(autograder("grade", "toy", "--seed", "2", cwd=two_files)) == {"ada"}
    assert ran_since(two_files) >= {"half", "four"}
    autograder("grade", "toy", "--seed", "1", cwd=two_files)
    assert contents(two_files) == first


def test_same_bytes_are_graded_once(
    autograder: Command, two_files: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    hand_in("ada", HALVES, "halves.py")
    autograder("grade", "toy", cwd=two_files)
    ran_since(two_files)
    hand_in("bob", toy_reference)
    hand_in("bob", HALVES, "halves.py")
    hand_in("cat", toy_reference)
    ran = autograder("grade", "toy", cwd=two_files)
    assert "bob: 10" in ran.out
    assert "1 of 3 unchanged" in ran.out
    assert ran_since(two_files) == {"half"}  # of cat, who has none
    one, other = result(two_files, "ada"), result(two_files, "bob")
    assert one["tests"] == other["tests"]
    assert other["extra_data"]["student"] == "bob"
    autograder("grade", "toy", "--fresh", "--student", "bob", cwd=two_files)
    assert result(two_files, "bob")["tests"] == other["tests"]


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [("while True: pass", "timeout"), ("__import__('os')._exit(3)", "crash")],
)
def test_what_a_busy_machine_may_be_to_blame_for_is_graded_again(
    autograder: Command,
    two_files: Path,
    hand_in: HandIn,
    toy_reference: str,
    ends: str,
    verdict: str,
) -> None:
    hand_in("ada", toy_reference)
    hand_in("bob", toy_reference.replace("return x + x", ends))
    for student in ("ada", "bob"):
        hand_in(student, HALVES, "halves.py")
    autograder("grade", "toy", cwd=two_files)
    assert result(two_files, "bob")["tests"][1]["extra_data"]["verdict"] == verdict
    ran_since(two_files)
    ran = autograder("grade", "toy", cwd=two_files)
    assert "1 of 2 unchanged" in ran.out
    assert graded(ran) == {"bob"}
    assert "half" not in ran_since(two_files)


def test_what_the_grader_could_not_grade_is_graded_again(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    graders = toy_course / "solutions/toy/moves/test_quadruple.py"
    once = f"    import os\n    if not os.path.exists({str(toy_course / 'mended')!r}): 1 / 0\n"
    edit(graders, '    """quadruples"""\n', f'    """quadruples"""\n{once}')
    assert autograder("grade", "toy", cwd=toy_course).status == 3
    assert autograder("grade", "toy", cwd=toy_course).status == 3
    (toy_course / "mended").touch()
    ran = autograder("grade", "toy", cwd=toy_course)
    assert ran.status == 0
    assert "quadruple ungraded -> 2: the grader failed before" in ran.out
    assert "1 of 1 unchanged" not in ran.out


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace(b'"score": 0.0', b'"score": 4.0'),
        lambda text: text[:700],
        lambda text: b"",
        lambda text: text + b"\n",
        lambda text: b"{}",
    ],
    ids=["edited", "cut off", "empty", "longer", "foreign"],
)
def test_a_result_that_is_not_as_it_was_written_is_not_believed(
    autograder: Command,
    toy_course: Path,
    hand_in: HandIn,
    toy_reference: str,
    damage: Callable[[bytes], bytes],
) -> None:
    hand_in("ada", toy_reference)
    hand_in("bob", toy_reference.replace("return position", "return 1 / 0"))
    hand_in("cat", toy_reference.replace("return position", "return 1 / 0"))
    autograder("grade", "toy", cwd=toy_course)
    before = contents(toy_course)
    for student in ("bob", "cat"):
        path = toy_course / "reports" / "toy" / "results" / f"{student}.json"
        assert damage(path.read_bytes()) != path.read_bytes()
        path.write_bytes(damage(path.read_bytes()))
    ran = autograder("grade", "toy", cwd=toy_course)
    assert ran.status == 0, ran.err
    assert "1 of 3 unchanged" in ran.out
    autograder("grade", "toy", cwd=toy_course)
    assert contents(toy_course) == before


def test_another_student_s_result_is_not_taken_for_one_s_own(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    hand_in("bob", None)
    autograder("grade", "toy", cwd=toy_course)
    folder = toy_course / "reports" / "toy" / "results"
    (folder / "bob.json").write_bytes((folder / "ada.json").read_bytes())
    autograder("grade", "toy", cwd=toy_course)
    assert result(toy_course, "bob")["score"] == 0
    assert result(toy_course, "bob")["extra_data"]["student"] == "bob"


def test_pages_that_are_gone_or_damaged_are_made_again(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    for student in ("ada", "bob", "cat"):
        hand_in(student, toy_reference)
    autograder("grade", "toy", cwd=toy_course)
    before = contents(toy_course)
    out = toy_course / "reports" / "toy"
    (out / "students" / "ada.html").unlink()
    (out / "index.html").write_text("half a pa")
    (out / "grades.csv").write_text("")
    kept = (out / "students" / "bob.html").stat().st_mtime_ns
    ran = autograder("grade", "toy", cwd=toy_course)
    assert "3 of 3 unchanged" in ran.out
    assert contents(toy_course) == before
    assert (out / "students" / "bob.html").stat().st_mtime_ns == kept
    for damaged in ("", "[1]", '{"index.html": 5}'):
        (out / "views.json").write_text(damaged)
        autograder("grade", "toy", cwd=toy_course)
        assert contents(toy_course) == before


def test_what_a_regrade_changed_is_shown_until_the_next(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    autograder("grade", "toy", cwd=toy_course)
    hand_in("ada", toy_reference.replace("x + x", "x"))
    ran = autograder("grade", "toy", cwd=toy_course)
    assert "changed: ada: double 4 -> 1: another moves.py was handed in" in ran.out
    assert len(result(toy_course, "ada")["extra_data"]["changed"]) == 1
    ran = autograder("grade", "toy", cwd=toy_course)
    assert "changed" not in ran.out.replace("unchanged", "")
    assert result(toy_course, "ada")["extra_data"]["changed"] == []
    assert "1 of 1 unchanged" in autograder("grade", "toy", cwd=toy_course).out


def test_a_notebook_is_looked_at_again_where_it_changed(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    released = toy_course / "release" / "toy"
    released.mkdir(parents=True)
    cell = {
        "cell_type": "code", "execution_count": None, "id": "a", "outputs": [], "source": "1",
        "metadata": {"nbgrader": {"grade": True, "grade_id": "double", "points": 4}},
    }  # fmt: skip
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (released / "toy.ipynb").write_text(json.dumps(notebook))
    folder = hand_in("ada", toy_reference)

    def notes() -> list[str]:
        assert autograder("grade", "toy", cwd=toy_course).status == 0
        found: list[str] = result(toy_course, "ada")["extra_data"]["notes"]
        return found

    assert "was not handed in" in notes()[0]
    (folder / "toy.ipynb").mkdir()
    assert "toy.ipynb is no regular file" in notes()[0]
    (folder / "toy.ipynb").rmdir()
    (folder / "other.ipynb").write_text(json.dumps(notebook))
    assert "was handed in as other.ipynb" in notes()[0]
    (folder / "other.ipynb").rename(folder / "toy.ipynb")
    assert notes() == []
    (folder / "timestamp.txt").write_text("yesterday")
    assert "timestamp.txt cannot be read" in notes()[0]
    hand_in("bob", toy_reference)
    (toy_course / "submitted" / "bob" / "toy" / "toy.ipynb").write_text(json.dumps(notebook))
    os.utime(toy_course / "submitted" / "bob" / "toy" / "toy.ipynb", (0, 0))
    assert "1 of 2 unchanged" in autograder("grade", "toy", cwd=toy_course).out
    assert result(toy_course, "bob")["extra_data"]["notes"] == []
