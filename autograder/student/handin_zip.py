"""What a student hands in, as one zip, and what is missing or unusual about it.

Nothing is executed. What can be read is packed, whatever is wrong with it, so that there is always
something to hand in; and what the graders could give no points for is said.
"""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.assignment.model import Slot
from autograder.course import intake
from autograder.course.handin_notebook import MAX_NOTEBOOK
from autograder.course.handout import PLACEHOLDER
from autograder.errors import KitError
from autograder.judging.failure import Failure
from autograder.judging.verdict import Verdict
from autograder.public.released_folder import FOLDER, NOTEBOOKS, Released
from autograder.text import printable


@dataclass(frozen=True)
class Part:
    """A file of the assignment: what is packed of it, or None, and what its author should know.

    For what is `wrong` the graders could give no points; `notes` are of things left to do.
    """

    name: str
    content: bytes | None
    wrong: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def look(released: Released) -> list[Part]:
    """The files of the assignment, as they lie in the folder."""
    assignment = released.assignment
    found = intake.read(released.folder, "", assignment.files)
    parts = [
        _code(released.folder / name, read, assignment.slots_of(name))
        for name, read in found.sources.items()
    ]
    asked = _notebooks(released.folder)
    others = [p for p in sorted(released.folder.glob("*.ipynb")) if p.name not in asked]
    for name, questions in asked.items():
        path = released.folder / name
        # The only other notebook is surely this one, as a browser or an editor renamed it.
        renamed = len(asked) == 1 and len(others) == 1 and not path.exists()
        parts.append(_notebook(name, others[0] if renamed else path, questions))
    return [replace(part, notes=(*part.notes, *_said_of(part.name, found.notes))) for part in parts]


def _said_of(name: str, notes: Sequence[str]) -> Iterator[str]:
    """What the reader of hand-ins notes of a file, as where else it lies."""
    yield from (note.removeprefix(f"{name} ") for note in notes if note.startswith(f"{name} "))


def left_out(released: Released, parts: Sequence[Part]) -> list[str]:
    """Programs and notebooks beside the assignment's files, which the graders do not read."""
    asked = {part.name for part in parts}
    paths = sorted(path for path in released.folder.iterdir() if path.is_file())
    return [p.name for p in paths if p.suffix in (".py", ".ipynb") and p.name not in asked]


def contents(parts: Sequence[Part]) -> dict[str, bytes]:
    """file name -> content of what is handed in. Raises KitError where there is nothing."""
    found = {part.name: part.content for part in parts if part.content is not None}
    if not found:
        raise KitError(
            f"there is nothing to hand in: {parts[0].name if parts else 'no file'} and the other "
            "files of the assignment are not here"
        )
    return found


def _read(path: Path) -> tuple[bytes | None, str]:
    """The bytes of a regular file, or None and why there are none."""
    if path.is_symlink():
        return None, f"{path.name} is a link, which nobody follows: put the file itself there"
    try:
        if not path.is_file():
            return None, f"{path.name} is not there: it belongs beside the other files"
        if path.stat().st_size > MAX_NOTEBOOK:
            return None, (
                f"{path.name} is too large to hand in: {path.stat().st_size / 1e6:.0f} MB; "
                f"at most {MAX_NOTEBOOK / 1e6:.0f} MB are read"
            )
        return path.read_bytes(), ""
    except OSError as error:
        return None, f"{path.name} cannot be read: {error.strerror}"


# ------------------------------------------------------------------------------ code


def _code(path: Path, read: bytes | Failure, slots: Sequence[Slot]) -> Part:
    """A student file; `read` is what the graders would read."""
    name = path.name
    if isinstance(read, Failure):
        said = f"{read.fact}: {'; '.join(read.details)}" if read.details else read.fact
        if read.verdict != Verdict.ERROR:
            return Part(name, None, (said,))
        content, _ = _read(path)  # no good for the graders, but a person may look at it
        return Part(name, content, (said if content else f"{said}; it was not packed",))
    tree = _parsed(name, read)
    if isinstance(tree, str):
        return Part(name, read, (tree,))
    raised, defined = _not_implemented(tree), _defined(tree)
    waiting = [slot.name for slot in slots if slot.name in raised]
    gone = [slot.name for slot in slots if slot.name.rpartition(".")[2] not in defined]
    notes = [f"not started, or not to its end: {', '.join(waiting)}"] if waiting else []
    notes += [f"no longer in this file: {', '.join(gone)}"] if gone else []
    return Part(name, read, notes=tuple(notes))


def _parsed(name: str, data: bytes) -> ast.Module | str:
    """The file as Python reads it, or why it cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(data, name, "exec", dont_inherit=True)  # which finds more than parsing does
            return ast.parse(data, name)
    except SyntaxError as error:
        why = f"{printable(error.msg, 100)}, line {error.lineno}"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        why = printable(str(error), 100) or type(error).__name__
    return f"{name} is no valid Python: {why}; as it is, none of its slots gets points"


def _not_implemented(tree: ast.Module) -> set[str]:
    """The texts of `raise NotImplementedError("…")`: the stubs have the slot's name there."""
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
    """Every name that a file gives to something, wherever in it."""
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


def _notebooks(folder: Path) -> Mapping[str, Sequence[str]]:
    """The notebooks that are handed in, with their questions.

    A folder that was released before they were listed hands in all that lie there.
    """
    data = json.loads((folder / FOLDER / "assignment.json").read_text("utf-8"))
    there: dict[str, Sequence[str]] = {path.name: () for path in sorted(folder.glob("*.ipynb"))}
    listed: Mapping[str, Sequence[str]] = data.get(NOTEBOOKS, there)
    return listed


def _notebook(name: str, path: Path, questions: Sequence[str]) -> Part:
    """The notebook `name`, which lies at `path`."""
    content, why = _read(path)
    if content is None:
        more = " (Jupyter's menu Edit, Clear Outputs of All Cells)" if "too large" in why else ""
        return Part(name, None, (why + more,))
    try:
        notebook = json.loads(content)
        answers = dict(_answers(notebook, questions))
        if notebook["nbformat"] != 4:
            raise ValueError("of another version")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        wrong = f"{path.name} cannot be read as a notebook: open it in Jupyter and save it"
        return Part(name, content, (wrong,))
    notes = [] if path.name == name else [f"packed from {printable(path.name, 100)}"]
    missing = [question for question in questions if question not in answers]
    if missing:
        notes.append(f"no answer to {', '.join(missing)} (if there is one, save the notebook)")
    return Part(name, content, notes=tuple(notes))


def _answers(notebook: Mapping[str, Any], questions: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The questions that have an answer, found by the cell's grade id or, where lost, its id."""
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        source = cell["source"]
        text = (source if isinstance(source, str) else "".join(source)).strip()
        if text not in ("", PLACEHOLDER):
            for question in {about.get("grade_id"), cell.get("id")}.intersection(questions):
                yield question, text
