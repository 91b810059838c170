"""Leaks: a secret line is found wherever it stands, and tells where it came from."""

from __future__ import annotations

import json

import pytest

from autograder.assignment.model import Assignment
from autograder.public.leaks import Kind, Leak, found_in

ANSWER = "position = np.add(position, step)"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.md", f"For me:\n    {ANSWER}\n"),
        ("notes.md", f"so that {ANSWER} holds"),
        ("toy.ipynb", json.dumps({"cells": [{"source": ["so:\n", ANSWER]}]})),
        ("page.html", "<b>position</b> = <i>np</i>.add(position, step)"),
    ],
)
def test_a_line_of_an_answer_is_found(toy: Assignment, name: str, text: str) -> None:
    (leak,) = found_in(toy, {"moves.py": b"x = 1", name: text.encode()})
    assert (leak.file, leak.line) == (name, ANSWER)
    assert leak.origin is not None
    assert (leak.origin.kind, leak.origin.name) == (Kind.ANSWER, "Walker.walk")
    assert str(leak) == f"{name} holds a line of the answer of Walker.walk: {ANSWER}"


def test_a_short_line_and_a_line_of_the_stub_are_no_secrets(toy: Assignment) -> None:
    files = {"notes.md": b"return x + x\npositions = []\n", **toy.stubs()}
    assert found_in(toy, files) == []


def test_a_line_of_a_hidden_file_is_found(toy: Assignment) -> None:
    line = "case = rng.standard_normal(2), [rng.standard_normal(2) for _ in range(T)]"
    (leak,) = found_in(toy, {"notes.md": line.encode()})
    assert leak.origin is not None
    assert leak.origin.kind == Kind.HIDDEN_FILE


def test_a_file_of_staffs_is_named_without_a_line() -> None:
    assert str(Leak("oracle.py")) == "oracle.py is a file of staff's"
