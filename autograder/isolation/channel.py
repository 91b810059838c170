"""A socket with a deadline, on which frames of the wire format are sent and received."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from autograder.isolation.wire import (
    MAX_BLOB,
    PREFIX,
    Closed,
    DeadlineExceeded,
    Encoded,
    check_prefix,
    demand,
    encode,
    frame,
    unpack,
)

READ_BYTES = 1 << 16  # read at once where fewer are needed, so that most frames take one read
MAX_READ_BYTES = 1 << 20

Argument = TypeVar("Argument")
Result = TypeVar("Result")


class Deadline(Protocol):
    """The time that is left. It is asked again whenever the seconds that it gave are over."""

    def left(self) -> float: ...


class Channel:
    """Frames over a stream socket, with one deadline for a whole frame."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._ahead = b""  # bytes that were read with the frame before
        self.frame_size = 0  # bytes of the frame that was read last, or is being read

    def send(
        self,
        kind: str,
        seq: int,
        body: Any,
        deadline: Deadline | None = None,
        largest: int = MAX_BLOB,
    ) -> None:
        """Send values, encoded or not.

        Raises DeadlineExceeded or Closed; and WireError, with nothing sent, where the arrays of
        values are larger than `largest` bytes.
        """
        encoded = body if isinstance(body, Encoded) else encode(body, largest)
        data = memoryview(frame(kind, seq, encoded))
        try:
            while data:
                sent = self._in_time(self.sock.send, data, deadline)
                data = data[sent:]
        except TimeoutError:
            raise DeadlineExceeded("the other side did not read in time") from None
        except OSError:
            raise Closed("the other side is gone") from None

    def receive(
        self,
        kinds: Iterable[str],
        seq: int | None = None,
        deadline: Deadline | None = None,
        largest: int = MAX_BLOB,
    ) -> tuple[str, int, Any]:
        """The next frame's kind, number and body.

        Raises WireError where its kind is not one of `kinds`, or its number not `seq`, if given.
        """
        kind, number, body = unpack(*self.receive_frame(deadline, largest))
        demand(kind in kinds, "kind")
        demand(seq is None or number == seq, "sequence number")
        return kind, number, body

    def receive_frame(
        self, deadline: Deadline | None = None, largest: int = MAX_BLOB
    ) -> tuple[bytes, bytes]:
        """Header and blob of the next frame, not decoded. Raises WireError."""
        sizes = check_prefix(self._exactly(PREFIX.size, deadline), largest)
        self.frame_size = sum(sizes)
        header, blob = (self._exactly(size, deadline) for size in sizes)
        return header, blob

    def _exactly(self, size: int, deadline: Deadline | None) -> bytes:
        parts, missing = [self._ahead], size - len(self._ahead)
        try:
            while missing > 0:
                wanted = min(max(missing, READ_BYTES), MAX_READ_BYTES)
                part = self._in_time(self.sock.recv, wanted, deadline)
                if not part:
                    raise Closed("the other side is gone")
                parts.append(part)
                missing -= len(part)
        except TimeoutError:
            raise DeadlineExceeded("no answer in time") from None
        except OSError:
            raise Closed("the other side is gone") from None
        read = b"".join(parts)
        self._ahead = read[size:]
        return read[:size]

    def _in_time(
        self,
        operate: Callable[[Argument], Result],
        argument: Argument,
        deadline: Deadline | None,
    ) -> Result:
        """Do a socket operation, and repeat it until it succeeds or no time is left."""
        while True:
            left = None if deadline is None else deadline.left()
            if left is not None and left <= 0:
                raise TimeoutError
            self.sock.settimeout(left)
            try:
                return operate(argument)
            except TimeoutError:
                continue

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()
