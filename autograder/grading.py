"""Functions that grader files import.

    @demand("products")
    @public
    def test_matrix(student, reference, rng):
        '''doubles a matrix'''
        x = rng.standard_normal((2, 3))
        same(student.double(x), reference.double(x))

`student.f(...)` and `reference.f(...)` call a function of the student file,
`student.probe.f(...)` a function of `probes.py`, and `reference.oracle.f(...)` a function of
`oracle.py`. `rng` is a NumPy Generator seeded for the class; `device` is "cpu" and, where asked
for, "cuda". A check may use these four fixtures, parameters of `pytest.mark.parametrize`, and no
other fixture or mark of pytest's. It may call `pytest.skip`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from autograder.isolation.wire import tensor
from autograder.judging.answers import Answer
from autograder.judging.comparison import expect, leaves_globals_alone, same, unmodified

__all__ = [
    "Answer",
    "demand",
    "expect",
    "leaves_globals_alone",
    "public",
    "same",
    "tensor",
    "unmodified",
]

F = TypeVar("F", bound=Callable[..., Any])


def public(check: F) -> F:
    """Mark a check that students get, frozen: its inputs and the expected numbers."""
    marked: F = pytest.mark.public(check)
    return marked


def demand(name: str) -> Callable[[F], F]:
    """Say to which demand of the slot's rubric a check belongs."""

    def mark(check: F) -> F:
        marked: F = pytest.mark.demand(name)(check)
        return marked

    return mark
