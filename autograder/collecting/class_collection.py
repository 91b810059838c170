"""Collects a class: from downloads to the folders that are graded."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.collecting import placement, plausibility
from autograder.collecting.download_shape import Expected
from autograder.collecting.downloads import STUDENT, Attempt, Downloads
from autograder.collecting.handin_folder import Staged, stage
from autograder.collecting.placement import Entry, Outcome
from autograder.collecting.platform_label import Platform, folder_name
from autograder.collecting.platform_time import Zone
from autograder.collecting.unpacking import remove
from autograder.course import submissions as handed_in
from autograder.course.student_file import is_missing
from autograder.errors import KitError, NoRoom
from autograder.files import digest
from autograder.text import printable

MAX_LISTED = 5


@dataclass(frozen=True)
class Order:
    """What to collect, and how. `stubs` are the code files as they were handed out."""

    expected: Expected
    submissions: Path
    zone: Zone
    pattern: str = STUDENT
    late_time: datetime.datetime | None = None
    replace: bool = False
    allow_odd: bool = False
    dry_run: bool = False
    stubs: Mapping[str, bytes] = field(default_factory=dict)


@dataclass
class Row:
    """What became of one student's hand-in.

    `missing` are files of the assignment; `is_certain` tells that no attempt is newer.
    """

    student: str
    attempt: Attempt
    outcome: Outcome = Outcome.BAD
    there: Sequence[str] = ()
    missing: Sequence[str] = ()
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    staged: Staged | None = None
    is_certain: bool = True


@dataclass(frozen=True)
class ClassCollection:
    """What became of a class.

    `strays` are sentences about hand-ins that belong to nobody, `others` the names of other files,
    `unzoned` the platforms whose times have no zone.
    """

    rows: Sequence[Row]
    strays: Sequence[str]
    others: Sequence[str]
    unzoned: Sequence[Platform]

    @property
    def is_doubtful(self) -> bool:
        return bool(self.strays) or any(
            row.doubts or row.outcome == Outcome.BAD for row in self.rows
        )


def collect(
    order: Order,
    downloads: Sequence[Path],
    progress: Callable[[int, int], None] = lambda i, n: None,
) -> ClassCollection:
    """Collect the downloads. `progress` gets how many students are done, and of how many.

    Raises UsageError where a download is not there, KitError where what came is no class's.
    """
    with placement.workplace(order.submissions, order.dry_run) as work:
        spool = work / "spool"
        spool.mkdir()
        found = Downloads(spool, order.expected, order.zone, order.pattern)
        found.read(downloads)
        if not found.attempts:
            shown = "; ".join(found.strays[:MAX_LISTED]) or "they are empty"
            raise KitError(f"the downloads have no hand-ins: {shown}")
        rows = [_newest(attempts) for attempts in found.attempts.values()]
        _name_apart(rows)
        for i, (row, attempts) in enumerate(zip(rows, found.attempts.values(), strict=True)):
            progress(i, len(rows))
            _stage(row, attempts, order, work / f"student-{i}")
        rows.sort(key=lambda row: row.student)
        _refuse_odd(rows, order)
        record = placement.read_record(order.submissions, order.expected.assignment)
        try:
            for row in rows:
                _place(row, order, record, work)
        finally:
            if not order.dry_run:
                name = order.expected.assignment
                placement.write_record(order.submissions, name, record)
        progress(len(rows), len(rows))
    unzoned = {row.attempt.platform for row in rows if row.attempt.is_unzoned}
    return ClassCollection(
        rows, found.strays, found.others, sorted(unzoned, key=lambda platform: platform.value)
    )


# ------------------------------------------------------------------------------ attempts


def _newest(attempts: list[Attempt]) -> Row:
    """Sort a student's attempts, the newest last, and start the row of that one."""
    order = {id(attempt): i for i, attempt in enumerate(attempts)}
    timed = all(attempt.when for attempt in attempts)
    numbered = len(attempts) == 1 or all(attempt.number for attempt in attempts)
    attempts.sort(
        key=lambda a: (
            a.when if timed and a.when else datetime.datetime.min,
            a.number,
            order[id(a)],
        )
    )
    newest = attempts[-1]
    return Row(newest.folder, newest, is_certain=timed or numbered)


