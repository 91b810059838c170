"""The hidden graders: pytest files, collected once, run for many programs.

pytest keeps the control: it collects, then its run loop hands the collected checks to `body`.
"""

from __future__ import annotations

import inspect
import itertools
import zlib
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import pytest
from _pytest.runner import runtestprotocol

from autograder.assignment.model import Assignment, KnownProgram, Slot
from autograder.errors import AssignmentError, GraderFault
from autograder.hidden.replay import PassedRuns
from autograder.isolation.client import Function
from autograder.isolation.pool import Workers
from autograder.isolation.wire import Encoded
from autograder.judging.answers import Answer, Log
from autograder.judging.checks import Check, CheckRun
from autograder.judging.diagnosis import Fingerprint, Made, Outcome, Tried, fingerprint, outcomes
from autograder.judging.effects import effects, with_effects
from autograder.judging.failure import CheckFailed, Failure
from autograder.judging.program import Caller, Program, ReferenceCache, stand_in_of
from autograder.judging.question import Mode, Question, Response

T = TypeVar("T")
MARKS = {"slot", "public", "parametrize"}  # with others, pytest itself has to look at a check


class Graders:
    """The collected checks of an assignment, ready to be run."""

    def __init__(
        self, assignment: Assignment, workers: Workers, seed: int, device: str, checks: list[Check]
    ) -> None:
        self.assignment = assignment
        self.workers = workers
        self.seed = seed
        self.chosen = device
        self.checks: dict[str, list[Check]] = {slot: [] for slot in assignment.slots}
        for check in checks:
            self.checks[check.slot].append(check)
        self.reference = ReferenceCache(
            Program(assignment, workers, assignment.reference(), reference=None)
        )
        # Known wrong programs are staff's own: they run one after the other in the same processes.
        self._wrong = self.program({})
        self._passed = PassedRuns()
        self._now: _Running | None = None
        self._excuse: BaseException | None = None
        self._fingerprints: dict[tuple[str, Mode], dict[str, Fingerprint]] = {}
        self._answers: dict[tuple[str, str, Mode], dict[Made, Sequence[Outcome] | None]] = {}
        self._made: dict[str, dict[Made, bytes]] = {}  # the slot's file with its misconceptions
        self._usual: dict[tuple[str, str], frozenset[str]] = {}

    def __enter__(self) -> Graders:
        return self

    def __exit__(self, *_: object) -> None:
        self.reference.program.close()
        self._wrong.close()

    def reseed(self, seed: int) -> None:
        """Draw other inputs from now on."""
        self.seed = seed
        self.reference.forget()
        self._passed.forget()
        self._fingerprints.clear()
        self._answers.clear()

    def program(self, sources: Mapping[str, bytes | Failure]) -> Program:
        """A program to be graded."""
        return Program(self.assignment, self.workers, sources, self.reference.program)

    def modes(self, slot: Slot) -> list[Mode]:
        """By itself, then with a stand-in for each slot it builds on, then for all of them."""
        single: list[Mode] = [(other,) for other in slot.builds_on]
        return [(), *single, *([slot.builds_on] if len(single) > 1 else [])]

    def usual(self, check: Check) -> Collection[str]:
        """What the reference's calls in a check do besides answering."""
        key = (check.slot, check.name)
        if key not in self._usual:
            run = self.run(self.reference.program, check)
            self._usual[key] = frozenset(name for _, name in effects(run))
        return self._usual[key]

    def tried(self, program: Program, slot: str, mode: Mode = ()) -> list[list[CheckRun]]:
        """The runs of all checks of a slot in one mode, the effects of all calls looked at."""
        runs = [[self.run(program, check, mode)] for check in self.checks[slot]]
        return with_effects(runs, self.usual)

    def run(self, program: Program, check: Check, mode: Mode = ()) -> CheckRun:
        """Run one check for one program."""

        now = _Running(program, check, mode)
        try:
            again = self._passed.follow(check, mode, now.hear)
            if again is not None:
                return again
            self._run(now)
        except CheckFailed as failed:
            return CheckRun(check, mode, failed.failure, now.log)
        except pytest.skip.Exception as skipped:
            return CheckRun(check, mode, None, now.log, skipped=str(skipped))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return CheckRun(check, mode, None, now.log, broken=f"{type(error).__name__}: {error}")
        run = CheckRun(check, mode, None, now.log)
        self._passed.keep(run, now.heard)
        return run

    def _run(self, now: _Running) -> None:
        """Run the check with what was heard; once more without, if it asks otherwise now."""
        try:
            self._now, self._excuse = now, None
            self._execute(now.check)
        except _AsksOtherwise:
            now.begin_again()
            self._now, self._excuse = now, None
            self._execute(now.check)

    def _execute(self, check: Check) -> None:
        """Call the check's function. Raises what it raises.

        Where it asks for nothing but the fixtures below and its parameters, and has no marks of
        pytest's, pytest would do just that, at half a millisecond a check.
        """
        item: Any = check.body
        values = {**check.params}
        own: dict[str, Callable[[], Any]] = {
            "student": lambda: self.caller(student=True),
            "reference": lambda: self.caller(student=False),
            "rng": self.rng,
            "device": lambda: self.device(str(check.params["device"])),
        }
        wanted = set(item.fixturenames)
        if "device" in wanted and "request" not in inspect.signature(item.obj).parameters:
            wanted.discard("request")  # it is pytest's `device` that asks for it
        marks = {mark.name for mark in item.iter_markers()}
        if item.cls is None and wanted <= {*own, *values} and marks <= MARKS:
            values |= {name: give() for name, give in own.items() if name in wanted}
            item.obj(**values)
            return
        reports = runtestprotocol(item, nextitem=None, log=False)
        for report in reports:
            if report.skipped:
                where = report.longrepr
                reason = where[2] if isinstance(where, tuple) else str(where)
                pytest.skip(reason.removeprefix("Skipped: "))
        if self._excuse is not None:
            raise self._excuse
        if any(report.failed for report in reports):
            raise GraderFault("a fixture of the check failed")

    # the known misconceptions: graders are a `diagnosis.Library`

    def singles(self, slot: str) -> Sequence[Made]:
        """The misconceptions of the slot."""
        return [(one.id,) for one in self.assignment.misconceptions if one.slot == slot]

    def pairs(self, slot: str) -> Sequence[Made]:
        """The pairs of misconceptions of the slot whose edits apply one after the other."""
        if slot not in self._made:
            self._made[slot] = dict(_pairs(self.assignment, slot))
        return [made for made in self._made[slot] if len(made) > 1]

    def source(self, slot: str, made: Made) -> dict[str, bytes]:
        """The one source file in which one misconception, or a pair of them, is made."""
        if len(made) == 1:
            return self.edited(self.known(made[0]))
        self.pairs(slot)
        return {self.assignment.slots[slot].file: self._made[slot][made]}

    def edited(self, known: KnownProgram) -> dict[str, bytes]:
        """The one source file of a known program."""
        file = self.assignment.slots[known.slot].file
        return {file: self.assignment.edited(known).encode()}

    def answers(
        self, slot: str, check: str, mode: Mode, programs: Sequence[Made]
    ) -> Iterator[Sequence[Outcome] | None]:
        """What each program answers to a check; see `diagnosis.Library`."""
        named = self._named(mode)
        prints = self._fingerprints.get((slot, named), {})
        known = self._answers.setdefault((slot, check, named), {})
        one = next(c for c in self.checks[slot] if c.name == check)
        for made in programs:
            if made in known:
                continue
            if len(made) == 1 and made[0] in prints:
                known[made] = prints[made[0]][check]
                continue
            self._wrong.change(self.source(slot, made))
            run = self.run(self._wrong, one, named)
            known[made] = None if run.failure is None else outcomes(run)
        return (known[made] for made in programs)

    def fingerprint(self, slot: str, mode: Mode, id: str) -> Fingerprint:
        """What a misconception answers, with the stand-ins of `mode` that are known.

        Where a stand-in lets the grader compute, the other slots are right: as without it.
        """
        named = self._named(mode)
        prints = self._fingerprints.setdefault((slot, named), {})
        if id not in prints:
            self._wrong.change(self.edited(self.known(id)))
            prints[id] = fingerprint(self.tried(self._wrong, slot, named))
        return prints[id]

    def learn(self, known: KnownProgram, tried: Tried) -> None:
        """Take the fingerprint of a misconception from runs that were made anyway."""
        for mode in sorted({run.mode for runs in tried for run in runs}):
            first = [[run for run in runs if run.mode == mode][:1] or runs[-1:] for runs in tried]
            prints = self._fingerprints.setdefault((known.slot, self._named(mode)), {})
            prints.setdefault(known.id, fingerprint(first))

    def _named(self, mode: Mode) -> Mode:
        return tuple(other for other in mode if stand_in_of(self.assignment, other))

    def known(self, id: str) -> KnownProgram:
        return next(known for known in self.assignment.misconceptions if known.id == id)

    # fixtures and hooks reach the check that is running through these

    def caller(self, student: bool) -> Caller:
        assert self._now is not None
        if student:
            return Caller(self._now.ask, self._now.log)
        now = self._now
        return Caller(lambda *call: self.reference.call(now.question(*call)), Log())

    def rng(self) -> np.random.Generator:
        assert self._now is not None
        check = self._now.check
        return np.random.default_rng([self.seed, zlib.crc32(f"{check.slot}/{check.name}".encode())])

    def device(self, name: str) -> str:
        """Where the check's tensors are to be. Skips the check where that cannot be."""
        if name != "cpu" and name != self.chosen:
            pytest.skip(f"not run: {name} was not asked for (--device {name})")
        if name == "cuda" and not self.workers.has_cuda():
            pytest.skip("not run: torch finds no CUDA device here")
        return name

    def note(self, error: BaseException) -> None:
        if self._excuse is None:
            self._excuse = error


