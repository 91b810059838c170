"""A student's file is text in UTF-8, and no codec of the student's choice runs."""

from __future__ import annotations

import ast
import codecs
import encodings.aliases
import importlib.util
import io
import tokenize

import pytest

from autograder.course.source_text import NotText, normal

LINE = "greeting = 'café — 你好'\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1\n", "x = 1\n"),
        (b"", ""),
        (b"\xef\xbb\xbfx = 1\r\ny = 2\rz = 3", "x = 1\ny = 2\nz = 3"),
        (LINE.encode("utf-16"), LINE),
        (codecs.BOM_UTF16_BE + LINE.encode("utf-16-be"), LINE),
        (f"# coding: punycode\r\n{LINE}".encode("utf-16"), f"# coding: utf-8\n{LINE}"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'", "# -*- coding: utf-8 -*-\nx = 'é'"),
        (b"#!python\n# vim: fileencoding=ISO_8859_1-unix\n#\xe9", None),
        (b"# coding: cp1252\nx = 1", "# coding: utf-8\nx = 1"),
        (b"# coding: gbk\n# \xe4\xbd\xa0", "# coding: utf-8\n# 你"),
        (b"\xef\xbb\xbf# coding: latin-1\n# \xc3\xa9", "# coding: utf-8\n# é"),
        (b"x = 1\n# coding: rot13\n", "x = 1\n# coding: rot13\n"),  # not where Python looks
        (b"x = 1 # coding: rot13\n", "x = 1 # coding: rot13\n"),
        (b"'''\n# coding: rot13\n'''\n", "'''\n# coding: rot13\n'''\n"),
        (b"\x0c# coding: l1\r\x0c\n", "\x0c# coding: utf-8\n\x0c\n"),
    ],
)
def test_texts_are_read(data: bytes, text: str | None) -> None:
    found = normal(data)
    assert isinstance(found, bytes)
    assert text is None or found.decode() == text
    ast.parse(found)  # even as bytes it names no other encoding


@pytest.mark.parametrize(
    ("data", "why", "line"),
    [
        (b"x = 1\n# \xff\n", "is not UTF-8 text: save it as UTF-8", 2),
        (b"x = '\xed\xa0\x80'\n", "is not UTF-8 text", 1),  # a lone surrogate
        (b"# coding: gbk\n# \xc4\xe3", "is not UTF-8 text", 2),
        (b"\n# coding: undefined\n", "says that its encoding is undefined: save it as UTF-8", 2),
        (b"\r# coding: hex\r", "says that its encoding is hex", 2),
        (b"# coding: utf-7\n# +AAo-raise SystemExit(3)\n", "says that its encoding is utf-7", 1),
        (b"# coding: " + b"a" * 1000, "says that its encoding is aaaa", 1),
        (LINE.encode("utf-16-le"), "is UTF-16 text without its mark: save it as UTF-8", None),
        (b"x\0y\n", "is no text: it has null bytes", 1),
        (bytes(1000), "is no text: it has null bytes", 1),
        (b"\xff\xfe" + b"x\0\n\0" + b"\x00\xd8", "is broken UTF-16 text", 2),
        (b"\xff\xfe\0\0" + b"x\0\0\0", "is no text: it has null bytes", 1),  # UTF-32
        (b"\xfe\xff\0", "is broken UTF-16 text", 1),
        (b"PK\x03\x04" + bytes(9), "is a zip archive or a document of Word under the name", None),
        (b"%PDF-1.7\n", "is a PDF under the name of a Python file", None),
        (importlib.util.MAGIC_NUMBER + bytes(12) + b"\xe3", "is compiled Python", None),
    ],
)
def test_what_is_no_text_is_told_with_its_line(data: bytes, why: str, line: int | None) -> None:
    found = normal(data)
    assert isinstance(found, NotText)
    assert found.why.startswith(why)
    assert len(found.why) < 100
    assert found.line == line


def test_a_codec_of_any_name_changes_nothing() -> None:
    aliases = encodings.aliases.aliases
    for name in {*aliases, *aliases.values(), "undefined", "idna", "punycode", "mbcs", "oem"}:
        data = f"# coding: {name}\nx = '+AAo-\\u0041 xn--caf-dma'\n".encode()
        found = normal(data)
        if isinstance(found, bytes):  # as bytes, and as Python finds it
            named, _ = tokenize.detect_encoding(io.BytesIO(found).readline)
            assert codecs.lookup(named).name == "utf-8"
            assert found.splitlines()[1:] == data.splitlines()[1:]
        else:
            assert name in found.why


@pytest.mark.parametrize(
    "name", ["utf8", "UTF-8", "latin-1", "iso_8859_1", "L1", "iso-latin-1-dos"]
)
@pytest.mark.parametrize("form", ["# coding: {}", "#coding={}", "\n# -*- coding: {} -*-"])
def test_python_reads_the_same_text(name: str, form: str) -> None:
    data = (form.format(name) + "\nx = 'caf\xe9'\n").encode(
        "utf-8" if name.lower().startswith("utf") else "latin-1"
    )
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    found = normal(data)
    assert isinstance(found, bytes)
    assert found.decode().splitlines()[-1] == data.decode(encoding).splitlines()[-1]
