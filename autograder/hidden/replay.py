"""Runs of checks that passed, found again by what was answered.

A check depends on nothing but the seed and on what it is answered. So what it asks first is always
the same, and what it asks next depends on the answers before. Where all of a program's answers are,
to the byte, those of a run that passed, nothing is drawn, decoded or compared: it passes again.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field

from autograder.isolation.wire import Encoded
from autograder.judging.checks import Check, CheckRun
from autograder.judging.question import Mode, Question, Response

ROOM = 32 << 20  # bytes of questions and answers; as arrays, they take a few times as much
ANSWERS = 8  # to one question: right programs round in so many ways, or nearly

Ask = Callable[[Question, Container[Encoded]], Response]


@dataclass
class _Step:
    """What a check asks, and where each answer leads."""

    question: Question
    then: dict[Encoded, _Step | CheckRun] = field(default_factory=dict)


class PassedRuns:
    """The runs that passed, as far as there is room for them."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str, Mode], _Step] = {}
        self._room = ROOM

    def forget(self) -> None:
        self._first.clear()
        self._room = ROOM

    def follow(self, check: Check, mode: Mode, ask: Ask) -> CheckRun | None:
        """Ask what the check asked before, while answers are known; the run, if all were."""
        step: _Step | CheckRun | None = self._first.get((check.slot, check.name, mode))
        while isinstance(step, _Step):
            answer = ask(step.question, step.then).encoded
            step = None if answer is None else step.then.get(answer)
        return step

    def keep(self, run: CheckRun, responses: Sequence[Response]) -> None:
        """Find this run again, if it passed and its answers are all that its calls did."""
        pairs = [(one.question, one.encoded) for one in responses if one.encoded]
        size = sum(question.request.size + answer.size for question, answer in pairs)
        if not run.passed or len(pairs) < len(responses) or not pairs or size > self._room:
            return
        key = (run.check.slot, run.check.name, run.mode)
        step = self._first.setdefault(key, _Step(pairs[0][0]))
        for number, (_, answer) in enumerate(pairs, 1):
            if len(step.then) >= ANSWERS and answer not in step.then:
                return
            after = run if number == len(pairs) else _Step(pairs[number][0])
            found = step.then.setdefault(answer, after)
            if not isinstance(found, _Step):
                break
            step = found
        self._room -= size
