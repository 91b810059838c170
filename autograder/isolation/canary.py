"""A program that tries what must fail, handed in like a student's file: what it proves is proved.

`front` loads this file's text into a worker and calls `attempts`. It is never imported there, and
it uses nothing of the engine's. What an attempt reaches is not harmed: signal 0, a read, a process
that ends at once.
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
    """attempt -> whether it was blocked. `planted` can be read by all, `grader` is a process."""
    return {name: _blocked(attempt) for name, attempt in _tries(planted, grader).items()}


def names() -> list[str]:
    """Of the attempts."""
    return list(_tries("", 0))


def _tries(planted: str, grader: int) -> dict[str, Callable[[], object]]:
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
        "become a program": lambda: _demand(_libc().execv(b"/bin/false", None)),  # the last one
    }


def files_are_ruled() -> bool:
    """Whether Landlock is in force: nothing else forbids to list the root of what is there."""
    return _blocked(lambda: os.listdir("/"))


def _blocked(attempt: Callable[[], object]) -> bool:
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
    """Of a process of the same user, where its stack or anything else may lie."""

    class Piece(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

    buffer = ctypes.create_string_buffer(8)
    ours = Piece(ctypes.addressof(buffer), 8)
    theirs = Piece(id(pid), 8)  # an address; that nothing is there is another error
    if _libc().process_vm_readv(pid, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0) < 0:
        if ctypes.get_errno() == 14:  # EFAULT: it was let in and found nothing
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
    """Entries of the C library's own environment."""
    environ = ctypes.POINTER(ctypes.c_char_p).in_dll(_libc(), "environ")
    return 1 if environ and environ[0] else 0


def _descriptors() -> int:
    """How many are open."""
    count = 0
    for number in range(256):
        try:
            os.fstat(number)
        except OSError:
            continue
        count += 1
    return count
