"""Times of handing in, through nbgrader: in the gradebook, for penalties, and for resubmissions."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.conftest import Ran
from tests.nbgrader.course import Course

# student -> what timestamp.txt says, and the time in UTC
STAMPS = {
    "pst": ("2026-03-01 12:00:00.000000 PST", "2026-03-01 20:00:00.000000"),
    "pdt": ("2026-07-01 12:00:00.000000 PDT", "2026-07-01 19:00:00.000000"),
    "cest": ("2026-07-01 12:00:00.000000 CEST", "2026-07-01 10:00:00.000000"),
    "zulu": ("2026-03-01T12:00:00Z", "2026-03-01 12:00:00.000000"),
    "offset": ("2026-03-01 12:00:00+02:00", "2026-03-01 10:00:00.000000"),
    "numeric": ("2026-03-01 12:00:00 +08", "2026-03-01 04:00:00.000000"),
    "minutes": ("2026-03-01 12:00 UTC", "2026-03-01 12:00:00.000000"),
    "marked": ("\ufeff2026-03-01 12:00:00 UTC\r\n", "2026-03-01 12:00:00.000000"),
}
UNKNOWN = {"ambiguous": "2026-03-01 12:00:00 IST", "vague": "yesterday", "absent": None}


@pytest.fixture(scope="module")
def graded(released: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Ran]:
    """A class with every kind of time stamp, in a course where late ones lose points."""
    course = Course(tmp_path_factory.mktemp("times"))
    shutil.copytree(released, course.root / "release")
    course.configure("c.Exchange.timezone = 'America/Los_Angeles'")
    course.configure("c.LateSubmissionPlugin.penalty_method = 'zero'")
    course.nbgrader("db", "assignment", "add", "toy", "--duedate=2026-03-01 12:00-08:00")
    known = {student: stamp for student, (stamp, _) in STAMPS.items()}
    for student, stamp in {**known, **UNKNOWN}.items():
        folder = course.hand_in(student)
        if stamp is not None:
            (folder / "timestamp.txt").write_text(stamp)
    return course, course.run("autograder", "grade", "toy")


def in_gradebook(course: Course, column: str) -> dict[str, str | None]:
    query = f"select student_id, {column} from submitted_assignment"
    return dict(sqlite3.connect(course.root / "gradebook.db").execute(query))


def test_the_gradebook_has_every_time_that_can_be_known(graded: tuple[Course, Ran]) -> None:
    times = in_gradebook(graded[0], "timestamp")
    assert times == {s: utc for s, (_, utc) in STAMPS.items()} | dict.fromkeys(UNKNOWN)


def test_who_may_be_late_is_said_by_name(graded: tuple[Course, Ran]) -> None:
    course, ran = graded
    line = "nobody knows when these handed in: absent, ambiguous, vague"
    assert line in " ".join(ran.out.split())
    notes = {s: " ".join(r["extra_data"]["notes"]) for s, r in course.results().items()}
    assert "the time zone IST" in notes["ambiguous"]
    assert "there is no timestamp.txt: whether it was late is not known" in notes["absent"]
    assert {student for student, note in notes.items() if note} == UNKNOWN.keys()
    assert "the time zone IST" in (course.root / "reports" / "toy" / "index.html").read_text()
    found = course.try_to("autograder", "doctor", "toy")
    assert "absent, ambiguous, vague" in " ".join(found.out.split())
    assert "2026-03-01 12:00:00 America/Los_Angeles" in " ".join(found.out.split())


def test_nbgrader_finds_a_newer_submission_due(graded: tuple[Course, Ran]) -> None:
    course, _ = graded
    newer = {"pst": "2026-03-01 12:30:00.000000 PST", "absent": "2026-03-01 12:30:00.000000 PST"}
    for student, stamp in newer.items():
        course.hand_in(student, "")
        (course.root / "submitted" / student / "toy" / "timestamp.txt").write_text(stamp)
    course.hand_in("zulu", "")  # with the same time
    course.hand_in("vague", "")  # nobody knows whether it is newer
    (course.root / "submitted" / "cest" / "toy" / "timestamp.txt").write_text("now")
    ran = course.nbgrader("autograde", "toy")
    line = "nobody knows whether these are new (--force grades them): ambiguous, cest, vague"
    assert line in ran.err
    marks = {student: cells["double"] for student, cells in course.automatic().items()}
    assert {student for student, mark in marks.items() if mark == 0} == newer.keys()
    assert in_gradebook(course, "timestamp")["absent"] == "2026-03-01 20:30:00.000000"
    course.nbgrader("autograde", "toy", "--force", "--student", "cest")
    assert in_gradebook(course, "timestamp")["cest"] is None  # not that of the one before
