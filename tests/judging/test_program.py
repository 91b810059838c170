"""Programs: what the grader computes for the stand-ins of a student's program."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.assignment.model import Assignment
from autograder.isolation.client import Computed
from autograder.isolation.pool import Workers
from autograder.isolation.worker_protocol import StandInCall
from autograder.judging import program as programs
from autograder.judging.program import Program

STEP = 500.0  # seconds of a busy machine


class Clock:
    """A clock that goes on by STEP whenever somebody looks at it."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += STEP
        return self.now


def test_who_ends_the_process_that_computes_pays_for_starting_another(
    toy: Assignment, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a program that does so again and again would hold the grader for hours."""
    moves = toy.files["moves.py"]
    ends = "    if x.shape == (7,):\n        import os; os._exit(1)\n    return x + x"
    toy.files["moves.py"] = replace(moves, text=moves.text.replace("    return x + x", ends))
    monkeypatch.setattr(programs, "time", Clock(), raising=False)

    with (
        Program(toy, workers, toy.reference()) as reference,
        Program(toy, workers, {}, reference) as program,
    ):

        def double(size: int) -> Computed:
            call = StandInCall("double", (np.ones(size),), {})
            return program._answer_stand_in(("double",), call)

        assert double(2).seconds < STEP
        ended = double(7)
        assert "the process ended" in ended.error
        assert ended.seconds == STEP
        again = double(2)
        assert again.value.tolist() == [2.0, 2.0]
        assert again.seconds == STEP
