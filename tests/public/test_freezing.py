"""Freezing: inputs, expected numbers, and what misconceptions answer."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from autograder.assignment.model import Assignment
from autograder.errors import AssignmentError
from autograder.hidden.collection import collect
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from autograder.public.freezing import Frozen, freeze
from autograder.public.frozen_checks import public_checks

Freeze = Callable[..., Frozen]


@pytest.fixture
def frozen(toy: Assignment, workers: Workers) -> Freeze:
    def run(seed: int = 0, slot: str = "double") -> Frozen:
        with HiddenChecks(toy, workers, collect(toy), seed=seed) as hidden:
            return freeze(hidden, "moves.py", [slot])

    return run


def test_public_checks_have_their_own_seed(frozen: Freeze) -> None:
    assert frozen(seed=5).node == frozen(seed=0).node


def test_a_frozen_check_is_replayed_and_tells_misconceptions_apart(
    frozen: Freeze, toy: Assignment
) -> None:
    found = frozen()
    assert json.loads(json.dumps(found.node)) == found.node
    _, library = public_checks(toy, [found.node])
    assert library.singles("double") == [("D1_triples",), ("D2_overwrites",)]
    (wrong,), (argument,) = (run for run in found.runs["D1_triples"])
    assert (wrong.failure is None, argument.failure is None) == (False, True)
    assert library.fingerprint("double", (), "D1_triples")["argument"] is None
    assert library.known("D1_triples").edits == ()


def test_a_check_that_compares_nothing_cannot_be_frozen(frozen: Freeze, toy: Assignment) -> None:
    path = toy.folder / "moves" / "test_double.py"
    path.write_text(
        path.read_text().replace("same(student.double(x), reference.double(x))", "pass")
    )
    with pytest.raises(AssignmentError, match=r"double.twice_two is public and compares nothing"):
        frozen()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "x = rng.",
            "import numpy\n    x = numpy.random.default_rng().",
            r"double: moves/test_double.py:6: twice_two draws its input from elsewhere than rng: "
            r"in call 1 \(double\), argument 1 is another in each run",
        ),
        (
            "reference.double(x))",
            "{1})",
            r"double: moves/test_double.py:11: what `same` expects is a set, which cannot be "
            r"compared: let it, or a probe, return a sorted list of it",
        ),
    ],
)
def test_a_check_without_a_fixed_answer_cannot_be_frozen(
    frozen: Freeze, toy: Assignment, old: str, new: str, said: str
) -> None:
    path = toy.folder / "moves" / "test_double.py"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(AssignmentError, match=said):
        frozen()
