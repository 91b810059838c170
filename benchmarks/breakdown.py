"""Where the CPU time of grading goes, in seconds a submission: `python benchmarks/breakdown.py`.

Grades the twenty submissions in this process, with timers around the parts: once with empty
caches, then again. The second round is what each further submission costs; what the first costs
more is paid once a grading process: reference results, and what known misconceptions answer.
"""

from __future__ import annotations

import argparse
import cProfile
import functools
import json
import os
import pstats
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import submissions
from measure import say_machine
from meter import Meter

import autograder.grading
from autograder.classroom import results
from autograder.course import intake
from autograder.hidden import runner as graders
from autograder.isolation import client as front
from autograder.isolation import interpreter, wire
from autograder.judging import judgement as judge
from autograder.judging import program

ROOT = submissions.ROOT
BENCH = ROOT / "build" / "bench"
ZYGOTE = Path(__file__).with_name("metered_zygote.py")
FUNCTION = "worker: the function itself"
OWNERS = {
    "student": "student",
    "reference": "reference",
    "library": "likely causes: known misconceptions",
}


class Ledger:
    """CPU seconds by owner and part. The owner is whose function runs at the moment."""

    def __init__(self) -> None:
        self.meter = Meter()
        self.seconds: Counter[tuple[str, str]] = Counter()
        self.calls: Counter[str] = Counter()
        self.by_check: Counter[tuple[str, str, str]] = Counter()
        self.owners = ["student"]
        self.graders: graders.Graders | None = None

    def settle(self) -> None:
        for part, seconds in self.meter.take().items():
            self.seconds[self.owners[-1], part] += seconds

    def enter(self, owner: str) -> None:
        self.settle()
        self.owners.append(owner)

    def leave(self) -> None:
        self.settle()
        self.owners.pop()

    def owner_of(self, one: program.Program) -> str:
        if self.graders is not None and one is self.graders.reference.program:
            return "reference"
        return self.owners[-1]

    def owned(self, owner: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, all its time belonging to `owner`."""

        @functools.wraps(function)
        def owned(*args: Any, **kwargs: Any) -> Any:
            self.enter(owner)
            try:
                return function(*args, **kwargs)
            finally:
                self.leave()

        return owned

    def take(self) -> dict[tuple[str, str], float]:
        self.settle()
        taken, self.seconds = dict(self.seconds), Counter()
        return taken


def install(ledger: Ledger) -> None:
    """Put the timers in."""
    meter = ledger.meter
    for name in ("same", "unmodified", "undisturbed", "expect"):
        meter.wrap(autograder.grading, name, "grader: comparing")
    meter.wrap(graders, "runtestprotocol", "grader: pytest")
    meter.wrap(graders, "with_effects", "grader: judging")
    meter.wrap(judge, "with_effects", "grader: judging")
    meter.wrap(judge, "_result", "grader: judging")
    for module in (wire, front, program, graders):
        for name in ("encode", "unpack", "decode"):
            meter.wrap(module, name, "grader: wire")
    meter.wrap(front.Worker, "_ask", "grader: channel and limits")
    meter.wrap(front.Worker, "close", "grader: ending workers")
    meter.wrap(front.Workers, "start", "grader: starting workers")
    meter.wrap(program.ReferenceCache, "call", "grader: looking up reference results")
    meter.wrap(program, "stand_in_of", "grader: stand_in_of")
    meter.wrap(intake, "read", "grader: intake")
    meter.wrap(results, "part", "grader: words of the result")
    _own_calls(ledger)
    _metered_workers(ledger)


def _own_calls(ledger: Ledger) -> None:
    ask = program.Program.ask

    def asked(self: program.Program, *args: Any) -> Any:
        ledger.enter(ledger.owner_of(self))
        ledger.calls[ledger.owners[-1]] += 1
        try:
            return ask(self, *args)
        finally:
            ledger.leave()

    program.Program.ask = asked  # type: ignore[method-assign]
    run = graders.Graders.run

    def ran(self: graders.Graders, who: program.Program, check: Any, *rest: Any) -> Any:
        if ledger.owner_of(who) != "student":
            return run(self, who, check, *rest)
        ledger.settle()
        before = Counter(ledger.seconds)
        found = run(self, who, check, *rest)
        ledger.settle()
        for (owner, part), seconds in (ledger.seconds - before).items():
            if owner == "student":
                kind = "function" if part == FUNCTION else "engine"
                ledger.by_check[check.slot, check.name, kind] += seconds
        return found

    graders.Graders.run = ran  # type: ignore[method-assign]
    # whatever is done to name a likely cause is the library's, known programs run for it included
    judge.recognise = ledger.owned("library", judge.recognise)  # type: ignore[assignment]
    graders.Graders.usual = ledger.owned("reference", graders.Graders.usual)  # type: ignore


def _metered_workers(ledger: Ledger) -> None:
    """Workers tell before each answer where their time went; zygotes are seen by their clocks."""
    receive, start = wire.Channel.receive_frame, interpreter._start

    def received(self: wire.Channel, *limits: Any) -> tuple[bytes, bytes]:
        while True:
            header, blob = receive(self, *limits)
            metered = wire.still_encoded(header, blob, "metered", 0)
            if metered is None:
                return header, blob
            for part, seconds in wire.decode(metered).items():
                ledger.seconds[ledger.owners[-1], part] += seconds

    wire.Channel.receive_frame = received  # type: ignore[method-assign]
    popen = subprocess.Popen

    def metered(command: list[str], *args: Any, **kwargs: Any) -> Any:
        if "autograder.isolation.zygote" in command:
            at = command.index("-m")
            command = [*command[:at], str(ZYGOTE), *command[at + 2 :]]
        return popen(command, *args, **kwargs)

    def started(*args: Any, **kwargs: Any) -> Any:
        interpreter.subprocess.Popen = metered  # type: ignore
        try:
            return start(*args, **kwargs)
        finally:
            interpreter.subprocess.Popen = popen  # type: ignore

    interpreter._start = started


def zygotes_clock(workers: front.Workers) -> float:
    """CPU seconds of the zygotes themselves: what forking costs them."""
    pids = [zygote.process.pid for zygote in workers._zygotes.values()]
    return sum(clock(pid) + sum(map(clock, _of_session(pid))) for pid in pids)


def clock(pid: int) -> float:
    """CPU seconds of a process that lives: Linux's clock of another process."""
    return time.clock_gettime((~pid << 3) | 2)


def _of_session(pid: int) -> list[int]:
    """A zygote's children but the workers, which have sessions of their own."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if os.getsid(int(child)) == pid]


def graded(
    folder: Path, rounds: int, profiled: bool, only: str = ""
) -> tuple[list[dict[tuple[str, str], float]], Ledger]:
    """Grade all submissions `rounds` times; returns what each round took."""
    assignment = submissions.load()
    names = [name for name in submissions.write(assignment, folder) if name.startswith(only)]
    ledger = Ledger()
    install(ledger)
    found: list[dict[tuple[str, str], float]] = []

    def body(these: graders.Graders) -> None:
        ledger.graders = these
        for check in (check for some in these.checks.values() for check in some):
            check.body.obj = ledger.meter.timed("grader: drawing inputs", check.body.obj)
        for number in range(rounds):
            last = number == rounds - 1
            ledger.take()
            ledger.calls.clear()
            ledger.by_check.clear()
            before = zygotes_clock(these.workers)
            profile = cProfile.Profile() if profiled and last else None
            if profile is not None:
                profile.enable()
            for name in names:
                _grade(these, folder / name / assignment.name, name)
            if profile is not None:
                profile.disable()
                stats = pstats.Stats(profile)
                stats.sort_stats("tottime").print_stats(45)
                stats.sort_stats("cumtime").print_stats(70)
            taken = ledger.take()
            taken["student", "zygote: forking"] = zygotes_clock(these.workers) - before
            found.append(taken)

    with front.Workers() as workers:
        graders.with_graders(assignment, workers, body, seed=1)
    return found, ledger


def _grade(these: graders.Graders, where: Path, name: str) -> None:
    """Grade one submission, file by file, as a grading process does."""
    submission = intake.read(where, name, these.assignment.files)
    for file, source in submission.sources.items():
        slots = [slot.name for slot in these.assignment.slots_of(file)]
        with these.program({file: source}) as one:
            judged = judge.judge(these, one, slots, these)
        results.part(judged.values())


def show(rounds: list[dict[tuple[str, str], float]], count: int, calls: Counter[str]) -> None:
    """Print the first and the last round side by side."""
    first, last = rounds[0], rounds[-1]
    print(f"{'CPU seconds a submission':58s} {'first':>8s} {'again':>8s}")
    for owner, title in OWNERS.items():
        parts = sorted({part for who, part in (*first, *last) if who == owner})
        sums = [sum(v for (who, _), v in round_.items() if who == owner) for round_ in rounds]
        print(f"{title:58s} {sums[0] / count:8.3f} {sums[-1] / count:8.3f}")
        for part in sorted(parts, key=lambda part: -last.get((owner, part), 0.0)):
            pair = first.get((owner, part), 0.0) / count, last.get((owner, part), 0.0) / count
            if max(pair) >= 0.0005:
                print(f"    {part:54s} {pair[0]:8.3f} {pair[1]:8.3f}")
    sums = [sum(round_.values()) / count for round_ in rounds]
    print(f"{'in all':58s} {sums[0]:8.3f} {sums[-1]:8.3f}")
    told = ", ".join(f"{OWNERS[who]} {number / count:.0f}" for who, number in calls.items())
    print(f"calls a submission, again: {told}")


def show_checks(ledger: Ledger, count: int, most: int) -> None:
    """Print the slots, and the checks that cost most, in milliseconds a submission."""
    for depth, title in ((1, "slot"), (2, "check")):
        sums: dict[str, Counter[str]] = {}
        for (slot, name, kind), seconds in ledger.by_check.items():
            key = slot if depth == 1 else f"{slot}: {name}"
            sums.setdefault(key, Counter())[kind] += 1000 * seconds / count
        print(f"\n{title + ', ms a submission':70s} {'function':>9s} {'engine':>9s}")
        for key, parts in sorted(sums.items(), key=lambda one: -one[1].total())[:most]:
            print(f"{key:70s} {parts['function']:9.1f} {parts['engine']:9.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--functions", action="store_true", help="profile the last round, too")
    parser.add_argument("--checks", type=int, default=18, help="how many checks are listed")
    parser.add_argument("--only", default="", help="grade those whose names begin so")
    given = parser.parse_args()
    say_machine()
    found, ledger = graded(BENCH / "breakdown", given.rounds, given.functions, given.only)
    count = sum(n.startswith(given.only) for n in submissions.students(submissions.load()))
    show(found, count, ledger.calls)
    show_checks(ledger, count, given.checks)
    raw = [{f"{who}: {part}": s / count for (who, part), s in one.items()} for one in found]
    path = BENCH / "breakdown.json"
    path.write_text(json.dumps(raw, indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"raw numbers: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
