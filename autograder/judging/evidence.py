"""What a program's failures have in common with those of a known program.

A `Case` is what is known of the program; a `Trace` is what a known program shows beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autograder.judging.agreement import Part, identical, likeness, parts_of
from autograder.judging.checks import CheckRun, SlotRuns
from autograder.judging.failure import Failure
from autograder.judging.fingerprints import Outcomes, outcomes


class Trace(NamedTuple):
    """What a known program shows in one check that the program fails.

    Attributes:
        same: for each part of the program's answers, whether the known program gives it, too.
        wrong: for each part, whether it is wrong in the known program.
        fails: whether the known program fails the check.
        crashes: whether one of the two raises an exception where the other one answers.
    """

    same: np.ndarray
    wrong: np.ndarray
    fails: bool
    crashes: bool

    @property
    def agrees(self) -> bool:
        """Whether all parts are the same."""
        return self.fails and bool(self.same.all())


@dataclass(frozen=True)
class FailedCheck:
    """A check that a program fails, and the parts of its answers."""

    run: CheckRun
    parts: Sequence[Part]
    wrong: np.ndarray

    @property
    def name(self) -> str:
        return self.run.check.name

    def trace(self, theirs: Outcomes) -> Trace:
        """What another program shows in this check."""
        found = [likeness(part, theirs) for part in self.parts]
        same = np.array([one.same for one in found], dtype=bool)
        wrong = np.array([one.wrong for one in found], dtype=bool)
        crashes = raises(outcomes(self.run)) != raises(theirs)
        if theirs is not None and len(theirs) != len(outcomes(self.run)) and not crashes:
            same = same & ~self.wrong  # one of them failed before the other
        return Trace(same, wrong, theirs is not None, crashes)

    @property
    def any_numbers(self) -> bool:
        """Whether a wrong part has numbers."""
        return any(part.wrong and _has_numbers(part.ours) for part in self.parts)

    def has_numbers(self, trace: Trace) -> bool:
        """Whether a wrong part that the other program gives, too, is more than an exception."""
        wrong = zip(self.parts, trace.same & self.wrong, strict=True)
        return any(shared and not isinstance(part.ours, Failure) for part, shared in wrong)

    @property
    def numbers(self) -> np.ndarray:
        """For each part, whether it is wrong and has numbers."""
        return np.array([p.wrong and _has_numbers(p.ours) for p in self.parts], dtype=bool)

    @property
    def forbidden(self) -> np.ndarray:
        """For each part, whether it is a side effect that the check forbids."""
        return np.array([p.wrong and p.path is None for p in self.parts], dtype=bool)

    def contradicts(self, trace: Trace) -> bool:
        """Whether the other program gives a part of which it makes another wrong value."""
        return bool((trace.wrong & ~trace.same & self.wrong).any())

    def identical(self, theirs: Outcomes) -> bool:
        """Whether another program answers the same in whole, with the words of exceptions."""
        return identical(outcomes(self.run), theirs)


def raises(of_calls: Outcomes) -> bool:
    """Whether one of the calls raised an exception."""
    return any(isinstance(one, Failure) and one.raised for one in of_calls or ())


@dataclass(frozen=True)
class Case:
    """The failures of a program in the checks of a slot.

    Attributes:
        failed: the checks that it fails by its own answers, the most telling first.
        elsewhere: those that it fails by side effects in the calls of other checks.
        passed: names of those that it passes.
    """

    failed: Sequence[FailedCheck]
    elsewhere: Sequence[FailedCheck]
    passed: Sequence[str]


def case_of(runs: SlotRuns, attempt: int) -> Case:
    """The case of a program, by the first (0) or last (-1) attempt at the checks that fail."""
    failed: list[FailedCheck] = []
    elsewhere: list[FailedCheck] = []
    passed: list[str] = []
    for attempts in runs:
        last = attempts[-1]
        if last.failure is None:
            passed.append(last.check.name)
            continue
        run = last if last.elsewhere else attempts[attempt]
        parts = parts_of(run)
        wrong = np.array([part.wrong for part in parts], dtype=bool)
        (elsewhere if last.elsewhere else failed).append(FailedCheck(run, parts, wrong))
    failed.sort(key=lambda one: -_telling(one))
    return Case(failed, elsewhere, passed)


def _telling(check: FailedCheck) -> int:
    """How much a failure tells: by the numbers in the wrong parts."""
    sizes = [np.size(part.ours) for part in check.parts if part.wrong and _has_numbers(part.ours)]
    return min(sum(sizes), 20)


def _has_numbers(value: object) -> bool:
    return isinstance(value, (np.ndarray, float)) and bool(np.any(value))
