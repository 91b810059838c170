"""Which answers of a program are kept after their checks: a student chooses how large they are."""

from __future__ import annotations

import gc
from dataclasses import replace

from autograder.isolation.wire import Opaque
from autograder.judging.answers import Answer, Call, Log, Same
from autograder.judging.checks import CheckRun
from autograder.limits import KEPT_MB

LARGE = 4 << 20  # bytes of the answers in one run of a check: such a run is nowhere remembered
NOT_KEPT = Opaque("an answer that was not kept")  # agrees with no number


class Room:
    """Room for the answers to a slot's checks.

    Only wrong answers are looked at again, for likely causes. Where they take too much room, they
    are not kept, and the message says less.
    """

    def __init__(self) -> None:
        self._left = KEPT_MB << 20

    def keep(self, run: CheckRun) -> CheckRun:
        """The run, without its answers where they are not needed or too large."""
        log = run.log
        if run.failure is not None and log.size <= self._left:
            self._left -= log.size
            return run
        run = replace(run, log=_without_answers(log))
        if log.size > LARGE:  # nobody else has it; a closure of the check's may refer to itself
            log.clear()
            gc.collect()
        return run


def _without_answers(log: Log) -> Log:
    """The log without anything that is made of answers. The side effects of the calls stay."""
    return Log(
        calls=[_without_values(call) for call in log.calls],
        comparisons=[
            comparison._replace(lookalikes=None) if isinstance(comparison, Same) else comparison
            for comparison in log.comparisons
        ],
        margin=log.margin,
        rtol=log.rtol,
    )


def _without_values(call: Call) -> Call:
    outcome = call.outcome
    if isinstance(outcome, Answer):
        outcome = replace(outcome, value=NOT_KEPT, log=None, size=0)
    return Call(call.function, (), {}, outcome)
