"""The doctor on due dates, penalties and times of handing in."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from autograder.assignment import reader
from autograder.doctor import lateness
from autograder.doctor.findings import Course, Finding, State
from autograder.nbgrader.settings import Settings

PENALTY = Settings(has_penalty=True)


@pytest.fixture
def folder(toy_course: Path) -> Path:
    return toy_course


def hand_in(folder: Path, **stamps: str | None) -> None:
    for student, stamp in stamps.items():
        path = folder / "submitted" / student / "toy"
        path.mkdir(parents=True)
        if stamp is not None:
            (path / "timestamp.txt").write_text(stamp)


def set_due(folder: Path, when: str | None) -> None:
    with closing(sqlite3.connect(folder / "gradebook.db")) as db:
        db.execute("CREATE TABLE assignment (name TEXT, duedate TEXT)")
        db.execute("INSERT INTO assignment VALUES ('toy', ?)", (when,))
        db.commit()


def due_date(folder: Path, settings: Settings) -> Finding:
    return lateness.due_date(Course(folder, settings), reader.load("toy", folder))


def times(folder: Path, settings: Settings) -> Finding:
    return lateness.times(Course(folder, settings), reader.load("toy", folder))


def test_a_due_date_is_shown_in_the_courses_time_zone(folder: Path) -> None:
    set_due(folder, "2026-07-31 21:59:00.000000")
    found = due_date(folder, Settings(timezone="Europe/Berlin", has_penalty=True))
    assert found.state == State.RIGHT
    assert found.text == (
        "2026-07-31 23:59:00 Europe/Berlin (in the gradebook 2026-07-31 21:59:00, which is UTC)"
    )
    assert due_date(folder, Settings()).text == (
        "2026-07-31 21:59:00 UTC; late submissions lose no points"
    )


def test_a_penalty_without_a_due_date_is_wrong(folder: Path) -> None:
    for _ in range(2):
        found = due_date(folder, PENALTY)
        assert found.state == State.WRONG
        assert "nobody is late" in found.text
        assert found.mend.endswith('--duedate="2030-01-31 23:59+00:00"')
        assert due_date(folder, Settings()).state == State.NOTHING
        if not (folder / "gradebook.db").exists():
            set_due(folder, None)


def test_an_offset_that_nbgrader_took_for_seconds_is_found(folder: Path) -> None:
    set_due(folder, "2026-07-31 23:57:20.000000")  # nbgrader's reading of 23:59 +0100
    found = due_date(folder, Settings(timezone="America/Chicago", has_penalty=True))
    assert found.state == State.WRONG
    assert "takes an offset behind a space for seconds" in found.text
    assert found.mend.endswith('--duedate="2030-01-31 23:59-06:00"')


def test_an_unknown_time_zone_is_wrong(folder: Path) -> None:
    found = due_date(folder, Settings(timezone="Mars/Base"))
    assert found.state == State.WRONG
    assert "Mars/Base" in found.text


def test_where_late_ones_lose_points_unknown_times_are_wrong_by_name(folder: Path) -> None:
    assert times(folder, PENALTY).state == State.NOTHING
    hand_in(folder, ada="2026-03-01 12:00:00 UTC", bob=None, eve="2026-03-01 12:00:00 CST")
    found = times(folder, PENALTY)
    assert found.state == State.WRONG
    assert "bob: there is no timestamp.txt" in found.text
    assert "eve: timestamp.txt has the time zone CST" in found.text
    assert "ada" not in found.text
    assert "c.Exchange.timezone" in found.mend
    found = times(folder, Settings(timezone="America/Chicago", has_penalty=True))
    assert "eve" not in found.text
    assert found.mend.endswith("> submitted/STUDENT/toy/timestamp.txt")
    (folder / "submitted" / "bob" / "toy" / "timestamp.txt").write_text("2026-03-01T12:00Z")
    found = times(folder, Settings(timezone="America/Chicago", has_penalty=True))
    assert (found.state, found.text) == (State.RIGHT, "3 known")


def test_without_a_penalty_only_stamps_that_cannot_be_read_are_wrong(folder: Path) -> None:
    hand_in(folder, ada=None)
    assert times(folder, Settings()).state == State.NOTHING
    hand_in(folder, bob="yesterday")
    found = times(folder, Settings())
    assert found.state == State.WRONG
    assert "bob: timestamp.txt cannot be read" in found.text
