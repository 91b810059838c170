"""How long a student's process may take: for one request, and for a whole submission."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from autograder.isolation.interpreter import CAN_FORK

SMALL = 0.02  # seconds: of a budget, as good as none
WALL = 6  # seconds on the wall for each second of a process's own time

Result = TypeVar("Result")


class Budget:
    """The seconds that the processes of one submission may take, the loading of files included."""

    def __init__(self, minutes: float, used: float = 0.0) -> None:
        self._minutes = minutes
        self.used = used

    @property
    def left(self) -> float:
        return 60 * self._minutes - self.used

    @property
    def is_used_up(self) -> bool:
        return self.left < SMALL

    @property
    def fact(self) -> str:
        """What a student is told when it is used up."""
        unit = "minute" if self._minutes == 1 else "minutes"
        return (
            f"the time for the whole submission is used up: {self._minutes:g} {unit} for loading "
            "all files and for all calls"
        )


class ProcessDeadline:
    """A number of seconds of a process's own time, and `WALL` times as many on the wall.

    On a busy machine a right answer must not come too late: the time that the process itself used
    is what counts. The wall clock is for processes that sleep.

    Of a budget a process takes all its time but that in which somebody waited for a processor: a
    process that sleeps takes as much of it as one that computes.
    """

    def __init__(self, pid: int, seconds: float, budget: Budget | None = None) -> None:
        self._pid = pid
        self._seconds = seconds
        self._budget = budget
        self._wall_factor = WALL if CAN_FORK else 1
        self._wall_start = time.monotonic()
        self.own_start = self.own_time()
        self._waited_before = self._waited()

    def left(self) -> float:
        """Seconds until it is worth looking at the clocks again; none are left at 0 or less."""
        left = self._wall_factor * self._seconds - self._wall()
        if CAN_FORK:
            left = min(self._seconds - self._own(), left)
        return left if self._budget is None else min(left, self._budget.left - self.held())

    def spent(self) -> float:
        """The seconds that are gone, by the process's own time or by the wall."""
        wall = self._wall() / self._wall_factor
        return max(self._own(), wall) if CAN_FORK else wall

    def held(self) -> float:
        """The seconds in which the process computed or slept, not those without a processor."""
        waited = self._waited()
        if waited is None or self._waited_before is None:
            return self.spent()
        return max(self._own(), self._wall() - (waited - self._waited_before))

    def computing(self, compute: Callable[[], tuple[Result, float]]) -> Result:
        """Compute for the waiting process; `compute` gives the seconds that this took, too.

        Its wall clock meanwhile advances by these seconds, which are those of the process that
        computes, so that a busy machine costs no answer.
        """
        before = time.monotonic()
        result, seconds = compute()
        self._wall_start += time.monotonic() - before - seconds
        return result

    def _wall(self) -> float:
        return time.monotonic() - self._wall_start

    def _own(self) -> float:
        return self.own_time() - self.own_start

    def own_time(self) -> float:
        """The process's CPU time in seconds: Linux has a clock for every process."""
        if not CAN_FORK:
            return 0.0
        try:
            return time.clock_gettime((~self._pid << 3) | 2)
        except OSError:  # it has ended, and its channel says so
            return 0.0

    def _waited(self) -> float | None:
        """The seconds in which the process or we could have run and had no processor, if known.

        While we have none, the process may have answered already and wait for us.
        """
        if not CAN_FORK or self._budget is None:
            return None
        theirs, ours = (
            _waited(f"/proc/{self._pid}/schedstat"),
            _waited("/proc/thread-self/schedstat"),
        )
        return None if theirs is None or ours is None else theirs + ours


def _waited(path: str) -> float | None:
    try:
        with open(path, "rb", buffering=0) as file:
            ran, waited, _ = map(int, file.read().split())
    except (OSError, ValueError):
        return None
    return waited / 1e9 if ran else None  # zeros where the kernel does not count
