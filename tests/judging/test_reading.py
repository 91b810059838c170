"""What the facts of a probe mean is decided in the grader's process, whatever the facts are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.errors import GraderFault
from autograder.hidden.collection import collect
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from autograder.isolation.wire import Opaque
from autograder.isolation.worker_protocol import Function
from autograder.judging.answers import Answer
from autograder.judging.failure import Failure
from autograder.judging.judgement import judge
from autograder.judging.reading import MAX_BYTES, Readings
from autograder.judging.verdict import Verdict
from tests.conftest import TOY

TOTAL = """
from autograder.probing import BadResult

def walk(facts, start, steps):
    if facts["number of steps"] != len(steps):
        raise BadResult("it took \\x1b[1m other steps")
    return facts["places"][-1]
"""
WALK = Function("probe", "walk")
ARGS = (1.0, [2.0, 3.0])


def toy_with(readings: str) -> Assignment:
    toy = reader.load("toy", TOY)
    files = {name: replace(file, readings=readings) for name, file in toy.files.items()}
    return replace(toy, files=files)


def read(facts: Any, readings: str = TOTAL) -> Answer | Failure:
    return Readings(toy_with(readings)).read("moves.py", WALK, Answer(facts), ARGS, {})


def test_a_reading_turns_facts_into_the_answer() -> None:
    outcome = read({"number of steps": 2, "places": [3.0, 6.0]})
    assert isinstance(outcome, Answer)
    assert outcome.value == 6.0


def test_what_has_no_reading_is_the_answer_itself() -> None:
    assert read(5.0, "walker = 3") == Answer(5.0)
    readings = Readings(toy_with("def double(facts, x): return 0"))
    own = Function("student", "double")
    assert readings.read("moves.py", own, Answer(5.0), (2.5,), {}) == Answer(5.0)


def test_a_reading_says_in_plain_letters_what_is_wrong() -> None:
    outcome = read({"number of steps": 3, "places": []})
    assert isinstance(outcome, Failure)
    assert outcome.verdict == Verdict.WRONG
    assert "other steps" in outcome.fact
    assert "\x1b" not in outcome.fact


@pytest.mark.parametrize(
    "facts",
    [
        None,
        True,
        2**62,
        float("nan"),
        "text",
        [],
        {"number of steps": 2, "places": None},
        {"number of steps": 2, "places": Opaque("Walker")},
        {"number of steps": np.ones(3), "places": [0.0]},
        {"number of steps": 2, "places": np.zeros(MAX_BYTES // 8 + 1)},
    ],
    ids=lambda facts: type(facts).__name__,
)
def test_forged_facts_are_the_answers_fault_and_never_the_graders(facts: Any) -> None:
    outcome = read(facts)
    assert isinstance(outcome, Failure)
    assert outcome.verdict == Verdict.WRONG


def test_a_reading_that_fails_on_the_reference_is_the_graders_fault() -> None:
    with pytest.raises(GraderFault, match="walk fails on the reference"):
        Readings(toy_with(TOTAL)).read_reference("moves.py", WALK, Answer(None), ARGS, {})


@pytest.mark.parametrize("text", ["def broken(", "import nothing_of_this_name"])
def test_readings_that_cannot_be_loaded_are_the_graders_fault(text: str) -> None:
    with pytest.raises(GraderFault, match=r"readings_moves\.py cannot be loaded"):
        read(0.0, text)


def test_checks_compare_what_was_read(workers: Workers, toy_reference: str) -> None:
    toy = toy_with("def walk(facts, start, steps): return len(steps)")
    walker = toy_reference.partition("class Walker")
    other = f"{walker[0]}class Walker:\n    def __init__(*_): ...\n    def walk(*_): return 5\n"
    checks = HiddenChecks(toy, workers, collect(toy), seed=3)
    with checks, checks.program({"moves.py": other.encode()}) as program:
        assert judge(checks, program, ["Walker.walk"])["Walker.walk"].verdict == "correct"
