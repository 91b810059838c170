"""What a program answers to the checks of a slot, and the known programs that answer to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from autograder.assignment.model import KnownProgram
from autograder.judging.answers import Answer
from autograder.judging.checks import CheckRun, SlotRuns
from autograder.judging.failure import Failure
from autograder.judging.question import StandIns

Outcome = Answer | Failure
Outcomes = Sequence[Outcome] | None  # of the calls of a check; None where a program passes it
Fingerprint = Mapping[str, Outcomes]  # check -> outcomes
Mistakes = tuple[str, ...]  # ids of the misconceptions of one slot in one program: one or two


class Library(Protocol):
    """The known misconceptions and what they answer."""

    def singles(self, slot: str) -> Sequence[Mistakes]:
        """The misconceptions of the slot."""
        ...

    def pairs(self, slot: str) -> Sequence[Mistakes]:
        """The pairs of misconceptions of the slot that fit into one program, as far as known."""
        ...

    def answers(
        self, slot: str, check: str, stand_ins: StandIns, programs: Sequence[Mistakes]
    ) -> Iterator[Outcomes]:
        """For each program, the outcomes of the check's calls; None where it passes."""
        ...

    def fingerprint(self, slot: str, stand_ins: StandIns, id: str) -> Fingerprint:
        """What a misconception answers to all checks of the slot."""
        ...

    def known(self, id: str) -> KnownProgram: ...


def fingerprint(runs: SlotRuns) -> dict[str, Outcomes]:
    """The fingerprint of a program, of each check by its last attempt."""
    return {run.check.name: None if run.failure is None else outcomes(run) for *_, run in runs}


def outcomes(run: CheckRun) -> list[Outcome]:
    """The outcomes of the calls of a run."""
    return [call.outcome for call in run.log.calls]
