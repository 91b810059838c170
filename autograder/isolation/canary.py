"""The canary: a file like a student's that tries what the protection must block.

`canary_run` loads this file's text into a worker and calls `attempts`. The file is never imported
there and uses nothing of the engine. No attempt does harm where it succeeds: it sends signal 0, it
reads, or it starts a process that ends at once.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import socket
import subprocess
import sys
from collections.abc import Callable

PTRACE_SEIZE = 0x4206
CLONE_NEWUSER = 0x10000000


def attempts(planted: str, grader: int) -> dict[str, bool]:
    """Make each attempt, and tell whether it was blocked.

    Args:
        planted: a file that everybody may read.
        grader: the number of a process of the same user.
    """
    return {name: blocked(attempt) for name, attempt in all_attempts(planted, grader).items()}


def names() -> list[str]:
    """The names of the attempts."""
    return list(all_attempts("", 0))


def all_attempts(planted: str, grader: int) -> dict[str, Callable[[], object]]:
    """The attempts by name; the last one ends the process where it succeeds."""
    return {
        "read a file": lambda: open(planted).read(),
        "list a folder": lambda: os.listdir(os.path.dirname(planted)),
        "write a file": lambda: open(f"{planted}.written", "w").close(),
        "change a file": lambda: os.truncate(planted, 0),
        "remove a file": lambda: os.remove(f"{planted}.gone"),
        "make a link": lambda: os.symlink(planted, f"{planted}.link"),
        "read /proc": lambda: open("/proc/self/environ").read(),
        "read another process's memory": lambda: _read_memory(grader),
        "trace a process": lambda: _demand(_libc().ptrace(PTRACE_SEIZE, os.getppid(), 0, 0)),
        "send a signal": lambda: os.kill(os.getppid(), 0),
        "use the network": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
        "use a local socket": lambda: socket.socket(socket.AF_UNIX).close(),
        "fork": _fork,
        "start a program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        "make a file in memory": lambda: os.close(os.memfd_create("canary")),
        "make a namespace": lambda: _demand(_libc().unshare(CLONE_NEWUSER)),
        "raise a limit": _raise_limit,
        "see the environment": lambda: _demand(0 if os.environ or _environ() else -1),
        "use another descriptor": lambda: _demand(0 if _descriptors() > 4 else -1),
        "take more memory": lambda: mmap.mmap(-1, 1 << 32).close(),
        "become a program": lambda: _demand(_libc().execv(b"/bin/false", None)),
    }


def files_are_ruled() -> bool:
    """Whether Landlock is in force: nothing else forbids listing the root folder."""
    return blocked(lambda: os.listdir("/"))


def blocked(attempt: Callable[[], object]) -> bool:
    """Whether an attempt is refused."""
    try:
        attempt()
    except (OSError, MemoryError, ValueError):
        return True
    return False


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _demand(result: int) -> None:
    if result < 0:
        raise OSError


def _read_memory(pid: int) -> None:
    """Read memory of a process of the same user."""

    class Piece(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

    buffer = ctypes.create_string_buffer(8)
    ours = Piece(ctypes.addressof(buffer), 8)
    theirs = Piece(id(pid), 8)  # any address
    if _libc().process_vm_readv(pid, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0) < 0:
        if ctypes.get_errno() == 14:  # EFAULT: reading is allowed, but nothing is at the address
            return
        raise OSError


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _raise_limit() -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _environ() -> int:
    """Whether the C library's own environment has an entry, as 0 or 1."""
    environ = ctypes.POINTER(ctypes.c_char_p).in_dll(_libc(), "environ")
    return 1 if environ and environ[0] else 0


def _descriptors() -> int:
    """The number of open descriptors."""
    count = 0
    for number in range(256):
        try:
            os.fstat(number)
        except OSError:
            continue
        count += 1
    return count
