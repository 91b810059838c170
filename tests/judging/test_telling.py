"""The failure that is shown tells most."""

from __future__ import annotations

import numpy as np

from autograder.isolation.worker_protocol import Function
from autograder.judging.answers import Answer, Call, Log, Same, Unmodified
from autograder.judging.checks import Check, CheckRun
from autograder.judging.failure import Failure
from autograder.judging.telling import most_telling
from autograder.judging.verdict import Verdict

X = np.array([1.0, 2.0, 3.0])


def run(name: str, given: object, want: object, mutated: tuple[str, ...] = ()) -> CheckRun:
    check = Check("double", name, "", False, "right", {}, None)
    call = Call(Function("student", "double"), (given,), {}, Answer(X + 1, mutated))
    comparison = Unmodified(0) if want is None else Same(0, (), want)
    failure = Failure(Verdict.WRONG, "wrong values")
    return CheckRun(check, (), failure, Log([call], [comparison]))


def test_degenerate_cases_come_last() -> None:
    nothing, single = run("nothing", [], X), run("single", np.ones(1), X)
    zeros, plain = run("zeros", 0 * X, 0 * X), run("plain", X, 2 * X)
    assert most_telling([nothing, single, zeros, plain]) is plain
    assert most_telling([nothing, single]) is nothing  # both are: the first


def test_of_plain_cases_the_first_is_shown() -> None:
    first, second = run("first", X, 2 * X), run("second", [X, X], [X, X])
    assert most_telling([first, second]) is first


def test_a_changed_argument_is_told_before_the_value_that_it_spoiled() -> None:
    value, argument = run("value", X, 2 * X, ("x",)), run("argument", X, None, ("x",))
    assert most_telling([value, argument]) is argument
    untouched = run("value", X, 2 * X)
    assert most_telling([untouched, argument]) is untouched
