"""Running hidden checks: which fixtures a check gets, and what becomes of what it raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from autograder.assignment.model import Assignment
from autograder.hidden.runner import CheckFunction, HiddenChecks
from autograder.isolation.pool import Workers
from autograder.judging.checks import Check, CheckRun
from autograder.judging.comparison import expect

Run = Callable[..., CheckRun]


@pytest.fixture
def run(toy: Assignment, workers: Workers) -> Iterator[Run]:
    """Run a function as a check of `double`, for the reference."""
    with HiddenChecks(toy, workers, [], seed=3) as hidden:

        def run(function: Callable[..., Any], *fixtures: str, name: str = "new") -> CheckRun:
            body = CheckFunction(function, fixtures)
            check = Check("double", name, "works", False, "right", {"device": "cuda"}, body)
            with hidden.program(toy.reference()) as program:
                return hidden.run(program, check)

        yield run


def test_a_check_that_skips_itself_is_not_run(run: Run) -> None:
    skipped = run(lambda device: pytest.skip("not today"))
    assert (skipped.skipped, skipped.passed) == ("not today", False)
    other = run(lambda device: None, "device")
    assert other.skipped == "not run: cuda was not asked for (--device cuda)"


def test_an_error_of_the_check_is_no_failure_of_the_program(run: Run) -> None:
    broken = run(lambda device: 1 / 0)
    assert (broken.failure, broken.broken) == (None, "ZeroDivisionError: division by zero")
    failed = run(lambda device: expect(False, "it is wrong"))
    assert (failed.failure, failed.broken) == (None, "the reference fails this check: it is wrong")


def test_inputs_are_drawn_from_the_seed_and_the_name(run: Run) -> None:
    drawn: list[float] = []

    def check(rng: Any, device: str) -> None:
        drawn.append(rng.random())

    for name in ("one", "one", "two"):
        assert run(check, "rng", name=name).passed
    assert drawn[0] == drawn[1] != drawn[2]
