"""A socket with a deadline, on which frames of the wire format are sent and received."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from autograder.isolation.wire import (
    AT_ONCE,
    MAX_BLOB,
    PREFIX,
    A,
    Closed,
    DeadlineExceeded,
    Encoded,
    T,
    _demand,
    check_prefix,
    encode,
    frame,
    unpack,
)


class Limit(Protocol):
    """How long to go on waiting: seconds, asked again whenever they are over; then none."""

    def left(self) -> float: ...


class Channel:
    """Frames over a stream socket, with one limit for a whole frame."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._ahead = b""  # was read with what came before

    def send(
        self,
        kind: str,
        seq: int,
        body: Any,
        limit: Limit | None = None,
        largest: int = MAX_BLOB,
    ) -> None:
        """Send values, or what they are encoded as.

        Raises WireError, and sends nothing, where the arrays are larger than `largest` bytes.
        """
        encoded = body if isinstance(body, Encoded) else encode(body, largest)
        data = memoryview(frame(kind, seq, encoded))
        try:
            while data:
                sent = self._in_time(self.sock.send, data, limit)
                data = data[sent:]
        except TimeoutError:
            raise DeadlineExceeded("the other side did not read in time") from None
        except OSError:
            raise Closed("the other side is gone") from None

    def receive(
        self,
        kinds: Iterable[str],
        seq: int | None = None,
        limit: Limit | None = None,
        largest: int = MAX_BLOB,
    ) -> tuple[str, int, Any]:
        """The next frame; its kind must be one of `kinds`, its number `seq` where given."""
        kind, got, body = unpack(*self.receive_frame(limit, largest))
        _demand(kind in kinds, "kind")
        _demand(seq is None or got == seq, "sequence number")
        return kind, got, body

    def receive_frame(
        self, limit: Limit | None = None, largest: int = MAX_BLOB
    ) -> tuple[bytes, bytes]:
        """Header and blob of the next frame, not looked at."""
        sizes = check_prefix(self._exactly(PREFIX.size, limit), largest)
        header, blob = (self._exactly(size, limit) for size in sizes)
        return header, blob

    def _exactly(self, size: int, limit: Limit | None) -> bytes:
        parts, missing = [self._ahead], size - len(self._ahead)
        try:
            while missing > 0:
                part = self._in_time(self.sock.recv, min(max(missing, AT_ONCE), 1 << 20), limit)
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

    def _in_time(self, operate: Callable[[A], T], argument: A, limit: Limit | None) -> T:
        """A socket operation, tried again until it succeeds or no time is left."""
        while True:
            left = None if limit is None else limit.left()
            if left is not None and left <= 0:
                raise TimeoutError
            self.sock.settimeout(left)
            try:
                return operate(argument)
            except TimeoutError:
                continue

    def close(self) -> None:
        self.sock.close()
