"""Hands the files of a class to grading processes, one by one, and collects what they find."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograder.classroom.result_cache import NOTES, Done, Kept, Task
from autograder.classroom.results import Part
from autograder.errors import GraderFault, KitError, UsageError

if TYPE_CHECKING:
    from autograder.classroom.grading_process import Process, Request

TRIES = 3  # a submission at which so many grading processes ended is left to a person


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
