"""The texts that staff must write: what is missing is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.assignment.model import Assignment
from autograder.judging.checks import Check
from autograder.proof.completeness import missing

CHECKS = [
    Check("double", "twice_two", "doubles", True, {}, None),
    Check("double", "argument", "leaves x alone", True, {}, None),
]


def test_nothing_is_missing_in_the_toy(toy: Assignment) -> None:
    assert list(missing(toy, toy.slots["double"], CHECKS)) == []


@pytest.mark.parametrize(
    ("hints", "problem"),
    [
        (("a?", "b?"), "it has 2 hints instead of 3"),
        (("a?", " ", "c?"), "hint 2 is empty"),
        (("a?", "b?", "why " * 81), "hint 3 has more than 80 words"),
        (("return double(double(x))", "b?", "c?"), "hint 1 contains code of the reference"),
    ],
)
def test_hints_that_will_not_do_are_named(
    toy: Assignment, hints: tuple[str, ...], problem: str
) -> None:
    slot = replace(toy.slots["double"], hints=hints)
    assert list(missing(toy, slot, CHECKS)) == [problem]


def test_a_slot_without_checks_is_named(toy: Assignment) -> None:
    assert list(missing(toy, toy.slots["double"], [])) == [
        "it has no check",
        "it has no public check",
        "assignment.toml gives a weight to twice_two, which is no check of it",
    ]
