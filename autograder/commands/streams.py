"""Standard output and standard error of a command, so that printing never ends it.

A stream that was closed, or whose reader has gone, takes what is written, and it is gone. So does
a full disk; then the command ends with a message and an exit status other than 0.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

from autograder.commands.console import PLAIN_LETTERS

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def take_over() -> None:
    """Make the standard streams of this process safe to print to. May be called again."""
    _fill_closed_descriptors()
    sys.stdout = _safe(sys.stdout, 1)
    sys.stderr = _safe(sys.stderr, 2)


def final_status(status: int) -> int:
    """The exit status of a command, at its end: at least 1 if its output could not be written."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    raw = _raw(sys.stdout)
    if not isinstance(raw, _Descriptor) or raw.lost is None:
        return status
    print(f"autograder: the output cannot be written: {raw.lost.strerror}", file=sys.stderr)
    return max(status, 1)


def has_reader() -> bool:
    """Whether somebody may still read standard output."""
    return not getattr(_raw(sys.stdout), "has_failed", False)


class _Descriptor(io.FileIO):
    """A standard stream. After the first failure, what is written is gone.

    Attributes:
        has_failed: whether writing has failed.
        lost: why, unless the reader did not want more.
    """

    has_failed = False
    lost: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            while (written := super().write(data)) is None:  # full, and set not to wait
                select.select([], [self.fileno()], [])
            return written
        except OSError as error:
            self.has_failed = True
            if error.errno not in (errno.EPIPE, errno.EBADF):
                self.lost = error
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self.fileno())
            os.close(null)
            return memoryview(data).nbytes


def _fill_closed_descriptors() -> None:
    """Open the null device at each closed descriptor below 3, so that no other file gets there."""
    null = os.open(os.devnull, os.O_RDWR)
    while null < 3:
        os.set_inheritable(null, True)
        null = os.open(os.devnull, os.O_RDWR)
    os.close(null)


def _raw(stream: TextIO) -> object:
    """What is below a stream's text and buffer."""
    buffer = getattr(stream, "buffer", None)
    return getattr(buffer, "raw", buffer)


def _safe(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:  # it was closed when Python started
        return open(number, "w", encoding="utf-8", closefd=False)
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    raw = _raw(stream)
    if type(raw) is not io.FileIO or raw.fileno() != number:
        stream.reconfigure(errors=PLAIN_LETTERS)
        return stream
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Descriptor(number, "wb", closefd=False)),
        encoding=stream.encoding,
        errors=PLAIN_LETTERS,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
