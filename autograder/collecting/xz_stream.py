"""A stream packed with xz, unpacked within a limit of memory."""

from __future__ import annotations

import io
import lzma
from typing import IO

MEMORY = 128 << 20  # what xz asks for at its highest level is 65 MB
PACKED_CHUNK = 1 << 16


class XzStream(io.RawIOBase):
    """Reads like `lzma.LZMAFile`, which takes any memory that the file asks for.

    Raises lzma.LZMAError, EOFError.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, b"" at the end."""
        while not self._unpacker.eof:
            packed = self._file.read(PACKED_CHUNK) if self._unpacker.needs_input else b""
            if self._unpacker.needs_input and not packed:
                raise EOFError
            if data := self._unpacker.decompress(packed, size):
                return data
        return b""
