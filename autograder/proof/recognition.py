"""Whether misconceptions are recognised by their answers, and never taken for another.

By the hidden checks, by the public checks as students have them, and two misconceptions at once.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from autograder.assignment.model import KnownProgram
from autograder.errors import AssignmentError, GraderFault
from autograder.judging.checks import SlotRuns
from autograder.judging.diagnosis import recognise
from autograder.proof.marks import prove_superset
from autograder.proof.slot_proof import SlotProof
from autograder.public.freezing import freeze
from autograder.public.frozen_checks import FrozenLibrary

MAX_PAIRS = 100  # of a slot; there can be a thousand


def prove_recognition(proof: SlotProof, known: KnownProgram, runs: SlotRuns) -> None:
    """The hidden checks name a misconception, of which `runs` has one run of each check."""
    likely = [found.id for found in recognise(runs, proof.library, proof.slot.name).known]
    proof.report.recognised += likely == [known.id]
    if not likely:
        proof.problem(f"{known.id} is not recognised by its numbers")
    elif likely != [known.id]:
        proof.problem(f"{known.id} is taken for {' and '.join(likely)}")


def prove_public_recognition(proof: SlotProof) -> Mapping[str, SlotRuns]:
    """The public checks name every misconception, without a reference and hidden graders.

    Returns the runs of the public checks for each misconception; none where they cannot be frozen.
    """
    try:
        frozen = freeze(proof.hidden, proof.slot.file, [proof.slot.name])
    except (AssignmentError, GraderFault) as error:
        proof.problem(str(error))
        return {}
    library = FrozenLibrary(frozen.node["misconceptions"])
    for known in proof.misconceptions:
        runs = frozen.runs[known.id]
        proof.note_wrong([run for [run] in runs], known, partial=True)
        likely = [found.id for found in recognise(runs, library, proof.slot.name).known]
        proof.report.recognised_publicly += likely == [known.id]
        if likely != [known.id]:
            taken = f"taken for {likely[0]}" if likely else "not recognised"
            proof.problem(f"{known.id} is {taken} by the public checks")
    return frozen.runs


def prove_pairs(proof: SlotProof) -> None:
    """Of two misconceptions at once, one or both are named, and never a third.

    Of a slot with many pairs, MAX_PAIRS are drawn with the seed.
    """
    slot = proof.slot.name
    pairs = list(proof.library.pairs(slot))
    drawn = random.Random(proof.hidden.seed).sample(pairs, min(len(pairs), MAX_PAIRS))
    for pair in drawn:
        with proof.hidden.program(proof.library.sources(slot, pair)) as program:
            runs = proof.run_all(program)
        if all(run.failure is None for [run] in runs):
            continue  # each mistake undoes the other
        prove_superset(proof, pair, runs)
        likely = {found.id for found in recognise(runs, proof.library, slot).known}
        proof.report.pairs += 1
        proof.report.recognised_pairs += bool(likely) and likely <= set(pair)
        proof.report.mislabelled += bool(likely - set(pair))
