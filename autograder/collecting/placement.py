"""Puts a hand-in to its place, whole, without losing a newer one; and remembers what it did."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import tempfile
from collections.abc import Iterator
from enum import Enum
from pathlib import Path, PurePosixPath

import msgspec
from filelock import FileLock, Timeout

from autograder.collecting.member_path import is_junk
from autograder.collecting.unpacking import remove, written_safely
from autograder.course import time_stamp
from autograder.course.time_stamp import STAMP
from autograder.errors import KitError, UsageError
from autograder.files import Refusal, read_regular, write_file

WORK, LOCK, OLD = ".collecting", ".collecting.lock", "old"
MAX_RECORD = 64 << 20


class Outcome(Enum):
    """What became of a hand-in."""

    NEW = "new"
    REPLACED = "replaced"
    SAME = "unchanged"
    KEPT = "kept the old"
    BAD = "not collected"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What the record says of one hand-in: all that a platform said of it."""

    name: str
    platform: str
    source: str
    when: str | None
    late: bool
    number: int


# ------------------------------------------------------------------------------ the record


def record_path(submissions: Path, assignment: str) -> Path:
    return submissions / f".collected-{assignment}.json"


def read_record(submissions: Path, assignment: str) -> dict[str, Entry]:
    """Student -> what was collected; nothing where there is no record or it is damaged."""
    content = read_regular(record_path(submissions, assignment), MAX_RECORD)
    if isinstance(content, Refusal):
        return {}
    try:
        return msgspec.json.decode(content, type=dict[str, Entry])
    except (msgspec.DecodeError, UnicodeError):
        return {}


def write_record(submissions: Path, assignment: str, record: dict[str, Entry]) -> None:
    """Write what was collected. Raises KitError."""
    data = msgspec.json.format(msgspec.json.encode(dict(sorted(record.items()))), indent=1)
    write_file(record_path(submissions, assignment), data + b"\n")


# ------------------------------------------------------------------------------ the workplace


@contextlib.contextmanager
def workplace(submissions: Path, dry_run: bool) -> Iterator[Path]:
    """A folder to unpack into, beside the hand-ins, so that these can be moved to their places.

    One run at a time has it. What a killed run left is removed, and a hand-in that it was about to
    replace goes back. Raises KitError, UsageError.
    """
    if dry_run:
        with tempfile.TemporaryDirectory(prefix="autograder-collect-") as folder:
            yield Path(folder)
        return
    with written_safely(submissions):
        submissions.mkdir(parents=True, exist_ok=True)
    lock = FileLock(submissions / LOCK, timeout=0, mode=0o666)
    try:
        lock.acquire()
    except Timeout:
        raise UsageError(f"another collect writes to {submissions}: let it finish") from None
    except OSError as error:
        raise KitError(f"{submissions} cannot be written: {error.strerror}") from None
    work = submissions / WORK
    try:
        _recover(work, submissions)
        work.mkdir()
        yield work
    finally:
        _recover(work, submissions)
        lock.release()


def _recover(work: Path, submissions: Path) -> None:
    """Put back what was about to be replaced, and remove the rest of a run."""
    for old in sorted((work / OLD).glob("*/*")):
        target = submissions / old.relative_to(work / OLD)
        if not os.path.lexists(target):
            with contextlib.suppress(OSError):
                old.rename(target)
    remove(work)


# ------------------------------------------------------------------------------ placing


def compare(
    staged: Path, target: Path, new: Entry, before: Entry | None, timezone: str = ""
) -> tuple[Outcome, str]:
    """What to do with a hand-in whose place is `target`, and why where the old one stays.

    The reason is "" where the old one is the newer, for certain.
    """
    for path in (target.parent, target):
        if not os.path.lexists(path):
            return Outcome.NEW, ""
        if path.is_symlink() or not path.is_dir():
            return Outcome.BAD, f"{path} is a link or no folder: move it away"
    same = is_same(target, staged)
    old_time = time_stamp.read(target, timezone).when
    new_time = time_stamp.read(staged).when
    if same and new_time in (None, old_time):
        return Outcome.SAME, ""
    if new_time and old_time:
        return (Outcome.REPLACED if new_time >= old_time else Outcome.KEPT), ""
    if same:
        return Outcome.REPLACED, ""  # only its time is new
    if before and before.platform == new.platform and before.number and new.number:
        return (Outcome.REPLACED if new.number > before.number else Outcome.KEPT), ""
    return Outcome.KEPT, (
        f"another hand-in is in {target}, and nothing says which is newer: it stays "
        "(--replace takes the new one)"
    )


def put(staged: Path, target: Path, work: Path) -> None:
    """Move a hand-in to its place. Raises KitError, NoRoom."""
    old = work / OLD / target.parent.name / target.name
    with written_safely(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(target):
            old.parent.mkdir(parents=True, exist_ok=True)
            target.rename(old)
        staged.rename(target)
    remove(old)


def is_same(first: Path, second: Path) -> bool:
    """Whether two hand-ins have the same files, whenever they were handed in."""
    return _contents(first) == _contents(second)


def _contents(folder: Path) -> dict[str, bytes]:
    """Path -> digest of every file, but the time stamp."""
    found = {}
    for where, _, files in os.walk(folder):
        inner = PurePosixPath(Path(where).relative_to(folder).as_posix())
        for name in files:
            path = Path(where, name)
            if is_junk(inner / name) or (inner / name).as_posix() == STAMP:
                continue
            if path.is_file() and not path.is_symlink():
                with contextlib.suppress(OSError), path.open("rb") as file:
                    found[str(inner / name)] = hashlib.file_digest(file, "sha256").digest()
            else:
                found[str(inner / name)] = b""
    return found


def iso(when: datetime.datetime | None) -> str | None:
    """A time as the record has it."""
    return when.isoformat(" ", "seconds") if when else None
