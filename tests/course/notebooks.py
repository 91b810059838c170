"""A small handout, and cells and notebooks as students hand them in."""

from __future__ import annotations

from typing import Any

from autograder.course.handout import PLACEHOLDER, Cell, Notebook


def cell(source: Any, id: str, kind: str = "markdown", **nbgrader: Any) -> Cell:
    metadata = {"nbgrader": nbgrader} if nbgrader else {}
    return {"cell_type": kind, "id": id, "metadata": metadata, "source": source}


def notebook(*cells: Any) -> Notebook:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


def text_cell(id: str) -> Cell:
    return cell(f"{id}?", f"{id}-text", grade_id=f"{id}-text", locked=True)


def question(id: str, answer: str = PLACEHOLDER) -> Cell:
    return cell(answer, id, grade_id=id, grade=True, solution=True)


TITLE = cell("# Toy <b>course</b>", "title")
SLOT = cell("check()", "double", "code", grade_id="double", grade=True, solution=False)
GUESS = cell("guess = None", "guess", "code") | {"outputs": [], "execution_count": None}
END = cell("The end.", "end")
WHY, HOW, WHEN = question("why"), question("how"), question("when")
HANDOUT = notebook(
    *(TITLE, SLOT, GUESS, text_cell("why"), WHY, text_cell("how"), HOW),
    *(cell("## More", "more"), text_cell("when"), WHEN, END),
)


def handed_in(**changes: Any) -> Notebook:
    """The handout with other texts in some cells (id -> text)."""
    texts = {id.replace("_", "-"): text for id, text in changes.items()}
    cells = HANDOUT["cells"]
    return notebook(*({**one, "source": texts.get(one["id"], one["source"])} for one in cells))


def with_cell(new: Any, behind: str, of: Notebook | None = None) -> Notebook:
    """A notebook with one more cell behind the cell with an id; at the start behind ""."""
    cells = list((of or HANDOUT)["cells"])
    at = [one["id"] for one in cells].index(behind) + 1 if behind else 0
    return notebook(*cells[:at], new, *cells[at:])
