"""What a run of `grade` was asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.time_stamp import LateRules
from autograder.text import printable


@dataclass(frozen=True)
class Job:
    """What a run of `grade` was asked to do; grading processes get a copy.

    Attributes:
        submissions: the folder that holds STUDENT/ASSIGNMENT/ for each student.
        out: where results and pages go.
        weak: whether to grade although students' code cannot be kept from files and the network.
        fresh: grade everything, whatever earlier runs found.
        processes: how many grading processes may run.
        late: the course's rules for late submissions.
    """

    course: Path
    assignment: str
    submissions: Path
    out: Path
    seed: int
    device: str = "cpu"
    weak: bool = False
    fresh: bool = False
    processes: int = 1
    late: LateRules = field(default_factory=LateRules)


def default_out(course: Path, assignment: str) -> Path:
    """Where a course keeps the results of an assignment."""
    return course / "reports" / assignment


def times_unknown(job: Job, students: Sequence[str]) -> list[str]:
    """A line for who may lose points for being late, and nobody knows; nothing where all is known.

    `students` are names of folders.
    """
    if not job.late.has_penalty:
        return []
    unknown = [s for s in students if job.late.note(job.submissions / s / job.assignment)]
    if not unknown:
        return []
    names = ", ".join(printable(student, 100) for student in sorted(unknown))
    return [f"late submissions lose points, and nobody knows when these handed in: {names}"]
