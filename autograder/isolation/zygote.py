"""A clean interpreter, warmed up once, from which the student's processes are forked.

It is started with exec and has never held a hidden test or a reference. When everything is
imported it shuts itself in (`autograder.sandbox`). On its control socket it takes `fork` with a
number of megabytes and one descriptor (the worker's channel) and answers with the worker's pid and
pidfd, and `wait` with a pid and answers with its exit status. When the control socket closes, it
kills what is left and ends.

`--single` serves one worker without forking: where there is no safe fork, and for CUDA.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterable

from autograder.isolation.channel import Channel
from autograder.isolation.control import READY, REQUEST, STATUS
from autograder.isolation.warmup import warm_up

CHANNEL = 3  # the descriptor of a worker's channel, after the three standard ones


def main(argv: list[str]) -> None:
    mode, channel, *libraries = argv
    if channel == "-":  # Windows: the socket comes over stdin
        size = int.from_bytes(sys.stdin.buffer.read(4), "big")
        sock = socket.fromshare(sys.stdin.buffer.read(size))  # type: ignore[attr-defined,unused-ignore]
    else:
        sock = socket.socket(fileno=int(channel))
    if mode == "single":
        preload(libraries)
        warm_up(libraries)  # a call's limit is not to pay for it
        from autograder.isolation.worker import serve

        sock.sendall(READY)
        serve(Channel(sock))
        return
    _serve_forks(sock, libraries)


def preload(libraries: Iterable[str]) -> None:
    """Import what submissions will use."""
    sys.dont_write_bytecode = True
    tempfile.gettempdir()  # looked for, and remembered, while files can be written
    for name in ("autograder.isolation.worker", *libraries):
        importlib.import_module(name)
    if "matplotlib" in libraries:
        importlib.import_module("matplotlib.pyplot")
        importlib.import_module("autograder.figures")
    if "torch" in libraries:
        import torch

        torch.set_num_threads(1)


def _remove_folder_of_matplotlib() -> None:
    """The one it makes where the user's cannot be written; it would do so when Python exits."""
    import matplotlib as mpl

    folder = mpl.get_configdir()
    if os.path.dirname(folder) == tempfile.gettempdir():
        shutil.rmtree(folder, ignore_errors=True)


def _serve_forks(control: socket.socket, libraries: Iterable[str]) -> None:
    from autograder.isolation import kernel as sandbox

    own = sandbox.leave_the_system()
    gc.disable()  # a collection would only walk through what is imported
    preload(libraries)
    warm_up(libraries)
    if "matplotlib" in libraries:
        _remove_folder_of_matplotlib()
    if sys.platform == "linux" and len(os.listdir("/proc/self/task")) != 1:
        control.sendall(b"threads")  # a fork of several threads can hang
        return
    used = sandbox.address_space()
    null = os.open(os.devnull, os.O_RDWR)
    program = sandbox.shut_in(own)
    gc.freeze()  # a collection in a worker does not walk through, and so copy, what is shared
    control.sendall(READY)

    def become_worker(descriptor: int, memory_mb: int) -> None:
        """Never returns."""
        status = 1
        try:
            gc.enable()
            os.setsid()
            sandbox.end_with_parent()
            sandbox.limit(used + (memory_mb << 20) if used else None)
            for standard in (0, 1, 2):
                os.dup2(null, standard)
            os.dup2(descriptor, CHANNEL)
            os.closerange(CHANNEL + 1, 256)
            channel = Channel(socket.socket(fileno=CHANNEL))
            sandbox.give_up(program)
            from autograder.isolation.worker import serve

            serve(channel)
            status = 0
        finally:
            os._exit(status)

    children: set[int] = set()
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, REQUEST.size, 1)
        if len(data) < REQUEST.size:
            break
        what, number = REQUEST.unpack(data)
        if what == b"f":
            child = os.fork()
            if child == 0:
                control.detach()
                become_worker(descriptors[0], number)
            os.close(descriptors[0])
            children.add(child)
            pidfd = os.pidfd_open(child)
            socket.send_fds(control, [STATUS.pack(child, used)], [pidfd])
            os.close(pidfd)
        else:
            _, status = os.waitpid(number, 0)
            children.discard(number)
            control.sendall(STATUS.pack(number, status))
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    os._exit(0)  # everything was tidied up before it shut itself in


if __name__ == "__main__":
    main(sys.argv[1:])
