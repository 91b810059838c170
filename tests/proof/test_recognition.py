"""Misconceptions are recognised, or a problem says what they are taken for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.assignment.model import Assignment
from autograder.hidden.known_programs import KnownPrograms
from autograder.hidden.runner import HiddenChecks
from autograder.proof.recognition import (
    prove_pairs,
    prove_public_recognition,
    prove_recognition,
    prove_unknown,
)
from autograder.proof.slot_proof import SlotProof


@pytest.fixture
def toy(toy: Assignment) -> Assignment:
    twin = replace(toy.misconceptions[0], id="D4_also_triples")
    return replace(toy, misconceptions=(*toy.misconceptions, twin))


def test_of_two_that_answer_alike_none_is_recognised(hidden: HiddenChecks) -> None:
    with KnownPrograms(hidden) as library:
        proof = SlotProof(hidden, library, hidden.assignment.slots["double"])
        triples, overwrites, _ = proof.misconceptions
        for known in (triples, overwrites):
            with proof.program(known) as program:
                prove_recognition(proof, known, proof.run_all(program))
        prove_public_recognition(proof)
    assert proof.report.problems == [
        "D1_triples, were it not known, would be named D4_also_triples (exact): "
        "list it in kin if that is true of it, too",
        "D1_triples is not recognised by its numbers",
        "D1_triples is not recognised by the public checks",
        "D4_also_triples is not recognised by the public checks",
    ]
    assert (proof.report.recognised, proof.report.recognised_publicly) == (1, 1)


def test_a_misconception_that_is_not_known_gets_no_other_name(hidden: HiddenChecks) -> None:
    assignment = hidden.assignment
    with KnownPrograms(hidden) as library:
        proof = SlotProof(hidden, library, assignment.slots["double"])
        triples, *_, twin = proof.misconceptions
        for known in (triples, replace(triples, kin=(twin.id,))):
            with proof.program(triples) as program:
                prove_unknown(proof, known, proof.run_all(program), library)
    assert proof.report.problems == [
        "D1_triples, were it not known, would be named D4_also_triples (exact): "
        "list it in kin if that is true of it, too"
    ]
    assert (proof.report.unknown, proof.report.misnamed) == (2, 1)


def test_pairs_are_named_by_their_members(hidden: HiddenChecks) -> None:
    with KnownPrograms(hidden) as library:
        proof = SlotProof(hidden, library, hidden.assignment.slots["Walker.walk"])
        prove_pairs(proof)
    assert proof.report.pairs == proof.report.recognised_pairs > 0
    assert proof.report.mislabelled == 0
