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
from autograder.hidden.collection import collect
from autograder.hidden.known_programs import sources_of
from autograder.hidden.runner import HiddenChecks
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


def cover(hidden: HiddenChecks, slot: Slot) -> Cover:
    """Run every check on every wrong program, and leave checks out."""
    checks = [check for check in hidden.checks[slot.name] if check.params.get("device") != "cuda"]
    seconds = times(hidden, checks)
    known = list(wrong_programs(hidden, slot))
    shown = track(known, slot.name, console=Console(stderr=True), transient=True)
    runs = [list(runs_of(hidden, one, checks)) for one in shown]
    names = set(seconds)
    wrong = [some for some in runs if fails(hidden, some, names)]

    def enough(chosen: Collection[str]) -> bool:
        return all(fails(hidden, some, chosen) for some in wrong)

    alone = [name for name in names if not enough(names - {name})]
    few = set(names)
    for name in sorted(names - set(alone), key=lambda name: -seconds[name]):
        if enough(few - {name}):
            few.remove(name)
    return Cover(len(known), len(wrong), seconds, sorted(alone), sorted(few))


def wrong_programs(hidden: HiddenChecks, slot: Slot) -> Iterator[KnownProgram]:
    """The misconceptions of a slot, and its mutants but those that are no mistakes."""
    assignment = hidden.assignment
    yield from (one for one in assignment.misconceptions if one.slot == slot.name)
    equal = {(one.before, one.after) for one in assignment.equivalents if one.slot == slot.name}
    for mutant in mutants(assignment, slot.name):
        if (mutant.before, mutant.after) not in equal:
            yield mutant.program


def runs_of(hidden: HiddenChecks, known: KnownProgram, checks: list[Check]) -> Iterator[CheckRun]:
    """The checks of one program, until it hangs or crashes."""
    with hidden.program(sources_of(hidden.assignment, known)) as program:
        for check in checks:
            program.renew()  # what all calls take together is not what is asked here
            run = hidden.run(program, check)
            if run.broken:
                raise RuntimeError(f"{check.name} of {known.id}: {run.broken}")
            yield run
            if run.failure is not None and run.failure.verdict in ENDED:
                return


def fails(hidden: HiddenChecks, runs: list[CheckRun], chosen: Collection[str]) -> bool:
    """Whether a program is caught by these checks alone."""
    settled = with_effects(
        [[run] for run in runs if run.check.name in chosen], hidden.reference_effects
    )
    return any(run.failure is not None for [run] in settled)


def times(hidden: HiddenChecks, checks: list[Check]) -> dict[str, float]:
    """Seconds that the worker takes for each check of the reference, the median of some."""
    with hidden.program(hidden.assignment.reference()) as program:

        def timed(check: Check) -> float:
            before = spent(program)
            hidden.run(program, check)
            return spent(program) - before

        for check in checks:  # loads the file
            hidden.run(program, check)
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
    checks = collect(assignment)
    with Workers() as workers, HiddenChecks(assignment, workers, checks, seed=0) as hidden:
        found = {slot.name: cover(hidden, slot) for slot in wanted}
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
