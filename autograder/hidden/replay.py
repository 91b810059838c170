"""A cache of runs that passed, so that the same answers are judged once.

A check depends on the seed and on the answers that it gets. So its first question is always the
same, and each later question depends on the answers before it. Where all answers of a program equal
those of a run that passed, byte for byte, the program passes too: no inputs are drawn, and nothing
is decoded or compared.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field

from autograder.isolation.wire import Encoded
from autograder.judging.checks import Check, CheckRun
from autograder.judging.question import Question, Response, StandIns
from autograder.judging.retention import LARGE

ROOM = 32 << 20  # bytes of questions and answers; decoded, they take a few times as much
ANSWERS = 8  # at most, to one question: right programs hardly round in more ways

Ask = Callable[[Question, Container[Encoded]], Response]


@dataclass
class _Step:
    """A question of a check; each known answer leads to the next one, or to the run."""

    question: Question
    then: dict[Encoded, _Step | CheckRun] = field(default_factory=dict)


class PassedRuns:
    """The runs that passed, up to ROOM bytes of them."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str, StandIns], _Step] = {}
        self._room = ROOM

    def forget(self) -> None:
        """Forget all runs, for other inputs."""
        self._first.clear()
        self._room = ROOM

    def follow(self, check: Check, stand_ins: StandIns, ask: Ask) -> CheckRun | None:
        """Ask the check's questions while the answers are known. Returns the run if all were."""
        step: _Step | CheckRun | None = self._first.get((check.slot, check.name, stand_ins))
        while isinstance(step, _Step):
            answer = ask(step.question, step.then).encoded
            step = None if answer is None else step.then.get(answer)
        return step

    def keep(self, run: CheckRun, responses: Sequence[Response]) -> None:
        """Remember a run, if it passed and its calls did nothing but answer."""
        pairs = [(given.question, given.encoded) for given in responses if given.encoded]
        size = sum(question.request.size + answer.size for question, answer in pairs)
        if not run.passed or len(pairs) < len(responses) or not pairs:
            return
        if size > self._room or run.log.size > LARGE:
            return
        key = (run.check.slot, run.check.name, run.stand_ins)
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
