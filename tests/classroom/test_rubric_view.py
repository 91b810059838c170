"""What pages show of the rubric, made from entries of results."""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as changed

from autograder.assignment.model import Assignment, Demand, Slot
from autograder.classroom import results
from autograder.classroom.report import feedback
from autograder.classroom.results import Check, Entry
from autograder.classroom.rubric_view import DemandRow, demand_rows, rubric
from autograder.judging.verdict import Verdict
from tests.classroom.examples import entry

SLOT = Slot(
    *("double", "moves.py", 4.0),
    demands=(Demand("main", "doubles", 3), Demand("harmless", "is tidy", 1, all_or_nothing=True)),
)


def failed(name: str, sentence: str, demand: str = "main", share: float | None = None) -> Check:
    message = f"{name} is wrong"
    return Check(
        name=name, passed=False, message=message, demand=demand, sentence=sentence, share=share
    )


def passed(name: str, demand: str) -> Check:
    return Check(name=name, passed=True, message="", demand=demand)


def graded(*checks: Check, main: float, harmless: float, needs: str = "") -> Entry:
    one = entry("double", main + harmless, checks)
    demands = (
        results.Demand(name="main", sentence="doubles", score=main, max_score=3),
        results.Demand(name="harmless", sentence="tidy", score=harmless, max_score=1, needs=needs),
    )
    return changed(one, extra_data=changed(one.extra_data, demands=demands))


def test_a_missed_demand_says_which_checks_would_have_kept_it() -> None:
    checks = (
        failed("walk[T=1]", "walks", share=0.5),
        passed("argument", "harmless"),
        failed("walk[T=2]", "walks"),
        failed("twice", "doubles"),
    )
    main, harmless = rubric(graded(*checks, main=1, harmless=1), SLOT)
    found = [(one.sentence, len(one.checks)) for one in main.failed]
    assert found == [("walks", 2), ("doubles", 1)]
    assert (main.needs, main.all_or_nothing) == ("", False)
    assert harmless.failed == ()


def test_a_demand_that_needs_another_one_says_so() -> None:
    checks = (
        failed("twice", "doubles"),
        passed("argument", "harmless"),
    )
    _, harmless = rubric(graded(*checks, main=0, harmless=0, needs="main"), SLOT)
    assert (harmless.needs, harmless.failed) == ("doubles", ())


def test_a_check_that_costs_a_whole_demand_says_so() -> None:
    checks = (
        passed("twice", "main"),
        failed("argument", "is tidy", "harmless"),
    )
    lines = rubric(graded(*checks, main=3, harmless=0), SLOT)
    assert [line.all_or_nothing for line in lines] == [False, True]
    assert not any(line.all_or_nothing for line in rubric(graded(main=3, harmless=0), None))


def test_one_reason_for_all_checks_is_not_told_again_for_each_demand() -> None:
    one = graded(failed("twice", "doubles"), failed("thrice", "triples"), main=0, harmless=0)
    assert any(line.failed for line in rubric(one, SLOT))
    for verdict in (Verdict.ERROR, Verdict.TIMEOUT, Verdict.NOT_STARTED, Verdict.FORBIDDEN):
        other = changed(one, extra_data=changed(one.extra_data, verdict=verdict))
        assert not any(line.failed for line in rubric(other, SLOT))


def test_demands_come_with_their_means_the_least_met_first(toy: Assignment) -> None:
    toy = replace(toy, slots={"double": SLOT})
    stub = graded(main=0, harmless=0)
    stub = changed(stub, extra_data=changed(stub.extra_data, verdict=Verdict.NOT_STARTED))
    old = entry("double", 3.0)  # of a kit without demands
    entries = [graded(main=3, harmless=1), graded(main=3, harmless=0), stub, old]
    rows = demand_rows([{"double": one} for one in entries], toy)
    assert rows == [
        DemandRow("double", "is tidy", 1, 0.5, 1, 2),
        DemandRow("double", "doubles", 3, 1.0, 0, 2),
    ]


def test_nbgraders_feedback_has_the_rubric() -> None:
    checks = (failed("twice", "doubles <b>"), failed("walk", "walks"))
    page = feedback(graded(*checks, main=0, harmless=0, needs="main"), ())
    assert "<li>0 of 3: it doubles" in page
    assert "What would have kept it: that it doubles &lt;b&gt;; that it walks" in page
    assert "<li>0 of 1: it tidy (counts only as far as it doubles)" in page
