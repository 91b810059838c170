"""A grading process: it collects the graders once and then grades what it is sent.

It reads no submission and writes no result. It ends when it is told to, and when the process that
started it is gone, however that ended.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.assignment import reader
from autograder.classroom import messages, provenance, results
from autograder.classroom.job import Job
from autograder.classroom.messages import Graded, Message, Ready, Request, Stopped
from autograder.course import handin_notebook, handout
from autograder.course.intake import Source
from autograder.errors import KitError
from autograder.isolation.pool import Workers
from autograder.isolation.protection import RunProtection

if TYPE_CHECKING:
    from autograder.hidden.known_programs import KnownPrograms
    from autograder.hidden.runner import HiddenChecks

STOP_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM") if hasattr(signal, name)
)


class GradingProcess:
    """A grading process, as the process that started it sees it.

    `request` is what it is grading, `is_ready` whether it has collected the graders.
    """

    def __init__(self, job: Job, isolation: RunProtection) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.is_ready = False
        self.request: Request | None = None
        self._process: Any = context.Process(
            target=_serve, args=(job, isolation, theirs), daemon=True
        )
        with _signals_postponed():  # it inherits that, until it has handlers of its own
            self._process.start()
        theirs.close()

    def send(self, request: Request) -> None:
        """Let it grade. If it has ended, `receive` will say so."""
        self.request = request
        with contextlib.suppress(OSError):
            self.pipe.send(request)

    def receive(self) -> Message | None:
        """Its next message; None where it has ended."""
        try:
            return messages.decode(self.pipe.recv_bytes())
        except (EOFError, OSError):
            return None

    def terminate(self) -> None:
        self.pipe.close()
        self._process.terminate()

    def wait(self) -> None:
        """Wait until it has ended; after ten seconds it is killed."""
        self._process.join(10)
        self._process.kill()
        self._process.join()


@contextlib.contextmanager
def _signals_postponed() -> Iterator[None]:
    """Postpone the signals that end a program; processes started meanwhile have them blocked.

    Blocking alone is not enough here: another thread, of NumPy's for instance, may receive them.
    """
    received: list[int] = []
    handlers = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    for number in STOP_SIGNALS:
        signal.signal(number, lambda number, frame: received.append(number))
    blocked = (
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
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
        for number in received[:1]:
            signal.raise_signal(number)


# ------------------------------------------------------------------------------ inside


def _serve(job: Job, isolation: RunProtection, pipe: Connection) -> None:
    """Grade the requests that come over the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent deals with a terminal's Ctrl-C
    signal.signal(signal.SIGTERM, _stop)
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError, ConnectionResetError):
        try:
            if hasattr(signal, "pthread_sigmask"):
                signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
            threading.Thread(target=_end_with_parent, daemon=True).start()
            _collect_and_grade(job, isolation, pipe)
        except KitError as error:
            _send(pipe, Stopped(str(error), error.exit_code))
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it is about to end


def _stop(number: int, frame: Any) -> None:
    signal.signal(number, signal.SIG_IGN)  # a second signal must not disturb the cleaning up
    raise KeyboardInterrupt


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


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
            _send(pipe, Ready(conditions.digest))
            released = handout.read(job.course, job.assignment)
            _grade_requests(released, checks, known, workers, pipe)


def _grade_requests(
    released: Mapping[str, str],
    checks: HiddenChecks,
    known: KnownPrograms,
    workers: Workers,
    pipe: Connection,
) -> None:
    """Answer requests until the pipe is closed. `released` are the notebooks that students got."""
    while True:
        try:
            request: Request = pipe.recv()
        except EOFError:
            return
        started = time.perf_counter()
        parts = {
            file: _grade(checks, known, file, source) for file, source in request.sources.items()
        }
        notes = None if request.folder is None else _notebook_notes(request.folder, released)
        if workers.lost:
            return  # no student's fault, and staff's own programs in the workers are gone, too
        _send(pipe, Graded(parts, notes, time.perf_counter() - started))


def _grade(checks: HiddenChecks, known: KnownPrograms, file: str, source: Source) -> results.Part:
    """Grade the slots of one file."""
    from autograder.judging.judgement import judge

    slots = {slot.name: slot.points for slot in checks.assignment.slots_of(file)}
    try:
        with checks.program({file: source}) as program:
            judged = judge(checks, program, list(slots), known)
        return results.part(judged.values())
    except Exception as error:  # our own: no zero for this student, and no loss for another
        return results.ungraded(slots, f"the grader failed: {type(error).__name__}: {error}")


def _notebook_notes(folder: Path, released: Mapping[str, str]) -> tuple[str, ...]:
    """What a person should know about a hand-in's notebook; it costs the code nothing."""
    try:
        return tuple(handin_notebook.notes(folder, released))
    except Exception as error:
        return (f"the notebook cannot be looked at ({type(error).__name__})",)


def _send(pipe: Connection, message: Message) -> None:
    pipe.send_bytes(messages.encode(message))
