"""Which submissions there are, and which student files each has. Nothing is executed or followed.

Only files of the expected names are read, and those that seem to be one of them under another name.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from autograder.course import substitute
from autograder.course.handin_listing import Listing, listing
from autograder.course.newer_python import HERE, clear_syntax, written
from autograder.course.reach import in_words, reaches
from autograder.course.student_file import (
    LOCKED,
    Reason,
    Source,
    Unreadable,
    is_missing,
    read_source,
)
from autograder.errors import UsageError
from autograder.text import printable

MAX_NOTED = 5  # notes of one kind on a file


class Note(NamedTuple):
    """Something unusual about a student file; the sentence starts with the file's name.

    `file` is "" where it is about the hand-in as a whole.
    """

    file: str
    text: str

    @property
    def sentence(self) -> str:
        return f"{self.file} {self.text}".strip()


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
        except PermissionError:
            return None  # there may be one: `read` says that it cannot be read
        except OSError:
            return missing
        if stat.S_ISLNK(mode):
            return "is a link, which is not followed: put the folder itself there"
        if not stat.S_ISDIR(mode):
            return missing
    return None


def read(
    folder: Path, student: str, files: Iterable[str], stubs: Mapping[str, bytes] | None = None
) -> Submission:
    """Read a student's files from the submission's folder.

    A file that was renamed, or that is in a subfolder instead, is taken from there, with a note.

    Args:
        files: the names of the student files.
        stubs: the files as they were handed out, where that is known: one that is still so gives
            way to a renamed file with work in it.
    """
    expected = {name: (stubs or {}).get(name, b"") for name in files}
    there = listing(folder)
    others = substitute.candidates(folder, there.files, expected)
    sources, notes = {}, []
    for name, stub in expected.items():
        own = read_source(folder / name)
        source, text = substitute.choose(name, own, others.get(name, ()), stub)
        if is_missing(source):
            text = text or substitute.of_another_kind(name, there.files, expected)
            if there.unreadable:
                fact = f"{name} may lie in a folder that the grader cannot read"
                source = Unreadable(Reason.GRADER, fact)
        sources[name] = source
        if text:
            notes.append(Note(name, text))
    if all(map(is_missing, sources.values())) and not others:
        notes.append(Note("", "nothing of the code was handed in: ask the student"))
    return Submission(student, sources, (*notes, *_notes_on(sources, there, expected)))


def _notes_on(
    sources: Mapping[str, Source], there: Listing, stubs: Mapping[str, bytes]
) -> Iterator[Note]:
    """Notes on the hand-in as a whole, and on what its files import."""
    if Path() in there.locked:
        yield Note("", f"the folder {LOCKED}")
        return
    missing = [name for name, source in sources.items() if is_missing(source)]
    if missing and not there.is_whole:
        yield Note("", "there are more files and folders than are looked at")
    for place in there.locked if missing else ():
        yield Note("", f"the subfolder {printable(place.as_posix(), 100)}/ {LOCKED}")
    for name, source in sources.items():
        if isinstance(source, Unreadable) and source.reason == Reason.LOCKED:
            yield Note(name, LOCKED)
        elif isinstance(source, bytes):
            yield from _imported(name, source, there, stubs)
            yield from _newer(name, source)
            yield from _reaching(name, source, stubs[name])


def _reaching(name: str, source: bytes, stub: bytes) -> Iterator[Note]:
    """A note on what reaches inside the interpreter, other than what was handed out."""
    given = {found.name for found in reaches(stub.decode("utf-8", "replace"))}
    own = [found for found in reaches(source.decode()) if found.name not in given]
    if own:
        yield Note(name, in_words(own))


def _newer(name: str, source: bytes) -> Iterator[Note]:
    """A note on syntax that the grader's Python is too old for."""
    newer = clear_syntax(source.decode())
    if newer is not None:
        needed, here = written(newer.version), written(HERE)
        text = f"has {newer.what} on line {newer.line}: that needs {needed} or newer, "
        yield Note(name, f"{text}and the grader runs {here}")


def _imported(
    name: str, source: bytes, there: Listing, stubs: Mapping[str, bytes]
) -> Iterator[Note]:
    """Notes on modules that lie beside the files of the assignment and that one of these needs."""
    beside = {path.parts[0].removesuffix(".py") for path in there.files if path.suffix == ".py"}
    beside -= {file.removesuffix(".py") for file in stubs} | set(sys.stdlib_module_names)
    wanted = _modules(source) - _modules(stubs[name])
    for module in sorted(beside & wanted)[:MAX_NOTED]:
        yield Note(
            name,
            f"imports {printable(module, 60)}, which lies beside it: only the assignment's "
            "files are read",
        )


def _modules(source: bytes) -> set[str]:
    """The names after `import` and `from` at the beginning of lines."""
    found = re.findall(rb"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", source, re.M)
    return {name.decode() for name in found}
