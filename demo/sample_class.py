"""A class of realistic submissions, from `solutions/<assignment>/sample_class.toml`.

Each student is the reference with something done to it, so the sample class holds no second copy
of an answer and follows every change of the reference.

    says      one line: what is the matter with this submission
    stubs     files left as handed out ("all" for all of them)
    programs  misconceptions and variants of the assignment, by id
    replace   {file, find, replace}: an edit of the text, anywhere in the file, exactly once
    missing   files that were not handed in
    encoding  {file = name}: written in another encoding
    answers   {question = text}: written answers in the notebook
    notebook  what became of the notebook: "missing", "renamed" or "truncated"
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from autograder.assignment import solution_file as source
from autograder.assignment.model import Assignment, KnownProgram
from autograder.errors import AssignmentError

KEYS = {"says", "stubs", "programs", "replace", "missing", "encoding", "answers", "notebook"}


def read(assignment: Assignment) -> dict[str, dict[str, Any]]:
    """student -> what to do, in the order of the file."""
    path = assignment.folder / "sample_class.toml"
    students = tomllib.loads(path.read_text("utf-8"))
    for student, recipe in students.items():
        unknown = set(recipe) - KEYS
        if unknown:
            raise AssignmentError(f"sample_class.toml: {student}: unknown key {min(unknown)}")
    return students


def write(assignment: Assignment, recipe: dict[str, Any], folder: Path) -> None:
    """Turn a released folder into what the student hands in."""
    for name in recipe.get("missing", []):
        (folder / name).unlink()
    for name, text in submission(assignment, recipe).items():
        encoding = recipe.get("encoding", {}).get(name, "utf-8")
        (folder / name).write_bytes(text.encode(encoding))
    for notebook in folder.glob("*.ipynb"):
        _write_notebook(notebook, recipe)


def _write_notebook(path: Path, recipe: dict[str, Any]) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in recipe.get("answers", {}):
            cell["source"] = recipe["answers"][grade_id]
    text = json.dumps(notebook, ensure_ascii=False)
    path.write_text(text, "utf-8")
    match recipe.get("notebook"):
        case "missing":
            path.unlink()
        case "renamed":
            path.rename(path.with_name(f"{path.stem} (1).ipynb"))
        case "truncated":
            path.write_text(text[: len(text) // 2], "utf-8")


def submission(assignment: Assignment, recipe: dict[str, Any]) -> dict[str, str]:
    """file -> text of one student."""
    texts = {file.name: file.text for file in assignment.files.values()}
    for name in recipe.get("programs", []):
        program = _known(assignment, name)
        file = assignment.slots[program.slot].file
        texts[file] = source.edit(
            texts[file], file, assignment.slots, program.slot, program.edits, program.answers
        )
    texts = {file: _without_markers(text) for file, text in texts.items()}
    stubs = recipe.get("stubs", [])
    for file in assignment.files if stubs == "all" else stubs:
        texts[file] = assignment.stubs()[file].decode()
    for change in recipe.get("replace", []):
        text, find = texts[change["file"]], change["find"]
        if text.count(find) != 1:
            raise AssignmentError(f"sample_class.toml: {find!r} is not once in {change['file']}")
        texts[change["file"]] = text.replace(find, change["replace"])
    return {file: text for file, text in texts.items() if file not in recipe.get("missing", [])}


def _known(assignment: Assignment, id: str) -> KnownProgram:
    for program in (*assignment.misconceptions, *assignment.variants):
        if program.id == id:
            return program
    raise AssignmentError(f"sample_class.toml: no misconception or variant {id}")


def _without_markers(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if line.strip() not in (source.BEGIN, source.END))
