"""A notebook file of a student's, read as far as it can be: its cells, with their texts.

Outputs are passed over without being read. Odd cells are mended. Of a file that is no notebook, the
texts of its cells are kept, as far as they can be found.
"""

from __future__ import annotations

import codecs
import json
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.handout import Cell
from autograder.files import Refusal, open_regular

MAX_FILE = 128 << 20  # bytes, outputs included
MAX_TEXT = 32 << 20  # bytes, without outputs: pictures in texts are among them
MAX_SOURCE = 4 << 20  # characters of the cells' texts
MAX_VALUES = 1_000_000  # in the JSON, without outputs
MAX_BRACKETS = 1_000_000  # in the outputs
MAX_CELLS = 5000
MAX_FOUND = 1 << 20  # characters of text kept of a file that is no notebook
MAX_RAW = 100_000  # of one in which no texts of cells are found
LATIN = "autograder.latin"  # name of an error handler

STRING = rb'"(?:[^"\\]++|\\.)*+"'
TO_OUTPUTS = re.compile(rb'(?:[^"]++|(?!"(?:outputs|widgets)"\s*+:)' + STRING + rb")*+", re.DOTALL)
KEY = re.compile(STRING + rb"\s*+:\s*+", re.DOTALL)
TO_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|' + STRING + rb")*+", re.DOTALL)
SCALAR = re.compile(rb"[^,\]}]*+")
SOURCE = re.compile(
    rb'"(?:source|input)"\s*+:\s*+(' + STRING + rb'|\[(?:[^\]"]++|' + STRING + rb")*+)", re.DOTALL
)
STRINGS = re.compile(STRING, re.DOTALL)
UNREADABLE = "cannot be read: look at its permissions"
TOO_LARGE = "is too large to be read"
NO_NOTEBOOK = "cannot be read as a notebook"
REFUSED = {
    Refusal.LINK: "is a link, which is not followed",
    Refusal.NOT_REGULAR: "is no regular file",
    Refusal.TOO_LARGE: TOO_LARGE,
}


@dataclass(frozen=True)
class NotebookFile:
    """What was read of a notebook file.

    Attributes:
        cells: each with `cell_type` (code, markdown or raw), `metadata`, and `source` as one text;
            `id` and `attachments` as they were, which may be anything.
        problem: why the file is no notebook, as the end of a sentence; "" where it is one. Then
            the cells are the texts that were found in it.
        note: what is unusual about it all the same, or "".
    """

    cells: tuple[Cell, ...]
    problem: str = ""
    note: str = ""


@dataclass
class Room:
    """What may still be read of a submission's notebooks together."""

    file: int = MAX_FILE
    text: int = MAX_TEXT
    source: int = MAX_SOURCE


def read(path: Path, room: Room) -> NotebookFile:
    """Read a notebook file, which takes of the room. Raises nothing because of its content."""
    file = open_regular(path, room.file, hard_links=True)
    if isinstance(file, Refusal):
        return NotebookFile((), REFUSED.get(file, UNREADABLE))
    with file:
        try:
            data: Any = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):  # of no bytes
            return NotebookFile((), NO_NOTEBOOK)
        with data:
            room.file -= len(data)
            return parse(data, room)


def parse(data: Any, room: Room) -> NotebookFile:
    """Read a notebook from bytes or a memory map. Raises nothing because of its content."""
    found = _parse(data, room)
    room.source = max(0, room.source - sum(len(cell["source"]) for cell in found.cells))
    return found


