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

import submissions
from measure import BENCH, Cost, adopt_orphans, median, say_machine
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


def differences(ours: Passed, theirs: Passed) -> list[str]:
    """The slots that pass with one and fail with the other."""
    return [
        f"{student}: {slot} {'fails' if passed else 'passes'} there"
        for student, slots in ours.items()
        for slot, passed in slots.items()
        if theirs.get(student, {}).get(slot, False) != passed
    ]


def ways(only: list[str]) -> list[Way]:
    """What is compared, and said if it cannot be."""
    slots = dict(submissions.load().slots)
    everything = [Ours(slots, 1), Ours(slots, 2), Nbgrader(slots), Otter(slots), Pytest(slots)]
    chosen = []
    for way in everything:
        if only and not any(way.name.startswith(word) for word in only):
            continue
        if why := way.missing():
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
    say_machine()
    folder = BENCH / "submissions"
    count = len(submissions.write(folder, most=given.students))
    chosen = ways(given.only)
    costs: dict[str, list[Cost]] = {way.name: [] for way in chosen}
    passed: dict[str, Passed] = {}
    for number in range(given.repeat):
        for way in chosen:
            cost, passed[way.name] = way.run(folder)
            costs[way.name].append(cost)
            if short := count - len(passed[way.name]):
                last = " | ".join(cost.out.strip().splitlines()[-3:])
                print(f"{way.name}: {short} submissions have no result: {last}")
            times = f"cpu {cost.cpu:7.1f} s  wall {cost.wall:7.1f} s"
            print(f"run {number + 1}: {way.name:28s} {times}", flush=True)
    show({name: median(some, count) for name, some in costs.items()}, passed, count, given.repeat)


def show(found: dict[str, Cost], passed: dict[str, Passed], count: int, repeat: int) -> None:
    """Print the table, what it leaves out, and where the first way differs from the others."""
    first = next(iter(found))
    slots = sum(map(len, passed[first].values()))
    table = Table(title=f"{count} submissions, seconds a submission, medians of {repeat}")
    table.add_column("", no_wrap=True)
    for title in ("CPU", "ratio", "wall", "ratio", "slots as ours"):
        table.add_column(title, justify="right")
    differ = {name: differences(passed[first], theirs) for name, theirs in passed.items()}
    for name, cost in found.items():
        if len(passed[name]) < count:
            table.add_row(name, "not all graded: no figures")
            continue
        table.add_row(
            name,
            *(f"{cost.cpu:.2f}", f"{cost.cpu / found[first].cpu:.1f}"),
            *(f"{cost.wall:.2f}", f"{cost.wall / found[first].wall:.1f}"),
            f"{slots - len(differ[name])} of {slots}",
        )
    Console(width=100).print(table)
    print("\n".join(NOTES))
    for name, some in differ.items():
        for line in some[:20]:
            print(f"differs in {name}: {line}")


if __name__ == "__main__":
    main()
