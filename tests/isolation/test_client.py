"""What a grader does for its worker: answers for stand-ins."""

from __future__ import annotations

import pytest

from autograder.isolation.client import (
    REMEMBERED_BYTES,
    Callback,
    Code,
    Computed,
    Worker,
    WorkerDied,
)
from autograder.isolation.deadline import WALL
from autograder.isolation.pool import Workers
from autograder.isolation.wire import Encoded
from autograder.isolation.worker_protocol import CallAnswer, Function, RaisedError, StandInCall
from autograder.limits import Limits
from tests.isolation.clocks import Clocks

ASKS = """
def double(x): raise RuntimeError("mine is wrong")
def once(x): return double(x)
def for_ever(x):
    while True:
        try: double(x)
        except ValueError: pass
"""


def ask(workers: Workers, name: str, callback: Callback) -> tuple[Worker, CallAnswer | RaisedError]:
    worker = workers.start(["numpy"])
    worker.load(Code("moves.py", ASKS.encode(), stand_ins={"double": ""}))
    function, limits = Function("student", name), Limits(seconds=2.0)
    return worker, worker.call("once", function, [1.0], limits=limits, callback=callback)


def test_a_busy_machine_costs_no_answer_that_waits_for_the_grader(
    workers: Workers, clocks: Clocks
) -> None:
    def compute(call: StandInCall) -> Computed:
        clocks.wall += 500.0
        return Computed(call.args[0] * 2)

    worker, answer = ask(workers, "once", Callback(compute))
    assert isinstance(answer, CallAnswer)
    assert answer.value == 2.0
    assert worker.spent == 0.0


def test_a_stand_in_cannot_be_asked_for_ever(workers: Workers, clocks: Clocks) -> None:
    """The time that the grader needs for all calls of a stand-in has a limit, too."""
    computed: list[StandInCall] = []

    def compute(call: StandInCall) -> Computed:
        computed.append(call)
        return Computed(error="no answer in time", seconds=2.0)

    with pytest.raises(WorkerDied) as died:
        ask(workers, "for_ever", Callback(compute))
    assert died.value.timeout
    assert len(computed) == WALL


def test_only_small_answers_are_remembered() -> None:
    callback = Callback(lambda _: Computed(1.0))
    small, large = Encoded(b"small", b""), Encoded(b"large", bytes(REMEMBERED_BYTES))
    callback.remember(small, small)
    callback.remember(large, small)
    callback.remember(Encoded(b"other", b""), large)
    assert callback.remembered == {small: small}
