"""A grading process: it collects the graders once and then grades what it is sent.

It reads no submission and writes no result. It ends when it is told to, and when the process that
started it is gone, however that ended.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.assignment import reader
from autograder.classroom import provenance, results
from autograder.course import handin_notebook as staging
from autograder.course import handout
from autograder.errors import KitError
from autograder.isolation.pool import Workers
from autograder.isolation.protection import RunProtection
from autograder.judging.failure import Failure

if TYPE_CHECKING:
    from autograder.classroom.result_cache import Job
    from autograder.hidden.known_programs import KnownPrograms
    from autograder.hidden.runner import HiddenChecks

STOPS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM") if hasattr(signal, name))


@dataclass(frozen=True)
class Request:
    """Some files of one submission, and the hand-in's folder where its notebook is looked at."""

    student: str
    name: str  # of it, among the student's
    sources: Mapping[str, bytes | Failure]
    folder: Path | None


class Process:
    """A grading process, as the one that started it sees it."""

    def __init__(self, job: Job, isolation: RunProtection) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.ready = False
        self.request: Request | None = None
        self._process: Any = context.Process(
            target=_serve, args=(job, isolation, theirs), daemon=True
        )
        with _signals_wait():  # it inherits that, until it knows what to do with them
            self._process.start()
        theirs.close()

    def ask(self, request: Request) -> None:
        """Let it grade; whether it is still alive is seen when it is heard."""
        self.request = request
        with contextlib.suppress(OSError):
            self.pipe.send(request)

    def hear(self) -> dict[str, Any] | None:
        """What it says; None where it has ended."""
        try:
            message: dict[str, Any] = json.loads(self.pipe.recv_bytes())
        except (EOFError, OSError):
            return None
        return message

    def tell_to_end(self) -> None:
        self.pipe.close()
        self._process.terminate()

    def wait(self) -> None:
        """Wait until it has ended; not for ever."""
        self._process.join(10)
        self._process.kill()
        self._process.join()


@contextlib.contextmanager
def _signals_wait() -> Iterator[None]:
    """Signals that end a program wait while something is done that must not be left halfway.

    What is started meanwhile has them blocked. Here that is not enough: they may come by another
    thread, of NumPy's for instance.
    """
    came: list[int] = []
    handlers = {number: signal.getsignal(number) for number in STOPS}
    for number in STOPS:
        signal.signal(number, lambda number, frame: came.append(number))
    blocked = (
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        if hasattr(signal, "pthread_sigmask")
        else None
    )
    try:
        yield
    finally:
        if blocked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)


# ------------------------------------------------------------------------------ inside


def _serve(job: Job, isolation: RunProtection, pipe: Connection) -> None:
    """Grade what comes over the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is the parent's to deal with
    signal.signal(signal.SIGTERM, _stop)
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError, ConnectionResetError):
        try:
            if hasattr(signal, "pthread_sigmask"):
                signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
            threading.Thread(target=_end_with_parent, daemon=True).start()
            _collect_and_grade(job, isolation, pipe)
        except KitError as error:
            _say(pipe, {"error": str(error), "exit_code": error.exit_code})
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it is about to end


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
            _grade_on_request(job, isolation, checks, known, workers, pipe)


def _stop(number: int, frame: Any) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough: cleaning up is not to be disturbed
    raise KeyboardInterrupt


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _grade_on_request(
    job: Job,
    isolation: RunProtection,
    checks: HiddenChecks,
    known: KnownPrograms,
    workers: Workers,
    pipe: Connection,
) -> None:
    released = handout.read(job.course, job.assignment)
    assignment = checks.assignment
    now = provenance.conditions(assignment, job.course, job.seed, job.device, isolation)
    _say(pipe, {"ready": now.whole})
    while True:
        try:
            request: Request = pipe.recv()
        except EOFError:
            return
        started = time.perf_counter()
        parts = {file: _graded(checks, known, file, one) for file, one in request.sources.items()}
        notes = None if request.folder is None else _unusual(request.folder, released)
        if workers.lost:
            return  # what was found is no student's fault, and staff's own programs are gone, too
        seconds = time.perf_counter() - started
        done = {file: asdict(part) for file, part in parts.items()}
        _say(pipe, {"done": done, "notes": notes, "seconds": seconds})


def _graded(
    checks: HiddenChecks, known: KnownPrograms, file: str, source: bytes | Failure
) -> results.Part:
    """Grade the slots of one file."""
    from autograder.judging.judgement import judge

    slots = checks.assignment.slots_of(file)
    try:
        with checks.program({file: source}) as program:
            judged = judge(checks, program, [slot.name for slot in slots], known)
        return results.part(judged.values())
    except Exception as error:  # of ours: never this student's zero, nor another's loss
        why = f"the grader failed: {type(error).__name__}: {error}"
        return results.ungraded([(slot.name, slot.points) for slot in slots], why)


def _unusual(folder: Path, released: Mapping[str, str]) -> list[str]:
    """What a person should know of a hand-in's notebook, which costs the code nothing."""
    try:
        return staging.notes(folder, released)
    except Exception as error:
        return [f"the notebook cannot be looked at ({type(error).__name__})"]


def _say(pipe: Connection, message: dict[str, Any]) -> None:
    pipe.send_bytes(json.dumps(message).encode())
