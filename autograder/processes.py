"""Child processes: each is spawned afresh, has a pipe to its parent, and ends with it.

The class is graded by such processes (`classroom.grading_process`), and slots are proved by them
(`proof.verification`).
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

STOP_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM") if hasattr(signal, name)
)


class ChildProcess:
    """A child process, as its parent sees it. It runs `work(pipe, *arguments)` once.

    In the child, SIGTERM raises KeyboardInterrupt, so that it cleans up; a terminal's Ctrl-C is
    left to the parent. The child also ends so when the parent has ended, however that came about.
    """

    def __init__(self, work: Callable[..., None], *arguments: object) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process: Any = context.Process(
            target=_run, args=(work, theirs, arguments), daemon=True
        )
        with _signals_postponed():  # it inherits that, until it has handlers of its own
            self._process.start()
        theirs.close()

    def send(self, message: object) -> None:
        """Send a message. If the child has ended, `receive` will say so."""
        with contextlib.suppress(OSError):
            self.pipe.send(message)

    def receive(self) -> bytes | None:
        """Its next message; None where it has ended."""
        try:
            return self.pipe.recv_bytes()
        except (EOFError, OSError):
            return None

    def terminate(self) -> None:
        """Tell it to end."""
        self.pipe.close()
        self._process.terminate()

    def wait(self) -> None:
        """Wait until it has ended; after ten seconds it is killed."""
        self._process.join(10)
        self._process.kill()
        self._process.join()


Child = TypeVar("Child", bound=ChildProcess)


def with_news(children: Sequence[Child]) -> list[Child]:
    """The children that sent a message or ended, after a second at most."""
    ready = wait([child.pipe for child in children], timeout=1.0)
    return [child for child in children if child.pipe in ready]


def end(children: Sequence[ChildProcess]) -> None:
    """End all children, and wait for them."""
    for child in children:
        child.terminate()
    for child in children:
        child.wait()


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


def _run(work: Callable[..., None], pipe: Connection, arguments: Sequence[object]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError, ConnectionResetError):
        try:
            if hasattr(signal, "pthread_sigmask"):
                signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
            threading.Thread(target=_end_with_parent, daemon=True).start()
            work(pipe, *arguments)
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