def _parse(data: Any, room: Room) -> NotebookFile:
    start = data[:4]
    marks = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
    if start.startswith(marks) or (0 in start and b"{" in start):
        if len(data) > room.text:
            return NotebookFile((), TOO_LARGE)
        whole = data[:]
        data = whole.decode(json.detect_encoding(whole), "replace").encode("utf-8", "replace")
    if not data[:1000].removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{"):
        return NotebookFile(_found(data, room.source), NO_NOTEBOOK)
    try:
        text = _without_outputs(data, room.text)
        if text.count(b",") + text.count(b"[") + text.count(b"{") > MAX_VALUES:
            return NotebookFile(_found(data, room.source), TOO_LARGE)
        decoded = text.decode("utf-8-sig", LATIN)
        notebook = json.loads(decoded, parse_int=_integer, object_pairs_hook=_object, strict=False)
        cells = list(_cells(notebook))
        if sum(len(cell["source"]) for cell in cells) > room.source:
            raise _TooLargeError
        room.text -= len(text)
    except _TooLargeError:
        return NotebookFile(_found(data, room.source), TOO_LARGE)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return NotebookFile(_found(data, room.source), NO_NOTEBOOK)
    if len(cells) > MAX_CELLS:
        rest = "\n\n".join(cell["source"] for cell in cells[MAX_CELLS:])
        cells = [*cells[:MAX_CELLS], _text_cell(rest)]
    note = "" if _is_utf8(text) else "is no UTF-8 text: read as Latin-1"
    return NotebookFile(tuple(cells), note=note)


class _TooLargeError(Exception):
    pass


def _without_outputs(data: Any, room: int) -> bytes:
    """The JSON of a notebook, with an empty list for each value of `outputs` and `widgets`."""
    kept, position, size, brackets = [], 0, 0, 0
    while True:
        match = TO_OUTPUTS.match(data, position)
        assert match is not None
        size += match.end() - position
        if size > room:
            raise _TooLargeError
        kept.append(data[position : match.end()])
        key = KEY.match(data, match.end())
        if key is None:  # the end, or a string without one
            return b"".join([*kept, data[match.end() : match.end() + 1]])
        kept.append(data[match.end() : key.end()] + b"[]")
        position, count = _value_end(data, key.end())
        brackets += count
        if brackets > MAX_BRACKETS or len(kept) > MAX_VALUES:
            raise _TooLargeError


def _value_end(data: Any, position: int) -> tuple[int, int]:
    """Where the JSON value that starts at `position` ends, and how many brackets it has."""
    depth = brackets = 0
    while True:
        match = TO_BRACKET.match(data, position) if depth else None
        position = match.end() if match else position
        sign = data[position : position + 1]
        if sign in (b"[", b"{"):
            depth += 1
        elif depth and sign in (b"]", b"}"):
            depth -= 1
        elif depth:  # the end of the file, or a string without an end
            return len(data), brackets
        else:
            scalar = STRINGS.match(data, position) or SCALAR.match(data, position)
            return scalar.end() if scalar else position, brackets
        position += 1
        brackets += 1
        if depth == 0 or brackets > MAX_BRACKETS:
            return position, brackets


def _integer(digits: str) -> int:
    """An integer; 0 for one so long that Python would refuse it."""
    return int(digits) if len(digits) < 100 else 0


def _object(pairs: list[tuple[str, Any]]) -> Cell:
    """A JSON object; of a source that is given twice, as merging does, both texts are kept."""
    found = dict(pairs)
    if len(found) < len(pairs) and "source" in found:
        texts = [_joined(value) for key, value in pairs if key == "source"]
        found["source"] = "\n".join(dict.fromkeys(texts))
    return found


# ------------------------------------------------------------------------------ cells


def _cells(notebook: Any) -> Iterator[Cell]:
    """The cells of a notebook, those of the older form with worksheets among them."""
    sheets = notebook.get("worksheets")
    lists = [sheet["cells"] for sheet in (sheets if isinstance(sheets, list) else [])]
    if "cells" in notebook or not lists:
        lists.insert(0, notebook["cells"])
    for cells in lists:
        if not isinstance(cells, list):
            raise TypeError("cells are a list")
        for cell in cells:
            mended = _cell(cell)
            if mended is not None:
                yield mended


def _cell(cell: Any) -> Cell | None:
    """A cell in the form that `NotebookFile` describes; None where there is none."""
    if not isinstance(cell, dict):
        text = _joined(cell)
        return _text_cell(text) if text.strip() else None
    text = "\n".join(_joined(cell[key]) for key in ("source", "input") if cell.get(key) is not None)
    kind, about = cell.get("cell_type"), cell.get("metadata")
    mended = {
        "cell_type": kind if kind in ("code", "markdown") else "raw",
        "metadata": about if isinstance(about, dict) else {},
        "source": text,
    }
    return mended | {key: cell[key] for key in ("id", "attachments") if key in cell}


def _joined(source: Any) -> str:
    """A source as one text, whatever it is."""
    if source is None:
        return ""
    if isinstance(source, str):
        return source
    if isinstance(source, list):
        return "".join(map(_joined, source))
    return str(source)


def _text_cell(text: str) -> Cell:
    return {"cell_type": "raw", "metadata": {}, "source": text}


def _found(data: Any, room: int) -> tuple[Cell, ...]:
    """The texts of cells in a file that is no notebook; without any, the file's own text."""
    cells, room = [], min(room, MAX_FOUND)
    for match in SOURCE.finditer(data):
        strings = STRINGS.findall(match[1][:room])
        text = "".join(_unquoted(string) for string in strings)
        if text.strip():
            cells.append(_text_cell(text))
            room -= len(text)
        if room <= 0:
            break
    if not cells:
        text = data[: min(room, MAX_RAW)].decode("utf-8-sig", LATIN).replace("\0", "")
        cells = [_text_cell(text)] if text.strip() else []
    return tuple(cells)


def _unquoted(string: bytes) -> str:
    text = string.decode("utf-8", LATIN)
    try:
        return str(json.loads(text, strict=False))
    except ValueError:
        return text[1:-1]


# ------------------------------------------------------------------------------ bytes


def _latin(error: UnicodeError) -> tuple[str, int]:
    """Decode the bytes that are no UTF-8 as Windows does, which includes Latin-1."""
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    text = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in wrong)
    return text, error.end


codecs.register_error(LATIN, _latin)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
