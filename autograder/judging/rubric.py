"""From the runs of a slot's checks to the scores of its demands.

A check counts with the share of its named results that is right, and a demand with the mean of its
checks. Where the form of results is a demand of its own, what is wrong with it costs that demand
and no other: a result of right numbers and of the wrong shape computes what it should.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.assignment.model import Demand, Slot
from autograder.judging.checks import CheckRun
from autograder.judging.share import WHOLE, Share
from autograder.judging.verdict import Verdict

SLACK = 0.05  # checks of one mistake do not all have the same share


@dataclass(frozen=True)
class DemandResult:
    """What a program got for a demand.

    Attributes:
        share: of the points; 1 where the demand is met.
        needs: the demand as far as which this one counted, where that one is not met; else "".
        asked: whether some check looked at it; students do not have checks of all demands.
    """

    demand: Demand
    share: float
    needs: str = ""
    asked: bool = True

    @property
    def score(self) -> float:
        """Rounded down, so that only a demand that is met gets all of its points."""
        return math.floor(self.demand.points * self.share * 100 + 1e-6) / 100

    @property
    def is_met(self) -> bool:
        return self.share == 1.0


def demand_of(slot: Slot, run: CheckRun) -> str:
    """The name of the demand that a run of a check counts for."""
    form = slot.form_demand
    if form is not None and run.failure is not None and _is_of_form(run.failure.share):
        return form.name
    return run.check.demand


def counted_share(slot: Slot, run: CheckRun) -> float:
    """The share with which a run of a check counts for the check's own demand."""
    form = slot.form_demand
    share = _of(run)
    return share.right if form is None or run.check.demand == form.name else share.numbers


def score_demands(slot: Slot, runs: Sequence[CheckRun]) -> tuple[DemandResult, ...]:
    """The results of a slot's demands; `runs` has one run for each check.

    A demand that needs another one gets no larger share than that. So a result that is wrong
    everywhere is charged once in each demand, and what a wrong computation leaves alone is worth
    no more than the computation. A slot with a forbidden function gets nothing.
    """
    if any(run.failure and run.failure.verdict == Verdict.FORBIDDEN for run in runs):
        return tuple(DemandResult(demand, 0.0) for demand in slot.demands)
    counted = [run for run in runs if not run.skipped]
    results: dict[str, DemandResult] = {}
    for demand in slot.demands:
        most = results[demand.needs].share if demand.needs else 1.0
        share = _share(slot, demand, counted, most)
        asked = share < 1.0 or any(run.check.demand == demand.name for run in counted)
        needs = demand.needs if share > most else ""
        results[demand.name] = DemandResult(demand, min(share, most), needs, asked)
    return tuple(results.values())


def total(demands: Sequence[DemandResult]) -> float:
    """The score of a slot."""
    return round(sum(demand.score for demand in demands), 2)


def of_points(demands: Sequence[DemandResult]) -> str:
    """`4.5 of 6`: the score of the demands that some check looked at, and its maximum."""
    some = [one for one in demands if one.asked]
    return f"{total(some):g} of {sum(one.demand.points for one in some):g}"


def in_words(demands: Sequence[DemandResult]) -> list[tuple[str, str]]:
    """Lines of a rubric: a mark with points, and a sentence that finishes "it ...".

    The demands that count less only because they need another one share a line.
    """
    rows = []
    for one in demands:
        sentence = one.demand.sentence
        if not one.asked:
            rows.append((f"· {one.demand.points:g} later", sentence))
        elif not one.needs:
            rows.append((f"{'✓' if one.is_met else '✗'} {of_points([one])}", sentence))
    for needed in demands:
        others = [one for one in demands if one.asked and one.needs == needed.demand.name]
        if others:
            count = "1 more counts" if len(others) == 1 else f"{len(others)} more count"
            sentence = f"{count} only as far as it {needed.demand.sentence}"
            rows.append((f"✗ {of_points(others)}", sentence))
    return rows


def _share(slot: Slot, demand: Demand, runs: Sequence[CheckRun], most: float) -> float:
    """The share of a demand by its own checks; `most` is that of the demand it needs."""
    shares = [counted_share(slot, run) for run in runs if run.check.demand == demand.name]
    if demand.all_or_nothing and min(shares, default=1.0) < most - SLACK:
        return 0.0
    mean = sum(shares) / len(shares) if shares else 1.0
    if demand.form:
        mean *= min([_of(run).form for run in runs], default=1.0)
    return mean


def _of(run: CheckRun) -> Share:
    return WHOLE if run.failure is None else run.failure.share


def _is_of_form(share: Share) -> bool:
    return share.numbers == 1.0 and share.form < 1.0
