"""Run hidden checks for programs: submissions, the reference, and known wrong ones.

A check is a plain function. It is called with the fixtures that it asks for and with its
parameters; nothing else of pytest's takes part, since setting up an item costs half a millisecond.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from autograder.assignment.model import Assignment, Slot
from autograder.course.student_file import Source
from autograder.errors import KitError
from autograder.hidden.places import place_of
from autograder.hidden.replay import PassedRuns
from autograder.isolation.deadline import Budget
from autograder.isolation.pool import Workers
from autograder.isolation.wire import Encoded
from autograder.isolation.worker_protocol import Function
from autograder.judging.answers import Answer, Log
from autograder.judging.checks import Check, CheckRun
from autograder.judging.effects import effects, with_effects
from autograder.judging.failure import CheckFailed, Failure
from autograder.judging.program import Caller, Program, ReferenceCache, stand_in_of
from autograder.judging.question import Question, Response, StandIns
from autograder.judging.reading import Readings
from autograder.judging.verdict import Verdict

FIXTURES = ("student", "reference", "rng", "device")
LARGE_ANSWERS = 1 << 20  # bytes: smaller ones are not what takes the grader's memory
DEVICES = ("cpu", "cuda")  # a check that asks for `device` is run on each


@dataclass(frozen=True)
class CheckFunction:
    """The body of a hidden check: a function, and which of FIXTURES it asks for."""

    function: Callable[..., object]
    fixtures: tuple[str, ...]


class HiddenChecks:
    """The hidden checks of an assignment, ready to be run; a `checks.Runner`.

    Leaving it as a context manager ends the reference's workers. Checks that ask for a device
    other than "cpu" and `device` are skipped.
    """

    def __init__(
        self,
        assignment: Assignment,
        workers: Workers,
        checks: Sequence[Check],
        *,
        seed: int,
        device: str = "cpu",
    ) -> None:
        self.assignment = assignment
        self.seed = seed
        self.checks: dict[str, list[Check]] = {slot: [] for slot in assignment.slots}
        for check in checks:
            self.checks[check.slot].append(check)
        self.reference = ReferenceCache(
            Program(assignment, workers, assignment.reference(), reference=None)
        )
        self._workers = workers
        self._readings = Readings(assignment)
        self._device = device
        self._passed = PassedRuns()
        self._expected: dict[tuple[str, str], frozenset[str]] = {}
        self._faults: dict[tuple[str, str, StandIns], str] = {}  # "" of a check that is right

    def __enter__(self) -> HiddenChecks:
        return self

    def __exit__(self, *_: object) -> None:
        self.reference.program.close()

    @contextlib.contextmanager
    def seeded(self, seed: int) -> Iterator[None]:
        """Draw inputs from another seed meanwhile."""
        before = self.seed
        self._reseed(seed)
        try:
            yield
        finally:
            self._reseed(before)

    def _reseed(self, seed: int) -> None:
        if seed != self.seed:
            self.seed = seed
            self.reference.forget()
            self._passed.forget()
            self._faults.clear()

    def program(self, sources: Mapping[str, Source], budget: Budget | None = None) -> Program:
        """A program to be graded, of its source files."""
        return Program(self.assignment, self._workers, sources, self.reference.program, budget)

    def attempts(self, slot: Slot) -> list[StandIns]:
        """Without stand-ins, with one for each slot that `slot` builds on, and with all of them."""
        single: list[StandIns] = [(other,) for other in slot.builds_on]
        return [(), *single, *([slot.builds_on] if len(single) > 1 else [])]

    def reference_effects(self, check: Check) -> Collection[str]:
        """The effects that the reference's calls in a check have."""
        key = (check.slot, check.name)
        if key not in self._expected:
            run = self.run(self.reference.program, check)
            self._expected[key] = frozenset(effect.name for effect in effects(run))
        return self._expected[key]

    def run_slot(
        self, program: Program, slot: str, stand_ins: StandIns = ()
    ) -> list[list[CheckRun]]:
        """Run all checks of a slot once, and judge the effects of all calls together."""
        runs = [[self.run(program, check, stand_ins)] for check in self.checks[slot]]
        return with_effects(runs, self.reference_effects)

    def run(
        self, program: Program, check: Check, stand_ins: StandIns = (), *, anew: bool = False
    ) -> CheckRun:
        """Run one check. What it raises is in the result.

        A check that fails the reference, too, is broken: it judges no program. If `anew`, inputs
        are drawn and compared also where the answers equal those of a run that passed.

        Raises KeyboardInterrupt, and MemoryError where it was not the program's answers that took
        the memory.
        """
        run = self._run(program, check, stand_ins, anew)
        failure = run.failure
        if failure is None or failure.loading or failure.verdict == Verdict.NOT_STARTED:
            return run
        if program is self.reference.program:
            return run
        fault = self._fault(check, stand_ins)
        return replace(run, failure=None, broken=fault) if fault else run

    def _fault(self, check: Check, stand_ins: StandIns) -> str:
        """Why a check fails the reference; "" if it passes. It is run once."""
        stand_ins = tuple(s for s in stand_ins if stand_in_of(self.assignment, s))
        key = (check.slot, check.name, stand_ins)
        if key not in self._faults:
            run = self._run(self.reference.program, check, stand_ins)
            if run.broken:
                return run.broken  # it need not be so the next time
            fact = run.failure.fact if run.failure is not None else ""
            where = f"{run.place}: " if run.place else ""
            self._faults[key] = f"{where}the reference fails this check: {fact}" if fact else ""
        return self._faults[key]

    def _run(
        self, program: Program, check: Check, stand_ins: StandIns, anew: bool = False
    ) -> CheckRun:
        dialogue = _Dialogue(program, self._readings, check, stand_ins)
        try:
            ask = dialogue.ask_program
            replayed = None if anew else self._passed.follow(check, stand_ins, ask)
            if replayed is not None:
                return replayed
            try:
                self._call(dialogue)
            except _AsksOtherwise:
                dialogue.begin_again()
                self._call(dialogue)
        except CheckFailed as failed:
            place = place_of(failed, self.assignment)
            return CheckRun(check, stand_ins, failed.failure, dialogue.log, place=place)
        except pytest.skip.Exception as skipped:
            return CheckRun(check, stand_ins, None, dialogue.log, skipped=str(skipped))
        except KeyboardInterrupt:
            raise
        except MemoryError:
            if dialogue.log.size < LARGE_ANSWERS:
                raise  # it need not be the program's fault
            fact = "its answers are too large for the grader"
            return CheckRun(check, stand_ins, Failure(Verdict.CRASH, fact), dialogue.log)
        except BaseException as error:
            what = f"{error}" if isinstance(error, KitError) else f"{type(error).__name__}: {error}"
            place = place_of(error, self.assignment)
            broken = f"{place}: {what}" if place else what
            return CheckRun(check, stand_ins, None, dialogue.log, broken=broken, place=place)
        run = CheckRun(check, stand_ins, None, dialogue.log)
        self._passed.keep(run, dialogue.responses)
        return run

    def _call(self, dialogue: _Dialogue) -> None:
        """Call the check's function with its fixtures and parameters. Raises what it raises."""
        check = dialogue.check
        body: CheckFunction = check.body
        values = dict(check.params)
        for name in body.fixtures:
            values[name] = self._fixture(name, dialogue)
        body.function(**values)

    def _fixture(self, name: str, dialogue: _Dialogue) -> Caller | np.random.Generator | str:
        check = dialogue.check
        if name == "student":
            return Caller(dialogue.ask, dialogue.log)
        if name == "rng":
            stream = zlib.crc32(f"{check.slot}/{check.name}".encode())
            return np.random.default_rng([self.seed, stream])
        if name == "device":
            return _available(device_of(check), self._device, self._workers)
        return Caller(lambda *call: self._expected_answer(dialogue, *call), Log())

    def _expected_answer(
        self, dialogue: _Dialogue, function: Function, args: Any, kwargs: Any
    ) -> Answer:
        answer = self.reference.call(dialogue.question(function, args, kwargs))
        file = dialogue.slot.file
        read = self._readings.read_reference(file, function, answer, args, kwargs)
        return replace(read, expected=True)


