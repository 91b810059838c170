"""Files: written whole or not at all, read without following links; zips; digests."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import stat
from collections.abc import Mapping
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO

from autograder.errors import KitError, NoRoom, UsageError

# ------------------------------------------------------------------------------ writing

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
TEMPORARY = re.compile(r"\.\d+\.tmp")  # names of half-written files


def write_file(path: Path, data: bytes, parents: bool = False) -> None:
    """Write a whole file or none. A file that has these bytes already is left untouched.

    `parents` creates the missing folders above it. Raises KitError naming the file, NoRoom where
    the disk is full.
    """
    with contextlib.suppress(OSError):
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return
    temporary = path.with_name(f".{os.getpid()}.tmp")
    try:
        if parents:
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
        message = f"{path} cannot be written: {error.strerror}"
        if error.errno in DISK_FULL:
            message += ": make room, and run it again; what is finished stays"
            raise NoRoom(message) from None
        raise KitError(message) from None


def remove_temporary(folder: Path) -> None:
    """Remove the half-written files that killed processes left in a folder."""
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if TEMPORARY.fullmatch(name):
                (folder / name).unlink()


def utf8(text: str) -> bytes:
    """The text in UTF-8; lone surrogates, which UTF-8 cannot hold, are written as escapes."""
    return text.encode("utf-8", "backslashreplace")


# ------------------------------------------------------------------------------ reading


class Refusal(Enum):
    """Why a file of somebody else's was not read."""

    ABSENT = auto()
    LINK = auto()
    NOT_REGULAR = auto()  # a folder, a pipe, a device
    HARD_LINK = auto()  # a second name of a file that may be anybody's
    TOO_LARGE = auto()
    LOCKED = auto()  # its mode, or that of a folder above it, lets not even its owner read it
    UNREADABLE = auto()  # the reader's own fault: another owner's file, a broken disk


def open_regular(path: Path, most: int, hard_links: bool = False) -> BinaryIO | Refusal:
    """Open a regular file of at most `most` bytes, or say why it was not opened.

    No link is followed, and no pipe or device can make the reader wait.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):  # seen first: to open a device may do something to it
            return Refusal.LINK if stat.S_ISLNK(mode) else Refusal.NOT_REGULAR
        descriptor = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        return Refusal.ABSENT
    except PermissionError:
        return Refusal.LOCKED if is_locked(path) else Refusal.UNREADABLE
    except OSError:
        return Refusal.UNREADABLE
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return Refusal.NOT_REGULAR
        if status.st_nlink > 1 and not hard_links:
            return Refusal.HARD_LINK
        if status.st_size > most:
            return Refusal.TOO_LARGE
        file = os.fdopen(descriptor, "rb")
        descriptor = -1
        return file
    except OSError:
        return Refusal.UNREADABLE
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def read_regular(path: Path, most: int, hard_links: bool = False) -> bytes | Refusal:
    """The content of a regular file of at most `most` bytes, or why it was not read.

    No link is followed, and no pipe or device can make the reader wait.
    """
    file = open_regular(path, most, hard_links)
    if isinstance(file, Refusal):
        return file
    with file:
        try:
            return file.read(most)
        except OSError:
            return Refusal.UNREADABLE


def is_locked(path: Path) -> bool:
    """Whether the mode of `path`, or of the folder that hides it, forbids even its owner to read.

    Then whoever made the file is to blame, and otherwise whoever reads it.
    """
    for place in (path, *path.parents):
        try:
            mode = place.lstat().st_mode
        except PermissionError:
            continue  # a folder above it forbids to look
        except OSError:
            return False
        needed = stat.S_IRUSR if place == path else 0
        needed |= stat.S_IXUSR if stat.S_ISDIR(mode) else 0
        return mode & needed != needed
    return False


# ------------------------------------------------------------------------------ zips

EARLIEST_DATE = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can hold
UNIX = 3  # the system that a zip says it comes from: the same on every machine
REGULAR_FILE = 0o100644 << 16


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A zip of `files` (path -> content), sorted by path: the same files give the same bytes."""
    import zipfile  # here: keeps start-up short

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, EARLIEST_DATE)
            entry.create_system = UNIX
            entry.external_attr = REGULAR_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return data.getvalue()


def zip_contents(data: bytes) -> dict[str, bytes]:
    """path -> content of the files in a zip."""
    import zipfile  # here: keeps start-up short

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def require_zip_name(path: Path) -> Path:
    """Return `path` if it ends in .zip: no student file does. Raises UsageError."""
    if path.suffix.lower() != ".zip":
        raise UsageError(f"{path} is no name of a zip: let it end in .zip")
    return path


# ------------------------------------------------------------------------------ digests


def digest(*parts: bytes) -> str:
    """32 hexadecimal digits of SHA-256 over the parts and their lengths."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()[:32]
