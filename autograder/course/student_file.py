"""One student file: its content, or why there is none to grade. Nothing is executed or followed."""

from __future__ import annotations

import io
import tokenize
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from autograder.files import Refusal, read_regular

MAX_BYTES = 1 << 20


class Reason(Enum):
    """Why there is no content of a student file to grade."""

    MISSING = "missing"  # it was not handed in, or not as a regular file
    BROKEN = "broken"  # it was handed in, and is no program text
    GRADER = "grader"  # the grader cannot read it, which is no fault of the student's


class Unreadable(NamedTuple):
    """A student file without content to grade: the reason, and what its student is told.

    `line` is the line that is no text, where that is known.
    """

    reason: Reason
    fact: str
    details: tuple[str, ...] = ()
    line: int | None = None


Source = bytes | Unreadable  # of a student file


def is_missing(source: Source) -> bool:
    return isinstance(source, Unreadable) and source.reason == Reason.MISSING


def absent(name: str) -> Unreadable:
    """The value for a student file that does not exist."""
    details = ("it belongs beside the other files, under this name",)
    return Unreadable(Reason.MISSING, f"{name} is not there", details)


def read_source(path: Path) -> Source:
    """The bytes of one student file, or why there are none to grade."""
    name, content = path.name, read_regular(path, MAX_BYTES)
    if isinstance(content, bytes):
        return _not_text(name, content) or content
    if content == Refusal.ABSENT:
        return absent(name)
    if content == Refusal.LINK:
        fact = f"{name} is not a regular file"
        return Unreadable(Reason.MISSING, fact, ("links are not followed",))
    if content == Refusal.NOT_REGULAR:
        return Unreadable(Reason.MISSING, f"{name} is not a regular file")
    if content == Refusal.HARD_LINK:
        fact = f"{name} is a second name of another file (a hard link)"
        details = ("links are not followed: put a copy there",)
        return Unreadable(Reason.MISSING, fact, details)
    if content == Refusal.TOO_LARGE:
        size = f"{path.lstat().st_size / 1e6:.1f} MB; at most {MAX_BYTES / 1e6:.1f} MB are read"
        return Unreadable(Reason.BROKEN, f"{name} is too large", (size,))
    return Unreadable(Reason.GRADER, f"{name} cannot be read by the grader")


def _not_text(name: str, data: bytes) -> Unreadable | None:
    """Why the bytes are no text, in UTF-8 or the encoding that the file declares."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Unreadable(Reason.BROKEN, f"{name} is UTF-16 text: save it as UTF-8")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        line = data.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        fact = f"{name} is not UTF-8 text: save it as UTF-8"
        return Unreadable(Reason.BROKEN, fact, line=line)
    return None