def _available(device: str, asked_for: str, workers: Workers) -> str:
    """The device. Skips the check where it was not asked for or does not exist."""
    if device not in ("cpu", asked_for):
        pytest.skip(f"not run: {device} was not asked for (--device {device})")
    if device == "cuda" and not workers.has_cuda():
        pytest.skip("not run: torch finds no CUDA device here")
    return device


class _AsksOtherwise(BaseException):
    """A check asks something else than in an earlier run: its inputs are not quite its seed's."""


@dataclass
class _Dialogue:
    """The questions of one check to one program, and the responses.

    A replay may have asked the first questions already; the check then gets their responses.
    """

    program: Program
    readings: Readings
    check: Check
    stand_ins: StandIns
    responses: list[Response] = field(default_factory=list)
    asked: int = 0  # how many of the responses the check has got
    log: Log = field(default_factory=Log)

    @property
    def slot(self) -> Slot:
        return self.program.assignment.slots[self.check.slot]

    def question(self, function: Function, args: Any, kwargs: Any) -> Question:
        """A call that the check makes, as a question."""
        return Question.of(self.slot, function, args, kwargs, self.stand_ins, device_of(self.check))

    def ask_program(self, question: Question, known: Container[Encoded] = ()) -> Response:
        """The program's response to a question; an answer that is `known` stays encoded."""
        self.responses.append(self.program.ask(question, known))
        return self.responses[-1]

    def ask(self, function: Function, args: Any, kwargs: Any) -> Answer | Failure:
        """The program's answer to the check's next question."""
        question = self.question(function, args, kwargs)
        if self.asked == len(self.responses):
            self.ask_program(question)
        elif self.responses[self.asked].question != question:
            raise _AsksOtherwise
        self.asked += 1
        outcome = self.responses[self.asked - 1].decoded()
        return self.readings.read(self.slot.file, function, outcome, args, kwargs)

    def begin_again(self) -> None:
        """Forget what a replay asked."""
        self.responses, self.asked, self.log = [], 0, Log()


def device_of(check: Check) -> str:
    """Where the check's tensors are to be."""
    return str(check.params.get("device", "cpu"))
