"""Which files a submission has. Nothing is executed, nothing is followed.

Only regular files of the expected names are read, up to a limit; whatever else lies in a folder
is left where it is.
"""

from __future__ import annotations

import io
import os
import stat
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.judging.failure import Failure
from autograder.judging.verdict import Verdict
from autograder.text import printable

MAX_BYTES = 1 << 20
MAX_ENTRIES = 2000


@dataclass(frozen=True)
class Submission:
    """What a student handed in: for each expected file its bytes, or why there are none."""

    student: str
    sources: Mapping[str, bytes | Failure]
    notes: tuple[str, ...] = ()


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
    """Read a student's files from the submission's folder."""
    names = list(files)
    sources = {name: read_file(folder / name) for name in names}
    missing = {name for name, source in sources.items() if _is_missing(source)}
    notes = []
    for name, where in (_elsewhere(folder, missing) if missing else {}).items():
        shown = ", ".join(f"{printable(one, 100)}/" for one in where)
        if len(where) == 1:
            sources[name] = read_file(folder / where[0] / name)
            notes.append(f"{name} lies in {shown} instead of beside the notebook: taken from there")
        else:
            notes.append(f"{name} lies in {shown} and not beside the notebook: none was taken")
    return Submission(student, sources, tuple(notes))


def _is_missing(source: bytes | Failure) -> bool:
    return isinstance(source, Failure) and source.verdict == Verdict.MISSING


def read_file(path: Path) -> bytes | Failure:
    """The bytes of one student file, or the Failure that stands for it."""
    name = path.name
    try:
        descriptor = os.open(path, os.O_RDONLY | _flag("O_NOFOLLOW") | _flag("O_NONBLOCK"))
    except FileNotFoundError:
        return Failure(
            Verdict.MISSING,
            f"{name} is not there",
            ("it belongs beside the other files, under this name",),
        )
    except OSError:
        if path.is_symlink() or not path.is_file():
            return Failure(
                Verdict.MISSING, f"{name} is not a regular file", ("links are not followed",)
            )
        return Failure(Verdict.UNGRADED, f"{name} cannot be read by the grader")
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return Failure(Verdict.MISSING, f"{name} is not a regular file")
        if status.st_nlink > 1:  # of a file that is somebody else's, perhaps
            fact = f"{name} is a second name of another file (a hard link)"
            return Failure(Verdict.MISSING, fact, ("links are not followed: put a copy there",))
        if status.st_size > MAX_BYTES:
            size = f"{status.st_size / 1e6:.1f} MB; at most {MAX_BYTES / 1e6:.1f} MB are read"
            return Failure(Verdict.ERROR, f"{name} is too large", (size,))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES)
    except OSError:
        return Failure(Verdict.UNGRADED, f"{name} cannot be read by the grader")
    finally:
        os.close(descriptor)
    return _not_text(name, data) or data


def _flag(name: str) -> int:
    flag: int = getattr(os, name, 0)
    return flag


def _not_text(name: str, data: bytes) -> Failure | None:
    """UTF-8, or whatever encoding the file itself declares in Python's way."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Failure(Verdict.ERROR, f"{name} is UTF-16 text: save it as UTF-8")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        line = data.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        return Failure(Verdict.ERROR, f"{name} is not UTF-8 text: save it as UTF-8", line=line)
    return None


def _elsewhere(folder: Path, names: set[str]) -> dict[str, list[str]]:
    """name -> subfolders, for expected files that lie deeper. Looks at a bounded number of names.

    Folders that programs make (hidden ones, caches) are passed over.
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
