"""What the doctor's findings say, and where it looks for a gradebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.doctor.findings import Course, first_problems
from autograder.nbgrader.settings import Settings


def test_the_first_problems_are_listed_and_the_others_counted() -> None:
    assert first_problems(["a", "b", "c"]) == "a; b; c"
    assert first_problems(["a", "b", "c", "d", "e"]) == "a; b; c; and 2 more"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("", "/course/gradebook.db"),
        ("sqlite:///grades/book.db", "/course/grades/book.db"),
        ("sqlite:////srv/book.db?timeout=5", "/srv/book.db"),
        ("postgresql://host/grades", None),
    ],
)
def test_the_gradebook_is_where_the_settings_say(url: str, path: str | None) -> None:
    found = Course(Path("/course"), Settings(db_url=url)).gradebook
    assert found == (None if path is None else Path(path))


def test_the_exchange_has_a_folder_for_the_course() -> None:
    settings = Settings(course_id="rnn", exchange="/srv/exchange")
    assert Course(Path("/course"), settings).exchange == Path("/srv/exchange/rnn")
