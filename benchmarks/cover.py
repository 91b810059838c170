"""How few of the checks would catch every known wrong program: `python benchmarks/cover.py`.

Runs every check of a slot on each of its misconceptions and mutants. Then checks are left out, the
slowest first, as long as every program is still caught by the rest. A check is "alone" where
leaving out it alone lets a program through. What a check does against mistakes that nobody has
written down, for the points of a part, or for other seeds, is not seen here.

A program that hangs or crashes is run no further and counts for the check that saw it. Times are
the worker's for the reference: the function itself and what is around it on that side.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from autograder.assignment import reader
from autograder.assignment.model import KnownProgram, Slot
from autograder.hidden.collection import with_graders
from autograder.hidden.runner import Graders
from autograder.isolation.pool import Workers
from autograder.judging.checks import Check, CheckRun
from autograder.judging.effects import with_effects
from autograder.judging.program import Program
from autograder.proof.mutation import mutants

ROOT = Path(__file__).resolve().parents[1]
ENDED = ("timeout", "crash")
ROUNDS = 5


@dataclass
class Cover:
    """Of one slot: how many programs are wrong and how many are caught; what each check takes."""

    known: int
    caught: int
    seconds: Mapping[str, float]
    alone: list[str]
    few: list[str]


def cover(graders: Graders, slot: Slot) -> Cover:
    """Run every check on every wrong program, and leave checks out."""
    checks = [check for check in graders.checks[slot.name] if check.params.get("device") != "cuda"]
    seconds = times(graders, checks)
    known = list(wrong_programs(graders, slot))
    shown = track(known, slot.name, console=Console(stderr=True), transient=True)
    runs = [list(runs_of(graders, one, checks)) for one in shown]
    names = set(seconds)
    wrong = [some for some in runs if fails(graders, some, names)]

    def enough(chosen: Collection[str]) -> bool:
        return all(fails(graders, some, chosen) for some in wrong)

    alone = [name for name in names if not enough(names - {name})]
    few = set(names)
    for name in sorted(names - set(alone), key=lambda name: -seconds[name]):
        if enough(few - {name}):
            few.remove(name)
    return Cover(len(known), len(wrong), seconds, sorted(alone), sorted(few))


def wrong_programs(graders: Graders, slot: Slot) -> Iterator[KnownProgram]:
    """The misconceptions of a slot, and its mutants but those that are no mistakes."""
    assignment = graders.assignment
    yield from (one for one in assignment.misconceptions if one.slot == slot.name)
    equal = {(one.before, one.after) for one in assignment.equivalents if one.slot == slot.name}
    for mutant in mutants(assignment, slot.name):
        if (mutant.before, mutant.after) not in equal:
            yield mutant.program


def runs_of(graders: Graders, known: KnownProgram, checks: list[Check]) -> Iterator[CheckRun]:
    """The checks of one program, until it hangs or crashes."""
    with graders.program(graders.edited(known)) as program:
        for check in checks:
            program.renew()  # what all calls take together is not what is asked here
            run = graders.run(program, check)
            if run.broken:
                raise RuntimeError(f"{check.name} of {known.id}: {run.broken}")
            yield run
            if run.failure is not None and run.failure.verdict in ENDED:
                return


def fails(graders: Graders, runs: list[CheckRun], chosen: Collection[str]) -> bool:
    """Whether a program is caught by these checks alone."""
    settled = with_effects([[run] for run in runs if run.check.name in chosen], graders.usual)
    return any(run.failure is not None for [run] in settled)


def times(graders: Graders, checks: list[Check]) -> dict[str, float]:
    """Seconds that the worker takes for each check of the reference, the median of some."""
    with graders.program(graders.assignment.reference()) as program:

        def timed(check: Check) -> float:
            before = spent(program)
            graders.run(program, check)
            return spent(program) - before

        for check in checks:  # loads the file
            graders.run(program, check)
        return {
            check.name: statistics.median(timed(check) for _ in range(ROUNDS)) for check in checks
        }


def spent(program: Program) -> float:
    """Seconds that the workers of a program have taken."""
    program.renew()
    return sum(worker.spent for worker in program._loaded.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--assignment", default="rnn_fundamentals")
    parser.add_argument("--slot", help="only this one")
    given = parser.parse_args()
    assignment = reader.load(given.assignment, ROOT)
    wanted = [s for s in assignment.slots.values() if given.slot in (None, s.name)]
    with Workers() as workers:
        found = with_graders(
            assignment, workers, lambda graders: {s.name: cover(graders, s) for s in wanted}, seed=0
        )
    print(f"{'slot':24}  known  caught  checks  alone  few   all ms   few ms")
    totals = [0.0] * 7
    for name, one in found.items():
        times_of = [
            1e3 * sum(one.seconds[check] for check in some) for some in (one.seconds, one.few)
        ]
        row = (one.known, one.caught, *map(len, (one.seconds, one.alone, one.few)), *times_of)
        totals = [a + b for a, b in zip(totals, row, strict=True)]
        print(line(name, *row))
    print(line("in all", *totals))
    path = ROOT / "build" / "bench" / "cover.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({n: vars(one) for n, one in found.items()}, indent=1) + "\n", "utf-8"
    )
    print(f"raw numbers: {path.relative_to(ROOT)}")


def line(name: str, known: float, caught: float, checks: float, *rest: float) -> str:
    alone, few, all_ms, few_ms = rest
    counts = f"{known:5.0f}  {caught:6.0f}  {checks:6.0f}  {alone:5.0f}  {few:3.0f}"
    return f"{name:24}  {counts}  {all_ms:7.1f}  {few_ms:7.1f}"


if __name__ == "__main__":
    main()
