"""Marks are proved: their bands, and that neither luck nor another mistake moves them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest

from autograder.assignment.model import Keeps, KnownProgram
from autograder.hidden.known_programs import KnownPrograms
from autograder.hidden.runner import HiddenChecks
from autograder.proof.marks import note_mark, prove_marks, prove_superset
from autograder.proof.slot_proof import MarkAlone, SlotProof

Proofs = Callable[..., SlotProof]
TRIPLES = "return x + x + x"


@pytest.fixture
def proof_of(hidden: HiddenChecks) -> Iterator[Proofs]:
    """The proof of a slot with the given misconceptions: `proof_of("double", keeps=answer)`."""
    with KnownPrograms(hidden) as library:
        yield partial(_proof, hidden, library)


def _proof(hidden: HiddenChecks, library: KnownPrograms, slot: str, **answers: str) -> SlotProof:
    proof = SlotProof(hidden, library, hidden.assignment.slots[slot])
    proof.misconceptions = [
        KnownProgram(f"K_{keeps}", slot, (), (answer,), keeps=Keeps(keeps))
        for keeps, answer in answers.items()
    ]
    return proof


def noted(proof: SlotProof) -> list[str]:
    for known in proof.misconceptions:
        with proof.program(known) as program:
            note_mark(proof, known, proof.run_all(program))
    return proof.report.problems


def test_a_mark_in_its_band_is_no_problem(proof_of: Proofs) -> None:
    proof = proof_of("double", little=TRIPLES, most="x += x; return x")
    assert noted(proof) == []
    assert [(mark.share, mark.is_fair) for mark in proof.report.marks] == [
        (0.25, True),
        (0.75, True),
    ]


def test_a_mark_outside_its_band_is_a_problem(proof_of: Proofs) -> None:
    proof = proof_of("double", half=TRIPLES)
    assert noted(proof) == [
        'K_half keeps 25% of the points, and keeps = "half" means 35% to 75%: '
        "product 0/3, argument 1/1"
    ]


def test_where_nobody_said_what_a_program_keeps_there_is_nothing_to_prove(proof_of: Proofs) -> None:
    proof = proof_of("double", half=TRIPLES)
    proof.misconceptions = [replace(proof.misconceptions[0], keeps=None)]
    assert noted(proof) == []
    assert not proof.report.marks[0].is_fair


def test_a_mark_that_the_seed_moves_is_a_problem(proof_of: Proofs) -> None:
    lucky = "return x + x + (x if x.flat[0] > 0.0 else 0.0)"
    proof = proof_of("double", little=lucky, nothing="return None")
    prove_marks(proof, range(5))
    moved = [problem for problem in proof.report.problems if " with seed " in problem]
    assert moved == ["K_little keeps 25% of the points with seed 4 and 100% with seed 0"]
    assert len(proof.report.marks) == 2


def test_a_mark_that_another_slots_mistake_moves_is_a_problem(proof_of: Proofs) -> None:
    depends = "return 4 * x if double(np.ones(1)) != 2 else x"
    proof = proof_of("quadruple", nothing=depends)
    prove_marks(proof, [3])
    assert proof.report.problems == [
        "K_nothing keeps 0% of the points, and 100% beside D1_triples",
        "K_nothing keeps 0% of the points, and 100% beside double that returns nothing",
    ]


def test_two_mistakes_that_keep_more_than_one_are_a_problem(proof_of: Proofs) -> None:
    proof = proof_of("double", little=TRIPLES)
    with proof.program(proof.misconceptions[0]) as program:
        runs = proof.run_all(program)
    pair = ("A", "B")
    wrong = {"twice_two": 0.0, "argument": 1.0}
    proof.alone |= {"A": MarkAlone(0.1, wrong), "B": MarkAlone(0.25, wrong)}
    prove_superset(proof, pair, runs)
    assert proof.report.problems == ["A and B together keep 25% of the points, and A alone 10%"]
    # B hides A: more of a check is right than with A alone
    proof.alone["A"] = MarkAlone(0.1, {**wrong, "argument": 0.5})
    prove_superset(proof, pair, runs)
    assert len(proof.report.problems) == 1
