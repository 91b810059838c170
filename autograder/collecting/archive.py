"""Archives of strangers: their members, one after the other, never all at once.

Zips, tars and files packed with gzip, bzip2 or xz. What is inside them may be made to harm: sizes
and counts are bounded here and in `Budget`, and whatever a damaged archive makes the libraries
raise becomes BadArchive.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import IO

from autograder.collecting.budget import BadArchive
from autograder.collecting.tape import Stream, tape_members
from autograder.collecting.xz_stream import XzStream

CHUNK = 1 << 16
MAX_DIRECTORY = 64 << 20  # bytes of a zip's table of members, which zipfile holds in memory
MAX_MEMBERS = 200_000
ENCRYPTED, UTF8 = 0x1, 0x800  # flags of a zip's member
UNREAD = {  # the first bytes of archives that are not read -> their name
    b"Rar!\x1a\x07": ".rar",
    b"7z\xbc\xaf\x27\x1c": ".7z",
    b"\x28\xb5\x2f\xfd": ".zst",
    b"MSCF": ".cab",
}
SUFFIXES = (
    *(".zip", ".zipx", ".tar", ".tgz", ".gz", ".tbz2", ".bz2", ".txz", ".xz"),
    *UNREAD.values(),
)
END = b"PK\x05\x06"
END_SIZE = 22


class Kind(Enum):
    FILE = auto()
    FOLDER = auto()
    OTHER = auto()  # a link, a device, a fifo


@dataclass(frozen=True)
class Member:
    """A member of an archive. `packed` is its size in the archive, `chunks` reads its content.

    `chunks` has to be read before the next member is asked for. Raises BadArchive.
    """

    name: str
    kind: Kind
    packed: int
    chunks: Callable[[], Iterator[bytes]]


def is_archive_name(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def stem(name: str) -> str:
    """An archive's name without its endings: `ada` for `ada.tar.gz`."""
    lower = name.lower()
    for suffix in SUFFIXES:
        if lower.endswith(suffix):
            name = name[: -len(suffix)]
            break
    return name[:-4] if name.lower().endswith(".tar") else name


@contextmanager
def damage_is_bad() -> Iterator[None]:
    """Whatever a library raises over an archive becomes BadArchive."""
    try:
        yield
    except (BadArchive, GeneratorExit):
        raise
    except NotImplementedError:
        raise BadArchive("is packed in an unusual way: pack it as an ordinary zip") from None
    except Exception:
        raise BadArchive("is damaged or was not downloaded in full") from None


