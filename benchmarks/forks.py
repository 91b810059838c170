"""What it costs that code runs in forks that are shut in: `python benchmarks/forks.py`.

The calls of one right submission, made in a fresh fork of a warm interpreter, as in grading, and in
an interpreter of its own that made them all once before and is not shut in. Between the two lie the
memory pages that a fork has to copy, what libraries do when they are first used, and the sandbox.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parent))

import submissions
from measure import say_machine

from autograder.assignment.model import Assignment, Slot
from autograder.hidden.collection import collect
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.client import Code, Worker
from autograder.isolation.pool import Workers
from autograder.isolation.wire import Encoded
from autograder.judging.judgement import judge

Calls = dict[str, list[tuple[Slot, Encoded]]]  # by file


def calls_of(assignment: Assignment, workers: Workers) -> Calls:
    """What is asked of the reference, as if it were a submission."""
    calls: Calls = defaultdict(list)
    ask = Worker.ask

    def recorded(self: Worker, request: Encoded, slot: str, *more: Any) -> Any:
        calls[assignment.slots[slot].file].append((assignment.slots[slot], request))
        return ask(self, request, slot, *more)

    with (
        patch.object(Worker, "ask", recorded),
        HiddenChecks(assignment, workers, collect(assignment), seed=1) as hidden,
    ):
        for file, text in assignment.reference().items():
            for _ in range(2):  # the first time, the reference is asked, too
                calls[file].clear()
                with hidden.program({file: text}) as program:
                    judge(hidden, program, [slot.name for slot in assignment.slots_of(file)])
    return calls


def seconds_of(worker: Worker, calls: Iterable[tuple[Slot, Encoded]]) -> float:
    """CPU seconds that a worker takes for calls."""
    before = clock(worker)
    for slot, request in calls:
        worker.ask(request, slot.name, slot.limits)
    return clock(worker) - before


def clock(worker: Worker) -> float:
    """Linux's clock of another process."""
    return time.clock_gettime((~worker.pid << 3) | 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    say_machine()
    assignment = submissions.load()
    print(f"{'CPU seconds for all calls':24s} {'its own':>8s} {'fork':>8s} {'more':>6s}")
    totals = [0.0, 0.0]
    with Workers() as workers:
        calls = calls_of(assignment, workers)
        for file, text in assignment.reference().items():
            staff = assignment.files[file]
            probes = [("probe", f"probe_{file}", staff.probes)] if staff.probes else []
            code = Code(file, text, tuple(probes))
            own = workers.start_single(staff.libraries, "cpu")
            own.load(code)
            seconds_of(own, calls[file])
            alone, forked = [], []
            for _ in range(given.rounds):
                alone.append(seconds_of(own, calls[file]))
                fork = workers.start(staff.libraries)
                fork.load(code)
                forked.append(seconds_of(fork, calls[file]))
                fork.close()
            own.close()
            pair = [statistics.median(alone), statistics.median(forked)]
            totals = [a + b for a, b in zip(totals, pair, strict=True)]
            show(file, *pair)
    show("in all", *totals)


def show(name: str, alone: float, forked: float) -> None:
    print(f"{name:24s} {alone:8.3f} {forked:8.3f} {100 * (forked / alone - 1):5.0f}%")


if __name__ == "__main__":
    main()
