"""The scheduler: gives the files of a class to grading processes and collects what they find."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograder.classroom.grading_protocol import Graded, Message, Ready, Request, Stopped
from autograder.classroom.result_cache import NOTES, Draft, Outcome, ResultCache
from autograder.classroom.results import Part
from autograder.errors import GraderFault, KitError, UsageError

if TYPE_CHECKING:
    from autograder.classroom.grading_process import GradingProcess

MAX_ENDED = 3  # grading processes that may end at one part before a person has to look at it


@dataclass
class _Student:
    """A student of whom some parts are waiting or being graded."""

    draft: Draft
    parts_left: int
    parts: dict[str, Part] = field(default_factory=dict)
    notes: Sequence[str] | None = None
    seconds: float = 0.0


class Scheduler:
    """Gives one part after another to whichever grading process is free.

    Several processes therefore share the first student, while each of them is still starting up,
    and the last one. `on_start` is called with each student whose turn comes.
    """

    def __init__(self, cache: ResultCache, on_start: Callable[[str], None]) -> None:
        self._cache = cache
        self._on_start = on_start
        self._processes: list[GradingProcess] = []
        # Processes that ended by themselves. Of those that ended at one student's parts, only those
        # at the worst part count: the others would have met the same student.
        self._ended = 0
        self._ended_at: dict[str, Counter[str]] = {}  # student -> part -> processes
        self._students: dict[str, _Student] = {}
        self._requests: deque[Request] = deque()  # not given to a process yet

    def grade(self, waiting: deque[str]) -> Iterator[Outcome]:
        """Grade the students; yields each when the result is written.

        Raises KitError where grading cannot go on. The processes end with the iteration.
        """
        from autograder import processes  # here: multiprocessing is slow to import

        max_ended = 3 + len(waiting) // 10
        try:
            while waiting or self._students:
                yield from self._give_work(waiting)
                for process in processes.with_news(self._processes) if self._students else ():
                    message = process.message()
                    if message is None:
                        self._processes.remove(process)
                        yield from self._repeat(process)
                        if self._ended > max_ended:
                            raise GraderFault("grading processes end, time and again")
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
            if free is None and len(self._processes) >= job.processes:
                return
            if not self._requests:
                yield from self._begin(waiting.popleft())
                continue
            if free is None:
                free = GradingProcess(job, self._cache.conditions.isolation)
                self._processes.append(free)
            free.grade(self._requests.popleft())

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
        student = self._students.get(request.student)
        if student is None:  # has been given up meanwhile
            return
        student.parts_left -= 1
        student.parts |= graded.parts
        student.notes = graded.notes if request.folder is not None else student.notes
        student.seconds += graded.seconds
        if not student.parts_left:
            del self._students[request.student]
            yield self._cache.finish(student.draft, student.parts, student.notes, student.seconds)

    def _repeat(self, ended: GradingProcess) -> Iterator[Outcome]:
        """Repeat the request at which a process ended. Yields the student who is given up."""
        request = ended.request
        if request is None or not ended.is_ready:
            self._ended += 1
        if request is None or request.student not in self._students:
            return
        counts = self._ended_at.setdefault(request.student, Counter())
        before = max(counts.values(), default=0)
        counts[request.part] += ended.is_ready
        self._ended += max(counts.values()) - before
        if counts[request.part] < MAX_ENDED:
            self._requests.appendleft(request)
            return
        del self._students[request.student]
        self._requests = deque(r for r in self._requests if r.student != request.student)
        why = f"{MAX_ENDED} grading processes ended while they graded it"
        yield self._cache.give_up(request.student, why)


def _error(stopped: Stopped) -> KitError:
    """The error that a grading process met."""
    for kind in (UsageError, GraderFault):
        if kind.exit_code == stopped.exit_code:
            return kind(stopped.text)
    return KitError(stopped.text)
