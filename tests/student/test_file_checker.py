"""Noticing saved files, and the results as data."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from autograder.course.student_file import Unreadable, read_source
from autograder.judging.failure import Failure
from autograder.judging.judgement import CheckResult, SlotResult
from autograder.judging.verdict import Verdict
from autograder.public.released_folder import find_released
from autograder.student import file_checker
from autograder.student.file_checker import PATIENCE_SECONDS, Saves, to_json


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


class Editor:
    """A clock, and an editor that writes the file again while the clock's owner sleeps."""

    def __init__(self, path: Path, done: float) -> None:
        self.path, self.done, self.now = path, done, 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now >= self.done:
            self.path.write_bytes(b"x = 1")


@pytest.mark.parametrize("before", [None, b"", b" \n"])
def test_a_file_that_is_missing_or_empty_for_a_moment_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None
) -> None:
    path = tmp_path / "a.py"
    for done, found in ((0.4, b"x = 1"), (0.6, before)):
        path.unlink(missing_ok=True)
        if before is not None:
            path.write_bytes(before)
        monkeypatch.setattr(file_checker, "time", Editor(path, done))
        source = file_checker._read(path, PATIENCE_SECONDS)
        assert (source if isinstance(source, bytes) else b"") == (found or b"").strip()


def test_a_renamed_file_is_named_where_one_is_missing(folder: Path) -> None:
    released = find_released(folder)
    (file, other, *_) = released.assignment.files
    path = folder / file
    assert file_checker._with_renamed(read_source(path), released, file) == read_source(path)
    path.rename(path.with_name(f"{path.stem} (1).py"))
    (folder / other).unlink()
    found = file_checker._with_renamed(read_source(path), released, file)
    assert isinstance(found, Unreadable)
    assert found.details == (f"{path.stem} (1).py may be it: give it this name, and put it here",)
    absent = read_source(folder / other)
    assert file_checker._with_renamed(absent, released, other) == absent


def test_results_as_json_have_the_message_of_the_terminal() -> None:
    checks = (CheckResult("values", "right", "doubles", False, "wrong values"),)
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
