"""A class of realistic submissions, described in `solutions/<assignment>/sample_class.toml`.

Each submission is the reference with changes, so that the sample class has no second copy of an
answer and follows every change of the reference.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from autograder.assignment import solution_file
from autograder.assignment.model import Assignment, KnownProgram
from autograder.errors import AssignmentError


class Replacement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An edit of a student file: the text `find`, which occurs exactly once, is replaced."""

    file: str
    find: str
    replace: str


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a submission is made from the reference.

    Attributes:
        says: one line about the submission.
        stubs: files that stay as handed out, or "all".
        programs: ids of misconceptions and variants of the assignment.
        replace: edits anywhere in a file.
        missing: files that are not handed in.
        encoding: file -> the encoding in which it is written.
        answers: question -> written answer in the notebook.
        notebook: what happens to the notebook, if anything.
    """

    says: str = ""
    stubs: tuple[str, ...] | Literal["all"] = ()
    programs: tuple[str, ...] = ()
    replace: tuple[Replacement, ...] = ()
    missing: tuple[str, ...] = ()
    encoding: dict[str, str] = {}
    answers: dict[str, str] = {}
    notebook: Literal["missing", "renamed", "truncated"] | None = None


def read(assignment: Assignment) -> dict[str, Recipe]:
    """student -> recipe, in the order of the file. Raises AssignmentError."""
    path = assignment.folder / "sample_class.toml"
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), dict[str, Recipe])
    except ValueError as error:
        raise AssignmentError(f"{path}: {error}") from None


def write(assignment: Assignment, recipe: Recipe, folder: Path) -> None:
    """Turn a released folder into the student's submission."""
    for name in recipe.missing:
        (folder / name).unlink()
    for name, text in submission(assignment, recipe).items():
        (folder / name).write_bytes(text.encode(recipe.encoding.get(name, "utf-8")))
    for notebook in folder.glob("*.ipynb"):
        _write_notebook(notebook, recipe)


def _write_notebook(path: Path, recipe: Recipe) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in recipe.answers:
            cell["source"] = recipe.answers[grade_id]
    text = json.dumps(notebook, ensure_ascii=False)
    path.write_text(text, "utf-8")
    match recipe.notebook:
        case "missing":
            path.unlink()
        case "renamed":
            path.rename(path.with_name(f"{path.stem} (1).ipynb"))
        case "truncated":
            path.write_text(text[: len(text) // 2], "utf-8")


def submission(assignment: Assignment, recipe: Recipe) -> Mapping[str, str]:
    """student file -> text, for the files that a student hands in. Raises AssignmentError."""
    texts = {file.name: file.text for file in assignment.files.values()}
    for id in recipe.programs:
        program = _known_program(assignment, id)
        file = assignment.slots[program.slot].file
        texts[file] = solution_file.edit(
            texts[file], file, assignment.slots, program.slot, program.edits, program.answers
        )
    texts = {file: _without_markers(text) for file, text in texts.items()}
    stubs = assignment.stubs()
    for file in assignment.files if recipe.stubs == "all" else recipe.stubs:
        texts[file] = stubs[file].decode()
    for change in recipe.replace:
        text = texts[change.file]
        if text.count(change.find) != 1:
            raise AssignmentError(
                f"sample_class.toml: {change.find!r} is not once in {change.file}"
            )
        texts[change.file] = text.replace(change.find, change.replace)
    return {file: text for file, text in texts.items() if file not in recipe.missing}


def _known_program(assignment: Assignment, id: str) -> KnownProgram:
    for program in (*assignment.misconceptions, *assignment.variants):
        if program.id == id:
            return program
    raise AssignmentError(f"sample_class.toml: no misconception or variant {id}")


def _without_markers(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(
        line for line in lines if line.strip() not in (solution_file.BEGIN, solution_file.END)
    )
