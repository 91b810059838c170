"""Checks and what running one gives, whether it is a hidden grader or a frozen public check."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from autograder.assignment.model import PublicAssignment, Slot
from autograder.judging.answers import Log
from autograder.judging.failure import Failure
from autograder.judging.program import Program
from autograder.judging.question import Mode


@dataclass(frozen=True)
class Check:
    """One check of a slot. `name` is unique in the slot; `sentence` finishes "it ..."."""

    slot: str
    name: str
    sentence: str
    public: bool
    params: Mapping[str, Any]
    body: Any = field(repr=False)  # what the runner needs to run it

    @property
    def base(self) -> str:
        return self.name.partition("[")[0]

    def weight(self, slot: Slot) -> float:
        return slot.weights.get(self.name, slot.weights.get(self.base, 1.0))


@dataclass(frozen=True)
class CheckRun:
    """A check, run for one program in one mode.

    `skipped` is the reason why it was not run, `broken` what failed in the grader itself;
    `elsewhere` tells that it failed by what calls of other checks did (see `effects`).
    """

    check: Check
    mode: Mode
    failure: Failure | None
    log: Log
    skipped: str = ""
    broken: str = ""
    elsewhere: bool = False

    @property
    def passed(self) -> bool:
        return self.failure is None and not self.skipped and not self.broken

    @property
    def margin(self) -> float | None:
        """The largest error over its tolerance; None where no two numbers could be compared."""
        margin = self.log.margin
        return margin if margin is not None and math.isfinite(margin) else None


class Runner(Protocol):
    """Something that has checks and can run them."""

    @property
    def assignment(self) -> PublicAssignment: ...

    @property
    def checks(self) -> Mapping[str, Sequence[Check]]:
        """slot -> its checks, basic ones first"""
        ...

    def run(self, program: Program, check: Check, mode: Mode = ()) -> CheckRun: ...

    def usual(self, check: Check) -> Collection[str]:
        """The effects that the right calls of a check have; see `effects`."""
        ...

    def modes(self, slot: Slot) -> Sequence[Mode]:
        """The modes in which a check of the slot is tried; the program by itself comes first."""
        ...
