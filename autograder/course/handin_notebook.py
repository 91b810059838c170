"""The notebooks of a submission, as nbgrader can take them.

nbgrader follows links, loses a submission whose notebook is missing, renamed or broken, and fails
on a duplicated or deleted graded cell. So it gets a copy, made by `notebook_repair`. The submission
itself is not changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from autograder.course import notebook_file, notebook_repair, time_stamp
from autograder.course.handin_listing import MAX_ENTRIES
from autograder.course.notebook_repair import Handout, Repaired, Source, is_answered, listed
from autograder.course.time_stamp import LateRules
from autograder.files import Refusal, open_regular, read_regular
from autograder.text import printable

MAX_NOTEBOOK = 32 << 20  # bytes that `autograder pack` packs
MAX_NOTEBOOKS = 12  # that are read of a submission
# Files that people write answers into, and that nobody but a person reads.
DOCUMENTS = (".pdf", ".doc", ".docx", ".odt", ".rtf", ".pages", ".tex", ".htm", ".html")
SECRET = "submission_secret.txt"  # by which nbgrader finds whose feedback it is
CHUNK = 1 << 20


def notes(folder: Path, released: Mapping[str, str], late: LateRules) -> list[str]:
    """Sentences about what is unusual in a submission's notebooks and time stamp."""
    found = [note for name in released for note in read_notebook(folder, name, released).notes]
    about_time = late.note(folder)
    return [*found, about_time] if about_time else found


def looked_at(folder: Path, released: Collection[str]) -> Iterator[bytes]:
    """What `notes` depends on: names and digests of the notebooks, and the time stamp.

    `released` are the names of the notebooks that students got.
    """
    paths, more, documents = _files(folder, released)
    yield repr((more, documents)).encode()
    room = notebook_file.MAX_FILE
    for path in [folder / time_stamp.STAMP, *paths]:
        size, content = _digest(path, room)
        room -= size
        yield from (os.fsencode(path.relative_to(folder)), content)


def _digest(path: Path, most: int) -> tuple[int, bytes]:
    """The size of a file and a digest, without holding it; or why it is not read."""
    file = open_regular(path, most, hard_links=True)
    if isinstance(file, Refusal):
        return 0, file.name.encode()
    whole, size = hashlib.sha256(), 0
    with file:
        try:
            while chunk := file.read(CHUNK):
                whole.update(chunk)
                size += len(chunk)
        except OSError:
            return size, Refusal.UNREADABLE.name.encode()
    return size, whole.digest()


def read_notebook(folder: Path, name: str, released: Mapping[str, str]) -> Repaired:
    """The released notebook `name` with what a student wrote, in whatever notebooks.

    `released` has the texts of the notebooks that students got, by file name.
    """
    handouts = {other: Handout(json.loads(text)) for other, text in released.items()}
    paths, more, documents = _files(folder, released)
    theirs = released.keys() - {name}  # these are read for their own handouts
    paths = [path for path in paths if path.parent != folder or path.name not in theirs]
    sources, notes = _sources(folder, paths)
    handout = handouts.pop(name)
    sources = [s for s in sources if s.name == name or not _belongs_to(s, handout, handouts)]
    sources.sort(key=lambda source: _rank(source, name, handout))
    if more:
        sources.append(Source(f"{more} more notebooks", (), "were not read"))
    repaired = notebook_repair.repair(sources, handout.notebook, name)
    if documents and not repaired.is_answered:
        sources.append(Source(listed(documents), (), "may have answers and was not read"))
        repaired = notebook_repair.repair(sources, handout.notebook, name)
    first = sources[0] if sources else None
    if first is not None and first.name != name and any(map(handout.grade_id, first.cells)):
        notes.append(f"{name} was handed in as {first.name}")
    elif not any(source.name == name for source in sources):
        none = "" if repaired.waiting else ": its written answers count as none"
        notes.append(f"{name} was not handed in{none}")
    return replace(repaired, notes=[*notes, *repaired.notes])


def _sources(folder: Path, paths: Iterable[Path]) -> tuple[list[Source], list[str]]:
    """The notebooks at some paths, and notes. All of them together are read up to a limit."""
    sources, notes = [], []
    room = notebook_file.Room()
    for path in paths:
        read = notebook_file.read(path, room)
        shown = printable(path.relative_to(folder).as_posix(), 100)
        sources.append(Source(shown, read.cells, read.problem))
        if read.note:
            notes.append(f"{shown} {read.note}")
    return sources, notes


def _belongs_to(source: Source, ours: Handout, others: Mapping[str, Handout]) -> bool:
    """Whether a notebook has graded cells of another handout, and none of ours."""
    if any(map(ours.grade_id, source.cells)):
        return False
    return any(other.grade_id(cell) for other in others.values() for cell in source.cells)


def _rank(source: Source, name: str, handout: Handout) -> tuple[bool, bool, int]:
    """Sorts notebooks: the one with the right name, then the one with most answers."""
    answers = sum(bool(handout.grade_id(cell)) and is_answered(cell) for cell in source.cells)
    has_cells = any(map(handout.grade_id, source.cells))
    return source.name != name or bool(source.problem), not has_cells, -answers


def _files(folder: Path, released: Collection[str]) -> tuple[list[Path], int, list[str]]:
    """The notebooks in a submission that are read, how many more there are, and documents.

    Notebooks with the names of the released ones come first.
    """
    notebooks: list[Path] = []
    documents: list[str] = []
    seen = 0
    for where, folders, files in os.walk(folder, followlinks=False):
        seen += len(folders) + len(files)
        if seen > MAX_ENTRIES:
            break
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__")))
        for name in sorted((*files, *folders)):
            if name.startswith("."):
                continue
            if ".ipynb" in name.lower():
                notebooks.append(Path(where, name))
            elif name.lower().endswith(DOCUMENTS):
                path = Path(where, name).relative_to(folder)
                documents.append(printable(path.as_posix(), 100))
    notebooks.sort(key=lambda path: path.parent != folder or path.name not in released)
    return notebooks[:MAX_NOTEBOOKS], max(0, len(notebooks) - MAX_NOTEBOOKS), documents


def read_bytes(path: Path, most: int) -> bytes | None:
    """The content of a regular file of at most `most` bytes; None for anything else."""
    content = read_regular(path, most, hard_links=True)
    return content if isinstance(content, bytes) else None
