"""Grade a class: what nothing has changed for is kept, the rest goes to grading processes.

Only this process writes results. A grading process that ends costs nothing: what it was at is
graded by another one.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.assignment import model as assignments
from autograder.classroom import provenance
from autograder.classroom.result_cache import NOTES, Done, Job, Kept, Task
from autograder.classroom.results import Part
from autograder.classroom.run_folder import Output
from autograder.errors import GraderFault, KitError, UsageError

if TYPE_CHECKING:
    from autograder.classroom.grading_process import Process, Request

TRIES = 3  # a submission at which so many grading processes ended is left to a person


def default_out(course: Path, assignment: str) -> Path:
    """Where a course keeps the results of an assignment."""
    return course / "reports" / assignment


def default_jobs() -> int:
    """As many grading processes as there are cores for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def proved_isolation(device: str, weak: bool) -> str:
    """Prove the protection from students' code. Raises WeakIsolation below tier B, if not `weak`.

    Where torch finds a CUDA device and it is asked for, its cases run without a sandbox.
    """
    from autograder.isolation.client import Workers
    from autograder.isolation.protection import WeakIsolation

    with Workers() as workers:
        found = workers.protection()
        if not weak:
            found.demand()
        if device != "cpu" and workers.has_cuda():
            if not weak:
                raise WeakIsolation(
                    f"cases on {device} run without a sandbox: students' code could read and send "
                    "what you can. To grade all the same: --allow-weak-isolation"
                )
            return f"{found.line}; {device}: D, a process of its own"
        return found.line


# ------------------------------------------------------------------------------ the class


class Class:
    """A class that is being graded. `isolation` is the protection in force, once it is known."""

    def __init__(self, job: Job, output: Output) -> None:
        self.job = job
        self.assignment = assignments.load(job.assignment, job.course)
        self.isolation = output.proved()
        self._output = output
        self._waiting: list[str] = []
        self._kept: Kept | None = None

    def look(self, students: Sequence[str]) -> list[Done]:
        """The students for whom nothing has changed. The others are what `grade` then grades.

        If there are any, the protection from their code is proved. Raises KitError.
        """
        unchanged = self._unchanged(students) if self.isolation else {}
        if len(unchanged) < len(students):
            proved = proved_isolation(self.job.device, self.job.weak)
            if proved != self.isolation:
                self.isolation = proved
                unchanged = self._unchanged(students)
            self._output.note_proof(proved)
        self._waiting = [student for student in students if student not in unchanged]
        return list(unchanged.values())

    def _unchanged(self, students: Sequence[str]) -> dict[str, Done]:
        job = self.job
        now = provenance.conditions(
            self.assignment, job.course, job.seed, job.device, self.isolation
        )
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


@dataclass
class _Open:
    """A student of whom some files are still to be graded, or are being graded."""

    task: Task
    left: int
    parts: dict[str, Part] = field(default_factory=dict)
    notes: Sequence[str] | None = None
    seconds: float = 0.0


class _Grading:
    """Files go to the grading processes one by one.

    So several work for the first student, each with its own part of what has to be started first,
    and for the last one.
    """

    def __init__(self, kept: Kept, jobs: int, started: Callable[[str], None]) -> None:
        self.kept = kept
        self.jobs = jobs
        self.started = started
        self.processes: list[Process] = []
        self.ended = 0  # grading processes that did so by themselves: of several at a student, one
        self.tried: dict[str, Counter[str]] = {}  # student -> file -> processes that ended at it
        self.open: dict[str, _Open] = {}
        self.requests: deque[Request] = deque()  # that no process has yet

    def grade(self, waiting: deque[str]) -> Iterator[Done]:
        most = 3 + len(waiting) // 10
        try:
            while waiting or self.open:
                yield from self._hand_over(waiting)
                for one in self._those_who_speak() if self.open else ():
                    message = one.hear()
                    if message is None:
                        self.processes.remove(one)
                        yield from self._try_again(one)
                        if self.ended > most:
                            raise GraderFault("grading processes end, time and again")
                    elif "error" in message:
                        raise _rebuilt(message)
                    elif "ready" in message:
                        if message["ready"] != self.kept.conditions.whole:
                            raise KitError("the assignment was changed meanwhile: run it again")
                        one.ready = True
                    elif one.request is not None:
                        request, one.request = one.request, None
                        yield from self._take(request, message)
        finally:
            for one in self.processes:
                one.tell_to_end()
            for one in self.processes:
                one.wait()

    def _hand_over(self, waiting: deque[str]) -> Iterator[Done]:
        """Give each process that is free something to do. Yields who needs nothing to be done."""
        from autograder.classroom.grading_process import Process

        while self.requests or waiting:
            free = next((one for one in self.processes if one.request is None), None)
            if free is None and len(self.processes) >= self.jobs:
                return
            if not self.requests:
                yield from self._begin(waiting.popleft())
                continue
            if free is None:
                free = Process(self.kept.job, self.kept.conditions.isolation)
                self.processes.append(free)
            free.ask(self.requests.popleft())

    def _begin(self, student: str) -> Iterator[Done]:
        from autograder.classroom.grading_process import Request

        self.started(student)
        try:
            task = self.kept.task(student)
        except Exception as error:  # of ours: never another student's loss
            why = f"the grader failed: {type(error).__name__}: {error}"
            yield self.kept.give_up(student, why)
            return
        if task.is_known:
            yield self.kept.finish(task, {}, None, 0.0)
            return
        requests = [
            Request(student, file, {file: text}, None) for file, text in task.missing.items()
        ]
        if task.notes is None:
            requests.append(Request(student, NOTES, {}, self.kept.folder(student)))
        self.open[student] = _Open(task, len(requests))
        self.requests.extend(requests)

    def _take(self, request: Request, message: Mapping[str, Any]) -> Iterator[Done]:
        """What a process has found. Yields the student whose last part it was."""
        one = self.open.get(request.student)
        if one is None:  # was given up meanwhile
            return
        one.left -= 1
        one.parts |= {file: Part(**part) for file, part in message["done"].items()}
        one.notes = message["notes"] if request.folder is not None else one.notes
        one.seconds += message["seconds"]
        if not one.left:
            del self.open[request.student]
            yield self.kept.finish(one.task, one.parts, one.notes, one.seconds)

    def _try_again(self, ended: Process) -> Iterator[Done]:
        """What a process that has ended was at is to be done once more; not for ever."""
        request = ended.request
        if request is None or not ended.ready:
            self.ended += 1
        if request is None or request.student not in self.open:
            return
        tried = self.tried.setdefault(request.student, Counter())
        before = max(tried.values(), default=0)
        tried[request.name] += ended.ready
        self.ended += max(tried.values()) - before
        if tried[request.name] < TRIES:
            self.requests.appendleft(request)
            return
        del self.open[request.student]
        self.requests = deque(r for r in self.requests if r.student != request.student)
        why = f"{TRIES} grading processes ended while they graded it"
        yield self.kept.give_up(request.student, why)

    def _those_who_speak(self) -> list[Process]:
        from multiprocessing.connection import wait

        ready = wait([one.pipe for one in self.processes], timeout=1.0)
        return [one for one in self.processes if one.pipe in ready]


def _rebuilt(message: Mapping[str, Any]) -> KitError:
    for kind in (UsageError, GraderFault):
        if kind.exit_code == message["exit_code"]:
            return kind(message["error"])
    return KitError(message["error"])
