"""Starts interpreters that become zygotes, or the process of a single student file.

An interpreter is started with exec and so holds nothing of the grader's; it runs `zygote`. This
module imports nothing slow, so that a command can start interpreters before anything else.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator

from autograder.errors import GraderFault
from autograder.isolation.control import READY

START_SECONDS = 120.0
CAN_FORK = sys.platform == "linux"


class Interpreter:
    """An interpreter that was started; call `wait` before using it.

    Attributes:
        mode: "fork" for a zygote, "single" for the process of a single file.
        control: the socket to it.
    """

    def __init__(self, mode: str, libraries: Collection[str], device: str = "cpu") -> None:
        self.libraries = tuple(libraries)
        self._ready = False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed when it is ready or ends)
        self.control, theirs = socket.socketpair()
        try:
            with theirs:  # closed here, so that its end is the end of the channel
                self.process = _start(mode, theirs, self.libraries, device, self._errors.fileno())
        except BaseException:
            self.control.close()
            self._errors.close()
            raise
        self.control.settimeout(START_SECONDS)

    def wait(self) -> None:
        """Wait until everything is imported. Raises GraderFault, and ends it, if that fails."""
        if self._ready:
            return
        try:
            message = self.control.recv(len(READY))
        except OSError:
            message = b""
        except BaseException:  # the command is interrupted while the interpreter still imports
            self.kill()
            raise
        if message != READY:
            self.process.kill()
            self.process.wait()
            self._errors.seek(0)
            lines = self._errors.read()[-2000:].decode(errors="replace").strip().splitlines()
            self.kill()
            why = message.decode() or (lines[-1] if lines else "it said nothing")
            names = ", ".join(self.libraries)
            raise GraderFault(f"no interpreter with {names} could be started: {why}")
        self._errors.close()
        self._ready = True

    def close(self) -> None:
        """Close its socket, at which it ends; kill it if it does not end within seconds."""
        self.control.close()
        self._errors.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()
        self.control.close()
        self._errors.close()


def begin(wanted: Iterable[Collection[str]]) -> list[Interpreter]:
    """Start zygotes with these sets of libraries, without waiting for them.

    A set with a missing library is left out, and so are all where no process can be started:
    whoever needs the zygote reports that.
    """
    if not CAN_FORK:
        return []
    begun: list[Interpreter] = []
    try:
        for libraries in dict.fromkeys(map(named, wanted)):
            if all(map(importlib.util.find_spec, libraries)):
                begun.append(Interpreter("fork", libraries))
    except OSError:
        pass
    except BaseException:
        for interpreter in begun:
            interpreter.kill()
        raise
    return begun


def named(libraries: Iterable[str]) -> tuple[str, ...]:
    """A name for a set of libraries, whatever their order."""
    return tuple(sorted(libraries))


def _start(
    mode: str,
    channel: socket.socket,
    libraries: Collection[str],
    device: str,
    errors: int,
) -> subprocess.Popen[bytes]:
    windows = sys.platform == "win32"
    number = "-" if windows else str(channel.fileno())
    command = [sys.executable, "-I", "-m", "autograder.isolation.zygote", mode, number]
    process = subprocess.Popen(
        [*command, *libraries],
        stdin=subprocess.PIPE if windows else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        env=dict(environment(device)),
        pass_fds=() if windows else (channel.fileno(),),
        start_new_session=not windows,
    )
    if windows and process.stdin is not None:
        shared = channel.share(process.pid)  # type: ignore[attr-defined,unused-ignore]
        process.stdin.write(len(shared).to_bytes(4, "big") + shared)
        process.stdin.flush()
    return process


def environment(device: str) -> Iterator[tuple[str, str]]:
    """Environment variables: one thread, no display, no GPU unless asked for, little of our own."""
    for name in ("OMP", "OPENBLAS", "MKL"):
        yield f"{name}_NUM_THREADS", "1"
    yield "MPLBACKEND", "Agg"
    yield "PYTHONHASHSEED", "0"
    yield "LC_ALL", "C.UTF-8"
    if device == "cpu":
        yield "CUDA_VISIBLE_DEVICES", ""
    for name in ("HOME", "SYSTEMROOT", "USERPROFILE", "LD_LIBRARY_PATH"):
        if name in os.environ:
            yield name, os.environ[name]
