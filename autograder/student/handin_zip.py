"""The zip that a student hands in, and what is missing or unusual about its files.

Nothing is executed. Everything that can be read is packed, whatever is wrong with it, so that there
is always something to hand in; files that could get no points are named.
"""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.assignment.model import Slot
from autograder.course import student_file, submissions
from autograder.course.handin_notebook import MAX_NOTEBOOK
from autograder.course.handout import PLACEHOLDER
from autograder.errors import KitError
from autograder.files import Refusal, read_regular
from autograder.public.released_folder import Released
from autograder.student.course_python import course_version, newer_syntax
from autograder.text import printable


@dataclass(frozen=True)
class HandinFile:
    """A file of the assignment: the content to pack, or None, and what its author should know.

    With any of the `problems` the graders cannot give points; `notes` say what is left to do.
    """

    name: str
    content: bytes | None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def handin_files(released: Released) -> list[HandinFile]:
    """The files of the assignment, as they are in the folder."""
    assignment = released.assignment
    submission = submissions.read(released.folder, "", assignment.files)
    found = [
        _code(released.folder / name, source, assignment.slots_of(name), assignment.python)
        for name, source in submission.sources.items()
    ]
    others = [
        p for p in sorted(released.folder.glob("*.ipynb")) if p.name not in released.notebooks
    ]
    for name, questions in released.notebooks.items():
        path = released.folder / name
        # A browser or an editor may have renamed it: then it is the only other notebook.
        renamed = len(released.notebooks) == 1 and len(others) == 1 and not path.exists()
        found.append(_notebook(name, others[0] if renamed else path, questions))
    return [
        replace(file, notes=(*file.notes, *_notes_of(file.name, submission.notes)))
        for file in found
    ]


def _notes_of(name: str, notes: Sequence[submissions.Note]) -> Iterator[str]:
    """What the intake says of a file, for example in which other folder it is."""
    yield from (note.text for note in notes if note.file == name)


def other_files(released: Released) -> list[str]:
    """The names of programs and notebooks in the folder that the graders do not read."""
    handed_in = {*released.assignment.files, *released.notebooks}
    paths = sorted(path for path in released.folder.iterdir() if path.is_file())
    return [p.name for p in paths if p.suffix in (".py", ".ipynb") and p.name not in handed_in]


def contents(files: Sequence[HandinFile]) -> dict[str, bytes]:
    """file name -> content of everything to pack. Raises KitError if there is nothing."""
    found = {file.name: file.content for file in files if file.content is not None}
    if not found:
        raise KitError(
            f"there is nothing to hand in: {files[0].name if files else 'no file'} and the other "
            "files of the assignment are not here"
        )
    return found


# ------------------------------------------------------------------------------ code


def _code(
    path: Path, source: student_file.Source, slots: Sequence[Slot], python: str
) -> HandinFile:
    """A student file; `source` is what the graders would read, `python` the course's version."""
    name = path.name
    if isinstance(source, student_file.Unreadable):
        return _ungradable(path, source)
    content = _as_saved(path, source)
    tree = _parsed(name, source)
    if isinstance(tree, str):
        return HandinFile(name, content, (tree,))
    stubs, defined = _unfinished(tree), _defined(tree)
    unfinished = [slot.name for slot in slots if slot.name in stubs]
    gone = [slot.name for slot in slots if slot.name.rpartition(".")[2] not in defined]
    notes = [f"not started or not finished: {', '.join(unfinished)}"] if unfinished else []
    notes += [f"no longer in this file: {', '.join(gone)}"] if gone else []
    version = course_version(python)
    if version is not None and (newer := newer_syntax(source.decode(), version)):
        notes.append(newer)
    return HandinFile(name, content, notes=tuple(notes))


def _as_saved(path: Path, source: bytes) -> bytes:
    """The bytes of the file with this text; the text where they are not at `path`."""
    content = read_regular(path, student_file.MAX_BYTES)
    if isinstance(content, bytes) and student_file.source_of(path.name, path, content) == source:
        return content
    return source


def _ungradable(path: Path, source: student_file.Unreadable) -> HandinFile:
    """A student file that the graders would not read; a person may look at what it has."""
    problem = ": ".join((source.fact, *source.details))
    if source.reason != student_file.Reason.BROKEN:
        return HandinFile(path.name, None, (problem,))
    content = read_regular(path, MAX_NOTEBOOK, hard_links=True)
    if isinstance(content, Refusal):
        return HandinFile(path.name, None, (f"{problem}; it was not packed",))
    return HandinFile(path.name, content, (problem,))


def _parsed(name: str, source: bytes) -> ast.Module | str:
    """The file as Python reads it, or a sentence that says why Python cannot read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = source.decode()  # parsed as text, it can name no codec
            compile(text, name, "exec", dont_inherit=True)  # finds more than parsing does
            return ast.parse(text, name)
    except SyntaxError as error:
        why = f"{printable(error.msg, 100)}, line {error.lineno}"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        why = printable(str(error), 100) or type(error).__name__
    return f"{name} is not valid Python: {why}; until this is fixed, none of its slots gets points"


def _unfinished(tree: ast.Module) -> set[str]:
    """The texts of all `raise NotImplementedError("…")`: a stub has its slot's name there."""
    raised = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    return {
        str(call.args[0].value)
        for call in raised
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "NotImplementedError"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def _defined(tree: ast.Module) -> set[str]:
    """Every name that is defined, assigned or imported anywhere in the file."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name)
    return found


# ------------------------------------------------------------------------------ notebooks

REFUSED = {
    Refusal.ABSENT: "is not there: it belongs beside the other files",
    Refusal.LINK: "is a link, and links are not followed: put the file itself there",
    Refusal.NOT_REGULAR: "is no regular file: put the notebook itself there",
    Refusal.TOO_LARGE: f"is too large to hand in: at most {MAX_NOTEBOOK / 1e6:.0f} MB are packed "
    "(Jupyter's menu Edit, Clear Outputs of All Cells)",
    Refusal.UNREADABLE: "cannot be read: look at its permissions",
}


def _notebook(name: str, path: Path, questions: Sequence[str]) -> HandinFile:
    """The notebook `name`, which is at `path`."""
    content = read_regular(path, MAX_NOTEBOOK, hard_links=True)
    if isinstance(content, Refusal):
        return HandinFile(name, None, (f"{path.name} {REFUSED[content]}",))
    try:
        notebook = json.loads(content)
        answered = _answered(notebook, questions)
        if notebook["nbformat"] != 4:
            raise ValueError("another version of the format")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        problem = f"{path.name} cannot be read as a notebook: open it in Jupyter and save it"
        return HandinFile(name, content, (problem,))
    notes = [] if path.name == name else [f"packed from {printable(path.name, 100)}"]
    missing = [question for question in questions if question not in answered]
    if missing:
        notes.append(f"no answer to {', '.join(missing)} (if you wrote one, save the notebook)")
    return HandinFile(name, content, notes=tuple(notes))


def _answered(notebook: Any, questions: Collection[str]) -> set[str]:
    """The questions with an answer, found by the cell's grade id or, if that is lost, its id."""
    answered = set()
    for cell in notebook["cells"]:
        source = cell["source"]
        text = (source if isinstance(source, str) else "".join(source)).strip()
        if text not in ("", PLACEHOLDER):
            answered |= {cell["metadata"].get("nbgrader", {}).get("grade_id"), cell.get("id")}
    return answered.intersection(questions)
