"""Whether programs get the points they deserve, and what is reported where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from autograder.assignment.model import KnownProgram
from autograder.hidden.known_programs import KnownPrograms
from autograder.hidden.runner import HiddenChecks
from autograder.proof.points import (
    loses_points,
    prove_reference,
    prove_spared,
    prove_stub,
    prove_variant,
)
from autograder.proof.slot_proof import SlotProof


@pytest.fixture
def proof(hidden: HiddenChecks) -> Iterator[SlotProof]:
    """The proof of `double`, on which `quadruple` builds."""
    with KnownPrograms(hidden) as library:
        yield SlotProof(hidden, library, hidden.assignment.slots["double"])


def answer(text: str) -> KnownProgram:
    return KnownProgram("P", "double", (), (text,))


def test_reference_and_stub_get_what_they_deserve(proof: SlotProof) -> None:
    assert prove_reference(proof)
    prove_stub(proof)
    assert proof.report.problems == []
    assert proof.report.margins["twice_two"].correct == 0.0


def test_what_is_wrong_loses_points(proof: SlotProof) -> None:
    assert loses_points(proof, answer("return 3 * x"))
    assert not loses_points(proof, answer("return 2 * x"))


def test_a_variant_that_is_wrong_is_reported(proof: SlotProof) -> None:
    prove_variant(proof, answer("return 2 * x"), ["double", "quadruple"])
    assert (proof.report.kept, proof.report.problems) == (1, [])
    prove_variant(proof, replace(answer("return 3 * x"), id="V"), ["double"])
    assert proof.report.kept == 1
    (problem,) = proof.report.problems
    assert problem.startswith("V is right and fails twice_two with seed 3: ")


def test_a_wrong_slot_costs_no_other(proof: SlotProof) -> None:
    prove_spared(proof, answer("return None"), proof.dependents)
    assert (proof.report.dependents, proof.report.spared) == (1, 1)
    prove_spared(proof, answer("return 2 * x"), proof.dependents)
    (problem,) = proof.report.problems
    assert problem.startswith("P is wrong and keeps its points\n      -    return x + x")