class _AsksOtherwise(BaseException):
    """A check asks something else than it did before: its numbers are not quite its seed's."""


@dataclass
class _Running:
    """The check that is running. Of the program, some may have been heard before it runs."""

    program: Program
    check: Check
    mode: Mode
    heard: list[Response] = field(default_factory=list)
    asked: int = 0  # how much of what was heard the check has asked for
    log: Log = field(default_factory=Log)

    def question(self, function: Function, args: Any, kwargs: Any) -> Question:
        slot = self.program.assignment.slots[self.check.slot]
        return Question.of(slot, function, args, kwargs, self.mode, device_of(self.check))

    def hear(self, question: Question, known: Container[Encoded] = ()) -> Response:
        """The program's response to a question, still encoded where it is known."""
        self.heard.append(self.program.ask(question, known))
        return self.heard[-1]

    def ask(self, function: Function, args: Any, kwargs: Any) -> Answer | Failure:
        """What the program answers, or has answered already."""
        question = self.question(function, args, kwargs)
        if self.asked == len(self.heard):
            self.hear(question)
        elif self.heard[self.asked].question != question:
            raise _AsksOtherwise
        self.asked += 1
        return self.heard[self.asked - 1].decoded()

    def begin_again(self) -> None:
        self.heard, self.asked, self.log = [], 0, Log()


def device_of(check: Check) -> str:
    """Where the check's tensors are to be."""
    return str(check.params.get("device", "cpu"))


def _pairs(assignment: Assignment, slot: str) -> Iterator[tuple[Made, bytes]]:
    """Pairs of misconceptions that can be made at once, and the file that makes both."""
    known = [one for one in assignment.misconceptions if one.slot == slot]
    alone = {assignment.edited(one) for one in known}
    for first, second in itertools.combinations(known, 2):
        if first.answers and second.answers:
            continue
        if second.answers:
            first, second = second, first
        for a, b in ((first, second), (second, first)):
            if b.answers:
                continue
            both = replace(a, edits=(*a.edits, *b.edits))
            try:
                text = assignment.edited(both)
            except AssignmentError:
                continue  # the one edit leaves nothing for the other to change
            if text not in alone:
                yield (first.id, second.id), text.encode()
                break
