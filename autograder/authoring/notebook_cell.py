"""The graded cell of a new slot, appended to the assignment's notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from autograder.authoring.new_slot import NewSlot, free_name, read_text, rendered, title_of
from autograder.course.handout import grade_id
from autograder.errors import AssignmentError

MAX_ID = 56  # characters of a cell's id; nbformat allows 64, and a number may follow


def with_cell(slot: NewSlot) -> tuple[Path, str, str]:
    """Add the slot's cell to the assignment's notebook.

    Returns the path of the notebook, its new text ("" if it does not change), and a note for the
    instructor ("" if there is none). Raises AssignmentError where it is no notebook.
    """
    source = slot.course / "source" / slot.assignment
    notebooks = sorted(source.glob("*.ipynb"))
    if not notebooks and slot.existing is not None:
        note = f"source/{slot.assignment}/ has no notebook, so that the slot has no graded cell"
        return source, "", note
    path = notebooks[0] if notebooks else source / f"{slot.assignment}.ipynb"
    if notebooks:
        try:
            notebook = nbformat.reads(read_text(path), as_version=4)
        except Exception as error:  # nbformat raises many kinds of errors
            said = str(error).partition("\n")[0]
            raise AssignmentError(f"{path} cannot be read as a notebook: {said}") from None
        ids = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
        if grade_id(slot.name) in ids:
            note = f"{path.name} has a cell {grade_id(slot.name)} already: check its points"
            return path, "", note
    else:
        notebook = _new_notebook(
            slot.existing.title if slot.existing else title_of(slot.assignment)
        )
    shown = rendered("cell.py", slot=slot.name, file=slot.file, points=slot.points)
    cell = graded_cell(shown.rstrip("\n"), grade_id(slot.name), slot.points)
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        del cell["id"]  # cells have ids from 4.5 on
    else:
        cell["id"] = free_name(cell["id"], [other.get("id", "") for other in notebook.cells])
    notebook.cells.append(cell)
    return path, nbformat.writes(notebook) + "\n", ""


def graded_cell(code: str, grade_id: str, points: float) -> Any:
    """A locked code cell that carries points."""
    about: dict[str, object] = {"grade": True, "solution": False, "locked": True, "task": False}
    about |= {"grade_id": grade_id, "points": points, "schema_version": 3, "cell_type": "code"}
    return nbformat.v4.new_code_cell(code, id=grade_id[:MAX_ID], metadata={"nbgrader": about})


def _new_notebook(title: str) -> Any:
    cells = [
        nbformat.v4.new_markdown_cell(f"# {title}", id="title"),
        nbformat.v4.new_code_cell("%load_ext autograder", id="setup"),
    ]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)
