"""The file that is taken in the place of an expected one that is missing or untouched.

A sole candidate with work in it is taken. Among several a person has to choose.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from autograder.course.handin_listing import Allowance
from autograder.course.renamed_file import is_of_another_kind, meaning
from autograder.course.student_file import (
    MAX_BYTES,
    Reason,
    Source,
    Unreadable,
    is_missing,
    source_of,
)
from autograder.text import printable

MOST_FILES = 40  # candidates of a hand-in that are read
MOST_BYTES = 8 << 20
NAMED = 5  # that a note names at most


class Likeness(IntEnum):
    """How sure a file's name says which expected file it is."""

    SAME = 0  # the very name, in a subfolder
    RENAMED = 1  # what a platform or a system makes of the name
    SIMILAR = 2  # the words of the name, among others


@dataclass(frozen=True)
class Candidate:
    """A file that may be an expected one; `path` is relative to the hand-in's folder."""

    path: Path
    likeness: Likeness
    source: Source

    @property
    def shown(self) -> str:
        return printable(self.path.as_posix(), 100)


class Choice(NamedTuple):
    """What is read for an expected file, and the rest of a sentence on it where it is unusual."""

    source: Source
    note: str = ""


def candidates(
    folder: Path, paths: Iterable[Path], stubs: Mapping[str, bytes]
) -> dict[str, list[Candidate]]:
    """expected file -> the files that may be it, except the one at its place.

    Args:
        paths: of all files of the hand-in, relative to its folder.
        stubs: the expected files as they were handed out; b"" where that is not known.
    """
    allowance = Allowance(MOST_FILES, MOST_BYTES)
    found: dict[str, list[Candidate]] = {}
    for path in paths:
        likeness = Likeness.SAME
        name = path.name
        if path.name not in stubs:
            meant = meaning(path.name, stubs)
            if meant is None:
                continue
            name, likeness = meant.file, Likeness(2 - meant.is_certain)
        elif path.parent == Path():
            continue
        content = allowance.read(folder / path, MAX_BYTES)
        source = source_of(path.name, folder / path, content)
        is_it = likeness == Likeness.SAME or _defines(source, stubs[name])
        if is_it or (likeness == Likeness.RENAMED and _is_broken(source)):
            found.setdefault(name, []).append(Candidate(path, likeness, source))
    return found


def choose(name: str, own: Source, others: Sequence[Candidate], stub: bytes) -> Choice:
    """Which of `others` is taken for the expected file `name`, at whose place `own` lies."""
    untouched = is_untouched(own, stub)
    if isinstance(own, bytes) and not untouched:
        return Choice(own, _left_out(own, others, stub))
    best = _best(others, stub, nothing_else=is_missing(own))
    if not best:
        return Choice(own)
    names = _listed(one.shown for one in best)
    if _is_broken(own):
        return Choice(own, f"cannot be used, and {names} may be meant: look at it")
    if isinstance(own, Unreadable) and not is_missing(own):
        return Choice(own)  # the grader cannot read it
    if len(best) == 1:
        return Choice(best[0].source, _taken(best[0], untouched))
    if untouched:
        return Choice(own, f"is as it was handed out, and {names} may be meant: none was taken")
    details = (f"{names} may be it: none was taken",)
    source = Unreadable(Reason.MISSING, f"{name} is not there", details)
    if all(one.likeness == Likeness.SAME for one in best):
        names = _listed(f"{printable(one.path.parent.as_posix(), 100)}/" for one in best)
        return Choice(source, f"lies in {names} and not beside the notebook: none was taken")
    return Choice(source, f"is not there, and {names} may be it: none was taken")


def of_another_kind(name: str, paths: Iterable[Path], expected: Collection[str]) -> str:
    """What a note says of files that have the name of an expected one and no code; or ""."""
    found = [
        path.as_posix()
        for path in paths
        if path.name not in expected and is_of_another_kind(path.name, name)
    ]
    return f"is not there, and {_listed(found)} may have it: look at it" if found else ""


