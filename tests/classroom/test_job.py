"""What a run of `grade` was asked to do."""

from __future__ import annotations

from pathlib import Path

from autograder.classroom.job import Job, times_unknown
from autograder.course.time_stamp import LateRules


def test_who_may_be_late_is_named_in_order_and_only_where_it_counts(tmp_path: Path) -> None:
    for student in ("eve", "ada", "bob"):
        (tmp_path / student / "toy").mkdir(parents=True)
    (tmp_path / "bob" / "toy" / "timestamp.txt").write_text("2026-03-01T12:00Z")
    job = Job(tmp_path, "toy", tmp_path, tmp_path / "out", 1, late=LateRules(has_penalty=True))
    (line,) = times_unknown(job, ["eve", "bob", "ada"])
    assert line == "late submissions lose points, and nobody knows when these handed in: ada, eve"
    without = Job(tmp_path, "toy", tmp_path, tmp_path / "out", 1)
    assert times_unknown(without, ["eve", "bob", "ada"]) == []
