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

from autograder.errors import GraderFault
from autograder.isolation.channel import Channel
from autograder.isolation.client import Worker
from autograder.isolation.control import FORK, REPLY, REQUEST, WAIT
from autograder.isolation.interpreter import (
    CAN_FORK,
    START_SECONDS,
    Interpreter,
    environment,
    named,
)
from autograder.isolation.protection import Protection
from autograder.limits import Limits

START_FAILURES = 3  # of one interpreter in a row, after which it is not tried again


class Workers:
    """Starts workers. A context manager: leaving it ends everything that was started.

    `promised` is what was proved at the start of a run: each interpreter has to prove the same
    before a student's file gets there, or GraderFault is raised. Interpreters that were `begun`
    before are used, and ended.
    """

    def __init__(
        self, promised: Protection | None = None, begun: Sequence[Interpreter] = ()
    ) -> None:
        self._promised = promised
        self._begun = {interpreter.libraries: interpreter for interpreter in begun}
        self._zygotes: dict[tuple[str, ...], _Zygote] = {}
        self._single: list[Worker] = []
        self._cuda: bool | None = None
        self._replaced = 0
        self._failures: dict[tuple[str, ...], list[GraderFault]] = {}

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for interpreter in self._begun.values():  # nobody waits for these any more
            interpreter.kill()
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
        return self._zygote(()).prove()

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
        self, libraries: Sequence[str], device: str = "cpu", memory_mb: int = Limits.memory_mb
    ) -> Worker:
        """Start a worker that has `libraries` imported and `memory_mb` of memory left."""
        if device != "cpu" or not CAN_FORK:
            return self.start_single(libraries, device)
        key = named(libraries)
        zygote = self._zygote(key)
        try:
            return zygote.fork(memory_mb)
        except GraderFault:
            if not zygote.is_gone():
                raise
        return self._zygote(key).fork(memory_mb)

    def start_single(self, libraries: Sequence[str], device: str) -> Worker:
        """Start a worker that is an interpreter of its own, without a sandbox."""
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

        worker = Worker(Channel(interpreter.control), process.pid, end)
        self._single.append(worker)
        return worker

    @property
    def lost(self) -> int:
        """The number of interpreters that were ended from outside so far.

        Their workers ended with them, and not by a student's doing.
        """
        return self._replaced + sum(zygote.is_gone() for zygote in self._zygotes.values())

    @property
    def zygote_pids(self) -> list[int]:
        """The processes that hold the zygotes' namespaces open."""
        return [zygote.process.pid for zygote in self._zygotes.values()]

    def _zygote(self, libraries: tuple[str, ...]) -> _Zygote:
        if libraries in self._zygotes and self._zygotes[libraries].is_gone():
            self._zygotes.pop(libraries).close()
            self._replaced += 1
        if libraries not in self._zygotes:
            failures = self._failures.setdefault(libraries, [])
            if len(failures) >= START_FAILURES:
                raise failures[-1]
            try:
                self._zygotes[libraries] = self._start_zygote(libraries)
            except GraderFault:  # perhaps it was ended while it started: once more
                try:
                    self._zygotes[libraries] = self._start_zygote(libraries)
                except GraderFault as fault:
                    failures.append(fault)
                    raise
            failures.clear()
        return self._zygotes[libraries]

    def _start_zygote(self, libraries: tuple[str, ...]) -> _Zygote:
        """Start an interpreter that proves what was promised. Raises GraderFault."""
        interpreter = self._begun.pop(libraries, None) or Interpreter("fork", libraries)
        interpreter.wait()
        zygote = _Zygote(interpreter)
        try:
            if self._promised is not None:
                found = zygote.prove()
                if found != self._promised:
                    raise GraderFault(
                        f"not the protection that was proved at the start: {found.line}"
                    )
        except BaseException:
            zygote.close()
            raise
        return zygote


class _Zygote:
    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self.control, self.process = interpreter.control, interpreter.process

    def fork(self, memory_mb: int) -> Worker:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self.control, [REQUEST.pack(FORK, memory_mb)], [theirs.fileno()])
            data, descriptors, _, _ = socket.recv_fds(self.control, REPLY.size, 1)
        except OSError as error:
            raise GraderFault(f"the zygote is gone: {error}") from None
        if len(data) < REPLY.size or not descriptors:
            raise GraderFault("the zygote is gone")
        inside, used = REPLY.unpack(data)
        pidfd = descriptors[0]
        pid = _pid_here(pidfd)
        return Worker(
            Channel(ours),
            pid,
            lambda patience: self._end(pid, inside, pidfd, patience),
            memory_mb,
            used,
        )

    def prove(self) -> Protection:
        """Run the canary in a worker. Raises GraderFault."""
        from autograder.isolation.canary_run import prove  # here: keeps start-up short

        return prove(self.fork(Limits.memory_mb))

    def _end(self, pid: int, inside: int, pidfd: int, patience: float) -> str | None:
        """Kill a process and its group, and tell how it had ended by itself, if it had.

        `inside` is its number in the zygote's namespace.
        """
        ended, _, _ = select.select([pidfd], [], [], patience)
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)  # not yet reaped, so the number is still its own
        os.close(pidfd)
        try:
            self.control.sendall(REQUEST.pack(WAIT, inside))
            data = self.control.recv(REPLY.size)
            status = REPLY.unpack(data)[1]
        except (OSError, struct.error):
            return None
        if not ended:
            return ""
        if os.WIFSIGNALED(status):
            return f" (killed by {signal.Signals(os.WTERMSIG(status)).name})"
        return f" (exit status {os.waitstatus_to_exitcode(status)})"

    def is_gone(self) -> bool:
        """Whether the zygote has ended. Where its socket is closed, this waits for its end."""
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


def _pid_here(pidfd: int) -> int:
    """The number, in our own namespace, of the process that a descriptor stands for."""
    with open(f"/proc/self/fdinfo/{pidfd}") as info:
        return next(int(line.split()[1]) for line in info if line.startswith("Pid:"))
