"""Malformed programs: each changes its slot only, and can be executed."""

from __future__ import annotations

import numpy as np

from autograder.assignment.model import Assignment
from autograder.proof.malformed_programs import malformed_programs


def test_a_function_is_malformed_in_five_ways(toy: Assignment) -> None:
    results = {}
    for program in malformed_programs(toy, toy.slots["double"]):
        namespace: dict[str, object] = {}
        exec(toy.edited(program), namespace)
        double = namespace["double"]
        assert callable(double)
        assert callable(namespace["quadruple"])
        name = program.id.removeprefix("double that ")
        try:
            results[name] = double(np.ones(2))
        except RuntimeError as error:
            results[name] = error
    assert results["returns nothing"] is None
    assert isinstance(results["raises"], RuntimeError)
    assert results["returns a text"] == "nothing"
    assert results["adds an axis"].shape == (1, 2)
    assert results["returns a list"] == [2.0, 2.0]
