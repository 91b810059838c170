"""The whole loop through nbgrader's own commands: a real exchange, a real gradebook."""

from __future__ import annotations

import csv
import html
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import reader
from autograder.files import zip_bytes
from autograder.public import leaks
from tests.conftest import Ran
from tests.nbgrader.course import BIN, Course, edit, write


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The loop, gone through once: from a source notebook to feedback in students' folders."""
    course = Course(tmp_path_factory.mktemp("loop"))
    triples = course.reference.replace("x + x", "x + x + x")
    course.nbgrader("generate_assignment", "toy")
    course.nbgrader("release_assignment", "toy")
    for student, moves in {"ada": course.reference, "bob": triples}.items():
        course.nbgrader("fetch_assignment", "toy", student=student)
        write(course.homes / student / "toy", moves, f"My answer is {student}'s.")
        course.nbgrader("submit", "toy", student=student)
    course.nbgrader("collect", "toy")
    course.nbgrader("autograde", "toy")
    course.mark("ada", "question-1", 1.5)
    course.nbgrader("generate_feedback", "toy")
    course.nbgrader("release_feedback", "toy")
    for student in ("ada", "bob"):
        course.nbgrader("fetch_feedback", "toy", student=student)
    course.nbgrader("export")
    return course


def test_generate_assignment_and_release_give_the_same_bytes(
    loop: Course, autograder: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = autograder("release", "toy", "--no-verify", "--to", str(tmp_path / "toy"), cwd=loop.root)
    assert ran.status == 0, ran.err
    assert contents(tmp_path / "toy") == contents(loop.root / "release" / "toy")
    assert "moves.py" in contents(loop.homes / "ada" / "toy")


def contents(folder: Path) -> dict[str, bytes]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_nbgrader_autograde_gives_the_marks_of_autograder_grade(
    loop: Course, autograder: Callable[..., Ran], tmp_path: Path
) -> None:
    assert loop.engine_marks()["ada"] == {"double": 4, "quadruple": 2, "Walker-walk": 3}
    assert loop.engine_marks()["bob"]["double"] < 4
    assert loop.automatic() == loop.engine_marks()
    seed = str(loop.results()["ada"]["extra_data"]["seed"])
    ran = autograder(
        *("grade", "toy", "--out", str(tmp_path / "again"), "--seed", seed, "--no-gradebook"),
        cwd=loop.root,
    )
    assert ran.status == 0, ran.err
    for student, before in loop.results().items():
        again = json.loads((tmp_path / "again" / "results" / f"{student}.json").read_text())
        assert again["tests"] == before["tests"]


def test_the_feedback_that_students_fetch_says_what_grade_says(loop: Course) -> None:
    for student, result in loop.results().items():
        (page,) = (loop.homes / student / "toy" / "feedback").rglob("*.html")
        text = html.unescape(page.read_text())
        assert f"My answer is {student}'s." in text
        for test in result["tests"]:
            if test["extra_data"]["verdict"] != "correct":
                for line in test["output"].splitlines():
                    assert line in text
    (page,) = (loop.homes / "bob" / "toy" / "feedback").rglob("*.html")
    assert "Likely cause" in page.read_text()


def test_a_mark_by_hand_is_in_the_export(loop: Course) -> None:
    with (loop.root / "grades.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    marks = loop.engine_marks()
    assert scores["ada"] == sum(marks["ada"].values()) + 1.5
    assert scores["bob"] == pytest.approx(sum(marks["bob"].values()))


def test_no_secret_leaves_by_any_door(loop: Course) -> None:
    assignment = reader.load("toy", loop.root)
    doors = (loop.root / "release", loop.root / "feedback", loop.exchange / "rnn" / "outbound",
             loop.exchange / "rnn" / "feedback", loop.homes / "bob")  # fmt: skip
    own = {path.read_bytes() for path in (loop.root / "submitted").rglob("moves.py")}
    for door in doors:
        files = {name: data for name, data in contents(door).items() if data not in own}
        assert files
        assert leaks.found_in(assignment, files) == []
    planted = {"x.html": html.escape(assignment.questions[0].answer).encode()}
    assert leaks.found_in(assignment, planted)


# ------------------------------------------------------------------------------ broken hand-ins


def duplicate(cells: list[Any]) -> None:
    (cell,) = [c for c in cells if c.get("id") == "question-1"]
    cells.insert(1, {**cell, "source": "My second thoughts.", "id": "copy"})
    cells.append(dict(cells[2]))


def delete(cells: list[Any]) -> None:
    cells[:] = [c for c in cells if c["id"] not in ("double", "Walker-walk", "question-1")]


def strip(cells: list[Any]) -> None:
    for cell in cells:
        cell["metadata"] = {}


def retype(cells: list[Any]) -> None:
    for cell in cells:
        cell["cell_type"] = "raw"
        for key in ("outputs", "execution_count"):
            cell.pop(key, None)


def raise_points(cells: list[Any]) -> None:
    for cell in cells:
        if "points" in cell["metadata"].get("nbgrader", {}):
            cell["metadata"]["nbgrader"]["points"] = 1000
            if cell["cell_type"] == "code":
                cell["source"] = "1000"


def older(cells: list[Any]) -> None:
    cells[:] = [c for c in cells if c["id"] != "quadruple"]
    for cell in cells:
        if cell["id"] == "double":
            cell["metadata"]["nbgrader"]["grade_id"] = "a_slot_that_is_no_more"
            cell["id"] = "old"


def hostile(cells: list[Any]) -> None:
    """What breaks nbgrader, nbformat or nbconvert, each in a cell of its own."""
    nested: dict[str, Any] = {}
    for _ in range(600):
        nested = {"a": nested}
    one = {"cell_type": "markdown", "metadata": {}, "source": "Text."}
    cells += [
        {**one, "id": []},
        {**one, "id": 'a"b'},
        {**one, "metadata": {"tags": 5, "nbgrader": 7}},
        {**one, "metadata": nested},
        {**one, "attachments": {"p.png": 5}},
        {**one, "attachments": {"p.png": {'text/html"onerror="alert(1)': "x"}}},
        {**one, "source": "![lost](attachment:lost.png)"},
        {**one, "cell_type": "code", "source": [1, 2]},
        {**one, "source": "[look](javascript:alert(1)) [l]: java&#115;cript:alert(2)"},
        {**one, "source": "$\\href{javascript:alert(3)}{x}$"},
    ]
    (answer,) = [c for c in cells if c.get("id") == "question-1"]
    answer["cell_type"] = "code"
    answer["source"] = "My answer.<script>alert(4)</script>"
    (double,) = [c for c in cells if c.get("id") == "double"]
    cells.append({**double, "source": "<script>alert(5)</script>", "id": "again"})


@pytest.fixture(scope="module")
def broken(released: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Ran]:
    """A class of broken hand-ins, graded once."""
    course = Course(tmp_path_factory.mktemp("broken"))
    shutil.copytree(released, course.root / "release")
    course.hand_in("whole", answer="My answer.")
    (course.hand_in("missing") / "toy.ipynb").unlink()
    folder = course.hand_in("renamed", answer="My answer.")
    (folder / "toy.ipynb").rename(folder / "toy (1).ipynb")
    folder = course.hand_in("truncated", answer="My answer.")
    (folder / "toy.ipynb").write_text((folder / "toy.ipynb").read_text()[:-300])
    (course.hand_in("empty") / "toy.ipynb").write_bytes(b"")
    (course.hand_in("nonsense") / "toy.ipynb").write_text('{"nbformat": 4, "cells": [1]}')
    (course.hand_in("deep") / "toy.ipynb").write_text("[" * 10_000)
    (course.hand_in("latin") / "toy.ipynb").write_bytes('{"cells": "ü"}'.encode("latin-1"))
    folder = course.hand_in("link")
    (folder / "toy.ipynb").unlink()
    (folder / "toy.ipynb").symlink_to(course.root / "solutions/toy/moves/moves.py")
    for change in (duplicate, delete, strip, retype, raise_points, older, hostile):
        edit(course.hand_in(change.__name__, answer="My answer."), change)
    folder = course.hand_in("deeper", answer="My answer.")
    (folder / "src").mkdir()
    for name in ("moves.py", "toy.ipynb"):
        (folder / name).rename(folder / "src" / name)
    folder = course.hand_in("script", answer="My answer.<script>alert(1)</script> $a<b$")
    raw = {"raw_mimetype": "text/html"}
    edit(folder, lambda cells: cells.append(
        {"cell_type": "raw", "metadata": raw, "source": "<img src=x onerror=alert(1)>", "id": "r"}
    ))  # fmt: skip
    folder = course.hand_in("stamped")
    (folder / "timestamp.txt").write_text("tomorrow, or so")
    (folder / "submission_secret.txt").write_bytes(b"\xff" * 10)
    course.hand_in("a[b]", answer="My answer.")
    return course, course.run("autograder", "grade", "toy")


UNREAD = ("truncated", "empty", "nonsense", "deep", "latin", "link")
BLANK = ("missing", "stamped", "delete")
MENDED = (
    "whole",
    "script",
    "renamed",
    "duplicate",
    "strip",
    "retype",
    "raise_points",
    "older",
    "deeper",
    "hostile",
    "a[b]",
)


def test_broken_hand_ins_are_graded_on_their_code(broken: tuple[Course, Ran]) -> None:
    course, ran = broken
    assert set(course.automatic()) == {*UNREAD, *BLANK, *MENDED}
    for student, cells in course.automatic().items():
        assert cells == {"double": 4, "quadruple": 2, "Walker-walk": 3}, student
    assert f"gradebook: {len(course.results())} of {len(course.results())} written" in ran.out


def test_written_answers_in_them_are_kept_for_the_person_who_marks(
    broken: tuple[Course, Ran],
) -> None:
    course, _ = broken
    for student in MENDED:
        page = (course.root / "autograded" / student / "toy" / "toy.ipynb").read_text()
        assert "My answer." in page, student
        assert course.gradebook()[student]["question-1"] == (None, None, True), student
    assert (
        "My second thoughts."
        in (course.root / "autograded" / "duplicate" / "toy" / "toy.ipynb").read_text()
    )
    for student in BLANK:
        assert course.gradebook()[student]["question-1"] == (0, None, False), student
    for student in UNREAD:
        assert course.gradebook()[student]["question-1"] == (None, None, True), student


@pytest.mark.parametrize(
    ("student", "note"),
    [
        ("missing", "toy.ipynb was not handed in: its written answers count as none"),
        ("renamed", "toy.ipynb was handed in as toy (1).ipynb"),
        ("truncated", "toy.ipynb cannot be read as a notebook"),
        ("deep", "toy.ipynb cannot be read as a notebook"),
        ("link", "toy.ipynb is a link, which is not followed"),
        ("duplicate", "toy.ipynb has 2 answers to question-1: look at all of them"),
        ("delete", "toy.ipynb lacks 3 cells of the handout, which were put back"),
        ("stamped", "timestamp.txt cannot be read: whether it was late is not known"),
        ("deeper", "moves.py lies in src/ instead of beside the notebook: taken from there"),
    ],
)
def test_what_was_unusual_is_said(broken: tuple[Course, Ran], student: str, note: str) -> None:
    course, _ = broken
    assert any(note in one for one in course.results()[student]["extra_data"]["notes"])
    assert course.results()["whole"]["extra_data"]["notes"] == []


def test_the_hand_ins_are_left_as_they_were(broken: tuple[Course, Ran]) -> None:
    submitted = broken[0].root / "submitted"
    assert not (submitted / "missing" / "toy" / "toy.ipynb").exists()
    assert (submitted / "empty" / "toy" / "toy.ipynb").read_bytes() == b""
    assert (submitted / "link" / "toy" / "toy.ipynb").is_symlink()


def test_a_link_brings_nothing_of_the_staffs_into_feedback(broken: tuple[Course, Ran]) -> None:
    course, _ = broken
    course.nbgrader("generate_feedback", "toy")
    feedback = course.root / "feedback"
    # nbgrader takes the brackets in a student's name for a pattern, and finds nobody
    assert len(list(feedback.rglob("*.html"))) == len(course.results()) - 1
    assert (
        leaks.found_in(
            reader.load("toy", course.root), contents(feedback / "link" / "toy" / "toy_files")
        )
        == []
    )
    page = (feedback / "link" / "toy" / "toy.html").read_text()
    assert "BEGIN SOLUTION" not in page
    # A person who marks it opens the answer in a browser.
    page = (feedback / "script" / "toy" / "toy.html").read_text()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "$a&lt; b$" in page
    page = (feedback / "hostile" / "toy" / "toy.html").read_text()
    for bad in ("<script>alert", 'href="javascript', 'href="java', "\\href{", "onerror="):
        assert bad not in page


# ------------------------------------------------------------------------------ regrading


def test_a_regrade_keeps_marks_by_hand_and_says_what_changed(course: Course) -> None:
    course.hand_in("ada", answer="My answer.")
    course.hand_in("bob", course.reference.replace("x + x", "x + x + x"), answer="So there.")
    first = course.run("autograder", "grade", "toy")
    assert "changed" not in first.out
    course.mark("ada", "question-1", 2)
    course.mark("bob", "question-1", 1)
    course.hand_in("bob", answer="Another answer.")
    second = course.run("autograder", "grade", "toy")
    assert "changed: bob: double 1 -> 4: another moves.py was handed in" in second.out
    assert "changed: ada" not in second.out
    # The answer that changed since is to be looked at again, the other one is not.
    assert course.gradebook()["ada"]["question-1"] == (None, 2, False)
    assert course.gradebook()["bob"]["question-1"] == (None, 1, True)
    assert course.automatic() == course.engine_marks()
    toml = course.root / "solutions" / "toy" / "assignment.toml"
    toml.write_text(toml.read_text().replace("points = 2", "points = 1"))
    third = course.run("autograder", "grade", "toy", "--no-gradebook")
    assert "changed: ada: quadruple 2 -> 1: the rubric changed: 1 instead of 2 points" in third.out


def test_points_that_were_changed_arrive_in_the_gradebook(course: Course) -> None:
    course.hand_in("ada")
    course.run("autograder", "grade", "toy")
    toml = course.root / "solutions" / "toy" / "assignment.toml"
    toml.write_text(toml.read_text().replace("points = 2", "points = 5"))
    refused = course.try_to("autograder", "grade", "toy")
    assert refused.status == 1
    assert "the cell quadruple has 2 points instead of 5" in refused.out
    assert course.automatic()["ada"]["quadruple"] == 2

    def five(cells: list[Any]) -> None:
        (cell,) = [c for c in cells if c["id"] == "quadruple"]
        cell["metadata"]["nbgrader"]["points"] = 5

    edit(course.root / "source" / "toy", five)
    course.run("autograder", "release", "toy", "--no-verify")
    course.run("autograder", "grade", "toy")
    assert course.automatic()["ada"]["quadruple"] == 5
    course.nbgrader("export")
    with (course.root / "grades.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (float(row["score"]), float(row["max_score"])) == (12, 14)


def test_a_mark_of_the_graders_that_a_person_overrode_stays(course: Course) -> None:
    course.hand_in("ada", "")
    course.run("autograder", "grade", "toy")
    course.mark("ada", "double", 3)
    course.run("autograder", "grade", "toy")
    assert course.gradebook()["ada"]["double"] == (0, 3, False)


def test_what_the_grader_could_not_grade_waits_for_a_person(course: Course) -> None:
    course.hand_in("ada")
    graders = course.root / "solutions/toy/moves/test_quadruple.py"
    graders.write_text(
        graders.read_text().replace('"""quadruples"""', '"""quadruples"""\n    1 / 0', 1)
    )
    assert course.try_to("autograder", "grade", "toy").status == 3
    cells = course.gradebook()["ada"]
    assert cells["quadruple"] == (None, None, True)
    assert cells["double"] == (4, None, False)
    page = (course.root / "autograded" / "ada" / "toy" / "toy.ipynb").read_text()
    assert "a person will look at it" in page
    assert "ZeroDivisionError" not in page


# ------------------------------------------------------------------------------ by other ways


def test_zips_of_a_learning_platform_are_collected_and_late_ones_pay(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.configure("from autograder.nbgrader_plugin import LatePerDay")
    course.configure("c.AssignLatePenalties.plugin_class = LatePerDay")
    course.run("autograder", "release", "toy", "--no-verify")
    archive = course.root / "downloaded" / "toy" / "archive"
    archive.mkdir(parents=True)
    for name, top in (("ada_123_toy", "."), ("bob_456_homework", "toy")):
        folder = tmp_path / "work" / name
        shutil.copytree(course.root / "release" / "toy", folder / top)
        write(folder / top, course.reference, "My answer.")
        (folder / top / "old").mkdir()
        shutil.copy(course.root / "release" / "toy" / "moves.py", folder / top / "old")
        shutil.make_archive(str(archive / name), "zip", folder)
    course.nbgrader("zip_collect", "toy")
    for student in ("ada", "bob"):
        folder = course.root / "submitted" / student / "toy"
        assert (folder / "moves.py").read_text() == course.reference
        assert (folder / "old" / "moves.py").is_file()
    course.run("autograder", "grade", "toy")
    course.nbgrader("db", "assignment", "add", "toy", "--duedate=2026-01-01 12:00")
    stamp = course.root / "submitted" / "bob" / "toy" / "timestamp.txt"
    stamp.write_text("2026-01-02 14:00:00 CET")  # one in the afternoon, in UTC
    course.run("autograder", "grade", "toy")
    course.nbgrader("generate_feedback", "toy")
    released = course.nbgrader("release_feedback", "toy")
    assert "ada did not hand in through the exchange" in released.err
    course.nbgrader("export")
    with (course.root / "grades.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {"ada": 9.0, "bob": pytest.approx(9.0 * 0.8)}


def test_one_bad_archive_costs_one_student(course: Course) -> None:
    archive = course.root / "downloaded" / "toy" / "archive"
    archive.mkdir(parents=True)
    good = zip_bytes({"moves.py": course.reference.encode()})
    (archive / "good_1.zip").write_bytes(good)
    (archive / "cut_1.zip").write_bytes(good[:-30])
    (archive / "twice_1_first.zip").write_bytes(zip_bytes({"moves.py": b"raise SystemExit"}))
    (archive / "twice_2_second.zip").write_bytes(good)
    ran = course.try_to("nbgrader", "zip_collect", "toy")
    assert ran.status == 1
    assert "Traceback" not in ran.err
    assert len([line for line in ran.err.splitlines() if "cut" in line]) == 1
    for student in ("good", "twice"):
        folder = course.root / "submitted" / student / "toy"
        assert (folder / "moves.py").read_text() == course.reference
    assert not (course.root / "submitted" / "cut").exists()


def test_collecting_follows_no_link(course: Course) -> None:
    course.nbgrader("release_assignment", "toy")
    course.nbgrader("fetch_assignment", "toy", student="eve")
    home = course.homes / "eve" / "toy"
    course.nbgrader("submit", "toy", student="eve")
    (inbound,) = (course.exchange / "rnn" / "inbound").iterdir()
    (inbound / "moves.py").unlink()
    (inbound / "moves.py").symlink_to(course.root / "solutions/toy/moves/moves.py")
    course.nbgrader("collect", "toy")
    assert not (course.root / "submitted" / "eve" / "toy" / "moves.py").exists()
    assert (course.root / "submitted" / "eve" / "toy" / "toy.ipynb").is_file()
    assert home.is_dir()


def test_an_assignment_that_is_not_the_kits_is_graded_as_nbgrader_does(tmp_path: Path) -> None:
    course = Course(tmp_path)
    shutil.rmtree(course.root / "solutions")
    edit(
        course.root / "source" / "toy", lambda cells: [c.update(source="1 + 1") for c in cells[2:5]]
    )
    course.nbgrader("generate_assignment", "toy")
    folder = course.root / "submitted" / "ada" / "toy"
    shutil.copytree(course.root / "release" / "toy", folder)
    course.nbgrader("autograde", "toy")
    assert course.automatic()["ada"] == {"double": 2, "quadruple": 2, "Walker-walk": 2}


def test_grading_strangers_leaves_the_gradebook_alone(course: Course, tmp_path: Path) -> None:
    course.hand_in("ada")
    (course.root / "submitted").rename(tmp_path / "elsewhere")
    course.run("autograder", "grade", "toy", "--submissions", str(tmp_path / "elsewhere"))
    assert not (course.root / "gradebook.db").exists()


def test_the_formgraders_button_grades_by_the_engine(course: Course, tmp_path: Path) -> None:
    course.hand_in("ada", course.reference.replace("x + x", "x + x + x"))
    script = (  # what the formgrader's server calls when the button is pressed
        "from nbgrader.apps import NbGraderAPI; from nbgrader.apps.baseapp import NbGrader\n"
        "app = NbGrader(); app.initialize([])\n"
        "api = NbGraderAPI(app.coursedir, parent=app)\n"
        "if __name__ == '__main__':\n"
        "    result = api.autograde('toy', 'ada')\n"
        "    assert result['success'], result\n"
    )
    (tmp_path / "press.py").write_text(script)
    command = [sys.executable, tmp_path / "press.py"]
    subprocess.run(command, cwd=course.root, env=course.environment(), check=True)
    assert course.automatic() == course.engine_marks()
    assert course.results()["ada"]["tests"][0]["extra_data"]["misconception"] == "D1_triples"


def test_a_gradebook_is_whole_where_nbgraders_tools_are_not_on_the_path(course: Course) -> None:
    course.hand_in("ada")
    ran = subprocess.run(
        [BIN / "autograder", "grade", "toy"],
        cwd=course.root,
        env={**os.environ, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    database = sqlite3.connect(course.root / "gradebook.db")
    assert database.execute("select count(*) from alembic_version").fetchone() == (1,)


@pytest.mark.parametrize(
    "secret",
    [
        "    position = np.add(position, step)",
        "Because two times two is four,\nwhatever number is doubled\nin the first place.",
    ],
)
def test_generate_assignment_fails_closed(tmp_path: Path, secret: str) -> None:
    course = Course(tmp_path)
    edit(course.root / "source" / "toy", lambda cells: cells[0].update(source=f"# Toy\n\n{secret}"))
    ran = course.try_to("nbgrader", "generate_assignment", "toy")
    assert "the release would leak: toy.ipynb holds a line of" in ran.err
    assert ran.status != 0
    assert not (course.root / "release" / "toy").exists()
