"""What pages show of the rubric: a slot's demands, what would have kept them, and their means."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.assignment.model import Assignment, Slot
from autograder.classroom.results import Check, Demand, Entry, SlotData
from autograder.judging.verdict import Verdict

# These verdicts say of all demands at once what would have kept them.
TELLING = (Verdict.NOT_STARTED, Verdict.MISSING, Verdict.FORBIDDEN, Verdict.UNGRADED)


@dataclass(frozen=True)
class FailedChecks:
    """The checks of one sentence that failed."""

    sentence: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class RubricLine:
    """A demand of a slot.

    Attributes:
        needs: the sentence of the demand as far as which this one counts, or "".
        failed: the checks that would have to pass for the demand to be met.
        all_or_nothing: whether one of them costs all of its points.
    """

    demand: Demand
    needs: str
    failed: tuple[FailedChecks, ...]
    all_or_nothing: bool


@dataclass(frozen=True)
class DemandRow:
    """A demand's row: the mean share of it, and how many of the `graded` miss something of it.

    A slot that is not started, missing or ungraded says nothing, and is left out.
    """

    slot: str
    sentence: str
    points: float
    mean: float
    missed: int
    graded: int


def rubric(entry: Entry, slot: Slot | None) -> list[RubricLine]:
    """The rubric of a slot. `slot` is None where the assignment has it no more."""
    data = entry.extra_data
    sentences = {demand.name: demand.sentence for demand in data.demands}
    strict = {d.name for d in slot.demands if d.all_or_nothing} if slot else set()
    tells_why = data.verdict not in TELLING and not _has_one_reason(data)
    return [
        RubricLine(
            demand,
            sentences.get(demand.needs, "") if tells_why else "",
            tuple(_failed(demand, data.checks)) if tells_why and not demand.is_met else (),
            demand.name in strict and demand.score == 0,
        )
        for demand in data.demands
    ]


def demand_rows(entries: Sequence[Mapping[str, Entry]], assignment: Assignment) -> list[DemandRow]:
    """The demands of all slots over the students' entries by slot, the least met first."""
    rows = []
    for slot in assignment.slots.values():
        graded = [
            {demand.name: demand for demand in entry.extra_data.demands}
            for entry in (one[slot.name] for one in entries if slot.name in one)
            if entry.score is not None
            and entry.extra_data.verdict not in (Verdict.NOT_STARTED, Verdict.MISSING)
        ]
        for demand in slot.demands:
            scores = [
                found.score / found.max_score
                for found in (one.get(demand.name) for one in graded)
                if found is not None and found.score is not None
            ]
            if scores:
                missed = sum(score < 1 for score in scores)
                mean = statistics.fmean(scores)
                points = demand.points
                row = (slot.name, demand.sentence, points, mean, missed, len(scores))
                rows.append(DemandRow(*row))
    return sorted(rows, key=lambda row: row.mean)


def _has_one_reason(data: SlotData) -> bool:
    """Whether all checks failed before there was an answer, as with a file that does not load."""
    return data.verdict != Verdict.WRONG and not any(check.passed for check in data.checks)


def _failed(demand: Demand, checks: Sequence[Check]) -> Iterator[FailedChecks]:
    by_sentence: dict[str, list[Check]] = {}
    for check in checks:
        if check.passed is False and check.demand == demand.name:
            by_sentence.setdefault(check.sentence, []).append(check)
    for sentence, failed in by_sentence.items():
        yield FailedChecks(sentence, tuple(failed))
