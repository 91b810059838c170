"""Syntax and names of a newer Python are recognised, and nothing that this one reads."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from autograder.course.newer_python import Newer, clear_syntax, name_in, syntax_of

OLD = (3, 11)
NEWER = {
    "def f[T](x): pass": (3, 12),
    "    async def f[T: int](x):": (3, 12),
    "class A[T](B):": (3, 12),
    "type Pair[T] = tuple[T, T]": (3, 12),
    'print(f"{d["k"]} and {1}")': (3, 12),
    "x = f'{a} {', '.join(b)}'": (3, 12),
    "raise ValueError(f\"{'\\n'.join(a)}\")": (3, 12),
    "except A, B:": (3, 14),
    "    lazy import numpy": (3, 15),
}
OLDER = [
    *("def f(x): return x[0]", "class A: pass", "type = [1]", "x = type(y) == type(z)"),
    *("f\"{d['k']} {{x}}\"", 'f"{a}" "b" f"{c}"', 'f"""{d[\'k\']}"""', 'f"{x!r:>{width}}"'),
    *("except (A, B):", "except* A:", "f'{x}' if f'{y}' else 'a'", "print('t', \"t\")"),
    *("x = [*a, *b]", "rf'\\d{3}'", "# type X = int", "f(*[x for x in y])"),
]


@pytest.mark.parametrize("line", NEWER)
def test_newer_syntax_is_recognised(line: str) -> None:
    found = syntax_of(line, OLD)
    assert found is not None
    assert found.version == NEWER[line]
    clear = clear_syntax(f"x = 1\n{line}\n", OLD)
    assert clear == found._replace(line=2)
    assert syntax_of(line, NEWER[line]) is None
    assert clear_syntax(line, NEWER[line]) is None


@pytest.mark.parametrize("line", ['t"{x}"', "x = rt'a'", "[*a for a in b]", "{**a for a in b}"])
def test_some_is_recognised_where_python_refuses_it_alone(line: str) -> None:
    assert syntax_of(line, OLD) is not None
    assert clear_syntax(line, OLD) is None


@pytest.mark.parametrize("line", OLDER)
def test_what_every_python_reads_is_not_newer(line: str) -> None:
    assert syntax_of(line, OLD) is None
    assert clear_syntax(line, OLD) is None


def test_docstrings_and_comments_are_no_code() -> None:
    assert clear_syntax('"""\ntype X = int\n"""\n# def f[T]():\nx = 1\n', OLD) is None
    assert clear_syntax('"""One line."""\ntype X = int\n', OLD) == Newer(
        "a type statement", (3, 12), 2
    )


@pytest.mark.skipif(sys.version_info < (3, 12), reason="only a newer Python can read all of it")
def test_a_newer_python_reads_what_is_called_newer() -> None:
    for line, version in NEWER.items():
        if version <= sys.version_info[:2] and line.startswith(("def", "class", "type", "print")):
            ast.parse(line if not line.endswith(":") else f"{line} pass")


def test_nothing_of_the_kit_itself_is_newer() -> None:
    for path in (Path(__file__).parents[2] / "autograder").rglob("*.py"):
        assert clear_syntax(path.read_text("utf-8"), OLD) is None, path


@pytest.mark.parametrize(
    ("message", "what", "version"),
    [
        ("cannot import name 'override' from 'typing' (/usr/lib/typing.py)", "typing.override", 12),
        ("module 'itertools' has no attribute 'batched'", "itertools.batched", 12),
        ("No module named 'annotationlib'", "annotationlib", 14),
        ("No module named 'compression.zstd'", "compression.zstd", 14),
    ],
)
def test_newer_names_of_the_library_are_recognised(message: str, what: str, version: int) -> None:
    assert name_in(message, OLD) == Newer(what, (3, version))
    assert name_in(message, (3, version)) is None


def test_other_names_are_not() -> None:
    for message in ("No module named 'helpers'", "cannot import name 'x' from 'math'", "", "x"):
        assert name_in(message, OLD) is None


@pytest.mark.parametrize(
    "text",
    [
        *('f"' + "{a}" * 300_000, 'f"{' * 200_000, 'f"' * 300_000, "{*" * 300_000),
        *("x\n" * 500_000, "except a" + ",a" * 300_000, "type a" + " " * 900_000),
        '"""' * 300_000,
    ],
)
def test_long_texts_are_read_once(text: str) -> None:
    assert clear_syntax(text, OLD) is None or text.startswith(("f", "except"))
