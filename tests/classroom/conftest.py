"""What tests of a class share: the result cache of the toy course."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.assignment.model import Assignment
from autograder.classroom import provenance
from autograder.classroom.job import Job
from autograder.classroom.result_cache import ResultCache
from autograder.isolation.protection import Protection, RunProtection


@pytest.fixture
def cache(toy: Assignment, toy_course: Path) -> Callable[..., ResultCache]:
    """Make a cache of the toy course, as a new run does."""

    def make(seed: int = 1, fresh: bool = False, resumed: bool = False) -> ResultCache:
        out = toy_course / "out"
        job = Job(toy_course, "toy", toy_course / "submitted", out, seed, fresh=fresh)
        isolation = RunProtection(Protection())
        conditions = provenance.conditions(toy, toy_course, seed, job.device, isolation)
        return ResultCache(job, toy, conditions, resumed)

    return make
