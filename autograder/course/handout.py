"""The notebooks of an assignment: the cells that carry points, and the notebooks of students.

A slot has one locked code cell, a written question has one cell for the answer; a cell's grade id
is the name of the slot or question. nbgrader's own preprocessors make the released notebook: then
`autograder release` and `nbgrader generate_assignment` give the same bytes.
"""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.assignment.model import Assignment
from autograder.errors import AssignmentError

PLACEHOLDER = "YOUR ANSWER HERE"  # nbgrader's text in the cell of a written question
Notebook = dict[str, Any]  # the JSON of a notebook of version 4
Cell = dict[str, Any]


def grade_id(name: str) -> str:
    """The grade id of a slot's cell: nbgrader's pages need an id without dots."""
    return name.replace(".", "-")


def parts(assignment: Assignment) -> dict[str, float]:
    """The points of all slots and questions by grade id, in order."""
    slots = {grade_id(slot.name): slot.points for slot in assignment.slots.values()}
    return slots | {question.id: question.points for question in assignment.questions}


def graded_cells(notebook: Notebook) -> Iterator[tuple[str, Any]]:
    """The cells of a notebook that carry points, with their grade ids."""
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("grade"):
            yield str(about.get("grade_id")), cell


def released(text: str, name: str) -> str:
    """The notebook as students get it. Raises AssignmentError where nbgrader refuses it."""
    # here: students have no nbgrader, and it takes a second to import
    import nbformat
    from nbconvert.exporters import NotebookExporter
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import SaveCells
    from traitlets.config import Config

    config = Config()
    config.Exporter.default_preprocessors = []
    exporter = NotebookExporter(config=config)
    for preprocessor in GenerateAssignment(coursedir=None).preprocessors:
        if preprocessor is not SaveCells:  # which writes the gradebook
            exporter.register_preprocessor(preprocessor, enabled=True)
    try:
        students_text: str = exporter.from_notebook_node(nbformat.reads(text, as_version=4), {})[0]
    except Exception as error:  # of nbgrader's, nbconvert's and nbformat's kinds
        raise AssignmentError(f"{name} cannot be released: {error}") from None
    return students_text


def problems(assignment: Assignment, notebooks: Mapping[str, str]) -> list[str]:
    """Sentences that say what is wrong with the graded cells of an assignment's notebooks.

    `notebooks` maps file names to texts. An assignment without notebooks is graded without them.
    """
    if not notebooks:
        return []
    slots = {grade_id(name) for name in assignment.slots}
    wanted, found, wrong = parts(assignment), set(), []
    for name, text in notebooks.items():
        try:
            cells = list(graded_cells(json.loads(text)))
        except (ValueError, KeyError, TypeError, AttributeError):
            return [f"{name} is no notebook of version 4: open it in Jupyter and save it"]
        for id, cell in cells:
            about = cell["metadata"]["nbgrader"]
            if id not in wanted:
                wrong.append(f"{name}: the graded cell {id} belongs to no slot and no question")
            elif id in found:
                wrong.append(f"{name}: a second graded cell {id}")
            elif about.get("points") != wanted[id]:
                wrong.append(
                    f"{name}: the cell {id} has {about.get('points')} points instead of "
                    f"{wanted[id]:g}"
                )
            elif id in slots and (cell["cell_type"] != "code" or about.get("solution")):
                wrong.append(f"{name}: the cell {id} must be a code cell of autograder tests")
            elif id not in slots and not about.get("solution"):
                wrong.append(f"{name}: the cell {id} must be manually graded")
            found.add(id)
    wrong += [f"no notebook has a graded cell {id}" for id in wanted if id not in found]
    return wrong


def read(course: Path, assignment: str) -> dict[str, str]:
    """file name -> text of the notebooks that students got, or would get before a release."""
    notebooks = _texts(course / "release" / assignment)
    if notebooks:
        return notebooks
    return {name: released(text, name) for name, text in sources(course, assignment).items()}


def basis(course: Path, assignment: str) -> dict[str, str]:
    """file name -> a text that determines the notebook of `read`, without making the notebook."""
    notebooks = _texts(course / "release" / assignment)
    if notebooks:
        return notebooks
    texts = sources(course, assignment)
    converters = [importlib.metadata.version(name) for name in ("nbgrader", "nbconvert") if texts]
    return {name: "\n".join([*converters, text]) for name, text in texts.items()}


def sources(course: Path, assignment: str) -> dict[str, str]:
    """file name -> text of the notebooks as staff wrote them."""
    return _texts(course / "source" / assignment)


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.ipynb"))}
