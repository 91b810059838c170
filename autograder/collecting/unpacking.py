"""Writes what archives and folders of strangers contain into a fresh folder.

Only regular files come out, inside the folder, and no more than a budget allows.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.collecting.archive import CHUNK, Kind, Member, is_archive_name, members, stem
from autograder.collecting.budget import HANDIN, BadArchive, Budget, Limits, TooMuch
from autograder.collecting.member_path import Outside, Unusable, is_junk, member_path
from autograder.errors import KitError, NoRoom
from autograder.files import DISK_FULL
from autograder.text import printable

SHOWN = 80  # characters of a member's name in a message
OUTSIDE = "has a file that belongs outside of it: {}"
CLASH = "has a file and a folder of one name: {}"
NOT_REGULAR = "{} is a link or no regular file, and was left out"
TWICE = "{} is in the archive twice: the last was taken"


@dataclass
class Unpacked:
    """What unpacking left out.

    Attributes:
        left_out: a sentence for each member that was not taken.
        bad: unit -> why nothing of it was taken. A unit is a student's part of a class's archive.
    """

    left_out: list[str] = field(default_factory=list)
    bad: dict[PurePosixPath, str] = field(default_factory=dict)

    def note(self, sentence: str, name: object) -> None:
        shown = sentence.format(printable(str(name), SHOWN))
        if shown not in self.left_out:
            self.left_out.append(shown)


def names(archive: Path) -> list[PurePosixPath]:
    """The paths of the files in an archive, without junk. Raises BadArchive."""
    found = []
    for member in members(archive):
        try:
            path = member_path(member.name)
        except (Outside, Unusable):
            continue
        if path is not None and member.kind == Kind.FILE and not is_junk(path):
            found.append(path)
    return found


def unpack(archive: Path, into: Path, budget: Budget, name: str = "") -> Unpacked:
    """Unpack one student's archive, which the student called `name`.

    Raises BadArchive; what is in `into` is of no use then.
    """
    done = Unpacked()
    for member in members(archive, name):
        path = _path(member, done)
        if path is not None:
            _write(member, path, into, budget, done)
    return done


def unpack_class(archive: Path, into: Path, unit_parts: int, limits: Limits = HANDIN) -> Unpacked:
    """Unpack an archive with the hand-ins of many, each with a budget of its own.

    The first `unit_parts` parts of a path say whose file it is. What is wrong with one part costs
    that part. Raises BadArchive where the archive as a whole cannot be read.
    """
    done = Unpacked()
    budgets: dict[PurePosixPath, Budget] = defaultdict(lambda: Budget(limits))
    for member in members(archive):
        try:
            path = _path(member, done)
        except BadArchive as error:
            done.note("{}", error)
            continue
        if path is None:
            continue
        unit = PurePosixPath(*path.parts[:unit_parts])
        if unit in done.bad:
            continue
        try:
            _write(member, path, into, budgets[unit], done)
        except BadArchive as error:
            done.bad[unit] = str(error)
            remove(into / unit)
    return done


def _path(member: Member, done: Unpacked) -> PurePosixPath | None:
    """Where to write a member; None where it is not to be written. Raises BadArchive."""
    try:
        path = member_path(member.name)
    except Outside:
        raise BadArchive(OUTSIDE.format(printable(member.name, SHOWN))) from None
    except Unusable as error:
        done.note("{} was left out: " + str(error), member.name)
        return None
    if path is None or is_junk(path):
        return None
    if member.kind == Kind.OTHER:
        done.note(NOT_REGULAR, path)
        return None
    return path


def _write(member: Member, path: PurePosixPath, into: Path, budget: Budget, done: Unpacked) -> None:
    """Write a member. Raises BadArchive, NoRoom."""
    target = into / path
    with written_safely(path):
        if member.kind == Kind.FOLDER:
            target.mkdir(parents=True, exist_ok=True)
            return
        budget.take_file(member.packed)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            raise FileExistsError
        if target.exists():
            done.note(TWICE, path)
            target.unlink()
    _write_file(member.chunks(), target, budget)


def _write_file(chunks: Iterable[bytes], target: Path, budget: Budget) -> None:
    size = 0
    with written_safely(target), target.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            budget.take_bytes(len(chunk), size)
            file.write(chunk)


class written_safely:  # noqa: N801 (used like a function)
    """What writing raises, as the kit's errors: BadArchive for clashes, NoRoom, KitError."""

    def __init__(self, path: object) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, (FileExistsError, NotADirectoryError, IsADirectoryError)):
            raise BadArchive(CLASH.format(printable(str(self._path), SHOWN))) from None
        if isinstance(error, OSError):
            message = f"{self._path} cannot be written: {error.strerror}"
            raise (NoRoom if error.errno in DISK_FULL else KitError)(message) from None


