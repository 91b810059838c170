"""Noticing saved files, and the results as data."""

from __future__ import annotations

import json
import os
from pathlib import Path

from autograder.judging.failure import Failure
from autograder.judging.judgement import CheckResult, SlotResult
from autograder.judging.verdict import Verdict
from autograder.student.file_checker import Saves, to_json


def test_a_save_is_noticed_once_by_size_time_or_a_new_file(tmp_path: Path) -> None:
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_text("1")
    saves = Saves(tmp_path, ["a.py", "b.py"])
    assert saves.since_last_call() == []
    second.write_text("1")
    assert saves.since_last_call() == ["b.py"]
    os.utime(first, ns=(1, 1))
    second.unlink()
    assert saves.since_last_call() == ["a.py", "b.py"]
    assert saves.since_last_call() == []


def test_results_as_json_have_the_message_of_the_terminal() -> None:
    checks = (CheckResult("values", "doubles", False, "wrong values"),)
    failure = Failure(Verdict.WRONG, "wrong values")
    result = SlotResult(
        "double", "a.py", Verdict.WRONG, 0.0, 1.0, checks, "doubles", failure, line=3
    )
    (entry,) = json.loads(json.dumps(to_json({"double": result})))
    assert (entry["slot"], entry["file"], entry["line"]) == ("double", "a.py", 3)
    assert entry["verdict"] == "wrong"
    assert entry["checks"] == [
        {"name": "values", "sentence": "doubles", "passed": False, "message": "wrong values"}
    ]
    assert entry["message"].splitlines()[:3] == [
        "double   0 of 1 checks pass", "  ✗ it doubles", "    wrong values",
    ]  # fmt: skip
