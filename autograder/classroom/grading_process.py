"""A grading process: it collects the graders once and then grades what it is sent.

It reads no submission and writes no result. It ends when it is told to, or when its parent process
has ended in any way.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.assignment import reader
from autograder.classroom import grading_protocol, provenance, results
from autograder.classroom.grading_protocol import Graded, Message, Ready, Request, Stopped
from autograder.classroom.job import Job
from autograder.course import handin_notebook, handout
from autograder.course.student_file import Source
from autograder.course.time_stamp import LateRules
from autograder.errors import KitError
from autograder.isolation.deadline import Budget
from autograder.isolation.pool import Workers
from autograder.isolation.protection import RunProtection
from autograder.limits import GRADING_MB
from autograder.processes import ChildProcess

if sys.platform == "linux":
    import resource

if TYPE_CHECKING:
    from autograder.hidden.known_programs import KnownPrograms
    from autograder.hidden.runner import HiddenChecks


class GradingProcess(ChildProcess):
    """A grading process, as the process that started it sees it.

    `request` is what it is grading, `is_ready` whether it has collected the graders.
    """

    def __init__(self, job: Job, isolation: RunProtection) -> None:
        super().__init__(_serve, job, isolation)
        self.is_ready = False
        self.request: Request | None = None

    def grade(self, request: Request) -> None:
        """Let it grade. If it has ended, `message` will say so."""
        self.request = request
        self.send(request)

    def message(self) -> Message | None:
        """Its next message; None where it has ended."""
        received = self.receive()
        return None if received is None else grading_protocol.decode(received)


# ------------------------------------------------------------------------------ inside


def _serve(pipe: Connection, job: Job, isolation: RunProtection) -> None:
    """Grade the requests that come over the pipe."""
    try:
        _collect_and_grade(job, isolation, pipe)
    except KitError as error:
        _send(pipe, Stopped(str(error), error.exit_code))


def _collect_and_grade(job: Job, isolation: RunProtection, pipe: Connection) -> None:
    from autograder.hidden.collection import collect
    from autograder.hidden.known_programs import KnownPrograms
    from autograder.hidden.runner import HiddenChecks

    assignment = reader.load(job.assignment, job.course)
    with Workers(isolation.sandbox) as workers:
        checks = HiddenChecks(
            assignment, workers, collect(assignment), seed=job.seed, device=job.device
        )
        with checks, KnownPrograms(checks) as known:
            conditions = provenance.conditions(
                assignment, job.course, job.seed, job.device, isolation
            )
            if job.device != "cpu":
                workers.has_cuda()  # asked before the limit, which holds for what it starts
            _limit_memory()
            _send(pipe, Ready(conditions.digest))
            released = handout.read(job.course, job.assignment)
            notes_on = functools.partial(_notebook_notes, released=released, late=job.late)
            _grade_requests(notes_on, checks, known, workers, pipe)


def _limit_memory() -> None:
    """Limit the memory that submissions can make this process take: then it gets MemoryError.

    What is taken already does not count: NumPy's own buffers for each core, for instance.
    """
    if sys.platform == "linux":
        taken = int(Path("/proc/self/status").read_text().partition("VmData:")[2].split()[0]) << 10
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        limit = taken + (GRADING_MB << 20)
        resource.setrlimit(
            resource.RLIMIT_DATA,
            (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard),
        )


def _grade_requests(
    notes_on: Callable[[Path], tuple[str, ...]],
    checks: HiddenChecks,
    known: KnownPrograms,
    workers: Workers,
    pipe: Connection,
) -> None:
    """Answer requests until the pipe is closed. `notes_on` gives the notes on a folder."""
    while True:
        try:
            request: Request = pipe.recv()
        except EOFError:
            return
        started = time.perf_counter()
        budget = Budget(checks.assignment.minutes, request.used)
        try:
            parts = {
                file: _grade(checks, known, file, source, budget)
                for file, source in request.sources.items()
            }
        except MemoryError:
            return  # another process may have the room that is taken up here
        notes = None if request.folder is None else notes_on(request.folder)
        if workers.lost:
            return  # not the student's fault; the programs of staff in the workers are lost, too
        seconds = time.perf_counter() - started
        _send(pipe, Graded(parts, notes, seconds, budget.used - request.used))


def _grade(
    checks: HiddenChecks, known: KnownPrograms, file: str, source: Source, budget: Budget
) -> results.Part:
    """Grade the slots of one file."""
    from autograder.judging.judgement import judge

    slots = {slot.name: slot.points for slot in checks.assignment.slots_of(file)}
    try:
        with checks.program({file: source}, budget) as program:
            judged = judge(checks, program, list(slots), known)
        return results.part(judged.values())
    except MemoryError:
        raise
    except Exception as error:  # ours: it must cost no student points, and stop no other
        return results.ungraded(slots, f"the grader failed: {type(error).__name__}: {error}")


def _notebook_notes(folder: Path, released: Mapping[str, str], late: LateRules) -> tuple[str, ...]:
    """What a person should know about a hand-in's notebook; it costs the code nothing."""
    try:
        return tuple(handin_notebook.notes(folder, released, late))
    except Exception as error:
        return (f"the notebook cannot be looked at ({type(error).__name__})",)


def _send(pipe: Connection, message: Message) -> None:
    pipe.send_bytes(grading_protocol.encode(message))
