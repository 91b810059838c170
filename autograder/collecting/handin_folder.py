"""One attempt of a student's, made the folder that is graded: unpacked, merged, looked at."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.collecting import plausibility
from autograder.collecting.archive import is_archive_name
from autograder.collecting.budget import BadArchive, Budget
from autograder.collecting.download_shape import Expected
from autograder.collecting.downloads import Attempt, Piece
from autograder.collecting.member_path import Outside, Unusable, member_path
from autograder.collecting.platform_label import Platform
from autograder.collecting.unpacking import (
    Unpacked,
    copy,
    copy_file,
    remove,
    unpack,
    unpack_inside,
    written_safely,
)
from autograder.course.time_stamp import STAMP, written
from autograder.text import printable

NBGRADERS_OWN = (STAMP, "submission_secret.txt")  # nbgrader believes what stands in them
SHOWN = 80
AGAIN = re.compile(r"-\d+(?=\.[^.]*$)")  # what Canvas adds to the name of a file that comes again


@dataclass
class Staged:
    """An attempt as a folder. `bad` says why there is nothing to grade, "" where there is."""

    folder: Path
    bad: str = ""
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    paths: list[PurePosixPath] = field(default_factory=list)


def stage(attempt: Attempt, into: Path, expected: Expected) -> Staged:
    """Make the folder of an attempt. Raises NoRoom."""
    staged = Staged(into, doubts=list(attempt.doubts), notes=list(attempt.notes))
    into.mkdir(parents=True)
    budget = Budget()
    failed = []
    for number, piece in enumerate(_latest(attempt, staged)):
        part = into.with_name(f"{into.name}.{number}")
        try:
            _take_piece(piece, part, budget, staged, _name(piece, attempt, expected))
            _merge(part, into, staged, attempt.platform)
        except BadArchive as error:
            failed.append(f"{printable(piece.shown, SHOWN)} {error}")
        finally:
            remove(part)
    for name in NBGRADERS_OWN:
        if (into / name).exists():
            (into / name).unlink()
            staged.doubts.append(f"{name} of the hand-in was left out: a student can write one")
    staged.paths = plausibility.files(into)
    if not staged.paths:
        staged.bad = "; ".join(failed or [*staged.doubts, "there are no files in it"][:1])
    else:
        staged.doubts += failed
    if attempt.when is not None and not staged.bad:
        (into / STAMP).write_text(written(attempt.when), "ascii")
    return staged


def _name(piece: Piece, attempt: Attempt, expected: Expected) -> str:
    """The name that the student gave: Canvas calls a file that is handed in again `moves-1.py`."""
    if attempt.platform == Platform.CANVAS:
        first = AGAIN.sub("", piece.rest)
        if first in expected.files:
            return first
    try:
        path = member_path(piece.rest)
    except (Outside, Unusable):
        return ""
    return path.name if path else ""


def _latest(attempt: Attempt, staged: Staged) -> list[Piece]:
    """The pieces, later ones last. Of Canvas's `hw.zip` and `hw-1.zip`, only the later is taken."""
    pieces = sorted(attempt.pieces, key=lambda piece: piece.number)
    if attempt.platform != Platform.CANVAS:
        return pieces
    latest = {AGAIN.sub("", piece.rest): piece for piece in pieces}
    for piece in pieces:
        later = latest[AGAIN.sub("", piece.rest)]
        if later is not piece:
            shown, taken = (printable(one.shown, SHOWN) for one in (piece, later))
            staged.notes.append(f"{shown} was left out: {taken} is the later one of the two")
    return sorted(latest.values(), key=lambda piece: piece.number)


def _take_piece(piece: Piece, part: Path, budget: Budget, staged: Staged, name: str) -> None:
    """Put a piece's files into a folder of its own. Raises BadArchive, NoRoom."""
    if piece.problem:
        raise BadArchive(piece.problem)
    done = Unpacked()
    with written_safely(part):
        part.mkdir()
    if piece.path.is_dir():
        done = copy(piece.path, part, budget)
    elif is_archive_name(piece.shown):
        done = unpack(piece.path, part, budget, name)
    else:
        copy_file(piece.path, part / (name or piece.shown), piece.shown, budget, done)
    inside = unpack_inside(part, budget, done.left_out)
    staged.doubts += done.left_out
    staged.doubts += [f"{printable(path, SHOWN)} {why}" for path, why in inside.items()]


def _merge(part: Path, into: Path, staged: Staged, platform: Platform) -> None:
    """Move a piece's files into the hand-in, without folders around all of them."""
    top = part
    while len(inside := list(top.iterdir())) == 1 and inside[0].is_dir():
        top = inside[0]
    for where, _, found in os.walk(top):
        inner = Path(where).relative_to(top)
        for name in sorted(found):
            target = into / inner / name
            with written_safely(target.name):
                target.parent.mkdir(parents=True, exist_ok=True)
                if target.is_dir():
                    raise IsADirectoryError
                differs = target.exists() and not filecmp.cmp(Path(where, name), target, False)
                shutil.move(str(Path(where, name)), str(target))
            if differs:
                shown = printable((inner / name).as_posix(), SHOWN)
                text = f"{shown} was handed in twice: the later one was taken"
                (staged.notes if platform == Platform.CANVAS else staged.doubts).append(text)
