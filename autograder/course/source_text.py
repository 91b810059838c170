"""The text of a student file, whatever encoding it was saved in.

The student names the encoding, in a mark or in a comment. Only three are decoded: UTF-8, UTF-16
with its mark, and Latin-1. Some codecs of Python's take minutes or fail in odd ways, and none of
them runs because a student's file asks for it.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from autograder.text import printable

# As Python finds the name of an encoding: in a comment on the first or second line (PEP 263).
COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
BLANK = re.compile(rb"[ \t\f]*(?:#.*)?")

UTF_8 = {"utf-8", "utf8", "u8", "utf", "utf-8-sig", "cp65001"}
LATIN_1 = {
    *("latin-1", "latin1", "latin", "l1", "iso-8859-1", "iso8859-1", "iso-latin-1", "iso8859"),
    *("8859", "cp819", "ibm819", "iso-ir-100", "csisolatin1", "iso-8859-1-1987"),
}
# Encodings that editors write; ASCII characters mean the same in them as in UTF-8.
LIKE_ASCII = re.compile(
    r"(?:us-)?ascii|(?:cp|windows-?)(?:437|8\d\d|9\d\d|12\d\d)|iso-?8859-\d+|latin-?\d+"
    r"|gbk|gb2312|gb18030|big5(?:-hkscs)?|euc-?(?:kr|jp|cn|tw)|s(?:hift)?-?jis|koi8-[rut]"
    r"|mac-?roman|tis-?620|uhc|johab"
)


# How files of other kinds begin.
KINDS = (
    (b"PK\x03\x04", "a zip archive or a document of Word"),
    (b"\xd0\xcf\x11\xe0", "an old document of Word"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a packed file (gzip)"),
    (b"7z\xbc\xaf", "a packed file (7z)"),
    (b"Rar!", "a packed file (rar)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x7fELF", "a program of the machine"),
    (b"\x00\x05\x16\x07", "what macOS keeps beside a file"),
)


class NotText(NamedTuple):
    """Why a file is no text: the rest of a sentence about it, and the line where that is known."""

    why: str
    line: int | None = None


def normal(data: bytes) -> bytes | NotText:
    """The file's text in UTF-8 without a mark, with `\\n` after lines and no other encoding named.

    The lines have the numbers that they have in `data` for Python.
    """
    for start, kind in KINDS:
        if data.startswith(start):
            return NotText(f"is {kind} under the name of a Python file")
    if re.match(rb"..\r\r?\n", data, re.S) and 0 in data[:16]:
        return NotText("is compiled Python: hand in the file that it was made of")
    mark = data[:2]
    if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return _from_utf_16(data)
    marked = data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    if 0 in data:
        return _with_nulls(data)
    data = _with_plain_ends(data)
    found = _cookie(data)
    name = found[1].decode("ascii", "replace") if found else ""
    encoding = re.sub(r"-(?:unix|dos|mac)$", "", name.lower().replace("_", "-")) or "utf-8"
    if not marked and encoding in LATIN_1:
        return _naming_utf_8(data.decode("latin-1").encode())
    if encoding not in UTF_8 | LATIN_1 and not LIKE_ASCII.fullmatch(encoding):
        line = data.count(b"\n", 0, found.start(1)) + 1 if found else None
        why = f"says that its encoding is {printable(name, 40)}: save it as UTF-8"
        return NotText(why, line)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return NotText("is not UTF-8 text: save it as UTF-8", line)
    return data if encoding in UTF_8 else _naming_utf_8(data)


def _with_plain_ends(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _from_utf_16(data: bytes) -> bytes | NotText:
    order = "utf-16-le" if data[:2] == codecs.BOM_UTF16_LE else "utf-16-be"
    try:
        text = data[2:].decode(order)
        nulls = text.find("\0")
    except UnicodeDecodeError as error:
        before = data[2 : 2 + error.start].decode(order, "replace")
        return NotText("is broken UTF-16 text: save it as UTF-8", before.count("\n") + 1)
    if nulls >= 0:
        return NotText("is no text: it has null bytes", text.count("\n", 0, nulls) + 1)
    return _naming_utf_8(_with_plain_ends(text.encode()))


def _with_nulls(data: bytes) -> NotText:
    """Why a file with null bytes is no text: mostly because of its encoding."""
    sides = sorted(side.count(0) / max(len(side), 1) for side in (data[::2], data[1::2]))
    if sides[0] < 0.3 and sides[1] > 0.6:
        return NotText("is UTF-16 text without its mark: save it as UTF-8")
    line = data.count(b"\n", 0, data.index(0)) + 1
    return NotText("is no text: it has null bytes", line)


def _cookie(data: bytes) -> re.Match[bytes] | None:
    """The comment that names the encoding of lines that end with \\n; its group 1 is the name."""
    first_end = data.find(b"\n")
    found = COOKIE.match(data)
    if found or first_end < 0 or not BLANK.fullmatch(data, 0, first_end):
        return found
    return COOKIE.match(data, first_end + 1)


def _naming_utf_8(data: bytes) -> bytes:
    """The text with the name of another encoding replaced, for it is UTF-8 now."""
    found = _cookie(data)
    return data if found is None else data[: found.start(1)] + b"utf-8" + data[found.end(1) :]
