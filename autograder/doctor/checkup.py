"""The doctor's checks, in order. Each is a function that returns one `Finding`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.doctor import assignment, installation, lateness, nbgrader
from autograder.doctor.findings import Course, Finding, right, wrong
from autograder.errors import AssignmentError, UsageError
from autograder.nbgrader import settings

COURSE: tuple[Callable[[Course], Finding], ...] = (
    installation.python,
    installation.packages,
    installation.requirements,
    installation.alembic,
    installation.isolation,
    installation.start_up,
    nbgrader.configuration,
    nbgrader.course_id,
    nbgrader.gradebook,
    nbgrader.exchange,
    nbgrader.inbound,
)
ASSIGNMENT: tuple[Callable[[Course, Assignment], Finding], ...] = (
    assignment.python,
    assignment.cells,
    assignment.released_cells,
    assignment.release_folder,
    assignment.secrets,
    lateness.due_date,
    lateness.times,
)


def examine(folder: Path, name: str | None) -> Iterator[Finding]:
    """The findings on a course and on one of its assignments, or on all. Raises UsageError."""
    if name is not None:
        reader.require(name, folder)
    known = reader.names(folder)
    if not known:
        raise UsageError(f"{folder}/solutions has no assignment: is this the course folder?")
    course = Course(folder.resolve(), settings.read(folder.resolve()))
    for check in COURSE:
        yield check(course)
    for one in known if name is None else [name]:
        yield from _examine_assignment(course, one)


def _examine_assignment(course: Course, name: str) -> Iterator[Finding]:
    try:
        loaded = reader.load(name, course.folder)
    except AssignmentError as error:
        mend = f"edit solutions/{name}/, then run autograder verify {name}"
        yield wrong(f"{name}: files", str(error), mend)
        return
    yield right(f"{name}: files", f"{len(loaded.slots)} slots, {loaded.points:g} points")
    for check in ASSIGNMENT:
        finding = check(course, loaded)
        yield replace(finding, name=f"{name}: {finding.name}")
