"""Zips of which the same files give the same bytes, wherever and whenever they are made."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from autograder.errors import KitError, UsageError

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
