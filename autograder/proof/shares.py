"""Shares of the proof of a slot. Each runs in one process; the reports of a slot add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.hidden.known_programs import KnownPrograms
from autograder.hidden.runner import HiddenChecks
from autograder.judging.checks import SlotRuns
from autograder.proof.completeness import missing
from autograder.proof.malformed_programs import malformed_programs
from autograder.proof.marks import note_mark, prove_marks
from autograder.proof.points import (
    prove_misconception,
    prove_mutants,
    prove_reference,
    prove_seeds,
    prove_spared,
    prove_stub,
    prove_variant,
)
from autograder.proof.recognition import prove_pairs, prove_public_recognition, prove_recognition
from autograder.proof.slot_proof import SlotProof
from autograder.proof.slot_report import SlotReport
from autograder.proof.soundness import note_inputs

Part = Literal["fast", "slot", "carrying", "marks", "mutants", "pairs", "seeds", "inputs"]


@dataclass(frozen=True)
class Share:
    """A part of the proof of a slot, and the seeds that it runs with."""

    part: Part
    slot: str
    seeds: Sequence[int]


def prove(hidden: HiddenChecks, share: Share) -> SlotReport:
    """Prove a share of a slot. The seed of `hidden` is the first of the share."""
    with KnownPrograms(hidden) as library:
        proof = SlotProof(hidden, library, hidden.assignment.slots[share.slot])
        if share.part == "fast":
            _prove_fast(proof)
        elif share.part == "slot":
            _prove_slot(proof)
        elif share.part == "carrying":
            _prove_carrying(proof)
        elif share.part == "marks":
            prove_marks(proof, share.seeds)
        elif share.part == "mutants":
            prove_mutants(proof)
        elif share.part == "pairs":
            prove_pairs(proof)
        elif share.part == "inputs":
            note_inputs(proof, hidden.reference.program)
        else:
            prove_seeds(proof, share.seeds)
    return proof.report


def _prove_fast(proof: SlotProof) -> None:
    """Run every check for reference, stub and misconceptions, and the slot's own for variants."""
    if not _prove_basics(proof):
        return
    runs = _prove_misconceptions(proof)
    for known in proof.misconceptions:
        note_mark(proof, known, runs[known.id])
    prove_public_recognition(proof)
    for known in proof.variants:
        prove_variant(proof, known, [proof.slot.name])
    for known in list(malformed_programs(proof.assignment, proof.slot))[::3]:
        prove_spared(proof, known, proof.dependents)


def _prove_slot(proof: SlotProof) -> None:
    """Run every check for reference, stub, misconceptions and variants, with one seed."""
    if not _prove_basics(proof):
        return
    runs = _prove_misconceptions(proof)
    for known in proof.misconceptions:
        prove_recognition(proof, known, runs[known.id])
    prove_public_recognition(proof, unknown=True)
    for known in proof.variants:
        prove_variant(proof, known, [proof.slot.name, *proof.dependents])
    for known in malformed_programs(proof.assignment, proof.slot):
        prove_spared(proof, known, proof.dependents)


def _prove_misconceptions(proof: SlotProof) -> dict[str, SlotRuns]:
    """Misconceptions lose points, and each check fails for one. Returns the runs by their ids."""
    runs = {known.id: prove_misconception(proof, known) for known in proof.misconceptions}
    _prove_checks(proof, list(runs.values()))
    return runs


def _prove_basics(proof: SlotProof) -> bool:
    """Prove texts, reference and stub. Returns whether the reference is right."""
    report = proof.report
    report.checks = len(proof.checks)
    report.public = sum(check.public for check in proof.checks)
    report.misconceptions, report.variants = len(proof.misconceptions), len(proof.variants)
    report.problems += missing(proof.assignment, proof.slot, proof.checks)
    if not prove_reference(proof):
        return False
    prove_stub(proof)
    return True


def _prove_checks(proof: SlotProof, runs: Sequence[SlotRuns]) -> None:
    """Some misconception trips each check that was run."""
    for i, check in enumerate(proof.checks):
        of_check = [of_program[i][0] for of_program in runs]
        if of_check and all(run.passed for run in of_check):
            proof.problem(f"{check.name}: no misconception ever trips this check")


def _prove_carrying(proof: SlotProof) -> None:
    """No misconception costs points in another slot of its file."""
    slots = proof.assignment.slots_of(proof.slot.file)
    others = [slot.name for slot in slots if slot.name != proof.slot.name]
    for known in proof.misconceptions:
        prove_spared(proof, known, others)
