"""Text of a student's in a notebook: as a browser may show it, and what it may be an answer to."""

from __future__ import annotations

import ast
import re
import urllib.parse
import warnings
from collections.abc import Collection
from enum import IntEnum
from typing import Any

from autograder.course.handout import Cell

PICTURES = ("image/png", "image/jpeg", "image/gif")
SAFE_TARGET = r"(?:https?://|attachment:|#)"
MAX_PROGRAM = 20_000  # characters of a cell that are parsed


class Reach(IntEnum):
    """Which questions a text may answer."""

    NOTHING = 0
    BESIDE = 1  # only those that it stands beside
    ANYTHING = 2


def text_of(cell: Cell) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(map(str, source))


def plain(text: str) -> str:
    """The text without differences in white space."""
    return " ".join(text.split())


def valid_id(cell: Cell) -> Cell:
    """The cell's id as an item, if a notebook may have it."""
    id = cell.get("id")
    is_valid = isinstance(id, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", id)
    return {"id": id} if is_valid else {}


def reach(cell: Cell) -> Reach:
    """Which questions a cell of the student's own may answer: a program only those beside it."""
    is_program = cell["cell_type"] == "code" and _is_program(text_of(cell))
    return Reach.BESIDE if is_program else Reach.ANYTHING


def _is_program(text: str) -> bool:
    """Whether a code cell holds a program, or one in comments, rather than sentences."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines or lines[0].startswith("%%") or len(text) > MAX_PROGRAM:
        return True
    if all(line.lstrip().startswith("#") for line in lines):
        lines = [line.lstrip().lstrip("#").removeprefix(" ") for line in lines]
    lines = [re.sub(r"^(\s*)(?:[%!?].*|[\w.]+\?{1,2})$", r"\1pass", line) for line in lines]
    try:
        with warnings.catch_warnings(action="ignore"):
            body = ast.parse("\n".join(lines)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not all(
        isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) for one in body
    )


def label(name: str) -> Cell:
    """A cell that says from which file the next ones are."""
    shown = without_html(name.replace("`", "'"), ())
    return {"cell_type": "markdown", "metadata": {}, "source": f"From the file `{shown}`:"}


def markdown_cell(cell: Cell) -> Cell:
    """A student's cell as text that a browser can show to the person who marks it."""
    pictures = _pictures(cell.get("attachments"))
    text = without_html(text_of(cell), pictures)
    shown: Cell = {"cell_type": "markdown", "metadata": {}, "source": text} | valid_id(cell)
    return shown | ({"attachments": pictures} if pictures else {})


def _pictures(attachments: Any) -> dict[str, dict[str, str]]:
    """The pictures among a cell's attachments."""
    found: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        for kind, data in bundle.items() if isinstance(bundle, dict) else ():
            text = "".join(map(str, data)) if isinstance(data, list) else str(data)
            if kind in PICTURES and re.fullmatch(r"[A-Za-z0-9+/=\s]*", text):
                found.setdefault(name, {})[kind] = text
    return found


def without_html(text: str, pictures: Collection[str]) -> str:
    """Markdown without HTML, with links to the web only, without commands in its formulas."""

    def picture(match: re.Match[str]) -> str:
        attached = match[1] in pictures or urllib.parse.unquote(match[1]) in pictures
        return match[0] if attached else f"missing picture {match[1]}"

    text = re.sub(r"attachment:([^)\s\"'>]*)", picture, text)
    text = re.sub(r"<(?=[A-Za-z/!?])", "< ", text)
    text = re.sub(rf"\](?=\((?!\s*{SAFE_TARGET}))", "] ", text)
    text = re.sub(rf"\](?=:(?!\s*{SAFE_TARGET}))", "] ", text)
    return re.sub(r"\\(?=href|require|html|style|class|cssId|data)", r"\\ ", text)
