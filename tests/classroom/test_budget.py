"""The time of a submission: loading and all calls together, in `minutes` of assignment.toml."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.classroom.test_regrade import edit, result
from tests.conftest import Ran, run_autograder

HandIn = Callable[..., Path]
SAID = "the time for the whole submission is used up: 0.1 minutes for loading all files"


@pytest.mark.skipif(sys.platform != "linux", reason="others wait for the wall's clock")
def test_no_submission_keeps_a_process_longer_than_its_minutes(
    toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    edit(toy_course / "solutions/toy/assignment.toml", "title =", "minutes = 0.1\ntitle =")
    hand_in("bob", toy_reference)
    hand_in("amy", f"import time\ntime.sleep(1000)\n{toy_reference}")
    slow = "position = np.add(position, step)"
    assert slow in toy_reference
    hand_in(
        "zoe", toy_reference.replace("return x + x", "import time; time.sleep(4); return x + x")
    )
    ran: Ran = run_autograder("grade", "toy", "--jobs", "1", cwd=toy_course)
    assert ran.status == 0, ran.out
    assert result(toy_course, "bob")["score"] == 9
    amy = result(toy_course, "amy")["tests"]
    assert {test["extra_data"]["verdict"] for test in amy} == {"timeout"}
    assert all(SAID in " ".join(test["output"].split()) for test in amy)
    zoe = {test["name"]: test for test in result(toy_course, "zoe")["tests"]}
    assert zoe["double"]["extra_data"]["verdict"] == "timeout"
    assert zoe["Walker.walk"]["extra_data"]["verdict"] == "timeout"
    assert SAID in " ".join(zoe["Walker.walk"]["output"].split())


@pytest.mark.skipif(sys.platform != "linux", reason="others wait for the wall's clock")
def test_a_check_on_the_students_machine_has_the_same_time(folder: Path) -> None:
    """Of all files together: what one of them uses up, the next one lacks."""
    described = folder / "checks" / "assignment.json"
    edit(described, '"minutes": 3.0', '"minutes": 0.05')
    for file in ("vanilla_rnn.py", "bptt.py"):
        text = (folder / file).read_text()
        (folder / file).write_text(f"import time\ntime.sleep(2)\n{text}")
    ran = run_autograder("check", "vanilla_rnn.py", "bptt.py", cwd=folder)
    assert "0.05 minutes for loading all files" in " ".join(ran.out.split())
    assert ran.out.count("timeout") == 2  # the slots of the second file
    assert ran.out.count("not started") == 2
    shutil.rmtree(folder)