# ------------------------------------------------------------------------------ folders


def copy(source: Path, into: Path, budget: Budget) -> Unpacked:
    """Copy a folder's regular files; no link is followed. Raises BadArchive, NoRoom."""
    done = Unpacked()
    into.mkdir(parents=True, exist_ok=True)
    for where, folders, files in os.walk(source, onerror=_unreadable(done, source)):
        inner = PurePosixPath(Path(where).relative_to(source).as_posix())
        links = [name for name in folders if Path(where, name).is_symlink()]
        folders[:] = sorted(n for n in folders if n not in links and not is_junk(inner / n))
        for name in sorted((*files, *links)):
            if not is_junk(inner / name):
                copy_file(Path(where, name), into / inner / name, inner / name, budget, done)
    return done


def _unreadable(done: Unpacked, source: Path) -> Callable[[OSError], None]:
    def note(error: OSError) -> None:
        path = os.path.relpath(error.filename, source)
        done.note("{} cannot be read, and was left out", path)

    return note


def copy_file(source: Path, target: Path, shown: object, budget: Budget, done: Unpacked) -> None:
    """Copy a regular file; anything else is noted as left out. Raises BadArchive, NoRoom."""
    try:
        descriptor = os.open(
            source, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        )
    except OSError:
        kind = source.is_symlink() or not source.is_file()
        done.note(NOT_REGULAR if kind else "{} cannot be read, and was left out", shown)
        return
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            done.note(NOT_REGULAR, shown)
            return
        budget.take_file(status.st_size)
        with written_safely(shown):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
        _write_file(iter(lambda: file.read(CHUNK), b""), target, budget)


def remove(path: Path) -> None:
    """Remove a file, or a folder with everything in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


# ------------------------------------------------------------------------------ nested archives


def unpack_inside(folder: Path, budget: Budget, left_out: list[str]) -> dict[str, str]:
    """Unpack the archives in a folder, and those in them, each into a folder beside it.

    Returns path -> why an archive was not unpacked; it stays as it is. What is deeper than the
    budget's limit stays, too. Raises TooMuch where the budget is used up, NoRoom.
    """
    bad: dict[str, str] = {}
    for depth in range(budget.limits.depth + 1):
        found = [p for p in _archives(folder) if p.relative_to(folder).as_posix() not in bad]
        for path in found:
            shown = path.relative_to(folder).as_posix()
            if depth == budget.limits.depth:
                bad[shown] = f"lies in more than {depth} archives"
                continue
            into = _free(path.with_name(stem(path.name) or "archive"))
            try:
                done = unpack(path, into, budget)
            except TooMuch:
                raise
            except BadArchive as error:
                remove(into)
                bad[shown] = str(error)
                continue
            left_out += done.left_out
            path.unlink()
    return bad


def _archives(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders.sort()
        yield from (Path(where, name) for name in sorted(files) if is_archive_name(name))


def _free(path: Path) -> Path:
    """The path, or one like it where nothing is yet."""
    candidate, number = path, 1
    while os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(f"{path.name}-{number}")
    return candidate