def members(path: Path, name: str = "") -> Iterator[Member]:
    """The members of an archive, in its order. Raises BadArchive where it is none or is damaged.

    A packed file without a tar is called like the archive, which is called `name`.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadArchive(f"cannot be read: {error.strerror}") from None
    with file, damage_is_bad():
        yield from _members(name or path.name, file)


def _members(name: str, file: IO[bytes]) -> Iterator[Member]:
    start = file.read(512)
    size = file.seek(0, 2)
    file.seek(0)
    if not start:
        raise BadArchive("is empty")
    for mark, kind in UNREAD.items():
        if start.startswith(mark):
            raise BadArchive(f"is a {kind} archive, which is not read: unpack it, pack it as a zip")
    if start.startswith(b"\x1f\x8b"):
        yield from _packed(name, gzip.GzipFile(fileobj=file), size)
    elif start.startswith(b"BZh"):
        yield from _packed(name, bz2.BZ2File(file), size)
    elif start.startswith(b"\xfd7zXZ\0"):
        yield from _packed(name, XzStream(file), size)
    elif start[257:262] == b"ustar" or name.lower().endswith(".tar"):
        yield from _tape(file)
    elif start.startswith(b"PK") or _directory_size(file) is not None:
        yield from _zip_members(file)
    else:
        raise BadArchive("is no archive, whatever its name says")


# ------------------------------------------------------------------------------ tars


def _packed(name: str, stream: Stream, size: int) -> Iterator[Member]:
    """What is in a compressed stream of `size` bytes: the members of a tar, or one file."""
    start = b""
    while len(start) < 512 and (more := stream.read(512 - len(start))):
        start += more
    if start[257:262] == b"ustar" or name.lower().endswith((".tar.gz", ".tgz", ".tbz2", ".txz")):
        yield from _tape(stream, start, size)
        return

    def chunks() -> Iterator[bytes]:
        with damage_is_bad():
            yield start
            while chunk := stream.read(CHUNK):
                yield chunk

    yield Member(stem(name) or "file", Kind.FILE, size, chunks)


def _tape(stream: Stream, start: bytes = b"", size: int | None = None) -> Iterator[Member]:
    """The members of a tar; of a compressed one, the first stands for the `size` of all."""
    for entry in tape_members(stream, start):
        kind = Kind.FILE if entry.is_file else Kind.FOLDER if entry.is_folder else Kind.OTHER

        def chunks(read: Callable[[], Iterator[bytes]] = entry.chunks) -> Iterator[bytes]:
            with damage_is_bad():
                yield from read()

        yield Member(entry.name, kind, entry.size if size is None else size, chunks)
        size = None if size is None else 0


# ------------------------------------------------------------------------------ zips


def _zip_members(file: IO[bytes]) -> Iterator[Member]:
    size = _directory_size(file)
    if size is None:
        raise BadArchive("is damaged or was not downloaded in full")
    if size > MAX_DIRECTORY:
        raise BadArchive("has too many members")
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if len(infos) > MAX_MEMBERS:
            raise BadArchive("has too many members")
        if not infos:
            raise BadArchive("has no files")
        for info in infos:
            name = _zip_name(info)
            yield Member(name, _zip_kind(info, name), info.compress_size, _reader(archive, info))


def _directory_size(file: IO[bytes]) -> int | None:
    """The size of a zip's table of members, read from the end as zipfile does; or None."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_SIZE - (1 << 16)))
    tail = file.read()
    at = len(tail) - END_SIZE
    if at < 0 or tail[at : at + 4] != END or tail[-2:] != b"\0\0":
        at = tail.rfind(END)
    file.seek(0)
    if at < 0 or len(tail) < at + END_SIZE:
        return None
    directory: int = struct.unpack_from("<L", tail, at + 12)[0]
    return directory if directory != 0xFFFFFFFF else _directory_size_64(tail[:at])


def _directory_size_64(tail: bytes) -> int | None:
    """The size of the table in a zip64, whose own end stands before the ordinary one."""
    at = tail.rfind(b"PK\x06\x06")
    if at < 0 or len(tail) < at + 56:
        return None
    return int(struct.unpack_from("<Q", tail, at + 40)[0])


def _zip_name(info: zipfile.ZipInfo) -> str:
    """A member's name; one without the mark of UTF-8 that is UTF-8 all the same is read as such."""
    name = info.orig_filename
    if not info.flag_bits & UTF8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name


def _zip_kind(info: zipfile.ZipInfo, name: str) -> Kind:
    mode = info.external_attr >> 16
    if name.endswith(("/", "\\")):
        return Kind.FOLDER
    if stat.S_IFMT(mode) and not stat.S_ISREG(mode):
        return Kind.FOLDER if stat.S_ISDIR(mode) else Kind.OTHER
    return Kind.FILE


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], Iterator[bytes]]:
    def chunks() -> Iterator[bytes]:
        if info.flag_bits & ENCRYPTED:
            raise BadArchive("is encrypted: ask for it without a password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotImplementedError  # others hold a whole member in memory, or are not read
        with archive.open(info) as content:
            while chunk := content.read(CHUNK):
                yield chunk

    def guarded() -> Iterator[bytes]:
        with damage_is_bad():
            yield from chunks()

    return guarded
