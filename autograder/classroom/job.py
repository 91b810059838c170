"""What a run of `grade` was asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """What a run of `grade` was asked to do; grading processes get a copy.

    Attributes:
        submissions: the folder that holds STUDENT/ASSIGNMENT/ for each student.
        out: where results and pages go.
        weak: whether to grade although students' code cannot be kept from files and the network.
        fresh: grade everything, whatever earlier runs found.
        processes: how many grading processes may run.
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


def default_out(course: Path, assignment: str) -> Path:
    """Where a course keeps the results of an assignment."""
    return course / "reports" / assignment
