"""Reports of proofs: what `verify` shows of each slot."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from autograder.assignment.model import Keeps

DECADES = 2.0  # how far a tolerance has to be from right and from wrong programs


@dataclass(frozen=True)
class Margin:
    """How near a check's tolerance is to the errors of right and of wrong programs.

    Attributes:
        rtol: the tolerance.
        correct: the largest error of a right program, over the tolerance; `correct_by` is its id.
        wrong: the error of the wrong program that is nearest to the tolerance, over the tolerance;
            infinite where no program is wrong by the size of its numbers alone.
    """

    rtol: float
    correct: float = 0.0
    correct_by: str = ""
    wrong: float = math.inf
    wrong_by: str = ""

    def worse(self, other: Margin) -> Margin:
        """On either side the margin that is nearer to the tolerance."""
        right = self if self.correct >= other.correct else other
        wrong = self if _distance(self.wrong) <= _distance(other.wrong) else other
        rtol = max(self.rtol, other.rtol)
        return Margin(rtol, right.correct, right.correct_by, wrong.wrong, wrong.wrong_by)


def _distance(ratio: float) -> float:
    return abs(math.log10(ratio)) if ratio > 0 else math.inf


@dataclass(frozen=True)
class Mark:
    """What a misconception keeps of its slot's points.

    Attributes:
        keeps: what it should keep; None where staff did not say.
        share: of the points, with the first seed.
        demands: (name, score, points) of each demand.
    """

    slot: str
    misconception: str
    cause: str
    keeps: Keeps | None
    share: float
    demands: tuple[tuple[str, float, float], ...]

    @property
    def is_fair(self) -> bool:
        """Whether the share lies in the band that staff named."""
        return self.keeps is not None and self.keeps.allows(self.share)

    @property
    def rubric(self) -> str:
        """`one_step 2/2, through_time 1.5/8`"""
        return ", ".join(f"{name} {score:g}/{points:g}" for name, score, points in self.demands)


def marks_csv(reports: Sequence[SlotReport]) -> str:
    """The marks of all misconceptions, one a row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("slot", "misconception", "keeps", "share", "demands", "cause"))
    for report in reports:
        for mark in report.marks:
            share = f"{mark.share:.4f}"
            keeps = mark.keeps or ""
            writer.writerow((mark.slot, mark.misconception, keeps, share, mark.rubric, mark.cause))
    return out.getvalue()


@dataclass
class SlotReport:
    """What was proved of one slot. A proof that found a problem failed.

    Attributes:
        caught: misconceptions that lose points; `recognised`, `recognised_publicly` are those that
            are named by the hidden and by the public checks.
        kept: variants that keep their points; `kept_runs` of `runs` with a seed each.
        killed: mutants that lose points; `equivalents` are right and need not.
        pairs: pairs of misconceptions that lose points; of `recognised_pairs` only members are
            named, of `mislabelled` a third misconception.
        unknown: judgements of misconceptions as if they were not known, `misnamed` of them falsely.
        dependents: runs of slots that build on a wrong slot; `spared` of them lost nothing.
        margins: check -> its margin.
        marks: of the misconceptions.
        seconds: what the reference takes for all checks.
        inputs: check, with its place -> a digest of what it passed to the reference.
        problems: sentences for a person.
    """

    slot: str
    points: float
    checks: int = 0
    public: int = 0
    misconceptions: int = 0
    caught: int = 0
    recognised: int = 0
    recognised_publicly: int = 0
    variants: int = 0
    kept: int = 0
    runs: int = 0
    kept_runs: int = 0
    mutants: int = 0
    killed: int = 0
    equivalents: int = 0
    pairs: int = 0
    recognised_pairs: int = 0
    mislabelled: int = 0
    unknown: int = 0
    misnamed: int = 0
    dependents: int = 0
    spared: int = 0
    seconds: float = 0.0
    margins: dict[str, Margin] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, other: SlotReport) -> None:
        """Add what another share of the slot proved."""
        for count in fields(self):
            if count.type == "int":
                both = getattr(self, count.name) + getattr(other, count.name)
                setattr(self, count.name, both)
        self.seconds = max(self.seconds, other.seconds)
        for check, margin in other.margins.items():
            self.note(check, margin)
        self.marks += other.marks
        for check, inputs in other.inputs.items():
            if self.inputs.setdefault(check, inputs) != inputs:
                self.problems.append(
                    f"{check} draws its input from elsewhere than rng: another process draws "
                    "another; sort the set that it loops over"
                )
        self.problems += other.problems

    def note(self, check: str, margin: Margin) -> None:
        """Add a margin of a check."""
        self.margins[check] = self.margins[check].worse(margin) if check in self.margins else margin
