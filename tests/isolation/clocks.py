"""Clocks that a test moves, in the place of those by which deadlines count."""

from __future__ import annotations


class Clocks:
    """The wall's clock, and the worker's own."""

    def __init__(self) -> None:
        self.wall = self.own = 1000.0

    def monotonic(self) -> float:
        return self.wall

    def clock_gettime(self, _: int) -> float:
        return self.own
