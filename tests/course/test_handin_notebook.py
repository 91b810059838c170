"""Which notebooks of a submission are read, and that none of their texts is left out."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course import notebook_file
from autograder.course.handin_notebook import looked_at, notes, read_notebook
from autograder.course.handout import PLACEHOLDER, Notebook
from autograder.course.notebook_file import Room
from autograder.course.notebook_repair import Repaired
from autograder.course.student_text import plain, without_html
from autograder.course.time_stamp import LateRules
from tests.course.notebooks import HANDOUT, cell, handed_in, notebook, question

RELEASED = {"toy.ipynb": json.dumps(HANDOUT)}
ANSWERED = handed_in(why="because", how="so", when="now")
QUESTIONS = ["why", "how", "when"]


def hand_in(folder: Path, files: Mapping[str, Notebook | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return folder


def repaired(folder: Path, files: Mapping[str, Notebook | bytes]) -> Repaired:
    return read_notebook(hand_in(folder, files), "toy.ipynb", RELEASED)


def answers(repaired: Repaired) -> list[str]:
    cells = repaired.notebook["cells"]
    return [one["source"] for id in QUESTIONS for one in cells if one.get("id") == id]


@pytest.mark.parametrize(
    ("files", "note"),
    [
        ({"toy.ipynb": ANSWERED}, None),
        ({"copy.ipynb": ANSWERED}, "toy.ipynb was handed in as copy.ipynb"),
        ({"toy (1).ipynb": ANSWERED}, "toy.ipynb was handed in as toy (1).ipynb"),
        ({"Toy.IPYNB": ANSWERED}, "toy.ipynb was handed in as Toy.IPYNB"),
        ({"toy.ipynb.txt": ANSWERED}, "toy.ipynb was handed in as toy.ipynb.txt"),
        ({"src/toy.ipynb": ANSWERED}, "toy.ipynb was handed in as src/toy.ipynb"),
        (
            {"toy.ipynb": HANDOUT, "toy-Copy1.ipynb": ANSWERED},
            "toy.ipynb: why, how, when taken from toy-Copy1.ipynb",
        ),
        (
            {"toy.ipynb": HANDOUT, "deep/er/toy.ipynb": ANSWERED},
            "toy.ipynb: why, how, when taken from deep/er/toy.ipynb",
        ),
        ({"toy.ipynb": b"{}", "copy.ipynb": ANSWERED}, "toy.ipynb was handed in as copy.ipynb"),
        ({"blank.ipynb": HANDOUT, "z.ipynb": ANSWERED}, "toy.ipynb was handed in as z.ipynb"),
        ({"toy.ipynb": ANSWERED, ".toy.ipynb": b"no", "__MACOSX/toy.ipynb": b"no"}, None),
        ({"toy.ipynb": ANSWERED, ".ipynb_checkpoints/toy.ipynb": HANDOUT}, None),
    ],
)
def test_the_answers_are_found_in_whatever_notebook(
    tmp_path: Path, files: Mapping[str, Any], note: str | None
) -> None:
    found = repaired(tmp_path, files)
    assert answers(found) == ["because", "so", "now"]
    assert found.waiting == {}
    assert found.notes[:1] == ([] if note is None else [note])


@pytest.mark.parametrize(
    ("files", "waiting", "note"),
    [
        ({}, [], "toy.ipynb was not handed in: its written answers count as none"),
        ({"toy.ipynb": HANDOUT}, [], None),
        ({"toy.ipynb": b"{}"}, QUESTIONS, "toy.ipynb cannot be read as a notebook"),
        ({"toy.ipynb": b""}, QUESTIONS, "toy.ipynb cannot be read as a notebook"),
        ({"toy.ipynb/x": b""}, QUESTIONS, "toy.ipynb is no regular file"),
        ({"a.ipynb": notebook(cell("Mine.", "m"))}, QUESTIONS, "toy.ipynb was not handed in"),
        ({"toy.ipynb": HANDOUT, "a.ipynb": b"Mine."}, QUESTIONS, "a.ipynb cannot be read as a"),
        ({"toy.ipynb": handed_in(why="because"), "a.ipynb": b"x"}, ["how", "when"], "a.ipynb cann"),
        ({"toy.ipynb": ANSWERED, "a.ipynb": b"x"}, [], "a.ipynb cannot be read as a notebook"),
    ],
)
def test_what_cannot_be_read_leaves_questions_open(
    tmp_path: Path, files: Mapping[str, Any], waiting: list[str], note: str | None
) -> None:
    found = repaired(tmp_path, files)
    assert list(found.waiting) == waiting
    assert any((note or "") in one for one in found.notes) == (note is not None)


def test_each_notebook_of_an_assignment_is_repaired_from_its_own_copies(tmp_path: Path) -> None:
    other = notebook(question("else"))
    released = {**RELEASED, "other.ipynb": json.dumps(other)}
    hand_in(tmp_path, {"toy.ipynb": ANSWERED, "other.ipynb": other})
    hand_in(tmp_path, {"other-Copy1.ipynb": notebook(question("else", "mine"))})
    assert read_notebook(tmp_path, "toy.ipynb", released) == Repaired(ANSWERED, is_answered=True)
    found = read_notebook(tmp_path, "other.ipynb", released)
    assert found.notebook["cells"][0]["source"] == "mine"


def test_a_document_may_have_the_answers_that_the_notebook_lacks(tmp_path: Path) -> None:
    files = {"toy.ipynb": handed_in(why="because"), "a/Answers.PDF": b"%PDF", "x.png": b""}
    found = repaired(tmp_path, files)
    assert list(found.waiting) == ["how", "when"]
    assert "a/Answers.PDF may have answers and was not read" in found.notes
    assert repaired(tmp_path, {"toy.ipynb": ANSWERED}).notes == []


def test_many_and_large_notebooks_are_read_up_to_a_total(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{n:02}.ipynb": handed_in(why=f"because {n}") for n in range(15)}
    found = repaired(tmp_path, {**files, "toy.ipynb": HANDOUT})
    assert "4 more notebooks were not read" in found.notes
    assert answers(found)[0] == "because 0"
    assert list(found.waiting) == ["how", "when"]
    monkeypatch.setattr(notebook_file, "Room", lambda: Room(file=5000))
    found = read_notebook(tmp_path, "toy.ipynb", RELEASED)
    assert any("is too large to be read" in note for note in found.notes)


def test_sparse_notebooks_cost_nothing(tmp_path: Path) -> None:
    for number in range(60):
        with (tmp_path / f"{number}.ipynb").open("wb") as file:
            file.truncate(32 << 20)
    found = read_notebook(tmp_path, "toy.ipynb", RELEASED)
    assert list(found.waiting) == QUESTIONS


def test_what_notes_depend_on_changes_with_each_of_the_files(tmp_path: Path) -> None:
    seen = [b"".join(looked_at(tmp_path, RELEASED))]
    for name, content in {
        "toy.ipynb": b"1",
        "src/toy.ipynb": b"1",
        "other.ipynb": b"2",
        "timestamp.txt": b"3",
        "answers.pdf": b"",
    }.items():
        hand_in(tmp_path, {name: content})
        seen.append(b"".join(looked_at(tmp_path, RELEASED)))
    hand_in(tmp_path, {"other.ipynb": b"4", "moves.py": b"5"})
    seen.append(b"".join(looked_at(tmp_path, RELEASED)))
    assert len(set(seen)) == len(seen)
    hand_in(tmp_path, {"moves.py": b"6"})
    assert b"".join(looked_at(tmp_path, RELEASED)) == seen[-1]


def test_a_time_that_is_not_known_is_noted_where_it_counts(tmp_path: Path) -> None:
    penalty = LateRules(has_penalty=True)
    unknown = "whether it was late is not known"
    assert notes(tmp_path, {}, LateRules()) == []
    assert notes(tmp_path, {}, penalty) == [
        f"there is no timestamp.txt: {unknown}, and late submissions lose points"
    ]
    (tmp_path / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    assert notes(tmp_path, {}, penalty) == []
    (tmp_path / "timestamp.txt").write_text("yesterday")
    assert notes(tmp_path, {}, LateRules()) == [f"timestamp.txt cannot be read: {unknown}"]
    (tmp_path / "timestamp.txt").write_text("2026-03-01 12:00:00 CST")
    (note,) = notes(tmp_path, {}, LateRules())
    assert note.startswith("timestamp.txt has the time zone CST")
    assert notes(tmp_path, {}, LateRules("America/Chicago")) == []


# ------------------------------------------------------------------------------ any notebooks

TEXTS = st.text(max_size=20) | st.sampled_from([PLACEHOLDER, "why?", "Mine.", "<b>Mine</b>"])
ABOUT = st.sampled_from(
    [{}, [], None, *({"nbgrader": {"grade_id": id}} for id in ("why", "why-text", "double", "no"))]
)
CELLS = st.lists(
    st.fixed_dictionaries(
        {"source": TEXTS, "metadata": ABOUT},
        optional={
            "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]),
            "id": st.sampled_from(["why", "how-text", "guess", "title", "x", 5, None]),
        },
    ),
    max_size=6,
)


@settings(deadline=None)
@given(st.lists(CELLS, max_size=3))
def test_no_text_of_a_students_is_left_out(
    tmp_path_factory: pytest.TempPathFactory, handed: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    names = ["toy.ipynb", "copy.ipynb", "src/toy.ipynb"]
    files = {name: notebook(*cells) for name, cells in zip(names, handed, strict=False)}
    found = repaired(folder, files)
    shown = {plain(one["source"]) for one in found.notebook["cells"]}
    ours = {plain(one["source"]) for one in HANDOUT["cells"]}
    for text in {plain(one["source"]) for cells in handed for one in cells} - ours - {""}:
        assert text in shown or plain(without_html(text, ())) in shown
    ids = [one["id"] for one in found.notebook["cells"]]
    assert len(set(ids)) == len(ids)
    known = [one["metadata"]["nbgrader"]["grade_id"] for one in found.notebook["cells"]
             if "nbgrader" in one["metadata"]]  # fmt: skip
    assert sorted(known) == sorted(
        one["metadata"]["nbgrader"]["grade_id"]
        for one in HANDOUT["cells"]
        if "nbgrader" in one["metadata"]
    )
    assert os.fsencode(json.dumps(found.notebook))
    assert notes(folder, RELEASED, LateRules()) == found.notes
