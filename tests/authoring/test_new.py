"""`autograder new`: what it makes works at once, and what was there stays."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from autograder.authoring import scaffold as new
from autograder.authoring.new_slot import free_name
from autograder.errors import KitError
from tests.conftest import ROOT, Ran

Command = Callable[..., Ran]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def folders(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_dir()}


def graded(path: Path) -> dict[str, dict[str, object]]:
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    return {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader for cell in cells}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "course"
    folder.mkdir()
    return folder


def test_a_new_assignment_is_proved_and_released_at_once(autograder: Command, course: Path) -> None:
    ran = autograder("new", "intro/double", "--points", "4", cwd=course)
    assert ran.status == 0, ran.err
    assert set(contents(course)) == {
        "solutions/intro/assignment.toml",
        "solutions/intro/intro/double.toml",
        "solutions/intro/intro/intro.py",
        "solutions/intro/intro/test_double.py",
        "source/intro/intro.ipynb",
    }
    assert 'title = "Intro"' in (course / "solutions/intro/assignment.toml").read_text()
    for said in (*contents(course), "autograder verify intro", "autograder release intro"):
        assert said in ran.out
    assert "c.CourseDirectory.course_id" in ran.out  # it has no nbgrader_config.py yet
    assert autograder("verify", "intro", cwd=course).status == 0
    assert autograder("release", "intro", cwd=course).status == 0
    released = course / "release" / "intro"
    assert 'raise NotImplementedError("double")' in (released / "intro.py").read_text()
    (released / "intro.py").write_text("def double(x):\n    return 3.0 * x\n")
    assert "Likely cause: x is counted three times." in autograder("check", cwd=released).out


def test_slots_are_added_to_files_classes_and_the_notebook(
    autograder: Command, course: Path
) -> None:
    """Methods too: of a class that is made, and of one that is there."""
    targets = ("Walker.walk", "Walker.run", "double", "triple --file more.py --points 2.5")
    for target in targets:
        ran = autograder("new", *f"intro/{target}".split(), cwd=course)
        assert ran.status == 0, ran.err
    assert (course / "solutions/intro/intro/intro.py").read_text().count("class Walker") == 1
    ran = autograder("verify", "intro", cwd=course)
    assert ran.status == 0, ran.out + ran.err
    for slot in ("Walker.walk", "Walker.run", "double", "triple"):
        assert f"✓ {slot}" in ran.out
    cells = graded(course / "source" / "intro" / "intro.ipynb")
    assert list(cells) == ["Walker-walk", "Walker-run", "double", "triple"]
    assert cells["triple"]["points"] == 2.5
    assert cells["double"] == {
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "grade_id": "double",
        "points": 5,
        "schema_version": 3,
        "cell_type": "code",
    }


def test_what_is_made_is_clean(autograder: Command, course: Path) -> None:
    for target in ("intro/double", "intro/Walker.walk", "intro/Walker.run"):
        autograder("new", target, cwd=course)
    for check in (("check",), ("format", "--check")):
        command = [sys.executable, "-m", "ruff", *check, "--config", str(ROOT / "pyproject.toml")]
        done = subprocess.run(
            [*command, "solutions"], cwd=course, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_an_existing_assignment_keeps_every_line_it_has(
    autograder: Command, toy_course: Path
) -> None:
    before = contents(toy_course)
    for slot in ("triple", "Walker.jump"):
        ran = autograder("new", f"toy/{slot}", "--file", "moves.py", cwd=toy_course)
        assert ran.status == 0, ran.err
    after = contents(toy_course)
    assert set(after) - set(before) == {
        f"solutions/toy/moves/{file}"
        for stem in ("triple", "Walker_jump")
        for file in (f"{stem}.toml", f"test_{stem}.py")
    }
    for name, content in before.items():
        lines = iter(after[name].splitlines())
        assert all(line in lines for line in content.splitlines()), name  # all, in their order
    assert "source/toy/ has no notebook" in ran.out
    ran = autograder("verify", "toy", cwd=toy_course)
    assert ran.status == 0, ran.out + ran.err
    assert "✓ Walker.jump" in ran.out


def test_an_old_notebook_gets_the_cell_without_an_id(autograder: Command, course: Path) -> None:
    path = course / "source" / "intro" / "hand_out.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}')
    assert autograder("new", "intro/double", cwd=course).status == 0
    nbformat.validate(nbformat.read(path, as_version=4))
    assert list(graded(path)) == ["double"]
    assert [p.name for p in path.parent.iterdir()] == ["hand_out.ipynb"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("toy/double", "toy has a slot double already, in moves.py"),
        ("toy/Walker --file moves.py", "moves.py has a Walker already"),
        ("toy/Walker.__init__ --file moves.py", "moves.py has a Walker.__init__ already"),
        ("toy/Walker_walk --file moves.py", "Walker_walk.toml exists already"),
        ("toy", "write ASSIGNMENT/SLOT"),
        ("toy/", "write ASSIGNMENT/SLOT"),
        ("toy/two words", "two words cannot name a slot"),
        ("toy/a/b", "a/b cannot name a slot"),
        ("toy/lambda", "lambda cannot name a slot"),
        ("toy/A.b.c", "A.b.c cannot name a slot"),
        ("../x/f", "cannot name an assignment"),
        ("toy/f --file ../f.py", "cannot be the students' file"),
        ("toy/f --file test_f.py", "taken for a file of the staff's own"),
        ("toy/f --file probes.py", "taken for a file of the staff's own"),
        ("json/f", "json.py would hide the module json"),
        ("toy/f --points 0", "give a number above zero"),
        ("toy/f --points nan", "give a number above zero"),
    ],
)
def test_a_name_that_will_not_do_is_refused(
    autograder: Command, toy_course: Path, arguments: str, said: str
) -> None:
    before = contents(toy_course)
    target, *options = arguments.split(" --")
    words = [word for option in options for word in f"--{option}".split()]
    ran = autograder("new", target, *words, cwd=toy_course)
    assert ran.status == 2
    assert said in ran.err
    assert contents(toy_course) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "assignment.toml",
            '[files."moves.py"]\nlibraries = ["numpy"]',
            'files = { "moves.py" = { libraries = ["numpy"] } }',  # which cannot be added to
            "nothing was created, because it would not fit: assignment.toml",
        ),
        ("moves/moves.py", '"""Moves."""', "class Runner: pass", "nothing was created"),
        (
            "moves/moves.py",
            '"""Moves."""',
            "Runner = int",
            "moves.py has a Runner that is no class",
        ),
    ],
)
def test_what_cannot_take_a_slot_stays_as_it_was(
    autograder: Command, toy_course: Path, file: str, old: str, new: str, said: str
) -> None:
    path = toy_course / "solutions" / "toy" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    before = contents(toy_course)
    student_file = "more.py" if file.endswith(".toml") else "moves.py"
    ran = autograder("new", "toy/Runner.run", "--file", student_file, cwd=toy_course)
    assert ran.status in (1, 2)
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert contents(toy_course) == before


def test_a_name_that_is_taken_gets_the_first_free_number() -> None:
    assert free_name("walk", []) == "walk"
    assert free_name("walk", ["walk", "walk_2", "walk_4"]) == "walk_3"


@pytest.mark.parametrize("fails", range(1, 6))
def test_when_a_write_fails_nothing_half_made_remains(
    course: Path, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    """The disk is full at the n-th file: of a new assignment, and of a slot more."""
    written = Path.write_bytes

    def write_bytes(path: Path, content: bytes) -> int:
        nonlocal count
        count += 1
        if count == fails:
            written(path, content[:10])
            raise OSError(28, "No space left on device", os.fspath(path))
        return written(path, content)

    for slot in ("double", "triple"):
        plan = new.plan(course, f"intro/{slot}", None, 5)
        before, there = contents(course), folders(course)
        count = 0
        with monkeypatch.context() as patch:
            patch.setattr(Path, "write_bytes", write_bytes)
            with pytest.raises(KitError, match="cannot be written: No space left on device"):
                new.write(plan)
        assert contents(course) == before
        assert folders(course) == there
        new.write(plan)
