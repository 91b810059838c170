"""Checks, hidden or public, and the runs of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from autograder.assignment.model import PublicAssignment, Slot
from autograder.judging.answers import Log
from autograder.judging.failure import Failure
from autograder.judging.program import Program
from autograder.judging.question import StandIns


@dataclass(frozen=True)
class Check:
    """A check of a slot.

    Attributes:
        name: unique in the slot; a parametrized check has its parameters behind it in brackets.
        sentence: finishes "it ...".
        public: whether students get the check.
        demand: the demand of the slot's rubric that it belongs to.
        body: what its runner needs to run it.
    """

    slot: str
    name: str
    sentence: str
    public: bool
    demand: str
    params: Mapping[str, Any]
    body: Any = field(repr=False)

    @property
    def base(self) -> str:
        """The name without parameters."""
        return self.name.partition("[")[0]


@dataclass(frozen=True)
class CheckRun:
    """A run of a check for one program.

    Attributes:
        stand_ins: the slots that stand-ins replaced.
        failure: why it failed; None where it passed, was skipped or broke.
        skipped: why it was not run.
        broken: the error of the grader that stopped it.
        place: the file of staff's and the line in it where it failed or broke, where that is known.
        elsewhere: whether it failed by side effects in the calls of other checks; see `effects`.
    """

    check: Check
    stand_ins: StandIns
    failure: Failure | None
    log: Log
    skipped: str = ""
    broken: str = ""
    place: str = ""
    elsewhere: bool = False

    @property
    def passed(self) -> bool:
        return self.failure is None and not self.skipped and not self.broken

    @property
    def margin(self) -> float | None:
        """The largest error over its tolerance; None where no two numbers could be compared."""
        margin = self.log.margin
        return margin if margin is not None and math.isfinite(margin) else None


SlotRuns = Sequence[Sequence[CheckRun]]  # for each check of a slot, one run for each attempt


class Runner(Protocol):
    """Runs the checks of an assignment."""

    @property
    def assignment(self) -> PublicAssignment: ...

    @property
    def checks(self) -> Mapping[str, Sequence[Check]]:
        """slot -> its checks, basic checks first"""
        ...

    def run(self, program: Program, check: Check, stand_ins: StandIns = ()) -> CheckRun: ...

    def reference_effects(self, check: Check) -> Collection[str]:
        """The names of the side effects of the reference's own calls in a check."""
        ...

    def attempts(self, slot: Slot) -> Sequence[StandIns]:
        """The stand-ins of each attempt at a check: none first, then others if it fails."""
        ...
