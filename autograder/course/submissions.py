"""Which submissions there are, and which student files each has. Nothing is executed or followed.

Only files of the expected names are read; everything else in a folder is left where it is.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from autograder.course.student_file import Source, is_missing, read_source
from autograder.errors import UsageError
from autograder.text import printable

MAX_ENTRIES = 2000


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
