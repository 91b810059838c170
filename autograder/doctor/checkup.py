"""Look for what goes wrong in a course before it does.

Each check is a function that returns one `Finding`; adding one to a list here is all it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.doctor import assignment as doctor_assignment
from autograder.doctor import installation as doctor_installation
from autograder.doctor import nbgrader as doctor_nbgrader
from autograder.doctor.findings import Course, Finding
from autograder.errors import AssignmentError, UsageError
from autograder.nbgrader import settings

COURSE: tuple[Callable[[Course], Finding], ...] = (
    doctor_installation.python,
    doctor_installation.packages,
    doctor_installation.requirements,
    doctor_installation.alembic,
    doctor_installation.isolation,
    doctor_installation.start_up,
    doctor_nbgrader.configuration,
    doctor_nbgrader.course_id,
    doctor_nbgrader.gradebook,
    doctor_nbgrader.exchange,
    doctor_nbgrader.inbound,
)
ASSIGNMENT: tuple[Callable[[Course, Assignment], Finding], ...] = (
    doctor_assignment.cells,
    doctor_assignment.handed_out,
    doctor_assignment.release_folder,
    doctor_assignment.secrets,
)


def examine(folder: Path, name: str | None) -> Iterator[Finding]:
    """The findings, as they are made; of one assignment or of all. Raises UsageError."""
    there = sorted(path.parent.name for path in (folder / "solutions").glob("*/assignment.toml"))
    if name is not None and name not in there:
        known = f"; there is: {', '.join(there)}" if there else " (is this the course folder?)"
        raise UsageError(f"no assignment solutions/{name}/assignment.toml{known}")
    if not there:
        raise UsageError(f"{folder}/solutions has no assignment: is this the course folder?")
    course = Course(folder.resolve(), settings.read(folder.resolve()))
    for check in COURSE:
        yield check(course)
    for one in there if name is None else [name]:
        yield from _assignment(course, one)


def _assignment(course: Course, name: str) -> Iterator[Finding]:
    try:
        loaded = reader.load(name, course.folder)
    except AssignmentError as error:
        mend = f"edit solutions/{name}/, then run autograder verify {name}"
        yield Finding(f"{name}: files", "wrong", str(error), mend)
        return
    yield Finding(f"{name}: files", "right", f"{len(loaded.slots)} slots, {loaded.points:g} points")
    for check in ASSIGNMENT:
        finding = check(course, loaded)
        yield replace(finding, name=f"{name}: {finding.name}")
