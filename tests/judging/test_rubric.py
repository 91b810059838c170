"""From checks to the scores of demands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.assignment.model import Demand, Slot
from autograder.judging.answers import Log
from autograder.judging.checks import Check, CheckRun
from autograder.judging.failure import Failure
from autograder.judging.rubric import demand_of, in_words, of_points, score_demands, total
from autograder.judging.share import Share
from autograder.judging.verdict import Verdict

MAIN = Demand("main", "computes", 6)
FORM = Demand("form", "has the right form", 1, needs="main", form=True)
HARMLESS = Demand("harmless", "leaves x alone", 3, needs="main", all_or_nothing=True)
SLOT = Slot("f", "f.py", 10, demands=(MAIN, FORM, HARMLESS))
RIGHT, WRONG, PART = None, Share(), Share(0.75, 0.75, 1)


def run(demand: str, share: Share | None, skipped: str = "") -> CheckRun:
    check = Check("f", f"{demand}{share}", "works", False, demand, {}, None)
    failure = None if share is None else Failure(Verdict.WRONG, "wrong", share=share)
    return CheckRun(check, (), None if skipped else failure, Log(), skipped=skipped)


@pytest.mark.parametrize(
    ("main", "form", "harmless", "scores"),
    [
        ([RIGHT, RIGHT], [RIGHT], [RIGHT], [6, 1, 3]),
        ([WRONG, WRONG], [WRONG], [RIGHT], [0, 0, 0]),
        ([RIGHT, WRONG], [RIGHT], [RIGHT], [3, 0.5, 1.5]),
        ([RIGHT, RIGHT], [RIGHT], [RIGHT, WRONG], [6, 1, 0]),
        # one result of four is wrong everywhere: no demand is charged for it twice
        ([PART, PART], [PART], [PART], [4.5, 0.75, 2.25]),
        # right numbers of the wrong shape
        ([Share(0, 1, 0)] * 2, [Share(0, 1, 0)], [RIGHT], [6, 0, 3]),
        ([Share(0, 1, 0), RIGHT], [RIGHT], [RIGHT], [6, 0, 3]),
        ([Share(0.5, 1, 0.5), RIGHT], [RIGHT], [RIGHT], [6, 0.5, 3]),
    ],
)  # fmt: skip
def test_the_scores_of_demands(
    main: list[Share | None],
    form: list[Share | None],
    harmless: list[Share | None],
    scores: list[float],
) -> None:
    runs = [
        run(demand.name, share)
        for demand, shares in ((MAIN, main), (FORM, form), (HARMLESS, harmless))
        for share in shares
    ]
    results = score_demands(SLOT, runs)
    assert [result.score for result in results] == scores
    assert total(results) == sum(scores)


def test_what_is_nearly_right_gets_less_than_all() -> None:
    runs = [run("main", RIGHT)] * 9999 + [run("main", WRONG), run("form", RIGHT)]
    assert score_demands(SLOT, runs)[0].score == 5.99


def test_checks_that_were_not_run_do_not_count() -> None:
    runs = [run("main", RIGHT), run("main", RIGHT, skipped="no GPU"), run("form", RIGHT)]
    assert total(score_demands(SLOT, runs)) == 10


def test_a_demand_that_counts_less_says_why() -> None:
    results = score_demands(SLOT, [run("main", WRONG), run("harmless", RIGHT)])
    assert [result.needs for result in results] == ["", "main", "main"]
    assert not any(result.is_met for result in results)


def test_a_check_that_fails_by_form_alone_belongs_to_the_demand_of_form() -> None:
    assert demand_of(SLOT, run("main", Share(0, 1, 0))) == "form"
    assert demand_of(SLOT, run("main", Share(0.25, 0.5, 0.75))) == "main"
    assert demand_of(replace(SLOT, demands=(MAIN,)), run("main", Share(0, 1, 0))) == "main"


def test_without_a_demand_of_form_only_what_is_right_in_all_counts() -> None:
    slot = replace(SLOT, demands=(MAIN,))
    assert total(score_demands(slot, [run("main", Share(0.25, 1, 0.25))])) == 1.5


def test_a_rubric_in_words_says_what_counts_later_and_what_needs_another_demand() -> None:
    results = score_demands(SLOT, [run("main", WRONG), run("main", RIGHT), run("harmless", RIGHT)])
    assert in_words(results) == [
        ("✗ 3 of 6", "computes"),
        ("· 1 later", "has the right form"),
        ("✗ 1.5 of 3", "1 more counts only as far as it computes"),
    ]
    assert of_points(results) == "4.5 of 9"
    results = score_demands(SLOT, [run("main", RIGHT), run("harmless", WRONG)])
    assert in_words(results) == [
        ("✓ 6 of 6", "computes"),
        ("· 1 later", "has the right form"),
        ("✗ 0 of 3", "leaves x alone"),
    ]
    assert of_points(results) == "6 of 9"
