"""A notebook file is read as far as it can be: outputs are passed over, odd cells are mended."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course import notebook_file
from autograder.course.notebook_file import NO_NOTEBOOK, TOO_LARGE, NotebookFile, Room
from autograder.files import Refusal
from tests.course.notebooks import HANDOUT, WHY, cell, handed_in, notebook

ANSWERED = handed_in(why="Because of ü.")


def of(notebook: Any, **options: Any) -> NotebookFile:
    return parse(json.dumps(notebook, **options).encode())


def parse(data: bytes) -> NotebookFile:
    return notebook_file.parse(data, Room())


def read(path: Path, room: Room | None = None) -> NotebookFile:
    return notebook_file.read(path, room or Room())


def texts(read: NotebookFile) -> list[str]:
    return [cell["source"] for cell in read.cells]


def test_the_cells_of_a_notebook_are_read() -> None:
    found = of(ANSWERED)
    assert (found.problem, found.note) == ("", "")
    assert texts(found) == [cell["source"] for cell in ANSWERED["cells"]]
    assert found.cells[4]["metadata"] == WHY["metadata"]
    assert found.cells[4]["id"] == "why"


@pytest.mark.parametrize(
    "odd",
    [
        {"metadata": []},
        {"metadata": None},
        {"cell_type": "heading", "level": 2},
        {"cell_type": 7},
        {"id": 5},
        {"source": ["A note", " of mine."]},
        {"source": ["A note", [" of mine."]]},
        {"source": None, "input": "A note of mine."},
        {"metadata": {"nbgrader": 7, "tags": {}}},
        {"attachments": 5, "extra": {"deep": [[[]]]}},
        {"outputs": None},
    ],
)
def test_one_odd_cell_is_mended_and_the_others_are_read(odd: dict[str, Any]) -> None:
    mine = {**cell("A note of mine.", "mine"), **odd}
    found = of({**ANSWERED, "cells": [*ANSWERED["cells"], mine]})
    assert found.problem == ""
    assert texts(found) == [*(one["source"] for one in ANSWERED["cells"]), "A note of mine."]


@pytest.mark.parametrize("odd", [None, 1, [], {}, {"source": None}, {"source": {}}, {"source": 5}])
def test_a_cell_without_text_hinders_nothing(odd: Any) -> None:
    found = of({**ANSWERED, "cells": [odd, *ANSWERED["cells"]]})
    assert found.problem == ""
    assert "Because of ü." in texts(found)


def test_missing_keys_and_other_versions_hinder_nothing() -> None:
    bare = [{"source": one["source"], "cell_type": "markdown"} for one in ANSWERED["cells"]]
    for about in ({}, {"nbformat": 4, "nbformat_minor": 99}, {"nbformat": 5, "metadata": []}):
        assert "Because of ü." in texts(of({**about, "cells": bare}))
    code = {"cell_type": "code", "input": ["x = 1"], "outputs": [{}], "language": "python"}
    sheets = {"nbformat": 3, "worksheets": [{"cells": [code]}, {"cells": bare}]}
    assert texts(of(sheets))[0] == "x = 1"
    assert "Because of ü." in texts(of(sheets))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_unicode_in_any_form_is_read(encoding: str) -> None:
    found = parse(json.dumps(ANSWERED, ensure_ascii=False).encode(encoding))
    assert (found.problem, found.note) == ("", "")
    assert "Because of ü." in texts(found)


def test_another_encoding_is_read_as_latin_1_and_noted() -> None:
    text = json.dumps(handed_in(why="Because of ü “so”.", how="ß"), ensure_ascii=False)
    found = parse(text.encode("cp1252"))
    assert found.note == "is no UTF-8 text: read as Latin-1"
    assert "Because of ü “so”." in texts(found)
    mixed = text.encode().replace("ß".encode(), "ß".encode("latin-1"))
    assert {"Because of ü “so”.", "ß"} <= {*texts(parse(mixed))}


def test_outputs_do_not_count_towards_the_size(tmp_path: Path) -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": 'A"\\\n' * 100_000}
    lines = {"output_type": "stream", "name": "stdout", "text": ["line\n"] * 10_000}
    outputs = [stream, lines, {"data": {"outputs": ["}", "{"]}, "metadata": {}}]
    large = {**cell("x", "x", "code"), "outputs": outputs}
    path = tmp_path / "toy.ipynb"
    path.write_text(json.dumps({**ANSWERED, "cells": [large, *ANSWERED["cells"]]}, indent=1))
    found = read(path, Room(text=10_000))
    assert found.problem == ""
    assert texts(found)[:2] == ["x", ANSWERED["cells"][0]["source"]]
    assert "Because of ü." in texts(found)


def test_an_answer_that_speaks_of_outputs_is_no_output() -> None:
    answer = 'The "outputs": [1, 2] and \\"outputs\\": {'
    assert answer in texts(of(handed_in(why=answer)))
    assert answer in texts(of(handed_in(why=answer), separators=(",", ":")))


def test_a_text_that_is_too_large_is_told_and_found_as_far_as_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook_file, "MAX_FOUND", 1000)
    path = tmp_path / "toy.ipynb"
    path.write_text(json.dumps(handed_in(double="x" * 5000, why="because")))
    found = read(path, Room(text=2000))
    assert found.problem == TOO_LARGE
    assert len("".join(texts(found))) <= 1100
    assert read(path, Room(file=2000)) == NotebookFile((), TOO_LARGE)
    found = read(path, Room(source=3000))
    assert found.problem == TOO_LARGE
    assert len("".join(texts(found))) <= 3100
    values = json.dumps([[]] * (notebook_file.MAX_VALUES + 1))
    assert parse(f'{{"cells": [], "metadata": {values}}}'.encode()).problem == TOO_LARGE


WHOLE = json.dumps(handed_in(why="My answer.", how="Another\nline."), indent=1)
CONFLICT = WHOLE.replace(
    '"My answer."', '"Ours."\n<<<<<<< HEAD\n"source": "My answer."\n=======\n"source": "Theirs."\n'
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (WHOLE[:-100], ["My answer.", "Another\nline."]),
        (WHOLE + "}", ["My answer.", "Another\nline."]),
        (CONFLICT, ["Ours.", "My answer.", "Theirs.", "Another\nline."]),
        ("[" * 100_000 + WHOLE, ["My answer.", "Another\nline."]),
        ('{"cells": {}, "source": "My answer."}', ["My answer."]),
        ("My answer, in a text file.", ["My answer, in a text file."]),
        ("{}", ["{}"]),
        ("", []),
    ],
)
def test_of_what_is_no_notebook_the_texts_are_found(text: str, found: list[str]) -> None:
    broken = parse(text.encode())
    assert broken.problem == NO_NOTEBOOK
    assert [one for one in texts(broken) if one in found] == found


def test_numbers_that_python_refuses_and_texts_given_twice_hinder_nothing() -> None:
    text = json.dumps({**ANSWERED, "metadata": {"a": "LONG", "b": "NAN"}})
    text = text.replace('"LONG"', "9" * 10_000).replace('"NAN"', "NaN")
    assert parse(text.encode()).problem == ""
    twice = json.dumps(notebook(cell("second", "x"))).replace(
        '"source"', '"source": "first", "source"'
    )
    assert texts(parse(twice.encode())) == ["first\nsecond"]


def test_cells_beyond_the_limit_stay_as_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook_file, "MAX_CELLS", 2)
    found = of(notebook(*(cell(f"text {n}", f"c{n}") for n in range(4))))
    assert texts(found) == ["text 0", "text 1", "text 2\n\ntext 3"]


def test_links_pipes_and_folders_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "other")
    (tmp_path / "empty.ipynb").touch()
    for refusal in Refusal:
        monkeypatch.setattr(notebook_file, "open_regular", lambda *_, **__: refusal)  # noqa: B023
        assert read(tmp_path / "any.ipynb").problem
    monkeypatch.undo()
    problems = {path.stem: read(path).problem for path in tmp_path.iterdir()}
    assert problems == {
        "pipe": "is no regular file",
        "folder": "is no regular file",
        "link": "is a link, which is not followed",
        "empty": NO_NOTEBOOK,
    }


# ------------------------------------------------------------------------------ any bytes

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
SOURCES = st.text() | st.lists(st.text())
CELLS = st.fixed_dictionaries(
    {"source": SOURCES},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | JSON,
        "metadata": st.just({"nbgrader": {"grade_id": "why"}}) | JSON,
        "id": st.sampled_from(["why", "end", "x"]) | JSON,
        "outputs": JSON,
        "attachments": JSON,
        "level": JSON,
    },
)


@given(st.binary() | st.tuples(st.integers(0, 3000), st.binary(max_size=4)))
def test_no_bytes_raise(content: Any) -> None:
    if isinstance(content, tuple):
        at, wrong = content
        content = WHOLE.encode()[:at] + wrong + WHOLE.encode()[at:]
    parse(content)


@settings(deadline=None)
@given(st.lists(CELLS), st.sampled_from([None, 1]), st.sampled_from(["utf-8", "utf-16"]))
def test_every_source_of_any_cells_is_read(
    cells: list[Any], indent: int | None, encoding: str
) -> None:
    whole = json.dumps({**HANDOUT, "cells": cells}, indent=indent, ensure_ascii=indent is None)
    found = parse(whole.encode(encoding, "surrogatepass"))
    assert found.problem == ""
    assert texts(found) == ["".join(cell["source"]) for cell in cells]
