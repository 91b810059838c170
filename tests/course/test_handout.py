"""The graded cells of the notebooks are those of the slots and questions, once each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.assignment.model import Assignment
from autograder.course import handout


def cell(id: str, points: float, kind: str, solution: bool) -> dict[str, Any]:
    about = {"grade_id": id, "points": points, "grade": True, "solution": solution}
    return {"cell_type": kind, "id": id, "metadata": {"nbgrader": about}, "source": ""}


def cells(assignment: Assignment) -> list[dict[str, Any]]:
    """A correct graded cell for each slot and question."""
    slots = {handout.grade_id(name) for name in assignment.slots}
    return [
        cell(id, points, "code" if id in slots else "markdown", id not in slots)
        for id, points in handout.parts(assignment).items()
    ]


def problems(assignment: Assignment, cells: list[dict[str, Any]]) -> list[str]:
    notebook = {"nbformat": 4, "metadata": {}, "cells": cells}
    return handout.problems(assignment, {"toy.ipynb": json.dumps(notebook)})


def test_a_cell_for_each_slot_and_question_is_right(toy: Assignment) -> None:
    assert problems(toy, cells(toy)) == []
    assert handout.problems(toy, {}) == []


def test_each_fault_of_a_cell_is_named(toy: Assignment) -> None:
    first, *others = cells(toy)
    id = first["id"]
    assert problems(toy, others) == [f"no notebook has a graded cell {id}"]
    assert problems(toy, [first, first, *others]) == [f"toy.ipynb: a second graded cell {id}"]
    stranger = cell("stranger", 1, "code", False)
    assert "belongs to no slot" in problems(toy, [first, stranger, *others])[0]
    cheap = cell(id, 0.5, "code", False)
    assert f"the cell {id} has 0.5 points instead of" in problems(toy, [cheap, *others])[0]
    text = cell(id, first["metadata"]["nbgrader"]["points"], "markdown", False)
    assert "must be a code cell" in problems(toy, [text, *others])[0]


def test_what_is_no_notebook_is_named(toy: Assignment) -> None:
    (problem,) = handout.problems(toy, {"toy.ipynb": "[]"})
    assert problem.startswith("toy.ipynb is no notebook of version 4")


def test_a_grade_id_has_no_dots() -> None:
    assert handout.grade_id("Walker.walk") == "Walker-walk"


def test_what_students_got_is_read_from_the_release(tmp_path: Path, toy: Assignment) -> None:
    folder = tmp_path / "release" / toy.name
    folder.mkdir(parents=True)
    (folder / "toy.ipynb").write_text("{}")
    assert handout.read(tmp_path, toy.name) == {"toy.ipynb": "{}"}
    assert handout.basis(tmp_path, toy.name) == {"toy.ipynb": "{}"}
    assert handout.sources(tmp_path, toy.name) == {}
