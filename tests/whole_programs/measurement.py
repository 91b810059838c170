"""Grades whole programs with the hidden checks, and checks them with the public ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from autograder.assignment.model import Assignment
from autograder.hidden.collection import collect
from autograder.hidden.known_programs import KnownPrograms
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from autograder.judging.judgement import SlotResult, judge
from autograder.judging.program import Program
from autograder.judging.verdict import Verdict
from autograder.public.frozen_checks import public_checks
from tests.conftest import ROOT
from tests.whole_programs.collection import BANDS, WholeProgram, programs

SEED = 7


class Measured(NamedTuple):
    """A whole program and its results."""

    program: WholeProgram
    graded: SlotResult
    checked: SlotResult

    @property
    def share(self) -> float:
        """The share of the slot's points that it keeps."""
        return (self.graded.score or 0.0) / self.graded.max_score

    @property
    def misjudged(self) -> str:
        """What is wrong with the verdict, or ""."""
        for who, result in (("grade", self.graded), ("check", self.checked)):
            if (result.verdict == Verdict.CORRECT) != self.program.right:
                return f"{who} says {result.verdict}"
        return ""

    @property
    def out_of_band(self) -> bool:
        """Whether it keeps more or less than a fair person would leave it."""
        low, high = BANDS[self.program.keeps]
        return not low <= round(self.share, 4) <= high

    @property
    def named(self) -> tuple[bool, bool]:
        """Whether `grade` and `check` give a true name and no false one."""
        graded, checked = set(labels(self.graded)), set(labels(self.checked))
        return (
            bool(graded) and graded.issubset(self.program.grade),
            bool(checked) and checked.issubset(self.program.check),
        )

    @property
    def false_names(self) -> list[str]:
        """The names that are not true."""
        graded = set(labels(self.graded)).difference(self.program.grade)
        checked = set(labels(self.checked)).difference(self.program.check)
        return sorted(graded | checked)


def labels(result: SlotResult) -> list[str]:
    """The ids of the misconceptions that a result names."""
    return [id for id in (result.misconception, result.second_misconception) if id]


def measure(
    assignment: Assignment, workers: Workers, slot: str, only: Sequence[WholeProgram] | None = None
) -> Iterator[Measured]:
    """Grade the programs of a slot, and check them as the committed release does."""
    file = assignment.slots[slot].file
    text = assignment.files[file].text
    hidden = HiddenChecks(assignment, workers, collect(assignment, [file]), seed=SEED)
    with hidden, KnownPrograms(hidden) as known:
        released = ROOT / "release" / assignment.name / "checks" / f"{Path(file).stem}.json"
        runner, library = public_checks(assignment, [json.loads(released.read_text("utf-8"))])
        for one in programs(slot) if only is None else only:
            sources = {file: one.source(text)}
            with hidden.program(sources) as program:
                graded = judge(hidden, program, [slot], known)[slot]
            with Program(assignment, workers, sources) as program:
                checked = judge(runner, program, [slot], library)[slot]
            yield Measured(one, graded, checked)
