"""The pages: those that something changed for are written, and no others."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.assignment.model import Assignment
from autograder.classroom import pages, results
from tests.classroom.examples import result

SCORES = {"double": 4.0, "quadruple": 1.0, "Walker.walk": None}
STUDENTS = ["ada", "bob", "cat", "m\udcfcller"]  # the last folder's name is no UTF-8


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for student in STUDENTS:
        results.write(tmp_path, student, result(SCORES, student=student[:3]))
    return tmp_path


def written(out: Path, toy: Assignment) -> set[str]:
    """The files that `write` writes now."""
    for path in out.rglob("*.*"):
        os.utime(path, (0, 0))
    assert pages.write(out, toy) == []
    files = [path for path in out.rglob("*.*") if path.suffix in (".html", ".csv")]
    return {path.relative_to(out).as_posix() for path in files if path.stat().st_mtime}


def test_every_page_is_written_once(out: Path, toy: Assignment) -> None:
    students = {f"students/{student}.html" for student in STUDENTS}
    assert written(out, toy) == {"grades.csv", "index.html"} | students
    assert written(out, toy) == set()


def test_a_changed_result_changes_its_page_and_those_that_link_to_it(
    out: Path, toy: Assignment
) -> None:
    pages.write(out, toy)
    results.write(out, "ada", result({**SCORES, "double": 1.0}, student="other"))
    changed = {"grades.csv", "index.html", "students/ada.html", "students/bob.html"}
    assert written(out, toy) == changed


@pytest.mark.parametrize("name", ["index.html", "grades.csv", "students/bob.html"])
def test_a_page_that_is_missing_or_edited_is_written_again(
    out: Path, toy: Assignment, name: str
) -> None:
    pages.write(out, toy)
    (out / name).write_text("edited")
    assert written(out, toy) == {name}
    (out / name).unlink()
    assert written(out, toy) == {name}


@pytest.mark.parametrize("text", ["", "[1]", '{"index.html": 5}', '{"index.html": ["a"]}'])
def test_damaged_records_make_every_page_out_of_date(out: Path, toy: Assignment, text: str) -> None:
    pages.write(out, toy)
    before = (out / "index.html").read_bytes()
    (out / "views.json").write_text(text)
    assert pages.write(out, toy) == []
    assert (out / "index.html").read_bytes() == before
    assert written(out, toy) == set()


def test_an_unreadable_result_is_named_each_time(out: Path, toy: Assignment) -> None:
    (out / "results" / "bob.json").write_text("{}")
    for _ in range(2):
        (problem,) = pages.write(out, toy)
        assert "bob.json is no result" in problem
    assert not (out / "students" / "bob.html").exists()


def test_the_assignment_s_title_changes_every_page_and_no_table(out: Path, toy: Assignment) -> None:
    pages.write(out, toy)
    table = (out / "grades.csv").read_bytes()
    assert "students/cat.html" in written(out, replace(toy, title="Another"))
    assert (out / "grades.csv").read_bytes() == table
