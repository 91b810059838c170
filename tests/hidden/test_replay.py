"""Answers that are, to the byte, those of a run that passed: the check is not run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from autograder.assignment.model import Assignment
from autograder.classroom import results
from autograder.errors import GraderFault
from autograder.hidden import replay
from autograder.hidden.collection import collect
from autograder.hidden.known_programs import KnownPrograms
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.client import Computed
from autograder.isolation.pool import Workers
from autograder.judging.judgement import judge
from autograder.judging.program import Program
from autograder.judging.question import Question

TWO_CALLS = '''

@demand("product")
def test_one_after_the_other(student, reference, rng):
    """doubles what it doubled"""
    x = rng.standard_normal(3)
    first = student.double(x)
    same(first, reference.double(x))
    same(student.double(first), 4 * x)
'''
NEVER_THE_SAME = '''
import numpy as np


@demand("product")
def test_by_chance(student, reference):
    """doubles anything"""
    x = np.random.default_rng().standard_normal(3)
    same(student.double(x), reference.double(x))
'''
Slots = dict[str, Any]


@pytest.fixture
def graded(toy: Assignment, workers: Workers) -> Callable[..., tuple[list[Slots], list[int]]]:
    """Grade programs one after the other: the slots of each, how many checks were run for it."""

    def run(*texts: str) -> tuple[list[Slots], list[int]]:
        runs: Counter[str] = Counter()

        def counted(function: Callable[..., None]) -> Callable[..., None]:
            def check(**arguments: Any) -> None:
                runs["checks"] += 1
                function(**arguments)

            return check

        def one(hidden: HiddenChecks, known: KnownPrograms, text: str) -> Slots:
            with hidden.program({"moves.py": text.encode()}) as program:
                judged = judge(hidden, program, list(toy.slots), known)
            printed = {name: result.printed for name, result in judged.items()}
            part = results.part(judged.values())
            return {**msgspec.to_builtins(part.entries), "printed": printed, "faults": part.faults}

        checks = [
            replace(check, body=replace(check.body, function=counted(check.body.function)))
            for check in collect(toy)
        ]
        hidden = HiddenChecks(toy, workers, checks, seed=3)
        found, counts = [], []
        with hidden, KnownPrograms(hidden) as known:
            for text in texts:
                runs.clear()
                found.append(one(hidden, known, text))
                counts.append(runs["checks"])
        return found, counts

    return run


def add(toy: Assignment, check: str) -> None:
    """One more check for the toy."""
    path = toy.files["moves.py"].grader(toy.slots["double"])
    path.write_text(path.read_text() + check)


def test_the_same_answers_are_judged_once(graded: Any, toy_reference: str) -> None:
    other = toy_reference.replace("return x + x", "y = x\n    return y + y")
    (first, second), (ran, ran_again) = graded(toy_reference, other)
    assert second == first
    assert (ran, ran_again) == (8, 0)


def test_other_rounding_is_judged_by_itself(graded: Any, toy_reference: str) -> None:
    other = toy_reference.replace("return x + x", "return x / 0.3 * 0.6")
    (first, second, third), (_, ran, ran_again) = graded(toy_reference, other, other)
    assert all(second[slot]["score"] == first[slot]["score"] for slot in ("double", "quadruple"))
    assert ran > 0
    assert third == second
    assert ran_again == 0


def test_nothing_wrong_passes_after_what_is_right(
    graded: Any, toy: Assignment, toy_reference: str
) -> None:
    add(toy, TWO_CALLS)
    calls = (
        "global calls\n    calls = globals().get('calls', 0) + 1\n"
        "    return (2 if calls != 4 else 3) * x"
    )
    # 1 and 2: the other two checks; 3 and 4: the new one, whose first answer is right
    late = toy_reference.replace("return x + x", calls)
    for wrong in ("return 3 * x", "return x", "x *= 2\n    return x", "return (x + x)[:2]"):
        text = toy_reference.replace("return x + x", wrong)
        alone = graded(text)[0][0]
        assert graded(toy_reference, text)[0][1] == alone
    alone = graded(late)[0][0]
    passing = [check["passed"] for check in alone["double"]["extra_data"]["checks"]]
    assert passing == [True, True, False]
    assert graded(toy_reference, late)[0][1] == alone  # and the call is not made again


def test_what_is_printed_is_shown_of_whoever_printed_it(graded: Any, toy_reference: str) -> None:
    loud = toy_reference.replace("return x + x", "print('look:', x.shape)\n    return x + x")
    first, second, third = graded(loud, toy_reference, loud)[0]
    assert "look:" in first["printed"]["double"]
    assert second["printed"]["double"] == ""
    assert third == first


def test_a_check_that_asks_something_else_each_time_is_judged_by_what_it_asks(
    graded: Any, toy: Assignment, toy_reference: str
) -> None:
    """As it may by the last bit, where another kernel computes its inputs."""
    add(toy, NEVER_THE_SAME)
    wrong = toy_reference.replace("return x + x", "return 3 * x")
    other = toy_reference.replace("return x + x", "return x / 0.3 * 0.6")
    first, second, third = graded(toy_reference, wrong, other)[0]
    for found, right in ((first, True), (second, False), (third, True)):
        checks = found["double"]["extra_data"]["checks"]
        assert checks[-1] == {**checks[-1], "name": "by_chance", "passed": right}
    assert not second["faults"]


def test_an_interpreter_that_is_lost_costs_no_other_slot(
    graded: Any, toy_reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Program.ask
    asked = Counter()

    def failing(self: Program, question: Question, *rest: Any) -> Any:
        asked[question.slot] += 1
        if question.slot == "double" and asked["double"] == 4:
            raise GraderFault("its interpreter was ended from outside")
        return ask(self, question, *rest)

    monkeypatch.setattr(Program, "ask", failing)
    first, second = graded(toy_reference, toy_reference)[0]
    assert asked["double"] >= 4
    assert first["double"]["extra_data"]["verdict"] == "correct"
    assert second["double"]["extra_data"]["verdict"] == "ungraded"
    assert second["quadruple"] == first["quadruple"]


def test_where_there_is_no_room_every_check_is_run(
    graded: Any, toy_reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    roomy = graded(toy_reference, toy_reference)[0]
    monkeypatch.setattr(replay, "ROOM", 0)
    cramped, (ran, ran_again) = graded(toy_reference, toy_reference)
    assert cramped == roomy
    assert ran == ran_again == 8
    monkeypatch.setattr(replay, "ROOM", 1 << 20)
    monkeypatch.setattr(replay, "ANSWERS", 1)
    other = toy_reference.replace("return x + x", "return x / 0.3 * 0.6")
    assert graded(toy_reference, other, other)[1][2] > 0


def test_what_a_stand_in_computes_is_computed_once_a_run(
    graded: Any, toy_reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = []
    compute = Program._answer_stand_in

    def counted(self: Program, *asked: Any) -> Computed:
        computed.append(asked)
        return compute(self, *asked)

    monkeypatch.setattr(Program, "_answer_stand_in", counted)
    wrong = [toy_reference.replace("return x + x", f"return {n} * x") for n in (3, 4)]
    first, second = graded(*wrong)[0]
    assert first["quadruple"]["extra_data"]["carried_forward"]
    assert second["quadruple"] == first["quadruple"]
    assert len(computed) == 2


def test_what_ends_the_grader_of_a_stand_in_costs_no_later_question(
    graded: Any, toy: Assignment, toy_reference: str
) -> None:
    """Else an answer would depend on who was graded before."""
    moves = toy.files["moves.py"]
    hangs = "    while x.shape == (7,):\n        pass\n    return x + x"
    toy.files["moves.py"] = replace(moves, text=moves.text.replace("    return x + x", hangs))
    wrong = toy_reference.replace("return x + x", "return 3 * x")
    asks = "    try:\n        double(np.ones(7))\n    except ValueError:\n        pass\n"
    text = wrong.replace("    return double(", asks + "    return double(")
    alone = graded(text)[0][0]
    assert alone["quadruple"]["extra_data"]["carried_forward"]
    assert graded(wrong, text)[0][1]["quadruple"] == alone["quadruple"]
