"""Which marks a regrade changed, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from autograder.classroom.mark_changes import changes
from autograder.classroom.results import Change, Demand, MadeOf, StudentResult
from tests.classroom.examples import MADE_OF, result

FILES = {"double": "moves.py", "half": "halves.py"}


def test_a_first_result_changes_nothing() -> None:
    assert changes(None, result({"double": 4.0}), FILES) == ()


def test_equal_scores_are_no_change_whatever_they_were_made_of() -> None:
    before = result({"double": None, "half": 1.0}, seed=2, made_of=MadeOf())
    assert changes(before, result({"double": None, "half": 1.0}), FILES) == ()


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        (
            {"made_of": MadeOf(submission={"moves.py": "other"}, graders=MADE_OF.graders)},
            {},
            "another moves.py was handed in",
        ),
        (
            {"made_of": MadeOf(submission=MADE_OF.submission, graders={"moves.py": "other"})},
            {},
            "the graders or the points of moves.py were changed",
        ),
        (
            {"seed": 2, "versions": {"numpy": "1.0"}},
            {},
            "another seed: 1 instead of 2; numpy 2.0 instead of 1.0",
        ),
        ({"made_of": MadeOf()}, {}, "the grader failed before"),
        ({}, {"made_of": MadeOf()}, "the grader failed now"),
        ({"faults": {"double": "x"}}, {}, "the grader failed before"),
        ({}, {"faults": {"double": "x"}}, "the grader failed"),
        ({}, {}, "nothing that is recorded: grade it once more and look at it"),
    ],
)
def test_the_reason_is_what_differs(before: dict[str, Any], now: dict[str, Any], why: str) -> None:
    found = changes(result({"double": 1.0}, **before), result({"double": 4.0}, **now), FILES)
    assert found == (Change("double", 1.0, 4.0, why),)


@pytest.mark.parametrize(
    ("before", "points", "why"),
    [
        ((), 4.0, "the rubric changed"),  # a result of before there were demands
        ((("main", 3.0), ("harmless", 3.0)), 6.0, "the rubric changed: 4 instead of 6 points"),
        ((("main", 2.0), ("harmless", 2.0)), 4.0, "the rubric changed"),
        (
            (("main", 3.0), ("harmless", 1.0)),
            4.0,
            "the graders or the points of moves.py were changed",
        ),
    ],
)
def test_another_rubric_is_the_reason(
    before: tuple[tuple[str, float], ...], points: float, why: str
) -> None:
    other = MadeOf(submission=MADE_OF.submission, graders={"moves.py": "other"})
    old = with_rubric(result({"double": 1.0}, made_of=other), before, points)
    new = with_rubric(result({"double": 3.0}), (("main", 3.0), ("harmless", 1.0)), 4.0)
    assert changes(old, new, FILES) == (Change("double", 1.0, 3.0, why),)


def test_a_failed_grader_changes_no_rubric() -> None:
    old = with_rubric(result({"double": 1.0}), (("main", 4.0),), 4.0)
    (change,) = changes(old, result({"double": None}, faults={"double": "x"}), FILES)
    assert change.why == "the grader failed"


def with_rubric(
    one: StudentResult, demands: Sequence[tuple[str, float]], points: float
) -> StudentResult:
    """A result of one slot, with these demands."""
    (test,) = one.tests
    found = tuple(
        Demand(name=name, sentence="works", score=0.0, max_score=most) for name, most in demands
    )
    data = replace(test.extra_data, demands=found)
    return replace(one, tests=(replace(test, extra_data=data, max_score=points),))


def test_a_new_slot_has_no_score_before() -> None:
    (change,) = changes(result({"double": 4.0}), result({"double": 4.0, "half": 1.0}), FILES)
    assert (change.slot, change.before, change.after) == ("half", None, 1.0)


def test_a_resumed_run_keeps_the_changes_of_the_stopped_one() -> None:
    earlier = Change("double", 4.0, 1.0, "so")
    stopped = result({"double": 1.0}, changed=(earlier,))
    assert changes(stopped, result({"double": 1.0}), FILES, resumed=True) == (earlier,)
    assert changes(stopped, result({"double": 1.0}), FILES) == ()
    (change,) = changes(stopped, result({"double": 2.0}), FILES, resumed=True)
    assert (change.before, change.after) == (4.0, 2.0)
    assert changes(stopped, result({"double": 4.0}), FILES, resumed=True) == ()
