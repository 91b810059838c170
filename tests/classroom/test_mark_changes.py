"""Which marks a regrade changed, and why."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.classroom.mark_changes import changes
from autograder.classroom.results import Change, MadeOf
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
