"""Which answers are kept: wrong ones, as long as there is room."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

from autograder.isolation.worker_protocol import Function
from autograder.judging.agreement import agree
from autograder.judging.answers import Answer, Call, Log, Same
from autograder.judging.checks import Check, CheckRun
from autograder.judging.failure import CheckFailed, Failure
from autograder.judging.retention import Room
from autograder.judging.verdict import Verdict
from autograder.limits import CHECK_MB, KEPT_MB

CHECK = Check("double", "twice_two", "doubles", True, "right", {}, None)
WRONG = Failure(Verdict.WRONG, "it is wrong")


def answered(failure: Failure | None, megabytes: int = 0) -> CheckRun:
    """A run with one answer, which changed an argument and says to be so large."""
    log = Log(margin=2.0)
    answer = Answer(np.ones(3), mutated=("x",), log=log, size=megabytes << 20)
    log.add(Call(Function("student", "double"), (np.zeros(3),), {}, answer))
    log.comparisons.append(Same(0, (), 1.0, lookalikes=lambda: [("itself", answer)]))
    log.relation = lambda: str(answer)
    return CheckRun(CHECK, (), failure, log)


def value_of(run: CheckRun) -> Any:
    outcome = run.log.calls[0].outcome
    assert isinstance(outcome, Answer)
    return outcome.value


def test_a_right_answer_is_not_kept_but_what_the_call_changed_is() -> None:
    kept = Room().keep(answered(None))
    outcome = kept.log.calls[0].outcome
    assert isinstance(outcome, Answer)
    assert outcome.mutated == ("x",)
    assert not agree(outcome.value, np.ones(3))
    assert kept.log.calls[0].args == ()
    assert kept.log.margin == 2.0


def test_wrong_answers_are_kept_as_long_as_there_is_room() -> None:
    room = Room()
    runs = [room.keep(answered(WRONG, KEPT_MB // 2)) for _ in range(3)]
    assert [agree(value_of(run), np.ones(3)) for run in runs] == [True, True, False]
    assert [run.log.relation is not None for run in runs] == [True, True, False]
    assert all(run.failure == WRONG for run in runs)


def test_a_large_answer_that_is_not_kept_is_freed_at_once() -> None:
    gc.disable()
    try:
        run = answered(WRONG, KEPT_MB + 1)
        array = weakref.ref(value_of(run))
        Room().keep(run)
        assert array() is None
    finally:
        gc.enable()


def test_answers_that_are_too_large_together_end_the_check() -> None:
    log = Log()
    half = Answer(0.0, size=CHECK_MB << 19)
    call = Call(Function("student", "double"), (), {}, half)
    log.add(call)
    log.add(call)
    with pytest.raises(CheckFailed, match="too large") as raised:
        log.add(call)
    assert raised.value.failure.verdict == Verdict.CRASH
