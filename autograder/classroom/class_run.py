"""Grade a class: what nothing has changed for is kept, the rest goes to grading processes.

Only this process writes results. A grading process that ends costs nothing: what it was at is
graded by another one.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.assignment import reader
from autograder.classroom import provenance
from autograder.classroom.result_cache import Done, Job, Kept
from autograder.classroom.run_folder import Output
from autograder.classroom.scheduler import _Grading

if TYPE_CHECKING:
    from autograder.isolation.protection import RunProtection


def default_out(course: Path, assignment: str) -> Path:
    """Where a course keeps the results of an assignment."""
    return course / "reports" / assignment


def proved_isolation(device: str, weak: bool) -> RunProtection:
    """Prove the protection from students' code. Raises WeakIsolation below tier B, if not `weak`.

    Where torch finds a CUDA device and it is asked for, its cases run without a sandbox.
    """
    from autograder.isolation.pool import Workers
    from autograder.isolation.protection import RunProtection, WeakIsolation

    with Workers() as workers:
        found = workers.protection()
        if not weak:
            found.require()
        if device != "cpu" and workers.has_cuda():
            if not weak:
                raise WeakIsolation(
                    f"cases on {device} run without a sandbox: students' code could read and send "
                    "what you can. To grade all the same: --allow-weak-isolation"
                )
            return RunProtection(found, open_device=device)
        return RunProtection(found)


# ------------------------------------------------------------------------------ the class


class Class:
    """A class that is being graded. `isolation` is the protection in force, once it is known."""

    def __init__(self, job: Job, output: Output) -> None:
        self.job = job
        self.assignment = reader.load(job.assignment, job.course)
        self.isolation = output.proved()
        self._output = output
        self._waiting: list[str] = []
        self._kept: Kept | None = None

    def look(self, students: Sequence[str]) -> list[Done]:
        """The students for whom nothing has changed. The others are what `grade` then grades.

        If there are any, the protection from their code is proved. Raises KitError.
        """
        known = self.isolation
        unchanged = {} if known is None else self._unchanged(students, known)
        if len(unchanged) < len(students):
            self.isolation = proved_isolation(self.job.device, self.job.weak)
            if self.isolation != known:
                unchanged = self._unchanged(students, self.isolation)
            self._output.note_proof(self.isolation)
        self._waiting = [student for student in students if student not in unchanged]
        return list(unchanged.values())

    def _unchanged(self, students: Sequence[str], isolation: RunProtection) -> dict[str, Done]:
        job = self.job
        now = provenance.conditions(self.assignment, job.course, job.seed, job.device, isolation)
        self._kept = kept = Kept(job, self.assignment, now, self._output.going_on)
        found = {}
        for student in students:
            with contextlib.suppress(Exception):  # of ours: it is met again, and told, in `grade`
                done = kept.unchanged(student)
                if done is not None:
                    found[student] = done
        return found

    def grade(self, jobs: int, started: Callable[[str], None] = lambda _: None) -> Iterator[Done]:
        """Grade the students who are left; yields each when its result is on disk.

        `started` is called with each student's name when its turn comes. Leaving the iteration,
        also by an exception or Ctrl-C, ends the grading processes; what was yielded is whole.
        Raises KitError where grading cannot go on, NoRoom among them.
        """
        if self._waiting and self._kept is not None:
            self._output.begin()
            yield from _Grading(self._kept, jobs, started).grade(deque(self._waiting))
