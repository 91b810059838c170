"""Messages on what fails outside of a file's mathematics say what is so in this grader."""

from __future__ import annotations

import ast

import pytest

from autograder.assignment.model import StudentFile
from autograder.course.newer_python import HERE, written
from autograder.isolation.worker_protocol import RaisedError
from autograder.judging.failure import from_error
from autograder.judging.loading import explained

ABOUT = StudentFile("moves.py", ("numpy",), "", "")
HERE_IS = f"the grader runs {written(HERE)}"


def details(type_name: str, message: str, source: str, line: int | None = None) -> str:
    error = RaisedError("raised", type_name, message, line)
    failure = from_error(error, "importing moves.py", "", "moves.py", ())
    return "\n".join(explained(failure, error, source.encode(), ABOUT).surroundings)


def refused(source: str) -> str:
    """The details on a text that Python refuses."""
    with pytest.raises(SyntaxError) as found:
        ast.parse(source)
    return details(type(found.value).__name__, found.value.msg, source, found.value.lineno)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 1\n%matplotlib inline\n", "line 2 is a command of notebooks: delete it"),
        ("def f():\n<<<<<<< HEAD\n    pass\n", "line 2 is a mark of a merge"),
        ("<<<<<<< HEAD\nx = 1\n=======\nx = 2\n", "line 1 is a mark of a merge"),
        ("x = “a”\n", "U+201C is left double quotation mark"),
        ("if x:\n\ty = 1\n        z = 2\n", "the file has tabs: indent with spaces alone"),
        ('{"cells": [], "nbformat": }', "it is a notebook under the name of a Python file"),
        ("x = = 1", HERE_IS),
        ("x = (", ""),
    ],
)
def test_a_text_that_is_no_python_is_explained(source: str, words: str) -> None:
    assert refused(source).startswith(words)
    assert bool(refused(source)) == bool(words)


@pytest.mark.skipif(HERE > (3, 11), reason="a newer Python reads it")
def test_newer_syntax_names_both_pythons() -> None:
    assert refused("x = 1\ndef f[T](x): pass\n") == (
        "line 2 has type parameters in brackets: that needs Python 3.12 or newer, "
        "and the grader runs Python 3.11"
    )
    told = details(
        "ImportError",
        "cannot import name 'override' from 'typing' (/usr/lib/python3.11/typing.py)",
        "from typing import override",
    )
    assert told == ("typing.override needs Python 3.12 or newer, and the grader runs Python 3.11")


def test_a_package_that_may_not_be_used_is_told_from_an_own_module() -> None:
    told = details("ModuleNotFoundError", "No module named 'scipy'", "import scipy")
    assert told == (
        "moves.py may import Python's own library and numpy, and nothing else, installed or not"
    )
    told = details("ModuleNotFoundError", "No module named 'helpers'", "from helpers import f")
    assert "only the assignment's files are read: helpers.py is not among them" in told
    assert "move what you need from it into moves.py" in told
    told = details("ModuleNotFoundError", "No module named '_tkinter'", "import _tkinter")
    assert HERE_IS in told
    told = details("ImportError", "attempted relative import with no known", "from .a import b")
    assert "only the assignment's files are read" in told


def test_nothing_that_the_code_made_up_is_repeated() -> None:
    for message in ("No module named 'x1_25'", "module 'a' has no attribute 'b'"):
        assert details("ModuleNotFoundError", message, "raise ...") == ""
    assert details("SyntaxError", "invalid character 'x' (U+4E00)", "x = 1") == ""


@pytest.mark.parametrize(
    ("type_name", "message", "source", "words"),
    [
        ("PermissionError", "[Errno 1] Operation not permitted", "import asyncio", "asyncio"),
        ("BackendError", "[Errno 1] Operation not permitted", "@torch.compile", "torch.compile"),
        ("FileNotFoundError", "[Errno 2] No such file", "import multiprocessing", "process here"),
        ("FileNotFoundError", "[Errno 2] No such file", "open('a')", "no files lie here"),
        ("OSError", "[Errno 30] Read-only file system: 'x'", "open('x', 'w')", "delete what saves"),
        ("URLError", "<urlopen error [Errno -3]>", "import urllib", "there is no network"),
        ("EOFError", "EOF when reading a line", "input()", "nobody can answer input()"),
        ("SystemExit", "None", "exit()", "it ends the program"),
        ("NameError", "name 'get_ipython' is not defined", "get_ipython()", "notebooks alone"),
        ("NameError", "name 'null' is not defined", '{"cells": null}', "it is a notebook"),
    ],
)
def test_what_the_sandbox_refuses_is_told(
    type_name: str, message: str, source: str, words: str
) -> None:
    assert words in details(type_name, message, source)


def test_plain_errors_stay_as_they_are() -> None:
    assert details("ValueError", "bad", "x = 1") == ""
    assert details("AttributeError", "'list' object has no attribute 'x'", "x = 1") == ""
