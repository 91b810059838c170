"""A large class through `autograder grade`: `python benchmarks/growth.py`.

The twenty submissions over and over under other names. Shown are submissions a second, the time
to the first result, how much the private memory (USS) of each process grows between two points of
the run, what the second grading process gains, and what it takes to grade again with nothing
changed. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import submissions
from measure import BENCH, ROOT, adopt_orphans, reap, say_machine
from peers import grade_command


@dataclass
class Run:
    """One run of `autograder grade`: when each result came, and who had how much memory."""

    wall: float = 0.0
    status: int = 0
    arrivals: list[float] = field(default_factory=list)
    memory: list[dict[int, tuple[int, str]]] = field(default_factory=list)  # see `memory`


def run(folder: Path, out: Path, jobs: int, at: Collection[int] = ()) -> Run:
    """Grade; at the results of the numbers `at`, look at the memory of all processes."""
    done = Run()
    started = time.perf_counter()
    process = subprocess.Popen(
        grade_command(folder, out, jobs),
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
            done.memory.append(memory(psutil.Process(process.pid)))
    done.status = process.wait()
    done.wall = time.perf_counter() - started
    reap()
    return done


def memory(root: psutil.Process) -> dict[int, tuple[int, str]]:
    """pid -> (private bytes, command), of a process and all below it that may be looked at."""
    found = {}
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            command = " ".join(word.rpartition("/")[2] for word in process.cmdline())
            found[process.pid] = process.memory_full_info().uss, command[:80]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--single", type=int, default=100, help="so many with one job and with two")
    given = parser.parse_args()
    if min(given.students, given.single) < 2:
        parser.error("two submissions at least")
    adopt_orphans()
    say_machine()
    folder, out = BENCH / "class", BENCH / "class-out"
    at = (max(1, given.students // 10), given.students)

    submissions.write(folder, most=given.students)
    shutil.rmtree(out, ignore_errors=True)
    large = run(folder, out, 2, at)
    print(
        f"{given.students} submissions, --jobs 2: {large.wall:.1f} s, "
        f"{len(large.arrivals) / large.wall:.2f} a second, "
        f"first result after {large.arrivals[0]:.1f} s, exit status {large.status}"
    )
    half = len(large.arrivals) // 2
    later = (len(large.arrivals) - half) / max(1e-9, large.arrivals[-1] - large.arrivals[half - 1])
    print(f"in the second half: {later:.2f} a second")
    if len(large.memory) == 2:
        first, last = large.memory
        print(f"private memory at result {at[1]}, and since result {at[0]}:")
        rows = [(last[pid][0] - first[pid][0], *last[pid]) for pid in first.keys() & last.keys()]
        for more, size, command in sorted(rows, reverse=True):
            print(f"  {size / 2**20:8.1f} MB {more / 2**20:+8.1f} MB  {command}")
    again = run(folder, out, 2)
    print(f"graded again with nothing changed: {again.wall:.1f} s, exit status {again.status}")

    small = BENCH / "class-small"
    submissions.write(small, most=given.single)
    walls = []
    for jobs in (1, 2):
        shutil.rmtree(out, ignore_errors=True)
        walls.append(run(small, out, jobs).wall)
        print(f"{given.single} submissions, --jobs {jobs}: {walls[-1]:.1f} s")
    print(f"two grading processes are {walls[0] / walls[1]:.2f} times as fast as one")


if __name__ == "__main__":
    main()
