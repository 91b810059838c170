"""Public checks: hidden checks frozen to inputs, expected numbers and nothing else.

They are replayed without pytest and without a reference, on a student's machine too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from autograder.assignment.model import KnownProgram, PublicAssignment, Slot
from autograder.errors import GraderFault
from autograder.isolation.worker_protocol import Function
from autograder.judging.answers import Answer, Log
from autograder.judging.checks import Check, CheckRun
from autograder.judging.comparison import repeat
from autograder.judging.failure import CheckFailed, Failure
from autograder.judging.fingerprints import Fingerprint, Mistakes, Outcome
from autograder.judging.program import Caller, Program
from autograder.judging.question import Question, StandIns
from autograder.judging.reading import Readings
from autograder.public.frozen_json import (
    FileNode,
    FrozenCheck,
    MisconceptionNode,
    check_from_json,
    fingerprint_from_json,
    misconception_from_json,
)


class FrozenChecks:
    """The public checks of some files; a `checks.Runner`."""

    def __init__(self, assignment: PublicAssignment, checks: Iterable[Check]) -> None:
        self.assignment = assignment
        self._readings = Readings(assignment)
        self.checks: dict[str, list[Check]] = {slot: [] for slot in assignment.slots}
        for check in checks:
            self.checks[check.slot].append(check)

    def attempts(self, slot: Slot) -> list[StandIns]:
        """Without stand-ins: they are not released."""
        return [()]

    def reference_effects(self, check: Check) -> Collection[str]:
        """The effects that the reference's calls in a check have."""
        body: FrozenCheck = check.body
        return body.effects

    def run(self, program: Program, check: Check, stand_ins: StandIns = ()) -> CheckRun:
        """Replay the calls in order, and after each its comparisons."""
        log = Log()

        def ask(function: Function, args: Any, kwargs: Any) -> Answer | Failure:
            slot = self.assignment.slots[check.slot]
            outcome = program.call(Question.of(slot, function, args, kwargs, stand_ins))
            return self._readings.read(slot.file, function, outcome, args, kwargs)

        caller = Caller(ask, log)
        body: FrozenCheck = check.body
        try:
            for number, call in enumerate(body.calls):
                answer = caller.call(call.function, *call.args, **call.kwargs)
                for comparison in body.comparisons:
                    if comparison.call == number:
                        repeat(comparison, answer)
        except CheckFailed as failed:
            return CheckRun(check, stand_ins, failed.failure, log)
        except GraderFault as fault:
            return CheckRun(check, stand_ins, None, log, broken=str(fault))
        return CheckRun(check, stand_ins, None, log)


class FrozenLibrary:
    """The misconceptions of some files, with their frozen answers; a `diagnosis.Library`."""

    def __init__(self, nodes: Iterable[MisconceptionNode]) -> None:
        self._nodes = {node["id"]: node for node in nodes}
        self._fingerprints: dict[str, Fingerprint] = {}

    def singles(self, slot: str) -> Sequence[Mistakes]:
        """The misconceptions of the slot."""
        return [(id,) for id, node in self._nodes.items() if node["slot"] == slot]

    def pairs(self, slot: str) -> Sequence[Mistakes]:
        """None: there is no reference in which two edits could be made."""
        return ()

    def answers(
        self, slot: str, check: str, stand_ins: StandIns, programs: Sequence[Mistakes]
    ) -> Iterator[Sequence[Outcome] | None]:
        """For each misconception, the outcomes of the check's calls; None where it passes."""
        return (self.fingerprint(slot, stand_ins, id)[check] for (id,) in programs)

    def fingerprint(self, slot: str, stand_ins: StandIns, id: str) -> Fingerprint:
        """What a misconception answers to all public checks of its slot."""
        if id not in self._fingerprints:
            self._fingerprints[id] = fingerprint_from_json(self._nodes[id])
        return self._fingerprints[id]

    def known(self, id: str) -> KnownProgram:
        """The misconception with an id, without its edit."""
        return misconception_from_json(self._nodes[id])


def public_checks(
    assignment: PublicAssignment, files: Iterable[FileNode]
) -> tuple[FrozenChecks, FrozenLibrary]:
    """The public checks and misconceptions of some student files."""
    nodes = list(files)
    checks = [check_from_json(check) for node in nodes for check in node["checks"]]
    library = FrozenLibrary(known for node in nodes for known in node["misconceptions"])
    return FrozenChecks(assignment, checks), library
