"""What is found in a student's folder, and what is said of it; the command is in `test_pack`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course.handout import PLACEHOLDER
from autograder.errors import KitError
from autograder.public.released_folder import Released, find_released
from autograder.student.handin_zip import HandinFile, contents, handin_files, other_files

FILE = "vanilla_rnn.py"


@pytest.fixture
def released(folder: Path) -> Released:
    return find_released(folder)


@pytest.fixture
def found(released: Released) -> Callable[[str], HandinFile]:
    return lambda name: next(file for file in handin_files(released) if file.name == name)


Found = Callable[[str], HandinFile]


def test_every_file_of_the_assignment_is_found_and_no_other(released: Released) -> None:
    (released.folder / "scratch.py").write_text("")
    (released.folder / "data.csv").write_text("")
    names = [file.name for file in handin_files(released)]
    assert names == [*released.assignment.files, *released.notebooks]
    assert other_files(released) == ["scratch.py"]


def test_stubs_and_lost_slots_are_noted(found: Found, folder: Path) -> None:
    assert found(FILE).notes == ("not started or not finished: rnn_step, VanillaRNN.forward",)
    text = (folder / FILE).read_text().replace("def rnn_step(", "def step(")
    (folder / FILE).write_text(text.replace("raise NotImplementedError", "return str"))
    assert found(FILE).notes == ("no longer in this file: rnn_step",)


@pytest.mark.parametrize("name", ["import numpy as rnn_step", "rnn_step = abs"])
def test_a_slot_may_be_assigned_or_imported(found: Found, folder: Path, name: str) -> None:
    (folder / FILE).write_text(f"{name}\nclass VanillaRNN:\n    forward = abs\n")
    assert found(FILE) == HandinFile(FILE, (folder / FILE).read_bytes())


@pytest.mark.parametrize(
    ("text", "why"), [("x = (", "'(' was never closed, line 1"), ("return 1", "'return' outside")]
)
def test_what_python_cannot_read_is_a_problem_and_is_packed(
    found: Found, folder: Path, text: str, why: str
) -> None:
    (folder / FILE).write_text(text)
    file = found(FILE)
    assert file.content == text.encode()
    (problem,) = file.problems
    assert problem.startswith(f"{FILE} is not valid Python: {why}")


def answered(notebook: Path, **changes: str) -> None:
    """Answer the questions whose grade ids are given, in a notebook without cell ids."""
    cells = json.loads(notebook.read_text())
    for cell in cells["cells"]:
        cell.pop("id", None)
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in changes:
            cell["source"] = [changes[grade_id]]
    notebook.write_text(json.dumps(cells))


def test_a_question_counts_as_answered_if_its_cell_has_other_text(
    released: Released, found: Found
) -> None:
    ((name, questions),) = released.notebooks.items()
    first, second, *_ = questions
    answered(released.folder / name, **{first: "Because.", second: f" {PLACEHOLDER}\n"})
    (note,) = found(name).notes
    assert note.startswith(f"no answer to {second}, ")
    assert note.endswith("(if you wrote one, save the notebook)")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cells": [{}]}', '{"cells": [], "nbformat": 3}']
)
def test_what_is_no_notebook_is_a_problem_and_is_packed(
    released: Released, found: Found, text: str
) -> None:
    (name,) = released.notebooks
    (released.folder / name).write_text(text)
    assert found(name).content == text.encode()
    assert "cannot be read as a notebook" in found(name).problems[0]


def test_nothing_to_pack_is_an_error() -> None:
    with pytest.raises(KitError, match=r"nothing to hand in: a\.py"):
        contents([HandinFile("a.py", None, ("a.py is not there",))])
    assert contents([HandinFile("a.py", None), HandinFile("b.py", b"")]) == {"b.py": b""}


def test_syntax_that_the_courses_python_refuses_is_noted(released: Released, folder: Path) -> None:
    older = replace(released, assignment=replace(released.assignment, python="3.10"))
    (folder / FILE).write_text(
        "try:\n    rnn_step = VanillaRNN = forward = 1\nexcept* OSError: 0\n"
    )
    (file,) = (file for file in handin_files(older) if file.name == FILE)
    (note,) = file.notes
    assert "on line 3: that needs Python 3.11 or newer, and your work is graded with" in note
