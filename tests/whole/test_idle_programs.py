"""A function that does nothing leaves everything alone, and gets no points for that."""

from __future__ import annotations

import pytest

from autograder.assignment import reader
from autograder.hidden.collection import collect
from autograder.hidden.known_programs import sources_of
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from autograder.judging.judgement import SlotResult, judge
from autograder.proof.malformed_programs import malformed_programs
from tests.conftest import KNOWN, ROOT


@pytest.mark.parametrize("name", KNOWN)
def test_a_program_that_does_nothing_gets_no_points(name: str, workers: Workers) -> None:
    assignment = reader.load(name, ROOT)
    results: dict[str, SlotResult] = {}
    with HiddenChecks(assignment, workers, collect(assignment), seed=3) as hidden:
        for slot in assignment.slots.values():
            idle = next(malformed_programs(assignment, slot))
            with hidden.program(sources_of(assignment, idle)) as program:
                results |= judge(hidden, program, [slot.name])
    assert {slot: result.score for slot, result in results.items()} == dict.fromkeys(results, 0.0)
