"""Grading processes have a limit of memory, and whoever meets it costs nobody else anything."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.classroom.test_regrade import edit, result
from tests.conftest import Ran, run_autograder

HandIn = Callable[..., Path]
GREEDY = """
    found = student.double(np.ones(3)).array()
    np.ones((1 << 30) * int(len(found) > 3 or found[0] < 0))  # 8 GB for a long or negative answer
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_an_answer_that_takes_the_graders_memory_costs_its_own_slot(
    toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    """The memory is taken by the check here; a student's own answers are bounded before that."""
    graders = toy_course / "solutions/toy/moves/test_double.py"
    edit(graders, "from autograder", "import numpy as np\nfrom autograder")
    edit(graders, '    """doubles"""\n', f'    """doubles"""{GREEDY}')
    hand_in("bob", toy_reference)
    hand_in("amy", toy_reference.replace("return x + x", "return np.ones(1_000_000)"))
    hand_in("zoe", toy_reference.replace("return x + x", "return -x"))
    ran: Ran = run_autograder("grade", "toy", "--jobs", "1", cwd=toy_course)
    tests = {test["name"]: test for test in result(toy_course, "amy")["tests"]}
    assert tests["double"]["extra_data"]["verdict"] == "crash"
    assert "its answers are too large for the grader" in tests["double"]["output"]
    assert tests["Walker.walk"]["score"] == 3
    assert result(toy_course, "bob")["score"] == 9
    assert "ungraded: zoe: 2 grading processes ended while they graded moves.py" in ran.out
    assert "Traceback" not in ran.out + ran.err
    assert ran.status == 3
