"""Prove an assignment: its references pass, its stubs do not, its graders tell right from wrong.

The proof of each slot is split into shares (`shares`), which run in several processes at a time;
their reports are put together here.
"""

from __future__ import annotations

import contextlib
import math
import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from autograder import processes
from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.errors import GraderFault, KitError
from autograder.hidden.collection import collect
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from autograder.limits import default_jobs
from autograder.processes import ChildProcess
from autograder.proof.shares import Share, prove
from autograder.proof.slot_report import DECADES, Margin, SlotReport
from autograder.proof.soundness import loops_over_sets

SEEDS_OF_A_SHARE = 25
MARK_SEEDS = 5
PAIRS_NAMED = 0.95  # the least share of the pairs of misconceptions


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

    `thorough` adds mutants, pairs of misconceptions, what each misconception costs in the other
    slots of its file, and its mark with MARK_SEEDS seeds and beside wrong slots. Correct variants
    run with `seeds` seeds, from `seed` on.
    """
    reports = {slot.name: SlotReport(slot.name, slot.points) for slot in assignment.slots.values()}
    shares = list(_shares(assignment, seed, thorough, seeds))
    ordered = [slot for slot in reports if loops_over_sets(assignment, slot)]
    again = [Share("inputs", slot, (seed,)) for slot in ordered]
    done = 0
    for some, processes_at_most in ((shares, jobs), (again, 1)):  # the second one starts afresh
        with contextlib.closing(
            _proved(assignment.name, course, some, processes_at_most)
        ) as proved:
            for report in proved:
                done += 1
                reports[report.slot].add(report)
                progress(done, len(shares) + len(again))
    for report in reports.values():
        report.problems += _margin_problems(report)
    pairs = sum(report.pairs for report in reports.values())
    if sum(report.recognised_pairs for report in reports.values()) < PAIRS_NAMED * pairs:
        worst = max(reports.values(), key=lambda report: report.pairs - report.recognised_pairs)
        worst.problems.append(f"fewer than {PAIRS_NAMED:.0%} of all pairs are named")
    return list(reports.values())


def _shares(assignment: Assignment, seed: int, thorough: bool, seeds: int) -> Iterator[Share]:
    """All shares, the largest first, so that no process works long after the others."""
    known = [*assignment.misconceptions, *assignment.variants]
    sizes = {
        slot.name: slot.limits.seconds * sum(program.slot == slot.name for program in known)
        for slot in assignment.slots.values()
    }
    ordered = sorted(assignment.slots, key=lambda name: -sizes[name])
    for part in ("slot", "marks", "carrying", "pairs", "mutants") if thorough else ("fast",):
        for name in ordered:
            yield Share(part, name, range(seed, seed + (MARK_SEEDS if part == "marks" else 1)))
    if seeds > 1:
        for first in range(seed, seed + seeds, SEEDS_OF_A_SHARE):
            chunk = range(first, min(first + SEEDS_OF_A_SHARE, seed + seeds))
            for name in ordered:
                yield Share("seeds", name, chunk)


class _Prover(ChildProcess):
    """A process that proves shares of an assignment, one after the other."""

    def __init__(self, name: str, course: Path) -> None:
        super().__init__(_serve, name, course)

    def report(self) -> SlotReport:
        """The report on the share that was sent. Raises the KitError that kept it from proving."""
        received = self.receive()
        if received is None:
            raise GraderFault("a process that proved a slot has ended")
        result: SlotReport | KitError = pickle.loads(received)
        if isinstance(result, KitError):
            raise result
        return result


def _proved(
    name: str, course: Path, shares: Sequence[Share], jobs: int | None
) -> Generator[SlotReport, None, None]:
    """Prove the shares in `jobs` processes; yields each report when it is done."""
    waiting = deque(shares)
    provers: list[_Prover] = []
    try:
        while waiting and len(provers) < (jobs or default_jobs()):
            provers.append(_Prover(name, course))
            provers[-1].send(waiting.popleft())
        left = len(shares)
        while left:
            for prover in processes.with_news(provers):
                report = prover.report()
                if waiting:
                    prover.send(waiting.popleft())
                left -= 1
                yield report
    finally:
        processes.end(provers)


def _serve(pipe: Connection, name: str, course: Path) -> None:
    """Prove the shares that come over the pipe. Interpreters are started once, not once a share."""
    with Workers() as workers:
        while True:
            try:
                share: Share = pipe.recv()
            except EOFError:
                return
            try:
                pipe.send(_prove(reader.load(name, course), share, workers))
            except KitError as error:
                pipe.send(error)


def _prove(assignment: Assignment, share: Share, workers: Workers) -> SlotReport:
    checks = collect(assignment, [assignment.slots[share.slot].file])
    with HiddenChecks(assignment, workers, checks, seed=share.seeds[0]) as hidden:
        return prove(hidden, share)


def _margin_problems(report: SlotReport) -> Iterator[str]:
    """Problems: checks whose tolerance is too near to right or to wrong programs."""
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
    """(slot, check, margin) of every check that compares numbers, its parameters joined."""
    for report in reports:
        joined = SlotReport(report.slot, report.points)
        for check, margin in report.margins.items():
            joined.note(check.partition("[")[0], margin)
        for base, margin in joined.margins.items():
            yield report.slot, base, margin
