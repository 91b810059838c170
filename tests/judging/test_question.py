"""Questions are equal where the same bytes cross, and the reference answers each once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.assignment.model import Assignment
from autograder.errors import GraderFault
from autograder.isolation.wire import MAX_BLOB
from autograder.isolation.worker_protocol import Function
from autograder.judging.answers import Answer
from autograder.judging.failure import CheckFailed, Failure
from autograder.judging.program import ReferenceCache
from autograder.judging.question import Question, StandIns
from autograder.judging.verdict import Verdict

DOUBLE = Function("student", "double")


def question(toy: Assignment, *args: Any, stand_ins: StandIns = (), **kwargs: Any) -> Question:
    return Question.of(toy.slots["double"], DOUBLE, args, kwargs, stand_ins)


def test_a_question_is_the_same_for_the_same_call(toy: Assignment) -> None:
    x = np.arange(3.0)
    asked = {question(toy, x), question(toy, x.copy())}
    assert len(asked) == 1
    others = [
        question(toy, x + 1e-16 + 1),
        question(toy, x.astype(np.float32)),
        question(toy, x=x),
        question(toy, x, stand_ins=("quadruple",)),
        Question.of(toy.slots["double"], Function("probe", "double"), (x,), {}),
        Question.of(toy.slots["double"], DOUBLE, (x,), {}, (), "cuda"),
        Question.of(toy.slots["quadruple"], DOUBLE, (x,), {}),
    ]
    assert len(asked.union(others)) == 1 + len(others)


def test_arguments_that_are_too_large_fail_the_check(toy: Assignment) -> None:
    with pytest.raises(CheckFailed, match="double cannot be called with these arguments"):
        question(toy, np.zeros(MAX_BLOB + 1, np.uint8))


class Reference:
    """A program that counts what it is asked."""

    def __init__(self, assignment: Assignment, outcome: Answer | Failure) -> None:
        self.assignment = assignment
        self.outcome = outcome
        self.asked: list[Question] = []

    def call(self, question: Question) -> Answer | Failure:
        self.asked.append(question)
        return self.outcome


def test_the_reference_is_asked_once_and_without_stand_ins_of_the_graders(
    toy: Assignment,
) -> None:
    reference: Any = Reference(toy, Answer(1.0))
    cache = ReferenceCache(reference)
    for stand_ins in ((), ("double",), ()):
        assert cache.call(question(toy, 1.0, stand_ins=stand_ins)) == Answer(1.0)
    assert len(reference.asked) == cache.computed == 1
    cache.forget()
    cache.call(question(toy, 1.0))
    assert len(reference.asked) == 2


def test_a_failing_reference_is_the_graders_fault(toy: Assignment) -> None:
    reference: Any = Reference(toy, Failure(Verdict.ERROR, "it raised"))
    with pytest.raises(GraderFault, match=r"the reference failed in double \(double\): it raised"):
        ReferenceCache(reference).call(question(toy, 1.0))
