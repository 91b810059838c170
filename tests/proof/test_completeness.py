"""The texts that staff must write: what is missing is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.judging.checks import Check
from autograder.proof.completeness import missing

CHECKS = [
    Check("double", "twice_two", "doubles", True, "product", {}, None),
    Check("double", "argument", "leaves x alone", True, "argument", {}, None),
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


@pytest.mark.parametrize(
    ("slot", "old", "new", "problem"),
    [
        ("quadruple", 'hint = "How often?"', 'hint = ""', "the hint of Q1_doubles is empty"),
        ("double", "x + x + x", "x +* x", "D1_triples is not valid Python: invalid syntax"),
    ],
)
def test_a_program_that_will_not_do_is_named(
    toy_course: Path, slot: str, old: str, new: str, problem: str
) -> None:
    path = toy_course / "solutions/toy/moves" / f"{slot}.toml"
    path.write_text(path.read_text().replace(old, new, 1))
    toy = reader.load("toy", toy_course)
    assert list(missing(toy, replace(toy.slots[slot], demands=()), CHECKS)) == [problem]


def test_a_slot_without_checks_is_named(toy: Assignment) -> None:
    assert list(missing(toy, toy.slots["double"], [])) == [
        "it has no check",
        "it has no public check",
        "its demand product has no check that runs on every machine",
        "its demand argument has no check that runs on every machine",
    ]
