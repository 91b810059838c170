"""A handed-in notebook is repaired: the graded cells of the handout, the answers of the student."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.course.handin_notebook import notes, read_notebook, repair
from autograder.course.handout import PLACEHOLDER, Cell, Notebook


def cell(source: str, id: str, kind: str = "markdown", **nbgrader: Any) -> Cell:
    metadata = {"nbgrader": nbgrader} if nbgrader else {}
    return {"cell_type": kind, "id": id, "metadata": metadata, "source": source}


def notebook(*cells: Cell) -> Notebook:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


SLOT = cell("check()", "c1", "code", grade_id="double", grade=True, solution=False)
QUESTION = cell(PLACEHOLDER, "c2", grade_id="why", grade=True, solution=True)
HANDOUT = notebook(cell("# Toy", "c0"), SLOT, QUESTION)


def sources(repaired: Notebook) -> dict[str, str]:
    return {cell["id"]: cell["source"] for cell in repaired["cells"]}


def test_an_answer_is_kept_and_a_changed_test_cell_is_not() -> None:
    theirs = notebook({**SLOT, "source": "pass"}, {**QUESTION, "source": "because"})
    repaired, found = repair(theirs, HANDOUT, "toy.ipynb")
    assert sources(repaired) == {"c1": "check()", "c2": "because"}
    assert found == []


def test_deleted_cells_come_back_behind_their_predecessors() -> None:
    repaired, found = repair(notebook(cell("mine", "m")), HANDOUT, "toy.ipynb")
    assert [cell["id"] for cell in repaired["cells"]] == ["c1", "c2", "m"]
    assert found == ["toy.ipynb lacks 2 cells of the handout, which were put back"]


def test_of_duplicates_the_first_answer_counts_and_the_others_stay_as_text() -> None:
    theirs = [{**QUESTION, "source": text} for text in (PLACEHOLDER, "first", "second")]
    repaired, found = repair(notebook(SLOT, *theirs), HANDOUT, "toy.ipynb")
    graded = [cell for cell in repaired["cells"] if "nbgrader" in cell["metadata"]]
    assert [cell["source"] for cell in graded] == ["check()", "first"]
    assert "second" in sources(repaired).values()
    assert len(sources(repaired)) == 4  # all ids differ
    assert found == ["toy.ipynb has 2 answers to why: look at all of them"]


def test_a_cell_without_metadata_is_recognised_by_its_id() -> None:
    lost = {**QUESTION, "metadata": {}, "source": "because"}
    repaired, _ = repair(notebook(SLOT, lost), HANDOUT, "toy.ipynb")
    assert repaired["cells"][1]["metadata"]["nbgrader"]["grade_id"] == "why"
    assert repaired["cells"][1]["source"] == "because"


def test_an_answer_cannot_carry_html_or_scripts() -> None:
    text = "<script>x</script> [a](javascript:b) [ok](https://c) ![p](attachment:p.png)"
    repaired, _ = repair(notebook(SLOT, {**QUESTION, "source": text}), HANDOUT, "toy.ipynb")
    shown = sources(repaired)["c2"]
    assert "<script" not in shown
    assert "](javascript" not in shown
    assert "[ok](https://c)" in shown
    assert "missing picture p.png" in shown


def test_a_renamed_notebook_is_found_and_a_broken_one_is_noted(tmp_path: Path) -> None:
    released = json.dumps(HANDOUT)
    answer = notebook(SLOT, {**QUESTION, "source": "because"})
    (tmp_path / "copy.ipynb").write_text(json.dumps(answer))
    repaired, found = read_notebook(tmp_path, "toy.ipynb", released)
    assert sources(repaired)["c2"] == "because"
    assert found == ["toy.ipynb was handed in as copy.ipynb"]
    (tmp_path / "toy.ipynb").write_text("{}")
    repaired, (note,) = read_notebook(tmp_path, "toy.ipynb", released)
    assert repaired == HANDOUT
    assert note.startswith("toy.ipynb cannot be read as a notebook")


def test_a_time_that_cannot_be_read_is_noted_and_a_missing_one_is_not(tmp_path: Path) -> None:
    assert notes(tmp_path, {}) == []
    (tmp_path / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    assert notes(tmp_path, {}) == []
    (tmp_path / "timestamp.txt").write_text("yesterday")
    unknown = "timestamp.txt cannot be read: whether it was late is not known"
    assert notes(tmp_path, {}) == [unknown]
