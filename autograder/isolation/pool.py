"""`Workers`: keeps one zygote for each set of libraries and hands out workers."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.assignment.model import Slot
from autograder.errors import GraderFault
from autograder.isolation.channel import Channel
from autograder.isolation.client import START_FAILURES, Worker
from autograder.isolation.control import REQUEST, STATUS
from autograder.isolation.interpreter import (
    CAN_FORK,
    START_SECONDS,
    Interpreter,
    environment,
    named,
)
from autograder.isolation.protection import Protection, prove


def _canary() -> bytes:
    return Path(__file__).with_name("canary.py").read_bytes()


class Workers:
    """Starts workers. A context manager: leaving it ends everything that was started.

    With `proved`, what the report says of a run's protection, each interpreter has to prove the
    same before a student's file gets there; else GraderFault is raised. Interpreters that were
    `begun` before are used, and ended.
    """

    def __init__(self, proved: str | None = None, begun: Sequence[Interpreter] = ()) -> None:
        self._proved = proved
        self._begun = {one.libraries: one for one in begun}
        self._zygotes: dict[tuple[str, ...], _Zygote] = {}
        self._single: list[Worker] = []
        self._cuda: bool | None = None
        self._replaced = 0
        self._failures: dict[tuple[str, ...], list[GraderFault]] = {}

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._begun.values():  # that nobody waits for any more
            one.kill()
        self._begun.clear()
        for worker in self._single:
            worker.close()
        for zygote in self._zygotes.values():
            zygote.close()
        self._zygotes.clear()

    def protection(self) -> Protection:
        """What a canary proves of a worker here."""
        if not CAN_FORK:
            return Protection()
        return prove(self._zygote(()).fork(Slot.memory_mb), _canary())

    def has_cuda(self) -> bool:
        """Whether torch finds a CUDA device; asked once, in an interpreter of its own."""
        if self._cuda is None:
            code = "import sys, torch; sys.exit(not torch.cuda.is_available())"
            command = [sys.executable, "-I", "-c", code]
            done = subprocess.run(
                command, env=dict(environment("cuda")), capture_output=True, check=False
            )
            self._cuda = done.returncode == 0
        return self._cuda

    def start(
        self, libraries: Sequence[str], device: str = "cpu", memory_mb: int = Slot.memory_mb
    ) -> Worker:
        """A worker in whose interpreter `libraries` are imported, and so much memory is left."""
        if device != "cpu" or not CAN_FORK:
            worker = self._start_single(libraries, device)
            self._single.append(worker)
            return worker
        key = named(libraries)
        zygote = self._zygote(key)
        try:
            return zygote.fork(memory_mb)
        except GraderFault:
            if not zygote.is_gone():
                raise
        return self._zygote(key).fork(memory_mb)

    @property
    def lost(self) -> int:
        """How many interpreters were ended from outside so far.

        Their workers ended with them, and not by a student's doing.
        """
        return self._replaced + sum(zygote.is_gone() for zygote in self._zygotes.values())

    def _zygote(self, libraries: tuple[str, ...]) -> _Zygote:
        if libraries in self._zygotes and self._zygotes[libraries].is_gone():
            self._zygotes.pop(libraries).close()
            self._replaced += 1
        if libraries not in self._zygotes:
            failures = self._failures.setdefault(libraries, [])
            if len(failures) >= START_FAILURES:
                raise failures[-1]
            try:
                self._zygotes[libraries] = self._started(libraries)
            except GraderFault:  # perhaps it was ended while it started: once more
                try:
                    self._zygotes[libraries] = self._started(libraries)
                except GraderFault as fault:
                    failures.append(fault)
                    raise
            failures.clear()
        return self._zygotes[libraries]

    def _started(self, libraries: tuple[str, ...]) -> _Zygote:
        """An interpreter that has proved what was promised. Raises GraderFault."""
        interpreter = self._begun.pop(libraries, None) or Interpreter("fork", libraries)
        interpreter.wait()
        zygote = _Zygote(interpreter)
        try:
            if self._proved is not None:
                line = prove(zygote.fork(Slot.memory_mb), _canary()).line
                if not self._proved.startswith(line):
                    raise GraderFault(f"not the protection that was proved at the start: {line}")
        except BaseException:
            zygote.close()
            raise
        return zygote

    def _start_single(self, libraries: Sequence[str], device: str) -> Worker:
        interpreter = Interpreter("single", libraries, device)
        interpreter.wait()
        process = interpreter.process

        def end(patience: float) -> str:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
            status = process.poll()
            process.kill()
            process.wait()
            return "" if status is None else f" (exit status {status})"

        return Worker(Channel(interpreter.control), process.pid, end)


class _Zygote:
    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self.control, self.process = interpreter.control, interpreter.process

    def fork(self, memory_mb: int) -> Worker:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self.control, [REQUEST.pack(b"f", memory_mb)], [theirs.fileno()])
            data, descriptors, _, _ = socket.recv_fds(self.control, STATUS.size, 1)
        except OSError as error:
            raise GraderFault(f"the zygote is gone: {error}") from None
        if len(data) < STATUS.size or not descriptors:
            raise GraderFault("the zygote is gone")
        inside, used = STATUS.unpack(data)
        pidfd = descriptors[0]
        pid = _number_here(pidfd)
        return Worker(
            Channel(ours),
            pid,
            lambda patience: self._end(pid, inside, pidfd, patience),
            memory_mb,
            used,
        )

    def _end(self, pid: int, inside: int, pidfd: int, patience: float) -> str | None:
        """Kill the process and its group, and tell how it had ended by itself, if it had.

        `inside` is its number for the zygote, in whose namespace it lives.
        """
        ended, _, _ = select.select([pidfd], [], [], patience)
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)  # not yet reaped, so the number is still its own
        os.close(pidfd)
        try:
            self.control.sendall(REQUEST.pack(b"w", inside))
            data = self.control.recv(STATUS.size)
            status = STATUS.unpack(data)[1]
        except (OSError, struct.error):
            return None
        if not ended:
            return ""
        if os.WIFSIGNALED(status):
            return f" (killed by {signal.Signals(os.WTERMSIG(status)).name})"
        return f" (exit status {os.waitstatus_to_exitcode(status)})"

    def is_gone(self) -> bool:
        """Whether it has ended; where its socket is closed, that is waited for."""
        self.control.setblocking(False)
        try:
            closed = self.control.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            closed = False
        except OSError:
            closed = True
        finally:
            self.control.settimeout(START_SECONDS)
        if closed:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
        return closed

    def close(self) -> None:
        self._interpreter.close()


def _number_here(pidfd: int) -> int:
    """The number, in our own namespace, of the process that a descriptor stands for."""
    with open(f"/proc/self/fdinfo/{pidfd}") as info:
        return next(int(line.split()[1]) for line in info if line.startswith("Pid:"))
