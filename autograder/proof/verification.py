"""Prove an assignment: its references pass, its stubs do not, its graders tell right from wrong.

The proof of each slot is taken apart into shares (`proof`), which run several at a time in
processes of their own; their reports are put together here.
"""

from __future__ import annotations

import math
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.hidden.collection import collect
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from autograder.limits import default_jobs
from autograder.proof.shares import Share, prove
from autograder.proof.slot_report import DECADES, Margin, SlotReport

SEEDS_OF_A_SHARE = 25
PAIRS_NAMED = 0.95  # of the pairs of misconceptions, at least


def verify(
    assignment: Assignment,
    course: Path,
    *,
    seed: int = 0,
    jobs: int | None = None,
    thorough: bool = False,
    seeds: int = 1,
    progress: Callable[[int, int], None] = lambda done, all: None,
) -> list[SlotReport]:
    """Prove every slot; reports in the assignment's order.

    The fast proof runs each misconception until it is caught; `thorough` runs every check for it,
    and adds mutants, pairs of misconceptions, and what each misconception costs in the other slots
    of its file. Correct variants run with `seeds` seeds, from `seed` on.
    """
    reports = {slot.name: SlotReport(slot.name, slot.points) for slot in assignment.slots.values()}
    shares = list(_shares(assignment, seed, thorough, seeds))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs or default_jobs(), context, initializer=_begin) as pool:
        tasks = [pool.submit(_prove, assignment.name, str(course), share) for share in shares]
        try:
            for done, task in enumerate(as_completed(tasks), 1):
                report = task.result()
                reports[report.slot].add(report)
                progress(done, len(tasks))
        except BaseException:  # Ctrl-C, or a file that cannot be graded: wait for no other
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise
    for report in reports.values():
        report.problems += _near(report)
    pairs = sum(report.pairs for report in reports.values())
    if sum(report.recognised_pairs for report in reports.values()) < PAIRS_NAMED * pairs:
        worst = max(reports.values(), key=lambda report: report.pairs - report.recognised_pairs)
        worst.problems.append(f"fewer than {PAIRS_NAMED:.0%} of all pairs are named")
    return list(reports.values())


def _shares(assignment: Assignment, seed: int, thorough: bool, seeds: int) -> Iterator[Share]:
    """The largest first, so that the last to end is a small one."""
    known = [*assignment.misconceptions, *assignment.variants]
    sizes = {
        slot.name: slot.limits.seconds * sum(one.slot == slot.name for one in known)
        for slot in assignment.slots.values()
    }
    ordered = sorted(assignment.slots, key=lambda name: -sizes[name])
    for part in ("slot", "carrying", "pairs", "mutants") if thorough else ("fast",):
        for name in ordered:
            yield Share(part, name, (seed,))
    if seeds > 1:
        for first in range(seed, seed + seeds, SEEDS_OF_A_SHARE):
            chunk = tuple(range(first, min(first + SEEDS_OF_A_SHARE, seed + seeds)))
            for name in ordered:
                yield Share("seeds", name, chunk)


_workers: Workers  # of this process: interpreters are started once, not once a share


def _begin() -> None:
    global _workers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    _workers = Workers()  # what it starts ends when this process does


def _prove(name: str, course: str, share: Share) -> SlotReport:
    assignment = reader.load(name, Path(course))
    checks = collect(assignment, [assignment.slots[share.slot].file])
    with HiddenChecks(assignment, _workers, checks, seed=share.seeds[0]) as hidden:
        return prove(hidden, share)


def _near(report: SlotReport) -> Iterator[str]:
    """Checks whose tolerance is too near to what is right or to what is wrong."""
    for check, margin in report.margins.items():
        if margin.correct > 10.0**-DECADES:
            yield (
                f"{check}: {margin.correct_by} is right and comes within "
                f"{-math.log10(margin.correct):.1f} decades of the tolerance"
            )
        if margin.wrong < 10.0**DECADES:
            side = "fails" if margin.wrong > 1 else "passes"
            yield (
                f"{check}: {margin.wrong_by} is wrong and {side} by "
                f"{abs(math.log10(margin.wrong)):.1f} decades"
            )


def margins(reports: list[SlotReport]) -> Iterator[tuple[str, str, Margin]]:
    """(slot, check, margin) of every check that compares numbers, sizes of one drawn together."""
    for report in reports:
        drawn: dict[str, Margin] = {}
        for check, margin in report.margins.items():
            base = check.partition("[")[0]
            drawn[base] = drawn[base].worse(margin) if base in drawn else margin
        for base, margin in drawn.items():
            yield report.slot, base, margin
