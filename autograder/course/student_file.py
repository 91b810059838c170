"""One student file: its content, or why there is none to grade. Nothing is executed or followed."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import NamedTuple

from autograder.course.source_text import NotText, normal
from autograder.files import Refusal, read_regular

MAX_BYTES = 1 << 20
LOCKED = "cannot be read: its mode, or that of a folder above it, lets nobody"


class Reason(Enum):
    """Why there is no content of a student file to grade."""

    MISSING = "missing"  # it was not handed in, or not as a regular file
    BROKEN = "broken"  # it was handed in, and is no program text
    LOCKED = "locked"  # it was handed in with a mode that lets nobody read it
    GRADER = "grader"  # the grader cannot read it, which is no fault of the student's


class Unreadable(NamedTuple):
    """A student file without content to grade: the reason, and what its student is told.

    `line` is the line that is no text, where that is known.
    """

    reason: Reason
    fact: str
    details: tuple[str, ...] = ()
    line: int | None = None


Source = bytes | Unreadable  # of a student file; its text, see `source_text.normal`


def is_missing(source: Source) -> bool:
    return isinstance(source, Unreadable) and source.reason == Reason.MISSING


def absent(name: str) -> Unreadable:
    """The value for a student file that does not exist."""
    details = ("it belongs beside the other files, under this name",)
    return Unreadable(Reason.MISSING, f"{name} is not there", details)


def read_source(path: Path) -> Source:
    """The text of one student file, or why there is none to grade."""
    return source_of(path.name, path, read_regular(path, MAX_BYTES))


def source_of(name: str, path: Path, content: bytes | Refusal) -> Source:
    """The text of the student file `name`, which is at `path`, from what reading it gave."""
    if isinstance(content, Refusal):
        return _refused(name, path, content)
    if not content.strip():
        return Unreadable(Reason.MISSING, f"{name} is empty", ("save it, and look at its size",))
    text = normal(content)
    if isinstance(text, NotText):
        return Unreadable(Reason.BROKEN, f"{name} {text.why}", line=text.line)
    return text


def _refused(name: str, path: Path, refusal: Refusal) -> Unreadable:
    if refusal == Refusal.ABSENT:
        return absent(name)
    if refusal == Refusal.LINK:
        fact = f"{name} is not a regular file"
        return Unreadable(Reason.MISSING, fact, ("links are not followed",))
    if refusal == Refusal.NOT_REGULAR:
        return Unreadable(Reason.MISSING, f"{name} is not a regular file")
    if refusal == Refusal.HARD_LINK:
        fact = f"{name} is a second name of another file (a hard link)"
        details = ("links are not followed: put a copy there",)
        return Unreadable(Reason.MISSING, fact, details)
    if refusal == Refusal.TOO_LARGE:
        size = f"{_size(path) / 1e6:.1f} MB; at most {MAX_BYTES / 1e6:.1f} MB are read"
        return Unreadable(Reason.BROKEN, f"{name} is too large", (size,))
    if refusal == Refusal.LOCKED:
        return Unreadable(Reason.LOCKED, f"{name} {LOCKED}")
    return Unreadable(Reason.GRADER, f"{name} cannot be read by the grader")


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
