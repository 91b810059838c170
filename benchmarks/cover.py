"""How many of the checks would do to catch every known wrong program: `python benchmarks/cover.py`.

Runs every check of a slot on each of its misconceptions and mutants, and looks for few checks that
catch them all together (greedily, so there may be a smaller set). What a check does for a mistake
that nobody has written down is not seen here. A program that hangs or crashes counts for the first
check that it does so in. Times are the worker's, of the reference, without the engine's.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from autograder import assignment as assignments
from autograder.assignment import KnownProgram, Slot
from autograder.effects import with_effects
from autograder.front import Workers
from autograder.graders import Graders, with_graders
from autograder.mutation import mutants
from autograder.program import Program

ROOT = Path(__file__).resolve().parents[1]
ENDED = ("timeout", "crash")


@dataclass
class Cover:
    """Of one slot: who catches whom, and what each check takes."""

    seconds: Mapping[str, float]
    catches: dict[str, set[str]]  # check -> wrong programs
    wrong: int

    def alone(self) -> set[str]:
        """Checks that catch something that no other one catches."""
        by_program: dict[str, list[str]] = {}
        for check, caught in self.catches.items():
            for program in caught:
                by_program.setdefault(program, []).append(check)
        return {checks[0] for checks in by_program.values() if len(checks) == 1}

    def few(self) -> set[str]:
        """Checks that catch everything together: those alone, then the best for their time."""
        chosen = self.alone()
        left = set().union(*self.catches.values())
        left -= set().union(*(self.catches[check] for check in chosen))
        while left:
            best = max(
                self.catches, key=lambda c: len(self.catches[c] & left) / (1e-3 + self.seconds[c])
            )
            chosen.add(best)
            left -= self.catches[best]
        return chosen


def wrong_programs(graders: Graders, slot: Slot) -> Iterator[KnownProgram]:
    """The misconceptions of a slot, and its mutants but those that are no mistakes."""
    assignment = graders.assignment
    yield from (one for one in assignment.misconceptions if one.slot == slot.name)
    equal = {(one.before, one.after) for one in assignment.equivalents if one.slot == slot.name}
    for mutant in mutants(assignment, slot.name):
        if (mutant.before, mutant.after) not in equal:
            yield mutant.program


def cover(graders: Graders, slot: Slot) -> Cover:
    """Run every check on every wrong program."""
    checks = [check for check in graders.checks[slot.name] if runs_here(check.params)]
    with graders.program(graders.assignment.reference()) as program:
        seconds = {check.name: timed(graders, program, check) for check in checks}
    found = Cover(seconds, {check.name: set() for check in checks}, 0)
    known = list(wrong_programs(graders, slot))
    for number, one in enumerate(
        track(known, slot.name, console=Console(stderr=True), transient=True)
    ):
        runs = []
        with graders.program(graders.edited(one)) as program:
            for check in checks:
                run = graders.run(program, check)
                runs.append([run])
                if run.failure is not None and run.failure.verdict in ENDED:
                    break
        caught = {r.check.name for [r] in with_effects(runs, graders.usual) if r.failure}
        for check in caught:
            found.catches[check].add(f"{number} {one.id}")
        found.wrong += bool(caught)
    return found


def runs_here(params: Mapping[str, object]) -> bool:
    """Whether a check needs no GPU."""
    return params.get("device") != "cuda"


def timed(graders: Graders, program: Program, check: object) -> float:
    """Seconds that the worker takes for a check."""
    before = sum(worker.spent for worker in program._loaded.values())
    graders.run(program, check)  # type: ignore[arg-type]
    return sum(worker.spent for worker in program._loaded.values()) - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--assignment", default="rnn_fundamentals")
    parser.add_argument("--slot", help="only this one")
    given = parser.parse_args()
    assignment = assignments.load(given.assignment, ROOT)
    wanted = [s for s in assignment.slots.values() if given.slot in (None, s.name)]
    with Workers() as workers:
        found = with_graders(
            assignment, workers, lambda graders: {s.name: cover(graders, s) for s in wanted}, seed=0
        )
    print("slot                      wrong  checks  alone   few    all ms    few ms")
    totals = [0.0] * 6
    for name, one in found.items():
        few = one.few()
        row = (
            one.wrong,
            len(one.seconds),
            len(one.alone()),
            len(few),
            1e3 * sum(one.seconds.values()),
            1e3 * sum(one.seconds[check] for check in few),
        )
        totals = [a + b for a, b in zip(totals, row, strict=True)]
        print(line(name, *row))
    print(line("in all", *totals))
    path = ROOT / "build" / "bench" / "cover.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = {
        name: {"seconds": dict(one.seconds), "few": sorted(one.few()), "alone": sorted(one.alone())}
        for name, one in found.items()
    }
    path.write_text(json.dumps(raw, indent=1) + "\n", "utf-8")
    print(f"raw numbers: {path.relative_to(ROOT)}")


def line(name: str, *row: float) -> str:
    counts = "".join(f"{number:7.0f}" for number in row[:4])
    return f"{name:24}{counts}{row[4]:10.1f}{row[5]:10.1f}"


if __name__ == "__main__":
    main()
