"""A large class through `autograder grade`: `python benchmarks/growth.py`.

The twenty submissions over and over under other names. Shown are submissions a second, the time
to the first result, how much the private memory (USS) of each process grows between two points of
the run, what the second grading process gains, and what it takes to grade again with nothing
changed. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import submissions
from measure import (
    BENCH,
    ROOT,
    adopt_orphans,
    command_of,
    private_kb,
    reap,
    say_machine,
    tree,
)
from peers import grade_command


@dataclass
class Run:
    """One run of `autograder grade`: when each result came, and who had how much memory."""

    wall: float = 0.0
    status: int = 0
    arrivals: list[float] = field(default_factory=list)
    memory: dict[int, dict[int, int]] = field(default_factory=dict)  # result -> process -> kB
    names: dict[int, str] = field(default_factory=dict)

    def raw(self) -> dict[str, Any]:
        """As it stands in the JSON file."""
        return vars(self)


def run(folder: Path, out: Path, jobs: int, at: Sequence[int] = ()) -> Run:
    """Grade; at the results of the numbers `at`, look at the memory of all processes."""
    done = Run()
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in grade_command(folder, out, jobs)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
    )
    names = {path.name for path in folder.iterdir()}
    assert process.stdout is not None
    for line in process.stdout:
        if line.partition(":")[0] not in names:
            continue
        done.arrivals.append(time.perf_counter() - started)
        if len(done.arrivals) in at:
            found = {pid: private_kb(pid) for pid in tree(process.pid)}
            sizes = {pid: size for pid, size in found.items() if size is not None}
            done.memory[len(done.arrivals)] = sizes
            done.names |= {pid: command_of(pid) for pid in sizes}
    done.status = process.wait()
    done.wall = time.perf_counter() - started
    reap()
    return done


def growth(done: Run) -> list[tuple[int, int, str]]:
    """(growth in kB, size in kB, what it is) of the processes that were there both times."""
    first, last = done.memory[min(done.memory)], done.memory[max(done.memory)]
    both = first.keys() & last.keys()
    rows = [(last[pid] - first[pid], last[pid], done.names[pid]) for pid in both]
    return sorted(rows, reverse=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--single", type=int, default=100, help="so many with one job and with two")
    given = parser.parse_args()
    if min(given.students, given.single) < 2:
        parser.error("two submissions at least")
    adopt_orphans()
    about = say_machine()
    folder, out = BENCH / "class", BENCH / "class-out"
    at = (max(1, given.students // 10), given.students)
    runs: dict[str, Run] = {}

    submissions.write(submissions.load(), folder, most=given.students)
    shutil.rmtree(out, ignore_errors=True)
    large = runs["large"] = run(folder, out, 2, at)
    print(
        f"{given.students} submissions, --jobs 2: {large.wall:.1f} s, "
        f"{len(large.arrivals) / large.wall:.2f} a second, "
        f"first result after {large.arrivals[0]:.1f} s, exit status {large.status}"
    )
    half = len(large.arrivals) // 2
    later = (len(large.arrivals) - half) / max(1e-9, large.arrivals[-1] - large.arrivals[half - 1])
    print(f"in the second half: {later:.2f} a second")
    if len(large.memory) == 2:
        print(f"private memory at result {at[1]}, and since result {at[0]}:")
        for more, size, name in growth(large):
            print(f"  {size / 1024:8.1f} MB {more / 1024:+8.1f} MB  {name}")
    again = runs["again"] = run(folder, out, 2)
    print(f"graded again with nothing changed: {again.wall:.1f} s, exit status {again.status}")

    small = BENCH / "class-small"
    submissions.write(submissions.load(), small, most=given.single)
    for jobs in (1, 2):
        shutil.rmtree(out, ignore_errors=True)
        one = runs[f"jobs-{jobs}"] = run(small, out, jobs)
        print(f"{given.single} submissions, --jobs {jobs}: {one.wall:.1f} s")
    gain = runs["jobs-1"].wall / runs["jobs-2"].wall
    print(f"two grading processes are {gain:.2f} times as fast as one")

    path = BENCH / "growth.json"
    raw = {
        "machine": about,
        "students": given.students,
        "single": given.single,
        "runs": {name: one.raw() for name, one in runs.items()},
    }
    path.write_text(json.dumps(raw, indent=1) + "\n", "utf-8")
    print(f"raw numbers: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
