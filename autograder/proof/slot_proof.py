"""The proof of one slot: its programs are run, and a report collects what that shows."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograder.assignment.model import KnownProgram, Slot
from autograder.hidden.known_programs import KnownPrograms, sources_of
from autograder.hidden.runner import HiddenChecks
from autograder.judging.checks import Check, CheckRun, SlotRuns
from autograder.judging.program import Program
from autograder.judging.question import StandIns
from autograder.proof.slot_report import DECADES, Margin, SlotReport

DIFF_LINES = 8


class MarkAlone(NamedTuple):
    """What a misconception keeps of the points, and of each check, without stand-ins."""

    share: float
    checks: Mapping[str, float]


class SlotProof:
    """A slot, its checks and known programs, and the report on it.

    Attributes:
        dependents: names of the slots that build on this one.
        alone: id -> the mark of a misconception that was compared with that of a pair.
    """

    def __init__(self, hidden: HiddenChecks, library: KnownPrograms, slot: Slot) -> None:
        self.hidden = hidden
        self.library = library
        self.assignment = hidden.assignment
        self.slot = slot
        self.checks = hidden.checks[slot.name]
        self.report = SlotReport(slot.name, slot.points)
        self.alone: dict[str, MarkAlone] = {}
        self.misconceptions = self._of_slot(self.assignment.misconceptions)
        self.variants = self._of_slot(self.assignment.variants)
        self.dependents = [
            other.name for other in self.assignment.slots.values() if slot.name in other.builds_on
        ]

    def _of_slot(self, known: Sequence[KnownProgram]) -> list[KnownProgram]:
        return [program for program in known if program.slot == self.slot.name]

    def problem(self, sentence: str) -> None:
        """Report a problem."""
        self.report.problems.append(sentence)

    def keeps_its_points(self, known: KnownProgram) -> None:
        """Report a wrong program that loses no points."""
        self.problem(f"{known.id} is wrong and keeps its points\n{self.diff(known)}")

    def diff(self, known: KnownProgram) -> str:
        """The lines that a known program changes in the reference."""
        old = self.assignment.files[self.slot.file].text.splitlines()
        new = self.assignment.edited(known).splitlines()
        lines = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]
        lines = [line for line in lines if not line.startswith("@@")]
        cut = ["      …"] if len(lines) > DIFF_LINES else []
        return "\n".join([*(f"      {line}" for line in lines[:DIFF_LINES]), *cut])

    # ---------------------------------------------------------------- runs

    def program(self, known: KnownProgram, other: KnownProgram | None = None) -> Program:
        """A known program, to be run; with the edit of another one in another slot of its file."""
        if other is None:
            return self.hidden.program(sources_of(self.assignment, known))
        text = self.assignment.edited(known, self.assignment.edited(other))
        return self.hidden.program({self.slot.file: text.encode()})

    def run(self, program: Program, check: Check, stand_ins: StandIns = ()) -> CheckRun:
        """Run a check, and report where the check itself is broken."""
        run = self.hidden.run(program, check, stand_ins)
        self._report_broken(run)
        return run

    def run_all(self, program: Program) -> SlotRuns:
        """Run each check of the slot once, without stand-ins."""
        runs = self.hidden.run_slot(program, self.slot.name)
        for [run] in runs:
            self._report_broken(run)
        return runs

    def _report_broken(self, run: CheckRun) -> None:
        if run.broken:
            self.problem(f"{run.check.name} failed by itself: {run.broken}")

    def fails_with_stand_ins(self, program: Program, run: CheckRun) -> bool:
        """Whether a check that failed also fails with every stand-in."""
        others = self.hidden.attempts(self.slot)[1:]
        return all(
            self.run(program, run.check, stand_ins).failure is not None for stand_ins in others
        )

    # ---------------------------------------------------------------- margins

    def note_right(self, run: CheckRun, who: str) -> None:
        """Add the margin of a run of a right program."""
        if run.margin is not None and run.log.rtol is not None:
            margin = Margin(run.log.rtol, correct=run.margin, correct_by=who)
            self.report.note(run.check.name, margin)

    def note_wrong(
        self, runs: Sequence[CheckRun], known: KnownProgram, *, partial: bool = False
    ) -> None:
        """Add the margins of the runs of a wrong program, and demand that the best is clear.

        `partial` tells that these are not all runs, so that a better margin may be elsewhere, or
        that expected numbers are rounded, so that the margin of a run that passes says nothing.
        """
        best = 0.0
        for run in runs:
            by_size = run.margin is not None and run.log.rtol is not None
            if run.failure is not None and (not by_size or (run.margin or 0.0) <= 1.0):
                best = math.inf  # it is wrong in something other than the size of its numbers
            elif run.margin is not None and run.log.rtol is not None:
                if run.failure is not None:
                    best = max(best, run.margin)
                near = run.failure is not None or (not partial and run.margin > 10.0**-DECADES)
                if near and not known.precision:
                    margin = Margin(run.log.rtol, wrong=run.margin, wrong_by=known.id)
                    self.report.note(run.check.name, margin)
        if 0.0 < best < 10.0**DECADES and not partial:
            self.problem(f"{known.id} fails every check by less than {DECADES:g} decades")