def _name_apart(rows: Sequence[Row]) -> None:
    """Give students whose folders would be one, or look like one, folders of their own."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.student.casefold(), []).append(row)
    for group in groups.values():
        for row in group if len(group) > 1 or not group[0].student else []:
            source = f"{row.attempt.platform.value} {row.attempt.name} {row.attempt.folder}"
            row.student = folder_name(row.student or "student", digest(source.encode())[:6])
            row.doubts.append(
                f"{printable(row.attempt.name, 80) or 'the name'} is no folder of its own: is "
                "this another student?"
            )


# ------------------------------------------------------------------------------ staging


def _stage(row: Row, attempts: Sequence[Attempt], order: Order, work: Path) -> None:
    """Make the folder of the newest attempt, or of the one before it where that is bad."""
    failed = []
    for i, attempt in enumerate(reversed(attempts)):
        folder = work / f"attempt-{i}"
        staged = stage(_timed(attempt, order), folder, order.expected)
        row.staged, row.attempt = staged, attempt
        if not staged.bad:
            break
        remove(folder)
        failed.append(staged.bad)
    assert row.staged is not None
    if row.staged.bad:
        row.doubts.append("; ".join(failed))
        return
    if failed:
        shown = printable(row.attempt.time_text or row.attempt.shown, 80)
        row.doubts.append(f"{failed[0]}: took the attempt before it, {shown}")
    row.notes += row.staged.notes
    row.doubts += row.staged.doubts
    if row.attempt.late and row.attempt.when is None:
        row.doubts.append(
            f"{row.attempt.platform.value} says LATE and not when: no penalty is taken until "
            "timestamp.txt has the time (--late-time sets it)"
        )
    _look_at_files(row, order)
    _compare_attempts(row, attempts, order, work)


def _timed(attempt: Attempt, order: Order) -> Attempt:
    if attempt.late and attempt.when is None and order.late_time:
        attempt.when = order.late_time
    return attempt


def _look_at_files(row: Row, order: Order) -> None:
    """Find which files of the assignment a hand-in has, as grading does."""
    assert row.staged is not None
    found = handed_in.read(row.staged.folder, row.student, order.expected.code, order.stubs)
    missing = [name for name, source in found.sources.items() if is_missing(source)]
    names = {path.name for path in row.staged.paths}
    notebooks = [name for name in order.expected.files if name not in order.expected.code]
    missing += [name for name in notebooks if not any(n.endswith(".ipynb") for n in names)]
    row.missing = missing
    row.there = [name for name in order.expected.files if name not in missing]
    row.notes += found.sentences
    if several := plausibility.copies(row.staged.paths, order.expected):
        row.doubts.append(printable(several))
    elif not row.there:
        row.doubts.append("has none of the files of the assignment")


def _compare_attempts(row: Row, attempts: Sequence[Attempt], order: Order, work: Path) -> None:
    """Name the attempts that were not taken, and what only they have."""
    assert row.staged is not None
    others = []
    for i, attempt in enumerate(attempts):
        if attempt is row.attempt:
            continue
        when = attempt.time_text or placement.iso(attempt.when) or attempt.shown
        row.notes.append(f"an earlier attempt was left out: {printable(when, 80)}")
        if row.is_certain and not row.missing:
            continue
        other = stage(attempt, work / f"other-{i}", order.expected)
        if not row.is_certain and not placement.is_same(other.folder, row.staged.folder):
            others.append(printable(attempt.shown, 80))
        remove(other.folder)
        if only := sorted({path.name for path in other.paths}.intersection(row.missing)):
            row.doubts.append(f"an earlier attempt has what this one lacks: {', '.join(only)}")
    if others:
        taken = printable(row.attempt.shown, 80)
        row.doubts.append(f"nothing says which is newest: took {taken}, not {', '.join(others)}")


def _refuse_odd(rows: Sequence[Row], order: Order) -> None:
    """Refuse what looks like collecting gone wrong. Raises KitError where it is the whole class."""
    if order.allow_odd:
        return
    found = {row.student: row.staged.paths for row in rows if row.staged and not row.staged.bad}
    for row in rows:
        if row.student not in found or row.staged is None:
            continue
        why = plausibility.several_students(row.staged.paths, order.expected)
        if why:
            shown = printable(row.attempt.shown, 80)
            row.staged.bad = f"{why}: give {shown} to collect by itself, or {plausibility.ODD}"
        elif row.attempt.platform == Platform.NONE and order.expected.is_pile(row.attempt.name):
            row.staged.bad = (
                f"{printable(row.attempt.name, 80)} is no student's name: name the archive or "
                f"folder after the student, or {plausibility.ODD}"
            )
        if row.staged.bad:
            row.doubts.insert(0, row.staged.bad)
    empty = [row for row in rows if row.student in found and not row.there]
    if len(found) >= plausibility.SMALL_CLASS and 2 * len(empty) > len(found):
        names = ", ".join(row.student for row in empty[:MAX_LISTED])
        raise KitError(
            f"{len(empty)} of {len(found)} hand-ins have none of the files of "
            f"{order.expected.assignment} ({names}, …): nothing was collected. Is it another "
            f"assignment's download? To collect all the same: {plausibility.ODD}"
        )


# ------------------------------------------------------------------------------ placing


def _place(row: Row, order: Order, record: dict[str, Entry], work: Path) -> None:
    if row.staged is None or row.staged.bad:
        row.outcome = Outcome.BAD
        return
    target = order.submissions / row.student / order.expected.assignment
    attempt = row.attempt
    entry = Entry(
        name=printable(attempt.name),
        platform=attempt.platform.value,
        source=printable(attempt.shown),
        when=placement.iso(attempt.when),
        late=attempt.late,
        number=attempt.number,
    )
    before = record.get(row.student)
    row.outcome, why = placement.compare(row.staged.folder, target, entry, before)
    if row.outcome == Outcome.KEPT and order.replace:
        row.outcome, why = Outcome.REPLACED, ""
    if why:
        row.doubts.append(why)
    elif row.outcome == Outcome.KEPT:
        row.notes.append("a newer hand-in is there and stays (--replace takes this one)")
    elif row.outcome == Outcome.REPLACED:
        old = (before and before.when) or "an earlier hand-in"
        row.notes.append(f"replaced {old}")
    if order.dry_run or row.outcome in (Outcome.KEPT, Outcome.BAD):
        return
    try:
        if row.outcome != Outcome.SAME:
            placement.put(row.staged.folder, target, work)
        record[row.student] = entry
    except NoRoom:
        raise
    except KitError as error:  # it must cost no other student anything
        row.outcome = Outcome.BAD
        row.doubts.append(str(error))
