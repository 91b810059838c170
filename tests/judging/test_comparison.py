"""The verbs of graders: what they raise, and what they leave in the log of a check."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.isolation.worker_protocol import Function
from autograder.judging.answers import Answer, Call, Log, Same, Unmodified
from autograder.judging.comparison import expect, repeat, same, unmodified
from autograder.judging.failure import CheckFailed

W = np.arange(6.0).reshape(2, 3)


def answer(value: object, log: Log, **effects: tuple[str, ...]) -> Answer:
    """An answer to the only call in the log, whose arguments have lengths 2 and 3."""
    outcome = Answer(value, **effects)
    log.calls.append(Call(Function("student", "f"), (W,), {}, outcome))
    return Answer(value, **effects, log=log, call=len(log.calls) - 1)


def test_a_comparison_is_recorded_whether_it_fails_or_not() -> None:
    log = Log()
    given = answer({"a": W}, log, mutated=("x",))
    same(given["a"], W, rtol=1e-3)
    with pytest.raises(CheckFailed, match="changed its argument x"):
        unmodified(given)
    first, second = log.comparisons
    assert isinstance(first, Same)
    assert (first.call, first.path, first.tolerance.rtol) == (0, ("a",), 1e-3)
    assert second == Unmodified(0)


def test_a_recorded_comparison_judges_the_same_part_of_another_answer() -> None:
    log, other = Log(), Log()
    same(answer({"a": W}, log)["a"], W)
    repeat(log.comparisons[0], answer({"a": W.copy()}, other))
    assert other.comparisons == log.comparisons
    with pytest.raises(CheckFailed, match="wrong values"):
        repeat(log.comparisons[0], answer({"a": W + 1}, other))


def test_the_log_keeps_the_largest_margin_and_the_failed_difference() -> None:
    log = Log()
    given = answer((W * (1 + 1e-12), W * (1 + 1e-14)), log)
    same(given[0], W)
    margin = log.margin
    same(given[1], W)
    assert margin is not None
    assert 0 < margin < 1
    assert (log.margin, log.rtol, log.difference) == (margin, 1e-10, None)
    with pytest.raises(CheckFailed):
        same(given[0], 2 * W)
    assert log.margin is not None
    assert log.margin > 1
    assert log.difference is not None
    assert log.relation is not None
    assert log.relation() == "it is 2 times too small; 2 is a length in this call"


def test_a_lookalike_is_named_before_a_relation() -> None:
    log = Log()
    with pytest.raises(CheckFailed):
        same(answer(-W, log), W, lookalikes=lambda: [("right", W), ("the negative", -W)])
    assert log.relation is not None
    assert log.relation() == "it is the negative"


def test_a_lookalike_that_is_as_expected_tells_nothing() -> None:
    log = Log()
    with pytest.raises(CheckFailed):
        same(answer(1.0, log), 2.0, rtol=0.1, lookalikes=lambda: [("half", 1.0), ("no", 2.0)])
    assert log.relation is not None
    assert log.relation() == "it is half"


def test_plain_values_are_compared_without_a_log() -> None:
    same(W, W)
    with pytest.raises(CheckFailed):
        same(W, W + 1)
    with pytest.raises(CheckFailed, match="too long"):
        expect(False, "too long", "by 3")


def test_a_part_that_is_not_there_fails_the_check() -> None:
    with pytest.raises(CheckFailed, match=r"an array of shape \(2, 3\) without \['a'\]"):
        answer(W, Log())["a"]
    with pytest.raises(CheckFailed, match="where numbers were expected"):
        answer([1], Log()).array()
