"""The known wrong programs of an assignment, and what they answer to its hidden checks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograder.assignment.model import Assignment, KnownProgram
from autograder.errors import AssignmentError
from autograder.hidden.runner import HiddenChecks
from autograder.judging.checks import Check, SlotRuns
from autograder.judging.fingerprints import (
    Fingerprint,
    Mistakes,
    Outcomes,
    fingerprint,
    outcomes,
)
from autograder.judging.program import stand_in_of
from autograder.judging.question import StandIns


class KnownPrograms:
    """The misconceptions of an assignment and pairs of them; a `diagnosis.Library`.

    What they answer is found by running them, and remembered. Leaving it as a context manager
    ends their workers. They are staff's own, so all of them run in the same processes.
    """

    def __init__(self, checks: HiddenChecks) -> None:
        self._checks = checks
        self._assignment = checks.assignment
        self._program = checks.program({})
        # (seed, slot, stand-ins) -> id -> fingerprint
        self._fingerprints: dict[tuple[int, str, StandIns], dict[str, Fingerprint]] = {}
        # (seed, slot, check, stand-ins) -> program -> outcomes
        self._answers: dict[tuple[int, str, str, StandIns], dict[Mistakes, Outcomes]] = {}
        # slot -> pair -> the slot's file with both edits
        self._pairs: dict[str, dict[Mistakes, bytes]] = {}

    def __enter__(self) -> KnownPrograms:
        return self

    def __exit__(self, *_: object) -> None:
        self._program.close()

    def singles(self, slot: str) -> Sequence[Mistakes]:
        """The misconceptions of the slot."""
        return [(known.id,) for known in self._assignment.misconceptions if known.slot == slot]

    def pairs(self, slot: str) -> Sequence[Mistakes]:
        """The pairs of misconceptions of the slot whose edits apply one after the other."""
        return list(self._pairs_of(slot))

    def known(self, id: str) -> KnownProgram:
        """The misconception with an id."""
        return next(known for known in self._assignment.misconceptions if known.id == id)

    def sources(self, slot: str, mistakes: Mistakes) -> dict[str, bytes]:
        """The slot's file with one misconception of it, or with a pair of them."""
        if len(mistakes) == 1:
            return sources_of(self._assignment, self.known(mistakes[0]))
        return {self._assignment.slots[slot].file: self._pairs_of(slot)[mistakes]}

    def answers(
        self, slot: str, check: str, stand_ins: StandIns, programs: Sequence[Mistakes]
    ) -> Iterator[Outcomes]:
        """For each program, the outcomes of the check's calls; None where it passes."""
        stand_ins = self._with_own_stand_ins(stand_ins)
        seed = self._checks.seed
        fingerprints = self._fingerprints.get((seed, slot, stand_ins), {})
        answers = self._answers.setdefault((seed, slot, check, stand_ins), {})
        body = next(one for one in self._checks.checks[slot] if one.name == check)
        for mistakes in programs:
            if mistakes in answers:
                continue
            if len(mistakes) == 1 and mistakes[0] in fingerprints:
                answers[mistakes] = fingerprints[mistakes[0]][check]
            else:
                answers[mistakes] = self._run(slot, mistakes, body, stand_ins)
        return (answers[mistakes] for mistakes in programs)

    def fingerprint(self, slot: str, stand_ins: StandIns, id: str) -> Fingerprint:
        """What a misconception answers to all checks of its slot."""
        stand_ins = self._with_own_stand_ins(stand_ins)
        fingerprints = self._fingerprints.setdefault((self._checks.seed, slot, stand_ins), {})
        if id not in fingerprints:
            self._program.change(self.sources(slot, (id,)))
            fingerprints[id] = fingerprint(self._checks.run_slot(self._program, slot, stand_ins))
        return fingerprints[id]

    def remember(self, known: KnownProgram, runs: SlotRuns) -> None:
        """Take the fingerprints of a misconception from runs of all checks of its slot."""
        for stand_ins in sorted({run.stand_ins for some in runs for run in some}):
            first = [
                [run for run in some if run.stand_ins == stand_ins][:1] or some[-1:]
                for some in runs
            ]
            key = (self._checks.seed, known.slot, self._with_own_stand_ins(stand_ins))
            self._fingerprints.setdefault(key, {}).setdefault(known.id, fingerprint(first))

    def _run(self, slot: str, mistakes: Mistakes, check: Check, stand_ins: StandIns) -> Outcomes:
        self._program.change(self.sources(slot, mistakes))
        run = self._checks.run(self._program, check, stand_ins)
        return None if run.failure is None else outcomes(run)

    def _with_own_stand_ins(self, stand_ins: StandIns) -> StandIns:
        """The slots among `stand_ins` that staff wrote a stand-in for.

        The stand-in of another slot lets the grader compute, as the slot itself does here: of a
        known program every slot but one is right.
        """
        return tuple(other for other in stand_ins if stand_in_of(self._assignment, other))

    def _pairs_of(self, slot: str) -> dict[Mistakes, bytes]:
        if slot not in self._pairs:
            self._pairs[slot] = dict(_pairs(self._assignment, slot))
        return self._pairs[slot]


def sources_of(assignment: Assignment, known: KnownProgram) -> dict[str, bytes]:
    """The one source file of a known program. Raises AssignmentError."""
    return {assignment.slots[known.slot].file: assignment.edited(known).encode()}


def _pairs(assignment: Assignment, slot: str) -> Iterator[tuple[Mistakes, bytes]]:
    """Pairs of misconceptions whose edits can both be made, and the file with both."""
    mistakes = [known for known in assignment.misconceptions if known.slot == slot]
    alone = {assignment.edited(known) for known in mistakes}
    for first, second in itertools.combinations(mistakes, 2):
        if first.answers and second.answers:
            continue
        if second.answers:
            first, second = second, first
        for a, b in ((first, second), (second, first)):
            if b.answers:
                continue
            try:
                text = assignment.edited(replace(a, edits=(*a.edits, *b.edits)))
            except AssignmentError:
                continue  # the first edit removed what the second one changes
            if text not in alone:
                yield (first.id, second.id), text.encode()
                break
