"""Staff files: what is wrong with them is named, with file and mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.assignment import reader
from autograder.assignment import solution_file as source
from autograder.assignment.model import Assignment
from autograder.errors import AssignmentError, KitError
from tests.conftest import Ran

SLOTS = ("f", "C.m")


def load(course: Path) -> Assignment:
    return reader.load("toy", course)


def change(course: Path, file: str, old: str, new: str) -> None:
    path = course / "solutions" / "toy" / file
    text = path.read_text()
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1))


def test_a_stub_is_the_solution_without_its_answers() -> None:
    text = (
        "def f(x):\n    # TODO: f.\n    ### BEGIN SOLUTION\n    if x:\n        return 1\n"
        "    ### END SOLUTION\n\n\nclass C:\n    def m(self):\n        ### BEGIN SOLUTION\n"
        "        pass\n        ### END SOLUTION\n"
    )
    assert source.stub(text, "a.py", SLOTS) == (
        'def f(x):\n    # TODO: f.\n    raise NotImplementedError("f")\n\n\n'
        'class C:\n    def m(self):\n        raise NotImplementedError("C.m")\n'
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f():\n    ### BEGIN SOLUTION\n    pass\n", "BEGIN SOLUTION on line 2 has no END"),
        (
            "def f():\n    ### BEGIN SOLUTION\n    pass\n    ### BEGIN SOLUTION\n",
            "BEGIN SOLUTION on line 2 has no END",
        ),
        ("def f():\n    pass\n    ### END SOLUTION\n", "END SOLUTION on line 3 has no BEGIN"),
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n", "is in no slot"),
        ("def f():\n    ### BEGIN SOLUTIONS\n    pass\n", "line 2 is no marker"),
        ("def f(:\n", "line 1 is not valid Python"),
    ],
)
def test_a_broken_marker_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(AssignmentError, match=r"^a\.py: ") as caught:
        source.regions(text, "a.py", SLOTS)
    assert said in str(caught.value)


def test_an_edit_applies_exactly_once() -> None:
    text = "def f(x):\n    ### BEGIN SOLUTION\n    return x + x\n    ### END SOLUTION\n"
    edited = source.edit(text, "a.py", SLOTS, "f", [source.Edit("x + x", "2 * x")])
    assert "return 2 * x" in edited
    for find, times in (("y", 0), ("x", 2)):
        with pytest.raises(AssignmentError, match=f"applies {times} times"):
            source.edit(text, "a.py", SLOTS, "f", [source.Edit(find, "z")])


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("assignment.toml", "title", "title =", "assignment.toml is no valid TOML"),
        ("assignment.toml", "points = 4", "points = 'four'", "slots.double: points must be"),
        ("assignment.toml", "points = 4", "", "slots.double: points is missing"),
        ("assignment.toml", "points = 4", "point = 4\npoints = 4", "unknown key point"),
        ("assignment.toml", 'file = "moves.py"', 'file = "gone.py"', "gone.py is not among"),
        ("assignment.toml", '["double"]', '["treble"]', "quadruple builds on treble"),
        ("assignment.toml", "[slots.double]", "[slots.single]", "test_single.py is missing"),
        ("assignment.toml", '[files."moves.py"]', '[files."go.py"]', "go/go.py is missing"),
        ("moves/double.toml", 'id = "D2_overwrites"', 'id = "D1_triples"', "a second D1_triples"),
        ("moves/double.toml", 'cause = "x is counted three times"', "", "cause is missing"),
        ("moves/quadruple.toml", 'answer = "return x + x + x + x"', "", "neither find and replace"),
        ("moves/double.toml", "hints", "hint", "moves/double.toml: unknown key hint"),
        ("assignment.toml", '"moves.py"', '"probes.py"', "probes.py cannot name a student file"),
        ("assignment.toml", "title =", "minutes = 0\ntitle =", "toml: minutes must be above 0"),
        ("assignment.toml", "title =", "minutes = nan\ntitle =", "minutes must be above 0"),
        ("assignment.toml", "title =", "minutes = 61\ntitle =", "above 0 and at most 60"),
        ("assignment.toml", "title =", 'python = "3"\ntitle =', "python must be a version such as"),
        ("moves/double.toml", 'keeps = "most"', 'keeps = "all"', "keeps must be one of most, half"),
        ("assignment.toml", "title =", "minutes = true\ntitle =", "minutes must be a float"),
    ],
)
def test_a_broken_staff_file_is_named(
    toy_course: Path, file: str, old: str, new: str, said: str
) -> None:
    change(toy_course, file, old, new)
    with pytest.raises(KitError, match=said):
        load(toy_course)


def test_a_misconception_has_a_form_for_each_constant(toy_course: Path) -> None:
    toml = "moves/double.toml"
    change(toy_course, toml, 'replace = "x + x + x"', 'replace = "{value} * x"\nvalues = [3, 4]')
    triples, quadruples = load(toy_course).misconceptions[:2]
    assert (triples.id, triples.mistake) == ("D1_triples", "D1_triples")
    assert (quadruples.id, quadruples.mistake) == ("D1_triples@4", "D1_triples")
    assert [one.edits[0].replace for one in (triples, quadruples)] == ["3 * x", "4 * x"]


def test_an_edit_that_no_longer_applies_fails_loudly(toy_course: Path) -> None:
    change(toy_course, "moves/moves.py", "return x + x", "return 2 * x")
    with pytest.raises(
        AssignmentError, match=r"moves/double\.toml: D1_triples: .* applies 0 times"
    ):
        load(toy_course)


@pytest.mark.parametrize("file", ["treble.toml", "test_treble.py"])
def test_a_file_of_no_slot_is_named(toy_course: Path, file: str) -> None:
    (toy_course / "solutions/toy/moves" / file).touch()
    with pytest.raises(AssignmentError, match=rf"^moves/{file} belongs to no slot of moves\.py: "):
        load(toy_course)


@pytest.mark.parametrize("name", ["._double.toml", "._cases.py", ".#cases.py"])
def test_a_file_that_an_editor_or_a_system_hides_is_none_of_staffs(
    toy: Assignment, toy_course: Path, name: str
) -> None:
    path = toy_course / "solutions/toy/moves" / name
    if name.startswith(".#"):
        path.symlink_to("somebody@somewhere.123")  # Emacs, while somebody edits cases.py
    else:
        path.write_bytes(b"\x00\x05\x16\x07\xff")  # macOS, on a disk of another system
    assert load(toy_course) == toy


def test_slots_that_would_share_their_files_are_named(toy_course: Path) -> None:
    new = '[slots.Walker_walk]\nfile = "moves.py"\npoints = 3\n[slots.quadruple]'
    change(toy_course, "assignment.toml", "[slots.quadruple]", new)
    end = "    ### END SOLUTION"
    answer = f"def Walker_walk():\n    ### BEGIN SOLUTION\n    pass\n{end}\n"
    change(toy_course, "moves/moves.py", "class Walker:", f"{answer}\n\nclass Walker:")
    with pytest.raises(AssignmentError, match=r"Walker_walk and Walker\.walk would share the file"):
        load(toy_course)


@pytest.mark.parametrize("file", ["moves/moves.py", "moves/double.toml", "moves/probes.py"])
def test_a_staff_file_that_is_no_text_is_named(toy_course: Path, file: str) -> None:
    (toy_course / "solutions" / "toy" / file).write_bytes(b"# \xe9\n")
    with pytest.raises(AssignmentError, match=f"{file} is not UTF-8 text"):
        load(toy_course)


@pytest.mark.parametrize("command", ["grade", "verify", "release"])
def test_an_unknown_assignment_is_misuse(
    toy_course: Path, autograder: Callable[..., Ran], command: str
) -> None:
    ran = autograder(command, "yot", cwd=toy_course)
    assert ran.status == 2
    assert "no assignment solutions/yot/assignment.toml; there is: toy" in ran.err
    elsewhere = autograder(command, "toy", cwd=toy_course.parent)
    assert "is this the course folder?" in elsewhere.err


@pytest.mark.parametrize("command", ["grade", "verify", "release"])
def test_a_broken_assignment_is_one_line_and_no_traceback(
    toy_course: Path, autograder: Callable[..., Ran], command: str
) -> None:
    change(toy_course, "assignment.toml", "points = 4", "points =")
    ran = autograder(command, "toy", cwd=toy_course)
    assert ran.status == 1
    assert ran.err.startswith("autograder: assignment.toml is no valid TOML: ")
    assert len(ran.err.splitlines()) == 1
