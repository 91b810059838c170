"""The notebooks of a submission, repaired so that nbgrader can take them.

nbgrader follows links, loses a submission whose notebook is missing, renamed or broken, and fails
on a duplicated or deleted graded cell. So it gets a copy: the released notebook's graded cells with
the student's answers in them. The submission itself is not changed.
"""

from __future__ import annotations

import copy
import json
import os
import re
import urllib.parse
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.course import submissions, time_stamp
from autograder.course.handout import PLACEHOLDER, Cell, Notebook
from autograder.course.time_stamp import STAMP
from autograder.files import read_regular
from autograder.text import printable

MAX_NOTEBOOK = 32 << 20
MAX_CELLS = 5000
PICTURES = ("image/png", "image/jpeg", "image/gif")
SAFE_TARGET = r"(?:https?://|attachment:|#)"
SECRET = "submission_secret.txt"  # by which nbgrader finds whose feedback it is


def notes(folder: Path, released: Mapping[str, str]) -> list[str]:
    """Sentences about what is unusual in a submission's notebooks and time stamp."""
    found = [
        note for name, text in released.items() for note in read_notebook(folder, name, text)[1]
    ]
    stamp = time_stamp.read(folder)
    if stamp.is_there and stamp.problem:
        found.append(f"{stamp.problem}: whether it was late is not known")
    return found


def looked_at(folder: Path, released: Iterable[str]) -> Iterator[bytes]:
    """Names and contents of the files that `notes` depends on: notebooks and the time stamp."""
    paths = [folder / STAMP, *(folder / name for name in released)]
    if not all(map(os.path.lexists, paths[1:])):
        paths += _notebook_paths(folder)
    for path in paths:
        content = read_bytes(path, MAX_NOTEBOOK)
        what = "nothing" if not os.path.lexists(path) else "no file" if content is None else "file"
        yield from (os.fsencode(path.relative_to(folder)), what.encode(), content or b"")


def read_notebook(folder: Path, name: str, released: str) -> tuple[Notebook, list[str]]:
    """The student's notebook with the graded cells that were released, and notes on it."""
    template = json.loads(released)
    path = folder / name
    if not os.path.lexists(path):
        others = _notebooks(folder, template)
        if len(others) != 1:
            more = f", and {len(others)} others that may be it" if others else ""
            return template, [f"{name} was not handed in{more}: its written answers count as none"]
        where = printable(others[0].relative_to(folder).as_posix(), 100)
        notebook = _parse(others[0])
        assert notebook is not None
        repaired, found = repair(notebook, template, name)
        return repaired, [f"{name} was handed in as {where}", *found]
    notebook = _parse(path)
    if notebook is None:
        return template, [
            f"{name} cannot be read as a notebook: its written answers count as none; look at it"
        ]
    return repair(notebook, template, name)


def repair(notebook: Notebook, template: Notebook, name: str) -> tuple[Notebook, list[str]]:
    """Put the graded cells of `template` into `notebook`, with the student's written answers.

    A cell is recognised by its grade id, or by its id where the metadata were lost. A deleted cell
    comes back behind its predecessor; of duplicates, the first with an answer counts, and the
    others stay as plain text, so that a person sees them. Returns the notebook and notes on it.
    """
    known = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell
        for cell in template["cells"]
        if "nbgrader" in cell["metadata"]
    }
    given = {cell["id"]: _text(cell) for cell in template["cells"] if "id" in cell}
    by_cell_id = {cell.get("id"): grade_id for grade_id, cell in known.items()}
    cells = [_clean(cell, given) for cell in notebook["cells"]]
    places: dict[str, list[int]] = {grade_id: [] for grade_id in known}
    for number, cell in enumerate(notebook["cells"]):
        about = cell["metadata"].get("nbgrader")
        claimed = about.get("grade_id") if isinstance(about, dict) else None
        grade_id = claimed if isinstance(claimed, str) and claimed in known else None
        grade_id = grade_id or by_cell_id.get(cells[number].get("id", ""))
        if grade_id is not None:
            places[grade_id].append(number)
    found = []
    for grade_id, numbers in places.items():
        answers = [n for n in numbers if _answered(cells[n])]
        written = known[grade_id]["metadata"]["nbgrader"].get("solution", False)
        if not numbers:
            continue
        chosen = answers[0] if written and answers else numbers[0]
        if written and len(answers) > 1:
            found.append(f"{name} has {len(answers)} answers to {grade_id}: look at all of them")
        for other in numbers:
            if other != chosen:
                cells[other] = _as_text(cells[other])
        answer = _as_text(cells[chosen])
        cells[chosen] = copy.deepcopy(known[grade_id])
        if written:
            theirs = ("source", "attachments")
            cells[chosen] |= {key: answer[key] for key in theirs if key in answer}
    missing = [grade_id for grade_id, numbers in places.items() if not numbers]
    if missing:
        cells = _with_missing(cells, known, missing)
        found.append(f"{name} lacks {len(missing)} cells of the handout, which were put back")
    return {**template, "cells": _with_unique_ids(cells)}, found


