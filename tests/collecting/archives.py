"""One archive a student, as students and platforms make them, and damaged on purpose."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import random
import shutil
import struct
import subprocess
import tarfile
import warnings
import zipfile
import zlib
from pathlib import Path

from tests.collecting.samples import python_zip, real_tar, real_zip, write, zip_of

CODE = "def double(x):\n    return 2 * x\n"
FILES = {"moves.py": CODE}
RAR = b"Rar!\x1a\x07\x01\x00" + bytes(200)
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(200)


def make_good(to: Path, work: Path) -> None:
    """Archives with everything that is handed in: NAME.zip and the like."""
    plain = write(work / "plain", FILES)
    real_zip(to / "plain.zip", plain)
    real_zip(to / "infolder.zip", write(work / "infolder", {"homework 1/moves.py": CODE}))
    real_zip(to / "deep.zip", write(work / "deep", {"a/b/c/moves.py": CODE}))
    real_tar(to / "targz.tar.gz", plain)
    real_tar(to / "tgz.tgz", plain)
    real_tar(to / "tar.tar", plain)
    real_tar(to / "tarpax.tar", plain, "--format=posix")
    real_tar(to / "tarbz.tar.bz2", plain)
    real_tar(to / "tarxz.tar.xz", plain)
    (to / "gz_moves.py.gz").write_bytes(gzip.compress(CODE.encode()))
    python_zip(to / "backslash.zip", {"toy\\moves.py": CODE, "toy\\src\\": ""})
    mac = {"hw/moves.py": CODE, "hw/.DS_Store": "x", "__MACOSX/hw/._moves.py": "x"}
    python_zip(to / "mac.zip", mac)
    inner = zip_of(work, {"hw/moves.py": CODE})
    python_zip(to / "nested.zip", {"homework.zip": inner})
    python_zip(to / "nestedtwice.zip", {"a.zip": zip_of(work, {"b.zip": inner})})
    tarred = real_tar(work / "inner.tar.gz", plain).read_bytes()
    python_zip(to / "tarinzip.zip", {"work/inner.tar.gz": tarred})
    python_zip(to / "stored.zip", FILES)
    (to / "prefixed.zip").write_bytes(b"MZ self-extracting" + (to / "plain.zip").read_bytes())
    (to / "misnamed.zip").write_bytes((to / "targz.tar.gz").read_bytes())
    streamed = subprocess.run(
        ["zip", "-q", "-", "moves.py"] if shutil.which("zip") else ["cat", to / "plain.zip"],
        cwd=plain, capture_output=True, check=True,
    )  # fmt: skip
    (to / "streamed.zip").write_bytes(streamed.stdout)
    with (
        zipfile.ZipFile(to / "zip64.zip", "w") as archive,
        archive.open("moves.py", "w", force_zip64=True) as member,
    ):
        member.write(CODE.encode())
    python_zip(to / "gitfolder.zip", {"moves.py": CODE} | {f".git/o/{i}": "x" for i in range(3000)})
    outputs = '{"cells": [], "x": "' + "0" * 60_000_000 + '"}'
    python_zip(to / "outputs.zip", {"moves.py": CODE, "toy.ipynb": outputs})


def make_doubtful(to: Path, work: Path) -> None:
    """Archives of which something is left out, or is not certain; the code is taken."""
    linked = write(work / "linked", FILES)
    os.symlink("/etc/passwd", linked / "secret.py")
    real_zip(to / "linkinzip.zip", linked)
    real_tar(to / "linkintar.tar.gz", linked)
    with tarfile.open(to / "hardlink.tar", "w") as tar:
        _add(tar, "moves.py", CODE)
        link = tarfile.TarInfo("gradebook.db")
        link.type, link.linkname = tarfile.LNKTYPE, "/etc/passwd"
        tar.addfile(link)
        for kind in (tarfile.FIFOTYPE, tarfile.CHRTYPE):
            device = tarfile.TarInfo(f"device{kind.decode()}")
            device.type = kind
            tar.addfile(device)
    python_zip(to / "longname.zip", {"moves.py": CODE, "x" * 300 + ".py": "x"})
    with zipfile.ZipFile(to / "twice.zip", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("moves.py", "raise SystemExit")
        archive.writestr("moves.py", CODE)
    python_zip(to / "rarinside.zip", {"moves.py": CODE, "figures.rar": RAR})
    python_zip(to / "badinside.zip", {"moves.py": CODE, "old.zip": b"PK\x03\x04" + bytes(50)})
    python_zip(to / "stamped.zip", {"moves.py": CODE, "timestamp.txt": "2000-01-01 00:00:00 UTC"})
    deep = zip_of(work, FILES)
    for _ in range(5):
        deep = zip_of(work, {"deeper.zip": deep})
    python_zip(to / "matryoshka.zip", {"moves.py": CODE, "deeper.zip": deep})
    wrong = {"moves.py": CODE, "notes\x1b[2J\n.txt": "x"}
    python_zip(to / "twoattempts_1_first.zip", {"moves.py": "raise SystemExit"})
    python_zip(to / "twoattempts_2_second.zip", wrong)
    python_zip(to / "smith_jane_1.zip", FILES)
    python_zip(to / "smith_john_1.zip", FILES)


def make_bad(to: Path, work: Path) -> dict[str, str]:
    """Archives of which nothing is taken. Returns student -> a word of the reason."""
    good = zip_of(work, FILES)
    real_tar(work / "cut.tar.gz", write(work / "cut", {"moves.py": random_text(50_000)}))
    blobs = {
        "empty": b"",
        "notazip": b"<html>Please log in</html>",
        "truncated": good[:-30],
        "noend": good[: len(good) // 2],
        "headonly": b"PK\x03\x04",
        "nofiles": b"PK\x05\x06" + bytes(18),
        "rar": RAR,
        "sevenzip": SEVEN_ZIP,
        "encrypted": _with_flags(good, 1),
        "badcrc": _damaged(zip_of(work, {"moves.py": random_text(5000)}), b"PK\x01\x02"),
        "liar": _with_size(zip_of(work, {"moves.py": "0" * 10_000}), 5),
        "cuttar": (work / "cut.tar.gz").read_bytes()[:20_000],
    }
    for name, content in blobs.items():
        (to / f"{name}.zip").write_bytes(content)
    reasons = dict.fromkeys(blobs, "damaged")
    reasons |= {"empty": "is empty", "notazip": "is no archive", "nofiles": "has no files"}
    reasons |= {"rar": ".rar", "sevenzip": ".7z", "encrypted": "is encrypted"}
    python_zip(to / "dots.zip", {"moves.py": CODE, "../../evil.py": "x"})
    python_zip(to / "dotsback.zip", {"..\\..\\evil.py": "x"})
    python_zip(to / "absolute.zip", {"/tmp/evil.py": "x", "moves.py": CODE})
    python_zip(to / "drive.zip", {"C:\\evil.py": "x"})
    python_zip(to / "clash.zip", {"moves.py": CODE, "moves.py/inner.py": "x"})
    python_zip(to / "clashother.zip", {"a/moves.py": CODE, "a": "x"})
    python_zip(to / "toomany.zip", {f"{i}.py": "x" for i in range(2500)})
    with (
        zipfile.ZipFile(to / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("moves.py", "w", force_zip64=True) as member,
    ):
        for _ in range(300):
            member.write(bytes(1 << 20))
    with zipfile.ZipFile(to / "lzma.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("moves.py", CODE)
    bomb = zip_of(work, {"moves.py": bytes(60 << 20)})
    python_zip(to / "nestedbomb.zip", {f"{i}.zip": bomb for i in range(6)})
    (to / "memory.tar.xz").write_bytes(_greedy_xz())
    with tarfile.open(to / "tardots.tar.gz", "w:gz") as tar:
        _add(tar, "../../evil.py", "x")
    (to / "longheader.tar.gz").write_bytes(gzip.compress(_long_header()))
    reasons |= dict.fromkeys(("dots", "dotsback", "absolute", "drive", "tardots"), "outside of it")
    reasons |= dict.fromkeys(("clash", "clashother"), "a file and a folder of one name")
    reasons |= {"toomany": "more than 2000 files", "bomb": "its size", "nestedbomb": "its size"}
    reasons |= {"lzma": "unusual", "memory": "damaged", "longheader": "too long"}
    return reasons


def random_text(size: int) -> str:
    return "".join(random.Random(1).choices("abcdefghij +*()=", k=size))


def _add(tar: tarfile.TarFile, name: str, text: str) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(text)
    tar.addfile(info, io.BytesIO(text.encode()))


def _with_flags(data: bytes, flags: int) -> bytes:
    """A zip whose first member says that it is, for example, encrypted."""
    changed = bytearray(data)
    changed[6] |= flags
    changed[data.index(b"PK\x01\x02") + 8] |= flags
    return bytes(changed)


def _with_size(data: bytes, size: int) -> bytes:
    """A zip whose first member says that it is smaller than it is."""
    changed = bytearray(data)
    struct.pack_into("<L", changed, 22, size)
    struct.pack_into("<L", changed, data.index(b"PK\x01\x02") + 24, size)
    return bytes(changed)


def _damaged(data: bytes, before: bytes) -> bytes:
    """A zip with one bit of its content changed."""
    changed = bytearray(data)
    changed[data.index(before) // 2] ^= 4
    return bytes(changed)


def _greedy_xz() -> bytes:
    """A file packed with xz that asks for four gigabytes of memory."""
    data = bytearray(lzma.compress(bytes(2000)))
    data[16] = 40  # the size of the dictionary, in the header of the first block
    struct.pack_into("<L", data, 20, zlib.crc32(data[12:20]))
    return bytes(data)


def _long_header() -> bytes:
    """A tar with a name of 100 MB."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 100 << 20
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(100 << 20)
