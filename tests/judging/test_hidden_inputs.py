"""Student code knows the hidden inputs while it runs; the result must not carry them home."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from autograder.assignment.model import Assignment
from autograder.classroom import results
from autograder.hidden.collection import collect
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from autograder.judging.failure import Failure
from autograder.judging.judgement import CheckResult, SlotResult, judge
from autograder.judging.verdict import Verdict

HEAD = """
import itertools
import numpy as np
count = itertools.count(700001)

def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    secret = f"LEAK{next(count)}"
"""
WAYS = {
    "message": "raise ValueError(secret * 20)",
    "name of the exception": "raise type(secret, (Exception,), {})()",
    "syntax error": "raise SyntaxError(secret)",
    "key": "return {secret: 1.0}",
    "text": "return secret",
    "shape": "return np.zeros((0, int(secret[4:]), 7))",
    "dtype": "return np.zeros(3, f'S{int(secret[4:])}')",
    "class": "return type(secret, (), {})()",
    "print": "print(secret)\n    raise ValueError",
}


@pytest.fixture(scope="module")
def checks(assignment: Assignment) -> Iterator[HiddenChecks]:
    with (
        Workers() as workers,
        HiddenChecks(assignment, workers, collect(assignment), seed=3) as checks,
    ):
        yield checks


def graded(checks: HiddenChecks, body: str) -> tuple[SlotResult, str]:
    """The result, and the JSON of it without the messages of public checks."""
    source = f"{HEAD}    {body}\n".encode()
    with checks.program({"vanilla_rnn.py": source}) as program:
        result = judge(checks, program, ["rnn_step"])["rnn_step"]
    public = {check.name for check in checks.checks["rnn_step"] if check.public}
    written = results.part([result])
    entry = json.loads(msgspec.json.encode(written.entries["rnn_step"]))
    data = entry["extra_data"]
    data["checks"] = [check for check in data["checks"] if check["name"] not in public]
    assert len(data["checks"]) >= 10
    return result, json.dumps(entry)


@pytest.mark.parametrize("way", WAYS)
def test_only_one_message_of_a_slot_has_words_of_the_student(
    checks: HiddenChecks, way: str
) -> None:
    result, text = graded(checks, WAYS[way])
    assert result.verdict in (Verdict.WRONG, Verdict.ERROR)
    found = set(re.findall(r"7000\d\d", text))
    assert len(found) <= 1, text


def test_hidden_checks_still_say_which_exception(checks: HiddenChecks) -> None:
    _, text = graded(checks, "raise ZeroDivisionError(secret)")
    assert "calling rnn_step raised ZeroDivisionError" in text


def test_a_missing_return_is_told_everywhere(checks: HiddenChecks) -> None:
    _, text = graded(checks, "pass")
    hidden = json.loads(text)["extra_data"]["checks"]
    assert all("is nothing (None) where" in check["message"] for check in hidden)


def test_the_message_of_a_slot_is_short_where_the_check_is_hidden() -> None:
    told = Failure(
        Verdict.ERROR,
        "calling f raised ValueError: " + "0.123456789 " * 25,
        details=("d" * 300, "e" * 300, "f"),
        got="g" * 300,
        brief="calling f raised ValueError",
    )
    short = told.shortened()
    assert len(short.fact) <= 140
    assert sum(map(len, (*short.details, short.got))) <= 240
    own = replace(told, brief="")
    assert own.shortened() == own  # the grader's own words


@pytest.mark.parametrize("margin, shown", [(0.123456, 0.12), (3e-300, 1e-3), (1e300, 1e12)])
def test_a_margin_carries_few_digits(margin: float, shown: float) -> None:
    checks = (CheckResult("c", "right", "works", True, "", margin),)
    slot = SlotResult("f", "f.py", Verdict.CORRECT, 1.0, 1.0, checks)
    assert results.part([slot]).entries["f"].extra_data.checks[0].margin == shown
