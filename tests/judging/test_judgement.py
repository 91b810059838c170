"""From runs of checks to verdicts and points, without a program to run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.assignment.model import Assignment, Slot
from autograder.judging.answers import Log
from autograder.judging.checks import Check, CheckRun
from autograder.judging.failure import Failure
from autograder.judging.judgement import SlotResult, judge
from autograder.judging.question import StandIns
from autograder.judging.verdict import Verdict

WRONG = Failure(Verdict.WRONG, "wrong values")
Outcomes = Mapping[str, Mapping[StandIns, Failure | str | None]]  # check -> what each attempt gives


class Program:
    """A program that is loaded and printed nothing."""

    printed: Mapping[str, str] = {}

    def line(self, slot: str, told: int | None = None) -> int:
        return 9

    def loads(self, slot: str) -> bool:
        return True


@dataclass
class Runner:
    """Runs checks whose outcomes are given; a text is an error of the grader."""

    assignment: Assignment
    outcomes: Mapping[str, Outcomes]

    @property
    def checks(self) -> dict[str, list[Check]]:
        return {
            slot: [
                Check(
                    slot,
                    name,
                    f"is {name}",
                    False,
                    self.assignment.slots[slot].demands[0].name,
                    {},
                    None,
                )
                for name in outcomes
            ]
            for slot, outcomes in self.outcomes.items()
        }

    def run(self, program: Any, check: Check, stand_ins: StandIns = ()) -> CheckRun:
        outcome = self.outcomes[check.slot][check.name][stand_ins]
        if isinstance(outcome, str):
            return CheckRun(check, stand_ins, None, Log(), broken=outcome)
        return CheckRun(check, stand_ins, outcome, Log())

    def reference_effects(self, check: Check) -> Collection[str]:
        return ()

    def attempts(self, slot: Slot) -> list[StandIns]:
        return [(), *((other,) for other in slot.builds_on)]


def judged(toy: Assignment, **outcomes: Outcomes) -> dict[str, SlotResult]:
    program: Any = Program()
    return judge(Runner(toy, outcomes), program, list(outcomes))


def test_points_are_those_of_the_demands(toy: Assignment) -> None:
    result = judged(toy, double={"a": {(): None}, "b": {(): WRONG}})["double"]
    assert [(met.demand.name, met.score) for met in result.demands] == [
        ("product", 1.5),
        ("argument", 1.0),
    ]
    assert result.score == 2.5
    assert (result.verdict, result.sentence, result.line) == (Verdict.WRONG, "is b", 9)
    assert [check.passed for check in result.checks] == [True, False]


def test_right_with_a_stand_in_for_a_wrong_slot_is_carried_forward(toy: Assignment) -> None:
    found = judged(toy, double={"a": {(): WRONG}}, quadruple={"a": {(): WRONG, ("double",): None}})
    assert found["quadruple"].verdict == Verdict.CORRECT
    assert found["quadruple"].carried_forward
    assert not found["double"].carried_forward


def test_a_slot_that_is_wrong_either_way_names_what_it_builds_on(toy: Assignment) -> None:
    own = Failure(Verdict.WRONG, "its own mistake")
    found = judged(toy, double={"a": {(): WRONG}}, quadruple={"a": {(): WRONG, ("double",): own}})[
        "quadruple"
    ]
    assert (found.failure, found.blocked_by, found.score) == (own, ("double",), 0.0)


def test_an_error_of_the_grader_is_no_zero(toy: Assignment) -> None:
    result = judged(toy, double={"a": {(): WRONG}, "b": {(): "KeyError: 1"}})["double"]
    assert (result.verdict, result.score) == (Verdict.UNGRADED, None)
    assert result.broken == "KeyError: 1"
    assert judged(toy, double={})["double"].score is None


def test_what_is_forbidden_decides_wherever_it_is_found(toy: Assignment) -> None:
    forbidden = Failure(Verdict.FORBIDDEN, "it uses eval")
    result = judged(toy, double={"a": {(): None}, "b": {(): WRONG}, "c": {(): forbidden}})["double"]
    assert (result.verdict, result.score, result.failure) == (Verdict.FORBIDDEN, 0.0, forbidden)


def test_a_stub_that_is_left_in_a_working_slot_is_an_error(toy: Assignment) -> None:
    stub = Failure(Verdict.NOT_STARTED, "not started yet")
    assert judged(toy, double={"a": {(): stub}})["double"].verdict == Verdict.NOT_STARTED
    result = judged(toy, double={"a": {(): None}, "b": {(): stub}})["double"]
    assert result.failure is not None
    assert (result.verdict, result.failure.fact[:12]) == (Verdict.ERROR, "not finished")
