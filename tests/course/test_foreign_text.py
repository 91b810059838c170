"""What is pasted or saved in a student file and is no Python is named, with its mend."""

from __future__ import annotations

import ast
import json

import pytest

from autograder.course.foreign_text import character_words, file_words, line_words, merge_mark


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("<<<<<<< HEAD", "a mark of a merge"),
        ("=======", "a mark of a merge"),
        (">>>>>>> main", "a mark of a merge"),
        ("%matplotlib inline", "a command of notebooks: delete it"),
        ("%%time", "a command of notebooks"),
        ("    %timeit f()", "a command of notebooks"),
        ("!pip install numpy", "a shell command of notebooks"),
        ("! ls", "a shell command of notebooks"),
        ("np.zeros?", "a question of notebooks"),
        ("??np.zeros", "a question of notebooks"),
        ("```python", "a fence of Markdown"),
        (">>> f(1)", "a prompt of Python's console"),
        ("In [3]: f(1)", "a prompt of notebooks"),
        ("diff --git a/x b/x", "a line of a patch"),
    ],
)
def test_lines_are_named(line: str, what: str) -> None:
    assert line_words(line).startswith(what)


@pytest.mark.parametrize(
    "line", ["", "x = a % b", "x != y", "return x", "======", "x = 1 # ?", "..."]
)
def test_lines_of_python_are_not(line: str) -> None:
    assert line_words(line) == "" or line == "..."


def test_the_first_mark_of_a_merge_is_found() -> None:
    assert merge_mark("x = 1\n\n<<<<<<< HEAD\n=======\n>>>>>>> main\n") == 3
    assert merge_mark('"""Title\n=======\n"""\n') is None  # an underlined title
    assert merge_mark("<<<<<<<<< x\n") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = “a”", 'U+201C is left double quotation mark: type " instead'),
        ("x\u00a0= 1", "U+00A0 is no-break space: type a plain space instead"),
        ("x = 1，2", "U+FF0C is fullwidth comma: type , instead"),
        ("x = a − b", "U+2212 is minus sign: type - instead"),
        ("x\u200b= 1", "U+200B is zero width space: delete it"),
        ("\ufeff\ufeffx = 1", "U+FEFF is zero width no-break space: delete it"),
        ("x = 1\x1a", "U+001A is a character that cannot be seen: delete it"),
    ],
)
def test_characters_are_named(text: str, words: str) -> None:
    with pytest.raises(SyntaxError) as refused:
        ast.parse(text)
    assert character_words(refused.value.msg, text) == words


def test_only_characters_of_the_text_are_named() -> None:
    assert character_words("invalid character 'x' (U+201C)", "x = 1") == ""
    assert character_words("invalid character (U+FFFFFF)", "x = 1") == ""
    assert character_words("invalid syntax", "“") == ""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (json.dumps({"cells": [], "nbformat": 4}, indent=1), "a notebook"),
        ("{\\rtf1\\ansi\\ansicpg1252", "a document in RTF"),
        ("<!DOCTYPE html>\n<html>", "a web page"),
        ("\n<html>", "a web page"),
        ("diff --git a/x.py b/x.py\n", "a patch"),
    ],
)
def test_files_of_another_kind_are_named(text: str, what: str) -> None:
    assert file_words(text).startswith(f"it is {what} under the name of a Python file: ")


def test_a_python_file_is_not() -> None:
    for text in ("", "import numpy\n", "{'cells': 1}", '"""<html>"""'):
        assert file_words(text) == ""
