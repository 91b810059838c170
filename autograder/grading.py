"""What grader files import.

    @public
    @grades("rnn_step")
    def test_one_step(student, reference, rng):
        '''computes tanh(W_xh x + W_hh h_prev + b_h)'''
        case = step_case(rng, D=3, H=5)
        same(student.rnn_step(*case), reference.rnn_step(*case))

Fixtures: `student` and `reference` call functions of the student's file, or probes, by name;
`rng` is a numpy Generator of the class's seed; `device` is "cpu" and, where asked for, "cuda".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from autograder.compare import Answer, expect, same, undisturbed, unmodified
from autograder.wire import tensor

__all__ = ["Answer", "expect", "grades", "public", "same", "tensor", "undisturbed", "unmodified"]

F = TypeVar("F", bound=Callable[..., Any])


def grades(slot: str) -> Callable[[F], F]:
    """The check belongs to `slot`."""
    mark: Callable[[F], F] = pytest.mark.slot(slot)
    return mark


def public(check: F) -> F:
    """Students get this check, frozen: its inputs and the numbers to expect."""
    marked: F = pytest.mark.public(check)
    return marked
