"""What a grader does for its worker: deadlines, and answers for stand-ins."""

from __future__ import annotations

import pytest

from autograder.isolation import client
from autograder.isolation.client import (
    REMEMBERED_BYTES,
    WALL,
    Callback,
    Code,
    Computed,
    ProcessDeadline,
    Worker,
    WorkerDied,
)
from autograder.isolation.pool import Workers
from autograder.isolation.wire import Encoded
from autograder.isolation.worker_protocol import CallAnswer, Function, RaisedError, StandInCall
from autograder.limits import Limits

ASKS = """
def double(x): raise RuntimeError("mine is wrong")
def once(x): return double(x)
def for_ever(x):
    while True:
        try: double(x)
        except ValueError: pass
"""


class Clocks:
    """Clocks that a test moves: the wall's, and the worker's own."""

    def __init__(self) -> None:
        self.wall = self.own = 1000.0

    def monotonic(self) -> float:
        return self.wall

    def clock_gettime(self, _: int) -> float:
        return self.own


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    moved = Clocks()
    monkeypatch.setattr(client, "time", moved)
    return moved


class TestDeadline:
    """The process's own time counts; the wall counts for a process that sleeps."""

    def test_its_own_time_counts_in_full(self, clocks: Clocks) -> None:
        deadline = ProcessDeadline(1, seconds=2.0)
        clocks.own += 1.5
        clocks.wall += 1.5
        assert (deadline.left(), deadline.spent()) == (0.5, 1.5)

    def test_time_that_others_took_counts_as_little_as_the_wall(self, clocks: Clocks) -> None:
        deadline = ProcessDeadline(1, seconds=2.0)
        clocks.wall += 2.0 * WALL - 1.0
        assert deadline.left() == 1.0
        clocks.wall += 1.0
        assert deadline.left() == 0.0
        assert deadline.spent() == 2.0

    @pytest.mark.parametrize(("computed", "left"), [(0.0, 2.0), (5.0, 2.0), (11.0, 1.0)])
    def test_while_the_grader_computes_only_the_time_it_needs_counts(
        self, clocks: Clocks, computed: float, left: float
    ) -> None:
        def compute(_: StandInCall) -> Computed:
            clocks.wall += 500.0  # a busy machine
            return Computed(seconds=computed)

        deadline = ProcessDeadline(1, seconds=2.0)
        deadline.compute(Callback(compute), StandInCall("double", (), {}))
        assert deadline.left() == left


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
