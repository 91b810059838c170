"""The same submissions and the same hidden checks, side by side: `python benchmarks/run.py`.

    autograder grade    one and two grading processes
    nbgrader autograde  stock, the checks in cells with hidden tests
    otter run           in an environment of its own, a test file a slot
    pytest              a new one for each submission

Each way is run `--repeat` times, in turn; medians are shown, for one submission. CPU is user and
system time of everything that was started (see `measure.py`). Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import inprocess
import submissions
from measure import BENCH, ROOT, Cost, adopt_orphans, say_machine
from peers import Nbgrader, Otter, Ours, Passed, Pytest, Way
from rich.console import Console
from rich.table import Table

NOTES = (
    "ours alone: a process boundary, limits of time and memory, mistakes carried forward by "
    "stand-ins, likely causes, messages, the report;",
    "every way is started once a run with nothing kept from a run before: start-up is shared by "
    "the class (ours, nbgrader) or paid by each submission (otter, pytest);",
    "peers run with one thread for numerical libraries, which costs them less than their default.",
)


def agreement(ours: Passed, theirs: Passed) -> tuple[int, int, list[str]]:
    """Slots that pass or fail with both, of how many, and where the two differ."""
    differ = [
        f"{student}: {slot} {'passes' if theirs.get(student, {}).get(slot) else 'fails'} there"
        for student, slots in ours.items()
        for slot, passed in slots.items()
        if theirs.get(student, {}).get(slot, False) != passed
    ]
    total = sum(map(len, ours.values()))
    return total - len(differ), total, differ


def summary(costs: list[Cost], count: int) -> dict[str, float]:
    """Medians for one submission."""
    return {
        "cpu": statistics.median(cost.cpu for cost in costs) / count,
        "wall": statistics.median(cost.wall for cost in costs) / count,
    }


def ways(given: argparse.Namespace) -> list[Way]:
    """What is compared, and said if it cannot be."""
    assignment = submissions.load()
    checks = {slot: list(inprocess.checks_of(slot)) for slot in assignment.slots}
    points = {slot.name: slot.points for slot in assignment.slots.values()}
    otter = Otter(checks, points)
    everything: list[Way] = [Ours(1), Ours(2), Nbgrader(assignment), otter, Pytest()]
    chosen = []
    for way in everything:
        if given.only and not any(way.name.startswith(word) for word in given.only):
            continue
        why = way.missing()
        if why:
            print(f"left out: {way.name}: {why}")
        else:
            chosen.append(way)
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeat", type=int, default=3, help="runs of each way (default 3)")
    parser.add_argument("--students", type=int, default=20, help="the first so many submissions")
    parser.add_argument("--only", nargs="*", default=[], help="ways whose names begin so")
    given = parser.parse_args()
    adopt_orphans()
    about = say_machine()
    folder = BENCH / "submissions"
    names = submissions.write(submissions.load(), folder, most=given.students)
    chosen = ways(given)
    costs: dict[str, list[Cost]] = {way.name: [] for way in chosen}
    passed: dict[str, Passed] = {}
    for round_ in range(given.repeat):
        for way in chosen:
            outcome = way.run(folder)
            costs[way.name].append(outcome.cost)
            passed[way.name] = outcome.passed
            short = len(names) - len(outcome.passed)
            if short:
                last = outcome.cost.out.strip().splitlines()[-3:]
                print(f"{way.name}: {short} submissions have no result: {' | '.join(last)}")
            cost = outcome.cost
            print(
                f"run {round_ + 1}: {way.name:28s} cpu {cost.cpu:7.1f} s  wall {cost.wall:7.1f} s",
                flush=True,
            )
    found = {name: summary(some, len(names)) for name, some in costs.items()}
    _show(found, passed, len(names), given.repeat, about)
    path = BENCH / "comparison.json"
    raw: dict[str, Any] = {
        "machine": about,
        "submissions": names,
        "seed": submissions.SEED,
        "repeat": given.repeat,
        "runs": {name: [cost.raw() for cost in some] for name, some in costs.items()},
        "per_submission": found,
        "passed": passed,
    }
    path.write_text(json.dumps(raw, indent=1) + "\n", "utf-8")
    print(f"raw numbers: {path.relative_to(ROOT)}")


def _show(
    found: dict[str, dict[str, float]],
    passed: dict[str, Passed],
    count: int,
    repeat: int,
    about: dict[str, Any],
) -> None:
    first = next(iter(found))
    table = Table(title=f"{count} submissions, seconds a submission, medians of {repeat}")
    table.add_column("", no_wrap=True)
    for title in ("CPU", "ratio", "wall", "ratio", "slots as ours"):
        table.add_column(title, justify="right")
    differences = {}
    for name, one in found.items():
        if len(passed[name]) < count:
            table.add_row(name, "not all graded: no figures")
            continue
        agree, total, differences[name] = agreement(passed[first], passed[name])
        table.add_row(
            name,
            *(f"{one['cpu']:.2f}", f"{one['cpu'] / found[first]['cpu']:.1f}"),
            *(f"{one['wall']:.2f}", f"{one['wall'] / found[first]['wall']:.1f}"),
            f"{agree} of {total}",
        )
    console = Console(width=100)
    console.print(table)
    print(
        f"{about['cpu']}, {about['cores']} cores, Linux {about['kernel']}, Python "
        f"{about['python']}, torch {about['versions'].get('torch')}, load before "
        f"{about['load_average'][0]:.1f}"
    )
    for note in NOTES:
        print(note)
    for name, some in differences.items():
        for line in some[:20]:
            print(f"differs in {name}: {line}")


if __name__ == "__main__":
    main()
