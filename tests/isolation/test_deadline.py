"""How long a process may take: its own time, and the wall's where it sleeps."""

from __future__ import annotations

import sys
import time

import pytest

from autograder.isolation.client import Code, WorkerDied
from autograder.isolation.deadline import WALL, Budget, ProcessDeadline
from autograder.isolation.pool import Workers
from autograder.isolation.worker_protocol import Function
from tests.isolation.clocks import Clocks

linux = pytest.mark.skipif(sys.platform != "linux", reason="others have one clock only")


def test_its_own_time_counts_in_full(clocks: Clocks) -> None:
    deadline = ProcessDeadline(1, seconds=2.0)
    clocks.own += 1.5
    clocks.wall += 1.5
    assert (deadline.left(), deadline.spent()) == (0.5, 1.5)


def test_time_that_others_took_counts_as_little_as_the_wall(clocks: Clocks) -> None:
    deadline = ProcessDeadline(1, seconds=2.0)
    clocks.wall += 2.0 * WALL - 1.0
    assert deadline.left() == 1.0
    clocks.wall += 1.0
    assert deadline.left() == 0.0
    assert deadline.spent() == 2.0


@pytest.mark.parametrize(("computed", "left"), [(0.0, 2.0), (5.0, 2.0), (11.0, 1.0)])
def test_while_the_grader_computes_only_the_time_it_needs_counts(
    clocks: Clocks, computed: float, left: float
) -> None:
    def compute() -> tuple[str, float]:
        clocks.wall += 500.0  # a busy machine
        return "computed", computed

    deadline = ProcessDeadline(1, seconds=2.0)
    assert deadline.computing(compute) == "computed"
    assert deadline.left() == left


class TestBudget:
    """Of a submission's time a process takes all but that in which it waited for a processor."""

    @pytest.fixture
    def waited(self, monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
        """The seconds without a processor; a test sets them."""
        seconds: list[float | None] = [0.0]
        monkeypatch.setattr(ProcessDeadline, "_waited", lambda self: seconds[0])
        return seconds

    def test_sleep_counts_and_a_busy_machine_does_not(
        self, clocks: Clocks, waited: list[float | None]
    ) -> None:
        deadline = ProcessDeadline(1, 100.0, Budget(minutes=1, used=50.0))
        clocks.own += 1.0
        clocks.wall += 100.0
        waited[0] = 95.0
        assert deadline.held() == 5.0
        assert deadline.left() == 5.0
        assert deadline.spent() == 100.0 / WALL

    def test_where_the_kernel_does_not_count_the_wall_counts_little(
        self, clocks: Clocks, waited: list[float | None]
    ) -> None:
        waited[0] = None
        deadline = ProcessDeadline(1, 100.0, Budget(minutes=1))
        clocks.wall += WALL * 7.0
        assert deadline.held() == 7.0

    def test_it_says_how_much_it_was(self) -> None:
        budget = Budget(1.5, used=89.0)
        assert not budget.is_used_up
        budget.used += 1.0
        assert budget.is_used_up
        assert "used up: 1.5 minutes for loading all files" in budget.fact
        assert "1 minute for" in Budget(1).fact


SLEEPS = "import time\ndef f(): time.sleep(1000)\n"
BURNS = (
    "import threading, time\n"
    "def burn():\n    while True: sum(range(10**6))\n"
    "def start(): threading.Thread(target=burn, daemon=True).start()\n"
    "def f(): return 1.0\n"
)


@linux
@pytest.mark.parametrize("source", [SLEEPS, "import time\ntime.sleep(1000)\n"])
def test_a_process_that_sleeps_is_ended_when_the_time_is_used_up(
    workers: Workers, source: str
) -> None:
    worker = workers.start(["numpy"])
    worker.budget = Budget(minutes=0.01)
    with pytest.raises(WorkerDied, match=r"used up: 0\.01 minutes") as died:
        worker.load(Code("moves.py", source.encode()))
        worker.call("f", Function("student", "f"))
    assert died.value.timeout
    assert worker.budget.is_used_up


@linux
def test_what_a_thread_computes_between_calls_counts(workers: Workers) -> None:
    worker = workers.start(["numpy"])
    budget = worker.budget = Budget(minutes=1)
    worker.load(Code("moves.py", BURNS.encode()))
    worker.call("f", Function("student", "start"))
    before = budget.used
    end = time.monotonic() + 300
    while budget.used < before + 0.5 and time.monotonic() < end:
        time.sleep(0.1)
        worker.call("f", Function("student", "f"))
    assert budget.used >= before + 0.5
