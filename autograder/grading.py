"""What grader files import.

    @public
    def test_matrix(student, reference, rng):
        '''doubles a matrix'''
        x = rng.standard_normal((2, 3))
        same(student.double(x), reference.double(x))

Fixtures: `student.f(...)` and `reference.f(...)` call a function of the student's file,
`student.probe.f(...)` one of the probe file, `reference.oracle.f(...)` one of the oracle file;
`rng` is a numpy Generator of the class's seed; `device` is "cpu" and, where asked for, "cuda".
A check may have these, parameters of `pytest.mark.parametrize`, and no other fixture or mark of
pytest's; it may call `pytest.skip`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from autograder.isolation.wire import tensor
from autograder.judging.answers import Answer
from autograder.judging.comparison import expect, same, undisturbed, unmodified

__all__ = ["Answer", "expect", "public", "same", "tensor", "undisturbed", "unmodified"]

F = TypeVar("F", bound=Callable[..., Any])


def public(check: F) -> F:
    """Students get this check, frozen: its inputs and the numbers to expect."""
    marked: F = pytest.mark.public(check)
    return marked
