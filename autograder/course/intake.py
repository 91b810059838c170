"""Which submissions there are, and the student files of one. Nothing is executed or followed.

Only regular files of the expected names are read, up to a size; everything else in a folder is left
where it is.
"""

from __future__ import annotations

import io
import os
import stat
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from autograder.errors import UsageError
from autograder.files import Refusal, read_regular
from autograder.text import printable

MAX_BYTES = 1 << 20
MAX_ENTRIES = 2000


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


class Note(NamedTuple):
    """Something unusual about a student file; the sentence starts with the file's name."""

    file: str
    text: str

    @property
    def sentence(self) -> str:
        return f"{self.file} {self.text}"


@dataclass(frozen=True)
class Submission:
    """The student files of one submission, by name."""

    student: str
    sources: Mapping[str, Source]
    notes: tuple[Note, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """The notes, as people read them."""
        return tuple(note.sentence for note in self.notes)


def students(folder: Path, assignment: str) -> tuple[list[str], dict[str, str]]:
    """Those with a folder for the assignment, and why others are left out. Raises UsageError."""
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except FileNotFoundError:
        raise UsageError(
            f"no folder {folder}: collect the submissions first, or name theirs with --submissions"
        ) from None
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from None
    left_out = {name: _why_not(folder / name, assignment) for name in names}
    handed_in = [name for name, why in left_out.items() if why is None]
    if not handed_in:
        raise UsageError(
            f"{folder} has no submissions of {assignment}: they are expected as "
            f"{folder}/STUDENT/{assignment}/"
        )
    return handed_in, {name: why for name, why in left_out.items() if why}


def _why_not(student: Path, assignment: str) -> str | None:
    """Why an entry of the submissions folder is no submission; "" where it is no student."""
    for path, missing in ((student, ""), (student / assignment, f"handed in no {assignment}")):
        try:
            mode = path.lstat().st_mode
        except OSError:
            return missing
        if stat.S_ISLNK(mode):
            return "is a link, which is not followed: put the folder itself there"
        if not stat.S_ISDIR(mode):
            return missing
    return None


def read(folder: Path, student: str, files: Iterable[str]) -> Submission:
    """Read a student's files from the submission's folder.

    A file that is in one subfolder instead is taken from there, with a note.
    """
    sources = {name: read_source(folder / name) for name in files}
    missing = {name for name, source in sources.items() if is_missing(source)}
    notes = []
    for name, folders in (_elsewhere(folder, missing) if missing else {}).items():
        shown = ", ".join(f"{printable(subfolder, 100)}/" for subfolder in folders)
        if len(folders) == 1:
            sources[name] = read_source(folder / folders[0] / name)
            text = f"lies in {shown} instead of beside the notebook: taken from there"
        else:
            text = f"lies in {shown} and not beside the notebook: none was taken"
        notes.append(Note(name, text))
    return Submission(student, sources, tuple(notes))


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


def _elsewhere(folder: Path, names: set[str]) -> dict[str, list[str]]:
    """name -> subfolders that have a file of this name.

    Looks at a bounded number of entries, and not into hidden folders and caches.
    """
    found: dict[str, list[str]] = {}
    seen = 0
    for where, folders, files in os.walk(folder, followlinks=False):
        seen += len(folders) + len(files)
        if seen > MAX_ENTRIES:
            break
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__")))
        relative = os.path.relpath(where, folder)
        if relative != ".":
            for name in sorted(names.intersection(files)):
                found.setdefault(name, []).append(relative)
    return found