def _with_missing(cells: list[Cell], known: Mapping[str, Cell], missing: list[str]) -> list[Cell]:
    """The cells, with each missing cell behind the known cell that precedes it."""
    behind: dict[str, list[Cell]] = {}
    last = ""
    for grade_id, cell in known.items():
        if grade_id in missing:
            behind.setdefault(last, []).append(copy.deepcopy(cell))
        else:
            last = grade_id
    found = list(behind.get("", []))
    for cell in cells:
        found.append(cell)
        if "nbgrader" in cell["metadata"]:
            found += behind.get(cell["metadata"]["nbgrader"]["grade_id"], [])
    return found


def _with_unique_ids(cells: list[Cell]) -> list[Cell]:
    taken: set[str] = set()
    ours = {cell.get("id") for cell in cells if "nbgrader" in cell["metadata"]}
    for number, cell in enumerate(cells):
        id = cell.get("id")
        is_ours = "nbgrader" in cell["metadata"]
        if not isinstance(id, str) or id in taken or (id in ours and not is_ours):
            cell["id"] = f"handed-in-{number}"
        taken.add(cell["id"])
    return cells


def _clean(cell: Cell, given: Mapping[str, str]) -> Cell:
    """A copy of a student's cell with printable content only; `given` are released texts."""
    clean: Cell = {"cell_type": "code", "metadata": {}, "source": _text(cell)}
    id = cell.get("id")
    if isinstance(id, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", id):
        clean["id"] = id
    if cell["cell_type"] == "code":
        return {**clean, "outputs": [], "execution_count": None}
    if cell["cell_type"] == "markdown" and clean["source"] == given.get(clean.get("id", "")):
        return {**clean, "cell_type": "markdown"}
    return _as_text({**clean, "attachments": cell.get("attachments")})


def _as_text(cell: Cell) -> Cell:
    """A cell as a text that a browser can show to the person who marks it."""
    pictures = _pictures(cell.get("attachments"))
    shown: Cell = {
        "cell_type": "markdown",
        "metadata": {},
        "source": _without_html(_text(cell), pictures),
    }
    if "id" in cell:
        shown["id"] = cell["id"]
    return {**shown, "attachments": pictures} if pictures else shown


def _pictures(attachments: Any) -> dict[str, dict[str, str]]:
    """The pictures among a cell's attachments."""
    found: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        for kind, data in bundle.items() if isinstance(bundle, dict) else ():
            text = "".join(map(str, data)) if isinstance(data, list) else str(data)
            if kind in PICTURES and re.fullmatch(r"[A-Za-z0-9+/=\s]*", text):
                found.setdefault(name, {})[kind] = text
    return found


def _without_html(text: str, pictures: Collection[str]) -> str:
    """Markdown without HTML, with links to the web only, without commands in its formulas."""

    def picture(match: re.Match[str]) -> str:
        attached = match[1] in pictures or urllib.parse.unquote(match[1]) in pictures
        return match[0] if attached else f"missing picture {match[1]}"

    text = re.sub(r"attachment:([^)\s\"'>]*)", picture, text)
    text = re.sub(r"<(?=[A-Za-z/!?])", "< ", text)
    text = re.sub(rf"\](?=\((?!\s*{SAFE_TARGET}))", "] ", text)
    text = re.sub(rf"\](?=:(?!\s*{SAFE_TARGET}))", "] ", text)
    return re.sub(r"\\(?=href|require|html|style|class|cssId|data)", r"\\ ", text)


def _answered(cell: Cell) -> bool:
    return _text(cell).strip() not in ("", PLACEHOLDER)


def _text(cell: Cell) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(map(str, source))


# ------------------------------------------------------------------------------ reading


def _notebooks(folder: Path, template: Notebook) -> list[Path]:
    """The notebooks anywhere in a submission that have a graded cell of the handout."""
    ids = {
        cell["metadata"]["nbgrader"]["grade_id"]
        for cell in template["cells"]
        if "nbgrader" in cell["metadata"]
    }
    found = []
    for path in _notebook_paths(folder):
        cells = (_parse(path) or {"cells": []})["cells"]
        abouts = [cell["metadata"].get("nbgrader") for cell in cells]
        if any(isinstance(a, dict) and a.get("grade_id") in ids for a in abouts):
            found.append(path)
    return found


def _notebook_paths(folder: Path) -> Iterator[Path]:
    """All files called *.ipynb in a submission, as far as a bounded number of entries goes."""
    seen = 0
    for where, folders, files in os.walk(folder, followlinks=False):
        seen += len(folders) + len(files)
        if seen > submissions.MAX_ENTRIES:
            break
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__")))
        yield from (Path(where, file) for file in sorted(files) if file.endswith(".ipynb"))


def _parse(path: Path) -> Notebook | None:
    """A notebook of version 4 with well-formed cells; None for anything else."""
    data = read_bytes(path, MAX_NOTEBOOK)
    if data is None:
        return None
    try:
        notebook = json.loads(data)
        fine = len(notebook["cells"]) <= MAX_CELLS and notebook["nbformat"] == 4
        fine = fine and all(
            cell["cell_type"] in ("code", "markdown", "raw")
            and isinstance(cell["metadata"], dict)
            and isinstance(cell["source"], (str, list))
            for cell in notebook["cells"]
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return notebook if fine else None


def read_bytes(path: Path, most: int) -> bytes | None:
    """The content of a regular file of at most `most` bytes; None for anything else."""
    content = read_regular(path, most, hard_links=True)
    return content if isinstance(content, bytes) else None
