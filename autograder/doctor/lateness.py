"""The doctor's checks of late submissions: the due date, penalties, and times of handing in."""

from __future__ import annotations

import datetime
import os
import sqlite3
import zoneinfo
from pathlib import Path

from autograder.assignment.model import Assignment
from autograder.course import time_stamp
from autograder.course.time_stamp import STAMP
from autograder.doctor.findings import Course, Finding, first_problems, nothing, right, wrong
from autograder.doctor.nbgrader import open_gradebook
from autograder.nbgrader.settings import CONFIG
from autograder.text import printable

EXAMPLE = "2030-01-31 23:59"
NO_PENALTY = "late submissions lose no points"
NAMED = 20  # students whom a finding names


def due_date(course: Course, assignment: Assignment) -> Finding:
    """Whether penalties have a due date, and which moment that is."""
    name, settings = "due date", course.settings
    zone = _zone(settings.timezone)
    if zone is None:
        text = f"{CONFIG} sets the time zone {printable(settings.timezone, 40)}, which is unknown"
        mend = 'name one of the tz database: c.Exchange.timezone = "Europe/Berlin"'
        return wrong(name, text, mend)
    example = f"{EXAMPLE}{_example_offset(zone)}"
    mend = f'nbgrader db assignment add {assignment.name} --duedate="{example}"'
    due = _due(course, assignment.name)
    if due is None:
        if settings.has_penalty:
            text = "late submissions lose points, and the gradebook has no due date: nobody is late"
            return wrong(name, text, mend)
        return nothing(name, f"none is known, and {NO_PENALTY}")
    local = due.replace(tzinfo=datetime.UTC).astimezone(zone)
    text = f"{local:%Y-%m-%d %H:%M:%S} {settings.timezone or 'UTC'}"
    if settings.timezone:
        text += f" (in the gradebook {due:%Y-%m-%d %H:%M:%S}, which is UTC)"
    if due.second:
        text += ": nbgrader takes an offset behind a space for seconds"
        return wrong(name, text, mend)
    return right(name, text if settings.has_penalty else f"{text}; {NO_PENALTY}")


def times(course: Course, assignment: Assignment) -> Finding:
    """Whether it is known when each student handed in, where that counts."""
    name, settings = "times of handing in", course.settings
    submitted = course.folder / "submitted"
    folders = sorted(path for path in submitted.glob(f"*/{assignment.name}") if path.is_dir())
    problems = {
        folder: problem
        for folder in folders
        if (problem := time_stamp.read(folder, settings.timezone).problem)
    }
    if not problems:
        known = f"{len(folders)} known" if folders else "nobody has handed in"
        return right(name, known) if folders else nothing(name, known)
    is_there = {folder: os.path.lexists(folder / STAMP) for folder in problems}
    if not settings.has_penalty and not any(is_there.values()):
        return nothing(name, f"{len(problems)} are not known, and {NO_PENALTY}")
    text = first_problems([f"{_name(folder)}: {problem}" for folder, problem in problems.items()])
    if len(problems) > 1:
        more = "" if len(problems) <= NAMED else f" and {len(problems) - NAMED} more"
        text += f" (not known of: {', '.join(map(_name, [*problems][:NAMED]))}{more})"
    if any(time_stamp.read(folder).zone for folder in problems) and not settings.timezone:
        return wrong(name, text, f'add to {CONFIG}: c.Exchange.timezone = "Europe/Berlin"')
    offset = _example_offset(_zone(settings.timezone))
    mend = f'write the time: echo "{EXAMPLE}{offset}" > submitted/STUDENT/{assignment.name}/{STAMP}'
    return wrong(name, text, mend)


def _name(folder: Path) -> str:
    return printable(folder.parent.name, 60)


def _zone(name: str) -> datetime.tzinfo | None:
    """The time zone of a name; None if there is none of this name."""
    if name in ("", "UTC"):
        return datetime.UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None


def _example_offset(zone: datetime.tzinfo | None) -> str:
    """The offset of a zone at the time that the examples name."""
    moment = datetime.datetime.fromisoformat(EXAMPLE).replace(tzinfo=zone or datetime.UTC)
    return moment.isoformat()[-6:]


def _due(course: Course, assignment: str) -> datetime.datetime | None:
    """The due date in the gradebook, in UTC; None where there is none or it cannot be read."""
    if course.gradebook is None or not course.gradebook.exists():
        return None
    query = "SELECT duedate FROM assignment WHERE name = ?"
    try:
        with open_gradebook(course.gradebook) as db:
            row = db.execute(query, (assignment,)).fetchone()
    except sqlite3.Error:
        return None
    return time_stamp.parse(row[0]).when if row and isinstance(row[0], str) else None
