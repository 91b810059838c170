"""Whether misconceptions are recognised by their answers, and never taken for another.

By the hidden checks, by the public checks as students have them, and two misconceptions at once.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from autograder.assignment.model import KnownProgram
from autograder.errors import AssignmentError, GraderFault
from autograder.judging.checks import SlotRuns
from autograder.judging.diagnosis import recognise
from autograder.judging.fingerprints import Library, Mistakes
from autograder.proof.marks import prove_superset
from autograder.proof.slot_proof import SlotProof
from autograder.public.freezing import freeze
from autograder.public.frozen_checks import FrozenLibrary

MAX_PAIRS = 100  # of a slot; there can be a thousand


class _Without:
    """A library without one misconception, and without the other forms of it."""

    def __init__(self, library: Library, known: KnownProgram) -> None:
        self._library, self._mistake = library, known.mistake
        self.answers, self.fingerprint = library.answers, library.fingerprint
        self.known = library.known

    def singles(self, slot: str) -> list[Mistakes]:
        return self._left(self._library.singles(slot))

    def pairs(self, slot: str) -> list[Mistakes]:
        return self._left(self._library.pairs(slot))

    def _left(self, programs: Sequence[Mistakes]) -> list[Mistakes]:
        return [p for p in programs if all(self.known(id).mistake != self._mistake for id in p)]


def prove_unknown(proof: SlotProof, known: KnownProgram, runs: SlotRuns, library: Library) -> None:
    """Were a misconception not known, it would get no name, or that of another form of it."""
    found = recognise(runs, _Without(library, known), proof.slot.name)
    proof.report.unknown += 1
    names = [one.id for one in found.known]
    if names and not {*names} <= {*known.kin}:
        proof.report.misnamed += 1
        by = " and ".join(names)
        proof.problem(
            f"{known.id}, were it not known, would be named {by} ({found.certainty}): "
            "list it in kin if that is true of it, too"
        )


def prove_recognition(proof: SlotProof, known: KnownProgram, runs: SlotRuns) -> None:
    """The hidden checks name a misconception, of which `runs` has one run of each check."""
    prove_unknown(proof, known, runs, proof.library)
    likely = [found.id for found in recognise(runs, proof.library, proof.slot.name).known]
    proof.report.recognised += likely == [known.mistake]
    if not likely:
        proof.problem(f"{known.id} is not recognised by its numbers")
    elif likely != [known.mistake]:
        proof.problem(f"{known.id} is taken for {' and '.join(likely)}")


def prove_public_recognition(proof: SlotProof, unknown: bool = False) -> Mapping[str, SlotRuns]:
    """The public checks name every misconception, without a reference and hidden graders.

    If `unknown`, each is judged as if it were not known, too.
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
        proof.report.recognised_publicly += likely == [known.mistake]
        if unknown:
            prove_unknown(proof, known, runs, library)
        if likely != [known.mistake]:
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
        members = {proof.library.known(id).mistake for id in pair}
        proof.report.recognised_pairs += bool(likely) and likely <= members
        proof.report.mislabelled += bool(likely - members)
