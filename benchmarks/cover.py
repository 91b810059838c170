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
from collections.abc import Collection, Iterator, Sequence
from statistics import median

import submissions
from rich.console import Console
from rich.progress import track

from autograder.assignment.model import KnownProgram, Slot
from autograder.hidden.collection import collect
from autograder.hidden.known_programs import sources_of
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from autograder.judging.checks import Check, CheckRun
from autograder.judging.effects import with_effects
from autograder.judging.program import Program
from autograder.proof.mutation import mutants

ENDED = ("timeout", "crash")
ROUNDS = 5
TITLES = ("known", "caught", "checks", "alone", "few", "all ms", "few ms")


def cover(hidden: HiddenChecks, slot: Slot) -> list[float]:
    """Run every check on every wrong program, and leave checks out. Returns a row of TITLES."""
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
    milliseconds = (1e3 * sum(seconds[name] for name in some) for some in (names, few))
    return [len(known), len(wrong), len(names), len(alone), len(few), *milliseconds]


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
        return {check.name: median(timed(check) for _ in range(ROUNDS)) for check in checks}


def spent(program: Program) -> float:
    """Seconds that the workers of a program have taken."""
    program.renew()
    return sum(worker.spent for worker in program._loaded.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--slot", help="only this one")
    given = parser.parse_args()
    assignment = submissions.load()
    wanted = [slot for slot in assignment.slots.values() if given.slot in (None, slot.name)]
    print(f"{'slot':24}" + "".join(f"{title:>9}" for title in TITLES))
    rows = []
    checks = collect(assignment)
    with Workers() as workers, HiddenChecks(assignment, workers, checks, seed=0) as hidden:
        for slot in wanted:
            rows.append(cover(hidden, slot))
            show(slot.name, rows[-1])
    show("in all", [sum(column) for column in zip(*rows, strict=True)])


def show(name: str, row: Sequence[float]) -> None:
    print(f"{name:24}" + "".join(f"{round(number, 1):>9}" for number in row), flush=True)


if __name__ == "__main__":
    main()
