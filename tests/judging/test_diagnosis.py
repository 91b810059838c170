"""A cause is named where the numbers of one misconception match, and only there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from autograder.assignment.model import KnownProgram
from autograder.isolation.worker_protocol import Function
from autograder.judging.agreement import agree
from autograder.judging.answers import Answer, Call, Log
from autograder.judging.checks import Check, CheckRun
from autograder.judging.diagnosis import ladder, recognise
from autograder.judging.failure import Failure
from autograder.judging.fingerprints import Fingerprint, Mistakes, Outcome, fingerprint
from autograder.judging.question import StandIns
from autograder.judging.verdict import Verdict

X = np.array([1.0, 2.0])
WRONG = Failure(Verdict.WRONG, "wrong values")


class Library:
    """Misconceptions, each as (what it answers to check a, what to check b); None passes."""

    def __init__(self, programs: Mapping[Mistakes, tuple[object, object]]) -> None:
        self.programs = programs

    def singles(self, slot: str) -> list[Mistakes]:
        return [mistakes for mistakes in self.programs if len(mistakes) == 1]

    def pairs(self, slot: str) -> list[Mistakes]:
        return [mistakes for mistakes in self.programs if len(mistakes) > 1]

    def answers(
        self, slot: str, check: str, stand_ins: StandIns, programs: Sequence[Mistakes]
    ) -> Iterator[Sequence[Outcome] | None]:
        values = (self.programs[one]["ab".index(check)] for one in programs)
        return (None if value is None else [Answer(value)] for value in values)

    def fingerprint(self, slot: str, stand_ins: StandIns, id: str) -> Fingerprint:
        values = zip("ab", self.programs[id,], strict=True)
        return {check: None if value is None else [Answer(value)] for check, value in values}

    def known(self, id: str) -> KnownProgram:
        return KnownProgram(id, "double", (), (), f"cause of {id}", "hint")


def runs(*values: object) -> list[list[CheckRun]]:
    """One run each of the checks a and b, which fails unless its value is None."""
    found = []
    for name, value in zip("ab", values, strict=True):
        check = Check("double", name, "", False, "right", {}, None)
        call = Call(Function("student", "double"), (), {}, Answer(value))
        failure = None if value is None else WRONG
        found.append([CheckRun(check, (), failure, Log([call]))])
    return found


def recognised(values: tuple[object, object], library: Library) -> list[str]:
    return [known.id for known in recognise(runs(*values), library, "double").known]


def test_the_misconception_with_these_numbers_is_recognised() -> None:
    library = Library({("triples",): (3 * X, 9.0), ("negates",): (-X, None)})
    assert recognised((3 * X * (1 + 1e-12), 9.0), library) == ["triples"]
    assert recognised((-X, None), library) == ["negates"]


def test_another_number_in_one_check_is_no_match() -> None:
    library = Library({("triples",): (3 * X, 9.0)})
    assert recognised((3 * X, 8.0), library) == []
    assert recognised((3 * X, None), library) == []


def test_two_that_both_match_leave_the_cause_open() -> None:
    library = Library({("one",): (3 * X, 9.0), ("other",): (3 * X, 9.0)})
    assert recognised((3 * X, 9.0), library) == []


def test_two_mistakes_in_one_program_are_named_together() -> None:
    programs = {("one",): (2 * X, None), ("other",): (None, 5.0), ("one", "other"): (7 * X, 5.0)}
    assert recognised((7 * X, 5.0), Library(programs)) == ["one", "other"]


def test_effects_that_another_check_shows_decide_nothing() -> None:
    library = Library({("triples",): (3 * X, 9.0)})
    (first, second) = runs(3 * X, 9.0)
    elsewhere = [[replace(first[0], elsewhere=True)], second]
    assert [known.id for known in recognise(elsewhere, library, "double").known] == ["triples"]


def test_a_fingerprint_is_none_where_the_check_passes() -> None:
    found = fingerprint(runs(X, None))
    assert found["b"] is None
    assert found["a"] == [Answer(X)]


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ([X, X], np.stack([X, X]), True),
        (X * (1 + 1e-12), X, True),
        (X * (1 + 1e-6), X, False),
        (X.astype(np.float32), X, False),
        ({"a": X, "b": 1.0}, {"b": 1.0, "a": X}, True),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), True),
        (np.array([1.0, np.inf]), np.array([1.0, 2.0]), False),
        (1, True, False),
    ],
)
def test_answers_agree_to_rounding(ours: object, theirs: object, same: bool) -> None:
    assert agree(ours, theirs) is same


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ((X, X), (X, X, X)),
        ((X, (X, X)), (X, X)),
        ({"a": X, "b": X}, {"a": X, "c": X}),
        ([X], {"a": X}),
        ((), (X,)),
        ({}, {"a": X}),
    ],
)
def test_other_structures_are_no_agreement(ours: object, theirs: object) -> None:
    assert not agree(ours, theirs)
    assert not agree(theirs, ours)
    assert agree(ours, ours)


def test_the_sizes_that_are_right_are_told() -> None:
    def sized(size: int, right: bool) -> CheckRun:
        check = Check("double", f"a[T={size}]", "", False, "right", {"T": size}, None)
        return CheckRun(check, (), None if right else WRONG, Log())

    above = [sized(1, True), sized(3, False), sized(2, False)]
    assert list(ladder(above)) == ["right for T = 1; wrong from T = 2 on"]
    mixed = [sized(1, False), sized(2, True), sized(3, False)]
    assert list(ladder(mixed)) == ["right for T = 2; wrong for 1, 3"]
    assert list(ladder([sized(1, True), sized(2, True)])) == []
