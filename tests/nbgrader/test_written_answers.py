"""Written answers in odd places and odd notebooks: nbgrader's gradebook, pages and feedback."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Ran
from tests.nbgrader.course import Course, edit

MINE = "My answer."
Change = Callable[[list[Any]], Any]


def cell(text: Any = MINE, kind: str = "markdown", **more: Any) -> dict[str, Any]:
    about = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": "mine", "metadata": {}, "source": text, **about, **more}


def at(cells: list[Any], id: str) -> int:
    return [one.get("id") for one in cells].index(id)


def in_the_question(cells: list[Any]) -> None:
    cells[at(cells, "question-1-text")]["source"] += ["\n\n", MINE]


def merged(cells: list[Any]) -> None:
    in_the_question(cells)
    del cells[at(cells, "question-1")]


def merged_into_the_answer(cells: list[Any]) -> None:
    text = cells.pop(at(cells, "question-1-text"))
    cells[at(cells, "question-1")]["source"] = ["".join(text["source"]), "\n\n", MINE]


def large(cells: list[Any]) -> None:
    text = {"output_type": "stream", "name": "stdout", "text": "A" * (33 << 20)}
    cells[at(cells, "question-1")]["source"] = MINE
    cells[at(cells, "setup")]["outputs"] = [text]


def answered(change: Change) -> Change:
    def both(cells: list[Any]) -> None:
        cells[at(cells, "question-1")]["source"] = MINE
        change(cells)

    return both


# Each is one student. The answer is found: its cell has it.
FOUND: dict[str, Change] = {
    "merged_into_the_answer": merged_into_the_answer,
    "large": large,
    "no_metadata": answered(lambda cells: cells.append(cell(metadata=[]))),
    "null_source": answered(lambda cells: cells.insert(0, cell(None))),
    "heading": answered(lambda cells: cells.insert(0, cell(kind="heading", level=1))),
    "no_type": answered(lambda cells: cells.insert(0, {"source": "A note."})),
    "nan": answered(lambda cells: cells.insert(0, cell(metadata={"x": float("nan")}))),
}
# There is no answer in its cell, and text that may be one.
WAITING: dict[str, Change] = {
    "in_the_question": in_the_question,
    "merged": merged,
    "below": lambda cells: cells.insert(at(cells, "question-1") + 1, cell()),
    "above": lambda cells: cells.insert(at(cells, "question-1-text"), cell()),
    "code": lambda cells: cells.append(cell(kind="code")),
    "raw": lambda cells: cells.append(cell(kind="raw")),
    "top": lambda cells: cells.insert(0, cell()),
}


# The same for notebooks that are odd as files.
FILES_FOUND = ("plain", "copy1", "renamed", "subfolder", "latin", "utf16", "worksheets")
FILES_WAITING = ("notes", "truncated", "conflict")


def hand_in_files(course: Course) -> None:
    """Hand in the notebooks that are odd as files."""
    released = (course.root / "release" / "toy" / "toy.ipynb").read_bytes()
    answer = (course.hand_in("plain", answer=MINE) / "toy.ipynb").read_bytes()
    (course.hand_in("copy1") / "toy-Copy1.ipynb").write_bytes(answer)
    (course.hand_in("renamed") / "toy.ipynb").write_bytes(b"")
    (course.root / "submitted" / "renamed" / "toy" / "mine.ipynb").write_bytes(answer)
    folder = course.hand_in("subfolder")
    (folder / "a").mkdir()
    (folder / "a" / "toy.ipynb").write_bytes(answer)
    (course.hand_in("notes") / "notes.ipynb").write_text(json.dumps({"cells": [cell()]}))
    cut = answer.index(MINE.encode()) + 14
    (course.hand_in("truncated") / "toy.ipynb").write_bytes(answer[:cut])
    (course.hand_in("latin") / "toy.ipynb").write_bytes(answer.replace(b"answer", b"\xe4nswer"))
    (course.hand_in("utf16") / "toy.ipynb").write_bytes(answer.decode().encode("utf-16"))
    ours, theirs = answer.decode().split(MINE, 1)
    conflict = f'{ours}{MINE}"\n<<<<<<< HEAD\n"source": "{MINE}{theirs}'
    (course.hand_in("conflict") / "toy.ipynb").write_text(conflict)
    old = json.loads(released)
    sheet = {"cells": [{**one, "source": one["source"]} for one in json.loads(answer)["cells"]]}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [sheet]}
    (course.hand_in("worksheets") / "toy.ipynb").write_text(json.dumps(old))


@pytest.fixture(scope="module")
def graded(released: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Ran]:
    """A class with an answer in each odd place, graded once."""
    course = Course(tmp_path_factory.mktemp("answers"))
    shutil.copytree(released, course.root / "release")
    for student, change in {**FOUND, **WAITING}.items():
        edit(course.hand_in(student), change)
    hand_in_files(course)
    course.hand_in("blank")
    edit(course.hand_in("scratch"), lambda cells: cells.insert(1, cell("x = 1", "code")))
    both = course.hand_in("both", answer=MINE)
    (both / "other.ipynb").write_text((both / "toy.ipynb").read_text().replace(MINE, "Or so."))
    ran = course.run("autograder", "grade", "toy")
    course.nbgrader("generate_feedback", "toy")
    return course, ran


def cells_of(course: Course, student: str) -> list[Any]:
    path = course.root / "autograded" / student / "toy" / "toy.ipynb"
    cells: list[Any] = json.loads(path.read_text())["cells"]
    return cells


def answer_of(course: Course, student: str) -> str:
    cells = cells_of(course, student)
    return "".join(cells[at(cells, "question-1")]["source"])


def test_no_written_answer_is_lost_and_each_waits_for_a_person(graded: tuple[Course, Ran]) -> None:
    course, ran = graded
    book = course.gradebook()
    found = (*FOUND, *FILES_FOUND, "both")
    for student in (*found, *WAITING, *FILES_WAITING):
        assert book[student]["question-1"] == (None, None, True), student
        answer = "My \xe4nswer." if student == "latin" else MINE
        text = "\n".join("".join(one["source"]) for one in cells_of(course, student))
        assert answer in text, student
        assert (answer in answer_of(course, student)) == (student in found), student
    assert f"gradebook: {len(book)} of {len(book)} written" in ran.out
    assert all(cells["double"][0] == 4 for cells in book.values())


def test_a_blank_question_without_text_around_it_gets_zero(graded: tuple[Course, Ran]) -> None:
    for student in ("blank", "scratch"):
        assert graded[0].gradebook()[student]["question-1"] == (0, None, False)
        assert graded[0].results()[student]["extra_data"]["notes"] == []


def test_the_text_stands_beside_the_question_on_every_page(graded: tuple[Course, Ran]) -> None:
    course, _ = graded
    for student in ("in_the_question", "merged", "below"):
        cells = cells_of(course, student)
        number = at(cells, "question-1")
        beside = ["".join(one["source"]) for one in cells[number - 1 : number + 2]]
        assert any(MINE in text for text in beside), student
        page = (course.root / "feedback" / student / "toy" / "toy.html").read_text()
        assert MINE in page
        assert "A person looks at the text beside it." in page


@pytest.mark.parametrize(
    ("student", "note"),
    [
        ("in_the_question", "toy.ipynb has text in locked cells (question-1-text)"),
        ("in_the_question", "toy.ipynb has no answer to question-1, which a person has to look at"),
        ("below", "toy.ipynb has no answer to question-1"),
        ("copy1", "toy.ipynb: question-1 taken from toy-Copy1.ipynb"),
        ("both", "toy.ipynb: other.ipynb has other answers to question-1: look at both"),
        ("renamed", "toy.ipynb was handed in as mine.ipynb"),
        ("latin", "toy.ipynb is no UTF-8 text: read as Latin-1"),
        ("truncated", "toy.ipynb cannot be read as a notebook"),
        ("notes", "toy.ipynb: texts of notes.ipynb were put in"),
    ],
)
def test_the_report_says_what_was_unusual(
    graded: tuple[Course, Ran], student: str, note: str
) -> None:
    notes = graded[0].results()[student]["extra_data"]["notes"]
    assert any(one.startswith(note) for one in notes), notes
    assert note in (graded[0].root / "reports" / "toy" / "index.html").read_text()


def test_a_mark_by_hand_stays_until_the_texts_around_the_question_change(
    graded: tuple[Course, Ran],
) -> None:
    course, _ = graded
    course.mark("below", "question-1", 1)
    course.mark("in_the_question", "question-1", 1)
    edit(course.root / "submitted" / "below" / "toy", lambda cells: cells.append(cell("More.")))
    course.nbgrader("autograde", "toy", "--force", "--student", "below")
    course.nbgrader("autograde", "toy", "--force", "--student", "in_the_question")
    book = course.gradebook()
    assert book["below"]["question-1"] == (None, 1, True)
    assert book["in_the_question"]["question-1"] == (None, 1, False)
