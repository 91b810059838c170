"""Grade a class: unchanged results stay, the other students go to grading processes.

Only this process writes results. If a grading process ends, another one grades its student again.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from autograder.assignment import reader
from autograder.classroom import provenance
from autograder.classroom.job import Job
from autograder.classroom.result_cache import Outcome, ResultCache
from autograder.classroom.run_folder import RunFolder
from autograder.classroom.scheduler import Scheduler
from autograder.isolation.protection import RunProtection, WeakIsolation


def prove_isolation(device: str, weak: bool) -> RunProtection:
    """Prove the protection from students' code.

    Raises WeakIsolation below tier B, if not `weak`. Cases on a CUDA device run without a sandbox.
    """
    # here: a regrade without changes proves nothing, and this is slow to import
    from autograder.isolation.pool import Workers

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


class ClassRun:
    """One run of `grade`. `isolation` is the protection in force, None while it is unknown."""

    def __init__(self, job: Job, folder: RunFolder) -> None:
        self.job = job
        self.assignment = reader.load(job.assignment, job.course)
        self.isolation = folder.proved_isolation()
        self._folder = folder
        self._waiting: list[str] = []
        self._cache: ResultCache | None = None

    def find_unchanged(self, students: Sequence[str]) -> list[Outcome]:
        """The students for whom nothing has changed. `grade` then grades the others.

        If there are others, the protection from their code is proved. Raises KitError.
        """
        known = self.isolation
        unchanged = {} if known is None else self._unchanged(students, known)
        if len(unchanged) < len(students):
            self.isolation = prove_isolation(self.job.device, self.job.weak)
            if self.isolation != known:
                unchanged = self._unchanged(students, self.isolation)
            self._folder.note_proof(self.isolation)
        self._waiting = [student for student in students if student not in unchanged]
        return list(unchanged.values())

    def _unchanged(self, students: Sequence[str], isolation: RunProtection) -> dict[str, Outcome]:
        job = self.job
        conditions = provenance.conditions(
            self.assignment, job.course, job.seed, job.device, isolation
        )
        self._cache = cache = ResultCache(job, self.assignment, conditions, self._folder.resumed)
        found = {}
        for student in students:
            with contextlib.suppress(Exception):  # ours: `grade` meets it again and reports it
                outcome = cache.unchanged(student)
                if outcome is not None:
                    found[student] = outcome
        return found

    def grade(self, on_start: Callable[[str], None] = lambda _: None) -> Iterator[Outcome]:
        """Grade the students who are left; yields each when the result is on disk.

        `on_start` is called with each student whose turn comes. Leaving the iteration, also by an
        exception or Ctrl-C, ends the grading processes; what was yielded is whole. Raises KitError
        where grading cannot go on, NoRoom among them.
        """
        if self._waiting and self._cache is not None:
            self._folder.begin()
            yield from Scheduler(self._cache, on_start).grade(deque(self._waiting))
