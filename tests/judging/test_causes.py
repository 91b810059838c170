"""Causes of whole slots: what vetoes a misconception, what only looks like one, what makes a pair.

A program is written as the answers to the checks a, b, c, ...; None passes, and a string is the
exception that was raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pytest

from autograder.assignment.model import KnownProgram
from autograder.isolation.worker_protocol import Function
from autograder.judging.answers import Answer, Call, Log, Same
from autograder.judging.certainty import Certainty
from autograder.judging.checks import Check, CheckRun
from autograder.judging.diagnosis import recognise
from autograder.judging.failure import Failure
from autograder.judging.fingerprints import Fingerprint, Mistakes, Outcome
from autograder.judging.question import StandIns
from autograder.judging.verdict import Verdict

X = np.array([1.0, 2.0, 3.0])
Program = Sequence[object]


def outcome(value: object) -> Outcome:
    if isinstance(value, str):
        name, _, words = value.partition(": ")
        return Failure(Verdict.ERROR, f"calling f raised {name}: {words}", raised=name)
    return Answer(value)


class Library:
    """Misconceptions; a pair is known by its answers, too."""

    def __init__(self, programs: Mapping[str | Mistakes, Program]) -> None:
        self.programs = {
            (key,) if isinstance(key, str) else key: program for key, program in programs.items()
        }

    def singles(self, slot: str) -> list[Mistakes]:
        return [mistakes for mistakes in self.programs if len(mistakes) == 1]

    def pairs(self, slot: str) -> list[Mistakes]:
        return [mistakes for mistakes in self.programs if len(mistakes) > 1]

    def answers(
        self, slot: str, check: str, stand_ins: StandIns, programs: Sequence[Mistakes]
    ) -> Iterator[Sequence[Outcome] | None]:
        values = (self.programs[one]["abcdef".index(check)] for one in programs)
        return (None if value is None else [outcome(value)] for value in values)

    def fingerprint(self, slot: str, stand_ins: StandIns, id: str) -> Fingerprint:
        values = zip("abcdef", self.programs[id,], strict=False)
        return {check: None if v is None else [outcome(v)] for check, v in values}

    def known(self, id: str) -> KnownProgram:
        return KnownProgram(id, "double", (), (), f"cause of {id}", "hint")


def cause(
    answers: Program, wants: Sequence[object], programs: Mapping[str | Mistakes, Program]
) -> tuple[list[str], Certainty]:
    runs = []
    for name, value, want in zip("abcdef", answers, wants, strict=False):
        check = Check("double", name, "", False, "right", {}, None)
        call = Call(Function("student", "double"), (), {}, outcome(value))
        failure = None if value is None else Failure(Verdict.WRONG, "wrong values")
        runs.append([CheckRun(check, (), failure, Log([call], [Same(0, (), want)]))])
    found = recognise(runs, Library(programs), "double")
    return [known.id for known in found.known], found.certainty


def test_a_float_that_was_computed_in_float32_agrees() -> None:
    got = 1.5 * (1 + 3e-8)
    assert cause([got], [1.0], {"half more": [1.5]})[0] == ["half more"]
    assert cause([1.5 * (1 + 1e-5)], [1.0], {"half more": [1.5]})[0] == []


def test_of_small_errors_a_nearly_equal_one_is_another() -> None:
    in_float32, decayed = X.astype(np.float32).astype(float) + 3e-8, X * (1 - 1e-7)
    assert cause([decayed], [X], {"in float32": [in_float32]})[0] == []
    assert cause([in_float32], [X], {"in float32": [in_float32]})[0] == ["in float32"]


def test_results_of_float32_arithmetic_are_numbers_of_float32() -> None:
    got, known = (np.float64(np.float32(np.pi) * np.float32(1 + k * 1e-7)) for k in (2, 4))
    assert got != known
    assert cause([float(got)], [np.pi], {"in float32": [float(known)]})[0] == ["in float32"]
    assert cause([np.pi * (1 + 2e-7)], [np.pi], {"in float32": [float(known)]})[0] == []


def test_zero_up_to_rounding_is_zero_beside_what_was_expected() -> None:
    wrong = {"a": 2 * X, "b": np.array(4e-17)}
    want = {"a": X, "b": np.array(0.5)}
    library = {"doubles": [{"a": 2 * X, "b": np.array(0.0)}]}
    assert cause([wrong], [want], library)[0] == ["doubles"]


def test_exceptions_are_the_same_by_type() -> None:
    library: dict[str | Mistakes, Program] = {"doubles": [2 * X, "ValueError: in one version"]}
    assert cause([2 * X, "ValueError: another"], [X, X], library)[0] == ["doubles"]
    assert cause([2 * X, "TypeError: another"], [X, X], library)[0] == []


def test_exceptions_alone_must_agree_in_every_word() -> None:
    library: dict[str | Mistakes, Program] = {"raises": ["ValueError: no"]}
    assert cause(["ValueError: no"], [X], library)[0] == ["raises"]
    assert cause(["ValueError: not so"], [X], library)[0] == []


def test_an_exception_at_an_edge_vetoes_nothing_where_enough_agrees() -> None:
    library: dict[str | Mistakes, Program] = {"doubles": [2 * X, 4 * X, 6 * X, "IndexError: 0"]}
    wants = [X, 2 * X, 3 * X, X]
    assert cause([2 * X, 4 * X, 6 * X, None], wants, library)[0] == ["doubles"]
    assert cause([2 * X, 4 * X, 6 * X, -X], wants, library)[0] == ["doubles"]
    assert cause([2 * X, None, None, None], wants, library)[0] == []


@pytest.mark.parametrize(("ours", "theirs"), [({"a": 2.0}, {"a": 3.0}), ([X] * 3, [X, X, -X])])
def test_answers_of_another_structure_are_compared_whole(ours: object, theirs: object) -> None:
    assert cause([ours], [{"a": [1.0, 2.0]}], {"other": [theirs]})[0] == []
    assert cause([ours], [[X, X]], {"other": [theirs]})[0] == []
    assert cause([ours], [[X, X]], {"other": [ours]})[0] == ["other"]


def test_what_a_misconception_explains_in_part_only_looks_like_it() -> None:
    library: dict[str | Mistakes, Program] = {
        "doubles": [{"a": 2 * X, "b": X}, 4 * X],
        "negates": [{"a": -X, "b": -X}, -2 * X],
    }
    found = cause([{"a": 2 * X, "b": X + 1}, 4 * X], [{"a": X, "b": X}, 2 * X], library)
    assert found == (["doubles"], Certainty.LOOKS_LIKE)


@pytest.mark.parametrize(
    "answers",
    [
        [{"a": 2 * X, "b": X}, None],  # it fails a check that passes here
        [{"a": 2 * X, "b": X}, 5 * X],  # it gives another wrong number
        [{"a": X + 1, "b": 3 * X}, 4 * X],  # it is wrong in what is right here
    ],
)
def test_what_a_misconception_contradicts_does_not_look_like_it(answers: Program) -> None:
    library: dict[str | Mistakes, Program] = {"doubles": [{"a": 2 * X, "b": X}, 4 * X]}
    assert cause(answers, [{"a": X, "b": X}, 2 * X], library)[0] == []


def test_two_mistakes_are_put_together_from_the_numbers_of_each() -> None:
    library: dict[str | Mistakes, Program] = {
        "doubles a": [{"a": 2 * X, "b": X}, None],
        "negates b": [{"a": X, "b": -X}, -X],
    }
    found = cause([{"a": 2 * X, "b": -X}, -X], [{"a": X, "b": X}, X], library)
    assert found == (["doubles a", "negates b"], Certainty.EXACT)


def test_a_pair_is_not_put_together_from_exceptions() -> None:
    library: dict[str | Mistakes, Program] = {
        "doubles": [2 * X, "ValueError: no"],
        "raises": ["TypeError: no", "KeyError: no"],
    }
    assert cause([2 * X, "KeyError: no"], [X, X], library)[0] == []


def test_of_a_pair_each_member_leaves_its_trace() -> None:
    library: dict[str | Mistakes, Program] = {
        "writes": [2 * X, None],
        "shifts": [None, X + 1],
        ("writes", "shifts"): [3 * X, None],
    }
    assert cause([3 * X, None], [X, X], library)[0] == []
