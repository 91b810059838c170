"""The members of a tar, read from its beginning to its end within limits of memory.

The standard library's reader takes a header of any size into memory, and a header says how large
the next is.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from autograder.collecting.budget import BadArchive

BLOCK = 512
CHUNK = 1 << 16
MAX_HEADER = 1 << 16  # of what precedes a member: a long name, extended attributes
MAX_ENTRIES = 200_000
MAX_SKIPPED = 2 << 30  # bytes of members that nobody asked for
LONG_NAME, LONG_LINK = b"L", b"K"
EXTENDED, EXTENDED_FOR_ALL, SOLARIS = b"x", b"g", b"X"


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class TapeMember:
    name: str
    size: int
    is_file: bool
    is_folder: bool
    chunks: Callable[[], Iterator[bytes]]


class _Tape:
    """A stream that says how much of it was read, and has been given its first bytes."""

    def __init__(self, stream: Stream, start: bytes) -> None:
        self._stream = stream
        self._start = start

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, fewer at the end of the stream."""
        data, self._start = self._start[:size], self._start[size:]
        while len(data) < size and (more := self._stream.read(size - len(data))):
            data += more
        return data


def tape_members(stream: Stream, start: bytes = b"") -> Iterator[TapeMember]:
    """The members of a tar, whose first bytes `start` were read already.

    A member's content has to be read before the next is asked for. Raises BadArchive, and what the
    stream raises.
    """
    tape = _Tape(stream, start)
    name: str | None = None
    size: int | None = None
    skipped = 0
    for _ in range(MAX_ENTRIES):
        block = tape.read(BLOCK)
        if len(block) < BLOCK:
            raise EOFError  # a whole tar ends with blocks of zeros
        if not block.strip(b"\0"):
            return
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if header.size < 0:
            raise tarfile.HeaderError("a negative size")
        if header.type in (LONG_NAME, LONG_LINK, EXTENDED, EXTENDED_FOR_ALL, SOLARIS):
            content = _header(tape, header.size)
            if header.type == LONG_NAME:
                name = content.rstrip(b"\0").decode("utf-8", "surrogateescape")
            elif header.type in (EXTENDED, SOLARIS):
                attributes = _attributes(content)
                name = attributes.get("path", name)
                size = int(attributes["size"]) if "size" in attributes else size
            continue
        if header.type == tarfile.GNUTYPE_SPARSE:
            raise NotImplementedError
        length = header.size if size is None else size
        has_content = header.isreg() or header.type not in tarfile.SUPPORTED_TYPES
        left = _Left(length if has_content else 0)
        padding = -left.bytes % BLOCK
        shown = header.name if name is None else name
        yield TapeMember(shown, left.bytes, header.isreg(), header.isdir(), left.of(tape))
        skipped += left.bytes
        if skipped > MAX_SKIPPED:
            raise BadArchive("is too large")
        for _chunk in left.of(tape)():
            pass
        tape.read(padding)
        name, size = None, None
    raise BadArchive("has too many members")


class _Left:
    """How many bytes of a member were not read yet."""

    def __init__(self, count: int) -> None:
        self.bytes = count

    def of(self, tape: _Tape) -> Callable[[], Iterator[bytes]]:
        def chunks() -> Iterator[bytes]:
            while self.bytes:
                chunk = tape.read(min(CHUNK, self.bytes))
                if not chunk:
                    raise EOFError
                self.bytes -= len(chunk)
                yield chunk

        return chunks


def _header(tape: _Tape, size: int) -> bytes:
    """What stands before a member and describes it."""
    if size > MAX_HEADER:
        raise BadArchive("has a name that is too long")
    content = tape.read(size)
    tape.read(-size % BLOCK)
    return content


def _attributes(content: bytes) -> dict[str, str]:
    """The extended attributes of the next member: lines `LENGTH NAME=VALUE`."""
    found = {}
    while content:
        length = content.partition(b" ")[0]
        line = content[: int(length)]
        if len(line) <= len(length) + 1:
            raise tarfile.HeaderError("an empty attribute")
        name, _, value = line[len(length) + 1 :].rstrip(b"\n").partition(b"=")
        found[name.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        content = content[len(line) :]
    return found
