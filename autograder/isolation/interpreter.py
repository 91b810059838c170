"""An interpreter of the kit's own, in which students' processes come to be.

It is started with exec and knows nothing; what runs in it is `autograder.zygote`. Here is nothing
that takes time to import, so that one can be started first of all.
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
    """One that was started; what it is wanted for has to `wait` until everything is imported.

    `mode` is "fork" for a zygote, "single" for the process of a single file. `control` is the
    socket to it.
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
        """Until it is ready. Raises GraderFault, and ends it, where it cannot be."""
        if self._ready:
            return
        try:
            said = self.control.recv(len(READY))
        except OSError:
            said = b""
        except BaseException:  # we are told to stop while it still imports
            self.kill()
            raise
        if said != READY:
            self.process.kill()
            self.process.wait()
            self._errors.seek(0)
            lines = self._errors.read()[-2000:].decode(errors="replace").strip().splitlines()
            self.kill()
            why = said.decode() or (lines[-1] if lines else "it said nothing")
            names = ", ".join(self.libraries)
            raise GraderFault(f"no interpreter with {names} could be started: {why}")
        self._errors.close()
        self._ready = True

    def close(self) -> None:
        """Let it end, by the end of its socket; it is not waited for without end."""
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
    """Zygotes with such sets of libraries, which start while other things are done.

    None where a library is not there or no process can be started: whoever needs it will say so.
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
        for one in begun:
            one.kill()
        raise
    return begun


def named(libraries: Iterable[str]) -> tuple[str, ...]:
    """The same name for the same set of libraries."""
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
    """One thread, no display, no GPU unless asked for; of the user's own only what is needed."""
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
