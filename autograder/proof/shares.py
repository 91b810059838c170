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
from autograder.proof.points import (
    loses_points,
    prove_misconception,
    prove_mutants,
    prove_reference,
    prove_seeds,
    prove_spared,
    prove_stub,
    prove_tripped,
    prove_variant,
)
from autograder.proof.recognition import prove_pairs, prove_public_recognition, prove_recognition
from autograder.proof.slot_proof import SlotProof
from autograder.proof.slot_report import SlotReport
from autograder.public.freezing import PUBLIC_SEED

Part = Literal["fast", "slot", "carrying", "mutants", "pairs", "seeds"]


@dataclass(frozen=True)
class Share:
    """A part of the proof of a slot, and the seeds that it runs with."""

    part: Part
    slot: str
    seeds: tuple[int, ...]


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
        elif share.part == "mutants":
            prove_mutants(proof)
        elif share.part == "pairs":
            prove_pairs(proof)
        else:
            prove_seeds(proof, share.seeds)
    return proof.report


def _prove_fast(proof: SlotProof) -> None:
    """Run each misconception until it is caught, each check until it fails, each variant once."""
    if not _prove_basics(proof):
        return
    public = prove_public_recognition(proof)
    untripped = {check.name: check for check in proof.checks}
    one_mode = len(proof.hidden.attempts(proof.slot)) == 1
    for known in proof.misconceptions:
        tripped = _tripped(proof, public.get(known.id, ()))
        for name in tripped:
            untripped.pop(name, None)
        caught = (one_mode and bool(tripped)) or loses_points(proof, known, untripped, tripped)
        proof.report.caught += caught
        if not caught:
            proof.keeps_its_points(known)
    prove_tripped(proof, untripped)
    for known in proof.variants:
        prove_variant(proof, known, [proof.slot.name])
    for known in list(malformed_programs(proof.assignment, proof.slot))[::3]:
        prove_spared(proof, known, proof.dependents)


def _tripped(proof: SlotProof, public: SlotRuns) -> list[str]:
    """The hidden checks that fail, as runs of the public checks tell if they have the same seed."""
    if proof.hidden.seed != PUBLIC_SEED:
        return []
    return [run.check.name for [run] in public if run.failure is not None]


def _prove_slot(proof: SlotProof) -> None:
    """Run every check for reference, stub, misconceptions and variants, with one seed."""
    if not _prove_basics(proof):
        return
    runs = {known.id: prove_misconception(proof, known) for known in proof.misconceptions}
    for known in proof.misconceptions:
        prove_recognition(proof, known, runs[known.id])
    prove_public_recognition(proof)
    _prove_checks(proof, list(runs.values()))
    for known in proof.variants:
        prove_variant(proof, known, [proof.slot.name, *proof.dependents])
    for known in malformed_programs(proof.assignment, proof.slot):
        prove_spared(proof, known, proof.dependents)


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
