"""What reaches inside the interpreter is named, and what honest programs write is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment import reader
from autograder.course.reach import in_words, reaches
from tests.conftest import ROOT


def found(text: str) -> list[tuple[str, int]]:
    return [(name, line) for name, line in reaches(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import os, gc\n", [("gc", 1)]),
        ("import numpy as np; import ctypes as c\n", [("ctypes", 1)]),
        ("\n\nfrom autograder.isolation import worker\n", [("autograder", 3)]),
        ("try: import gc\nexcept ImportError: pass\n", [("gc", 1)]),
        ("import sys\nframe = sys._getframe(1).f_back\n", [("_getframe", 2), ("f_back", 2)]),
        ("x = sys . modules['probe']\n", [("sys.modules", 1)]),
        ("getattr(f, '__globals__')\n", [("__globals__", 1)]),
        ("__import__('g' + 'c')\n", [("__import__", 1)]),
        ("import \\\n  gc", [("gc", 2)]),
        ("def __reduce__(self): pass", [("__reduce__", 1)]),
        ("# a comment\rimport gc\r", [("gc", 2)]),
        ("a = 1\r\nimport gc\r\n", [("gc", 2)]),
    ],
)
def test_what_reaches_inside_is_named_with_its_line(
    text: str, names: list[tuple[str, int]]
) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "# sys._getframe and import gc",
        "'the frames f_back of a film'",
        '"""import gc\nsys.modules"""',
        "from scipy import signal",
        "signal = x; inspect = signal.T; self.gc = modules = 3",
        "class A:\n    def __init__(self): super().__init__(); self.__class__.__name__",
        "def f(x):\n    import sys\n    print(sys.version)",
    ],
)
def test_what_honest_programs_write_is_not(text: str) -> None:
    assert found(text) == []


def test_no_program_of_the_staff_reaches_inside() -> None:
    assignment = reader.load("rnn_fundamentals", ROOT)
    texts = [text.decode() for text in assignment.reference().values()]
    edits = sorted(Path(ROOT, "solutions").glob("rnn_fundamentals/*/*.toml"))
    assert [found(text) for text in (*texts, *(path.read_text() for path in edits))] == [
        [] for _ in (*texts, *edits)
    ]


@pytest.mark.parametrize(
    "unit", ["(", "f(", "a.", "'", '"""', "\\", "import ", "1+", "\n", "{'a':"]
)
def test_a_megabyte_of_anything_is_looked_at_in_one_pass(unit: str) -> None:
    assert found(unit * (1_000_000 // len(unit))) == []


def test_many_names_are_counted() -> None:
    text = "x.f_back\nx.f_code\nx.f_locals\nx.f_globals\nx.tb_frame\n"
    assert in_words(reaches(text)).endswith("f_globals on line 4, 1 more")
    assert in_words([]) == ""