def _best(others: Sequence[Candidate], stub: bytes, nothing_else: bool) -> Sequence[Candidate]:
    """The candidates to choose from: those with work, of names that are sure where there are any.

    Where there is `nothing_else`, a file that is no text counts as well, or an untouched one.
    """
    working = _working(others, stub)
    if working or not nothing_else:
        return _sure(working)
    return _sure([one for one in others if _is_broken(one.source)]) or _sure(
        [one for one in others if isinstance(one.source, bytes)]
    )


def _working(others: Sequence[Candidate], stub: bytes) -> list[Candidate]:
    return [
        one
        for one in others
        if isinstance(one.source, bytes) and not is_untouched(one.source, stub)
    ]


def _sure(group: Sequence[Candidate]) -> Sequence[Candidate]:
    return [one for one in group if one.likeness != Likeness.SIMILAR] or group


def _is_broken(source: Source) -> bool:
    return isinstance(source, Unreadable) and source.reason in (Reason.BROKEN, Reason.LOCKED)


def _taken(one: Candidate, untouched: bool) -> str:
    if untouched:
        return f"is as it was handed out, and {one.shown} has work in it: that was taken"
    if one.likeness == Likeness.SAME:
        where = printable(one.path.parent.as_posix(), 100)
        return f"lies in {where}/ instead of beside the notebook: taken from there"
    return f"was handed in as {one.shown}: taken from there"


def _left_out(own: Source, others: Sequence[Candidate], stub: bytes) -> str:
    """What a note says of copies that differ from the file that is read; or ""."""
    copies = [one for one in _working(others, stub) if one.likeness == Likeness.RENAMED]
    differing = [one.shown for one in copies if one.source != own]
    return f"was read, and not {_listed(differing)}, which differs" if differing else ""


def _listed(names: Iterable[str]) -> str:
    shown = [printable(name, 100) for name in names]
    more = f" and {len(shown) - NAMED} more" if len(shown) > NAMED else ""
    return ", ".join(shown[:NAMED]) + more


# ------------------------------------------------------------------------------ content


def _defines(source: Source, stub: bytes) -> bool:
    """Whether the text defines a slot, or anything where the slots are not known."""
    if not isinstance(source, bytes):
        return False
    names = {slot.rpartition(b".")[2] for slot in _slots(stub)}
    defined = set(re.findall(rb"^[ \t]*(?:async def|def|class)[ \t]+(\w+)", source, re.M))
    return bool(defined & names) if names else bool(defined)


def is_untouched(source: Source, stub: bytes) -> bool:
    """Whether a file has no work in it: it is as it was handed out, or no slot was started."""
    slots = _slots(stub)
    if not isinstance(source, bytes) or not slots:
        return False
    lines, given = list(_lines(source)), list(_lines(stub))
    if lines == given:
        return True
    for slot in slots:
        at = given.index(_placeholder(slot))
        if not _has_in_a_row(lines, given[max(at - 2, 0) : at + 1]):
            return False
        if _definitions(lines, slot) != _definitions(given, slot):
            return False  # defined once more, perhaps at the end
    return True


def _slots(stub: bytes) -> list[bytes]:
    return re.findall(rb'^[ \t]*raise NotImplementedError\("([\w.]+)"\)$', stub, re.M)


def _placeholder(slot: bytes) -> bytes:
    return b'raise NotImplementedError("' + slot + b'")'


def _lines(text: bytes) -> Iterator[bytes]:
    return filter(None, map(bytes.strip, text.split(b"\n")))


def _has_in_a_row(lines: Sequence[bytes], wanted: Sequence[bytes]) -> bool:
    last = wanted[-1]
    ends = (i + 1 for i, line in enumerate(lines) if line == last)
    return any(list(lines[max(end - len(wanted), 0) : end]) == list(wanted) for end in ends)


def _definitions(lines: Collection[bytes], slot: bytes) -> int:
    name = re.escape(slot.rpartition(b".")[2])
    pattern = re.compile(rb"(?:(?:async )?def |class )\s*" + name + rb"\b|" + name + rb"\s*=[^=]")
    return sum(pattern.match(line) is not None for line in lines)
