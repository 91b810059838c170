"""Zips of which the same files give the same bytes, wherever and whenever they are made."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from autograder.errors import KitError, NoRoom, UsageError

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can hold
POSIX = 3  # the system that a zip says it comes from: the same on each
PLAIN_FILE = 0o100644 << 16


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of `files` (path -> content), in the order of their names."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system = POSIX
            entry.external_attr = PLAIN_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return data.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """path -> content of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def named(path: Path) -> Path:
    """`path`, if it can be a zip's name: a student's own file is never one. Raises UsageError."""
    if path.suffix.lower() != ".zip":
        raise UsageError(f"{path} is no name of a zip: let it end in .zip")
    return path


def write(data: bytes, path: Path) -> None:
    """Put a zip at `path`, whole or not at all, in place of what is there."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except OSError as error:
        raise KitError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        temporary.unlink(missing_ok=True)


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_text(path: Path, text: str) -> None:
    """Write a whole file or none. Raises KitError naming it, NoRoom where the disk is full.

    A file that has the text already is left as it is.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return
    except OSError:
        pass
    temporary = path.with_name(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if not isinstance(error, OSError):
            raise
        said = f"{path} cannot be written: {error.strerror}"
        if error.errno in FULL:
            raise NoRoom(f"{said}: make room, and run it again; what is finished stays") from None
        raise KitError(said) from None


def digest(*parts: bytes) -> str:
    """32 hexadecimal digits, the same for the same parts only."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()[:32]
