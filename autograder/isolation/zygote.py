"""A clean interpreter that is warmed up once and from which students' processes are forked.

It is started with exec and never holds a hidden test or a reference. When everything is imported,
it confines itself (`kernel`). On its control socket (`control`) it takes a request to fork, with
the descriptor of the worker's channel, and replies with the worker's number and pidfd; and a
request to wait for a process, and replies with its exit status. When the control socket closes, it
kills the workers that are left and ends.

The mode "single" serves one file without forking: where no fork is safe, and for CUDA.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterable
from typing import Any, NoReturn

from autograder.isolation.channel import Channel
from autograder.isolation.control import FORK, READY, REPLY, REQUEST
from autograder.isolation.warmup import warm_up
from autograder.isolation.worker import serve

CHANNEL = 3  # a worker's descriptor of its channel, after the three standard ones


def main(argv: list[str]) -> None:
    mode, channel, *libraries = argv
    if sys.platform == "linux":
        _lift_limit_of_parent()
    if channel == "-":  # Windows: the socket comes over stdin
        size = int.from_bytes(sys.stdin.buffer.read(4), "big")
        sock = socket.fromshare(sys.stdin.buffer.read(size))  # type: ignore[attr-defined,unused-ignore]
    else:
        sock = socket.socket(fileno=int(channel))
    if mode == "single":
        preload(libraries)
        warm_up(libraries)  # so that no call's time limit pays for it
        sock.sendall(READY)
        serve(Channel(sock))
        return
    _serve_forks(sock, libraries)


def _lift_limit_of_parent() -> None:
    """A grading process limits its own memory; workers have a limit of their own."""
    import resource  # here: it is not on every system

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def preload(libraries: Iterable[str]) -> None:
    """Import the libraries that submissions use."""
    sys.dont_write_bytecode = True
    tempfile.gettempdir()  # tempfile finds and remembers it while files can be written
    for name in libraries:
        importlib.import_module(name)
    if "matplotlib" in libraries:
        _keep_backend()
        sys.meta_path.append(_FinderOfPylab())
        importlib.import_module("autograder.artists")
        importlib.import_module("autograder.figures")
    if "torch" in libraries:
        import torch

        torch.set_num_threads(1)


def _keep_backend() -> None:
    """Draw without a window, whatever backend a student's file asks for: many laptops need one.

    `matplotlib.use` and `pyplot.switch_backend` are passed over, as `pyplot.show` is.
    """
    mpl: Any = importlib.import_module("matplotlib")
    plt: Any = importlib.import_module("matplotlib.pyplot")
    plt.switch_backend("agg")
    mpl.use = plt.switch_backend = lambda *_, **__: None


class _FinderOfPylab(importlib.abc.MetaPathFinder):
    """Finds matplotlib's module that lies beside its folder, when no folder can be listed."""

    def __init__(self) -> None:
        self._spec = importlib.util.find_spec("pylab")

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        return self._spec if fullname == "pylab" else None


def _remove_folder_of_matplotlib() -> None:
    """Remove matplotlib's temporary folder now: a confined process cannot do so at its exit.

    Matplotlib makes it where the user's own folder cannot be written.
    """
    import matplotlib as mpl

    folder = mpl.get_configdir()
    if os.path.dirname(folder) == tempfile.gettempdir():
        shutil.rmtree(folder, ignore_errors=True)


def _serve_forks(control: socket.socket, libraries: Iterable[str]) -> None:
    """Warm up, confine this process, and fork workers until the control socket closes."""
    from autograder.isolation import kernel  # here: it is Linux's alone

    namespaces = kernel.enter_namespaces()
    gc.disable()  # a collection would only walk through what is imported
    preload(libraries)
    warm_up(libraries)
    if "matplotlib" in libraries:
        _remove_folder_of_matplotlib()
    if sys.platform == "linux" and len(os.listdir("/proc/self/task")) != 1:
        control.sendall(b"threads")  # a fork of several threads can hang
        return
    used = kernel.address_space()
    null = os.open(os.devnull, os.O_RDWR)
    seccomp_filter = kernel.confine(namespaces)
    gc.freeze()  # so that a collection in a worker does not walk through, and copy, shared pages
    control.sendall(READY)

    children: set[int] = set()
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, REQUEST.size, 1)
        if len(data) < REQUEST.size:
            break
        request, number = REQUEST.unpack(data)
        if request == FORK:
            child = os.fork()
            if child == 0:
                control.detach()
                memory = used + (number << 20) if used else None
                _become_worker(descriptors[0], null, memory, seccomp_filter)
            os.close(descriptors[0])
            children.add(child)
            pidfd = os.pidfd_open(child)
            socket.send_fds(control, [REPLY.pack(child, used)], [pidfd])
            os.close(pidfd)
        else:
            _, status = os.waitpid(number, 0)
            children.discard(number)
            control.sendall(REPLY.pack(number, status))
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    os._exit(0)  # a confined process has nothing left to tidy up


def _become_worker(
    descriptor: int, null: int, memory: int | None, seccomp_filter: bytes
) -> NoReturn:
    """Serve one student file in this fork of the zygote, and end it."""
    status = 1
    try:
        from autograder.isolation import kernel  # here: it is Linux's alone

        gc.enable()
        os.setsid()
        kernel.end_with_parent()
        kernel.set_limits(memory)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.dup2(descriptor, CHANNEL)
        os.closerange(CHANNEL + 1, 256)
        channel = Channel(socket.socket(fileno=CHANNEL))
        kernel.apply_filter(seccomp_filter)
        serve(channel)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1:])
