"""`autograder collect`: bring what a learning platform gives into nbgrader's folders."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.console import assignment_argument, course_option, echo, new_console
from autograder.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from autograder.collecting.class_collection import ClassCollection, Order
    from autograder.collecting.platform_time import Zone


@click.command()
@assignment_argument
@click.argument("downloads", nargs=-1, required=True, type=click.Path(path_type=Path))
@course_option
@click.option(
    "--submissions",
    type=click.Path(path_type=Path),
    help="The folder that gets STUDENT/ASSIGNMENT/ for each student. "
    "Default: submitted/ in the course folder.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be collected, and write nothing.")
@click.option(
    "--replace",
    "--force",
    is_flag=True,
    help="Replace hand-ins that were collected before, even newer ones.",
)
@click.option(
    "--timezone",
    help="The time zone of times that name none, such as Europe/Berlin (Brightspace, Blackboard). "
    "Default: nbgrader's in the course, or this machine's.",
)
@click.option("--late-time", help="The time of hand-ins that are LATE at a time not known.")
@click.option(
    "--student-pattern",
    help="Finds the student in an archive's name that no platform made: (?P<student_id>...). "
    "Default: what stands before the first underscore.",
)
@click.option(
    "--allow-odd-submissions",
    is_flag=True,
    help="Collect even what looks like the files of several students, or of another assignment.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def collect(
    assignment: str,
    downloads: tuple[Path, ...],
    course: Path,
    submissions: Path | None,
    dry_run: bool,
    replace: bool,
    timezone: str | None,
    late_time: str | None,
    student_pattern: str | None,
    allow_odd_submissions: bool,
    as_json: bool,
) -> None:
    """Collect the hand-ins of ASSIGNMENT.

    A DOWNLOAD is what a learning platform gives: an archive with the hand-ins of a class (Canvas,
    Moodle, Gradescope, Brightspace, Blackboard), a folder of archives, of folders or of loose
    files, or one student's archive. Each student gets a folder submitted/STUDENT/ASSIGNMENT/, and
    a timestamp.txt where the time of handing in is known. Of several attempts, the newest is
    taken. A second run replaces hand-ins by newer ones only. An archive that cannot be unpacked
    costs one student, and is named.

    Exit status: 0 everybody is collected, 1 something is doubtful (the lines "look at"), 2 wrong
    use of the command.
    """
    from autograder.assignment import reader
    from autograder.collecting import class_collection
    from autograder.collecting.class_collection import Order
    from autograder.collecting.download_shape import Expected
    from autograder.collecting.downloads import STUDENT
    from autograder.collecting.platform_time import Zone

    zone = Zone(timezone, lambda: _timezone_of(course))
    known = reader.load(assignment, course)
    order = Order(
        expected=Expected.of(known, course),
        stubs=known.stubs(),
        submissions=submissions or course / "submitted",
        zone=zone,
        pattern=_pattern(student_pattern) or STUDENT,
        late_time=_late_time(late_time, zone),
        replace=replace,
        allow_odd=allow_odd_submissions,
        dry_run=dry_run,
    )
    console = new_console()
    with (
        console.status("collecting") if console.is_terminal and not as_json else nullcontext() as s
    ):

        def progress(done: int, of: int) -> None:
            if s is not None:
                s.update(f"collecting: {done} of {of}")

        found = class_collection.collect(order, downloads, progress)
    if as_json:
        _print_json(found)
    else:
        _show(console, found, order)
    sys.exit(found.is_doubtful)


def _timezone_of(course: Path) -> str:
    """nbgrader's time zone in a course, or ""."""
    from autograder.nbgrader import settings

    return settings.late_rules(course).timezone if (course / settings.CONFIG).is_file() else ""


def _pattern(text: str | None) -> str | None:
    import re

    if text is not None:
        try:
            groups = re.compile(text).groupindex
        except re.error as error:
            raise UsageError(f"--student-pattern is no regular expression: {error}") from None
        if "student_id" not in groups:
            raise UsageError("--student-pattern has no group (?P<student_id>...)")
    return text


def _late_time(text: str | None, zone: Zone) -> datetime | None:
    """The time in UTC; one without a zone is in `zone`. Raises UsageError."""
    from datetime import datetime

    from autograder.course import time_stamp

    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
        return zone.utc(when) if when.tzinfo is None else time_stamp.parse(text).when
    except ValueError:
        parsed = time_stamp.parse(text).when
        if parsed is None:
            raise UsageError(f"--late-time {text} is no time: write 2026-11-30 23:30") from None
        return parsed


# ------------------------------------------------------------------------------ output


def _show(console: Console, found: ClassCollection, order: Order) -> None:
    """Print a row for each student, and below a line for everything that is doubtful or notable."""
    from rich.table import Table
    from rich.text import Text

    from autograder.text import distinguishable, printable

    table = Table(box=None, padding=(0, 2))
    for title in ("student", "files", "handed in (UTC)", "result", "missing"):
        table.add_column(title)
    for row in found.rows:
        when = f"{row.attempt.when:%Y-%m-%d %H:%M:%S}" if row.attempt.when else "not known"
        late = " LATE" if row.attempt.late else ""
        total = len(row.there) + len(row.missing)
        count = f"{len(row.there)} of {total}" if total else "-"
        missing = ", ".join(row.missing)
        cells = (distinguishable(row.student, 60), count, when + late, row.outcome.value, missing)
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    for row in found.rows:
        for note in row.notes:
            line = f"  {distinguishable(row.student, 60)}: {printable(note)}"
            console.print(line, markup=False, soft_wrap=True)
    for platform in found.unzoned:
        if not order.zone.is_given:
            line = (
                f"  {platform.value}'s times name no zone: read in {order.zone.name} (--timezone)"
            )
            console.print(line, markup=False, soft_wrap=True)
    for row in found.rows:
        for doubt in row.doubts:
            line = f"look at {distinguishable(row.student, 60)}: {printable(doubt)}"
            console.print(line, style="yellow", markup=False, soft_wrap=True)
    for other in found.others:
        console.print(f"  {printable(other)} was left out", markup=False, soft_wrap=True)
    for stray in found.strays:
        console.print(f"look at {printable(stray)}", style="yellow", markup=False, soft_wrap=True)
    _show_end(found, order)


def _show_end(found: ClassCollection, order: Order) -> None:
    from collections import Counter

    counts = Counter(row.outcome.value for row in found.rows)
    shown = ", ".join(f"{count} {word}" for word, count in counts.items())
    where = "nothing was written (--dry-run)" if order.dry_run else f"in {order.submissions}"
    students = f"{len(found.rows)} student{'s' if len(found.rows) != 1 else ''}"
    echo(f"{students}: {shown}; {where}")


def _print_json(found: ClassCollection) -> None:
    rows = [
        {
            "student": row.student,
            "name": row.attempt.name,
            "platform": row.attempt.platform.value,
            "result": row.outcome.value,
            "when": row.attempt.when.isoformat() + "Z" if row.attempt.when else None,
            "late": row.attempt.late,
            "files": list(row.there),
            "missing": list(row.missing),
            "notes": row.notes,
            "doubts": row.doubts,
        }
        for row in found.rows
    ]
    echo(json.dumps({"students": rows, "nobody's": list(found.strays)}, indent=1))
