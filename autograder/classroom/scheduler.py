"""The scheduler: gives the files of a class to grading processes and collects what they find."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from autograder.classroom.grading_protocol import Graded, Message, Ready, Request, Stopped
from autograder.classroom.result_cache import NOTES, Draft, Outcome, ResultCache
from autograder.classroom.results import Part, ungraded
from autograder.errors import GraderFault, KitError, UsageError

if TYPE_CHECKING:
    from autograder.classroom.grading_process import GradingProcess

FAILED_STARTS = 3  # in a row, after which no more grading processes are started


@dataclass
class _Student:
    """A student of whom some parts are waiting or being graded."""

    draft: Draft
    parts_left: int
    parts: dict[str, Part] = field(default_factory=dict)
    notes: Sequence[str] | None = None
    seconds: float = 0.0
    used: float = 0.0  # seconds of the submission's time


class Scheduler:
    """Gives one part after another to whichever grading process is free.

    Several processes therefore share the first student, while each of them is still starting up,
    and the last one. `on_start` is called with each student whose turn comes.

    Where a process ends by itself, its student's parts wait until everybody else has been graded.
    Then they are graded with no other process at work: the memory of the machine may have been too
    small for both. Where a process ends again, that part is left to a person.
    """

    def __init__(self, cache: ResultCache, on_start: Callable[[str], None]) -> None:
        self._cache = cache
        self._on_start = on_start
        self._processes: list[GradingProcess] = []
        self._most = cache.job.processes
        self._failed_starts = 0  # in a row
        self._students: dict[str, _Student] = {}
        self._requests: deque[Request] = deque()  # not given to a process yet
        self._postponed: deque[Request] = deque()  # each to be graded alone
        self._alone: tuple[str, str] | None = None  # the key of the request that is graded alone

    def grade(self, waiting: deque[str]) -> Iterator[Outcome]:
        """Grade the students; yields each when the result is written.

        Raises KitError where grading cannot go on. The processes end with the iteration.
        """
        from autograder import processes  # here: multiprocessing is slow to import

        try:
            while waiting or self._students:
                yield from self._give_work(waiting)
                for process in processes.with_news(self._processes) if self._students else ():
                    message = process.message()
                    if message is None:
                        self._processes.remove(process)
                        yield from self._replace(process)
                    else:
                        yield from self._handle(process, message)
        finally:
            processes.end(self._processes)

    def _handle(self, process: GradingProcess, message: Message) -> Iterator[Outcome]:
        match message:
            case Stopped():
                raise _error(message)
            case Ready():
                if message.conditions != self._cache.conditions.digest:
                    raise KitError("the assignment was changed meanwhile: run it again")
                process.is_ready = True
                self._failed_starts = 0
            case Graded() if process.request is not None:
                request, process.request = process.request, None
                yield from self._collect(request, message)

    def _give_work(self, waiting: deque[str]) -> Iterator[Outcome]:
        """Give each free process a request. Yields the students who need none."""
        # here: multiprocessing is slow to import, and a regrade may need no process
        from autograder.classroom.grading_process import GradingProcess

        job = self._cache.job
        while self._requests or waiting:
            free = next((one for one in self._processes if one.request is None), None)
            if free is None and len(self._processes) >= self._most:
                return
            if not self._requests:
                yield from self._begin(waiting.popleft())
                continue
            if free is None:
                free = GradingProcess(job, self._cache.conditions.isolation)
                self._processes.append(free)
            self._give(free, self._requests.popleft())
        if self._postponed and not any(process.request for process in self._processes):
            self._give_alone(self._postponed.popleft())

    def _give_alone(self, request: Request) -> None:
        """Let a process grade a request while there is no other process."""
        from autograder import processes  # here: multiprocessing is slow to import
        from autograder.classroom.grading_process import GradingProcess

        processes.end(self._processes[1:])
        del self._processes[1:]
        if not self._processes:
            job = self._cache.job
            self._processes.append(GradingProcess(job, self._cache.conditions.isolation))
        self._alone = request.key
        self._give(self._processes[0], request)

    def _give(self, process: GradingProcess, request: Request) -> None:
        """Let a process grade a request, in the time that the other parts have left over."""
        process.grade(replace(request, used=self._students[request.student].used))

    def _begin(self, student: str) -> Iterator[Outcome]:
        self._on_start(student)
        try:
            draft = self._cache.draft(student)
        except Exception as error:  # ours: it must stop no other student
            why = f"the grader failed: {type(error).__name__}: {error}"
            yield self._cache.give_up(student, why)
            return
        if draft.is_complete:
            yield self._cache.finish(draft, {}, None, 0.0)
            return
        requests = [
            Request(student, file, {file: source}, None) for file, source in draft.missing.items()
        ]
        if draft.notes is None:
            requests.append(Request(student, NOTES, {}, self._cache.folder(student)))
        self._students[student] = _Student(draft, len(requests))
        self._requests.extend(requests)

    def _collect(self, request: Request, graded: Graded) -> Iterator[Outcome]:
        """Add a graded part to its student. Yields the student whose last part it was."""
        student = self._students[request.student]
        student.parts_left -= 1
        student.parts |= graded.parts
        student.notes = graded.notes if request.folder is not None else student.notes
        student.seconds += graded.seconds
        student.used += graded.used
        if not student.parts_left:
            del self._students[request.student]
            yield self._cache.finish(student.draft, student.parts, student.notes, student.seconds)

    def _replace(self, ended: GradingProcess) -> Iterator[Outcome]:
        """See to the request at which a process ended. Raises GraderFault if none can be started.

        Yields the student whose last part it was.
        """
        request = ended.request
        if not ended.is_ready:
            self._failed_starts += 1
            if self._failed_starts > FAILED_STARTS:
                if not self._processes:
                    raise GraderFault("grading processes end while they start, time and again")
                self._most = len(self._processes)
            if request is not None:
                self._requests.appendleft(request)
            return
        if request is None:
            return
        if request.key == self._alone:
            yield from self._collect(request, self._given_up(request))
            return
        mine = [one for one in self._requests if one.student == request.student]
        self._requests = deque(one for one in self._requests if one.student != request.student)
        self._postponed.extend([request, *mine])

    def _given_up(self, request: Request) -> Graded:
        """What is known of a part at which a process ended, alone as well."""
        why = (
            f"2 grading processes ended while they graded {request.part}, "
            "the second with no other at work"
        )
        slots_of = self._cache.assignment.slots_of
        points = {file: {s.name: s.points for s in slots_of(file)} for file in request.sources}
        parts = {file: ungraded(slots, why) for file, slots in points.items()}
        return Graded(parts, None if request.folder is None else (why,), 0.0)


def _error(stopped: Stopped) -> KitError:
    """The error that a grading process met."""
    for kind in (UsageError, GraderFault):
        if kind.exit_code == stopped.exit_code:
            return kind(stopped.text)
    return KitError(stopped.text)
