"""Staged copies: what nbgrader may see of a submission."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from autograder.course.handin_notebook import SECRET
from autograder.course.time_stamp import STAMP
from autograder.nbgrader.staging import stage

CELL: dict[str, Any] = {
    "cell_type": "code", "execution_count": None, "id": "a", "outputs": [], "source": "%check a",
    "metadata": {"nbgrader": {"grade": True, "grade_id": "a", "points": 4}},
}  # fmt: skip
NOTEBOOK = json.dumps({"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "moves.py").write_text("x = 1\n")
    (folder / STAMP).write_text("2026-01-31 12:00:00 +0100")
    (folder / SECRET).write_text("abc123")
    return folder


def staged(folder: Path) -> dict[str, str]:
    to = folder.parent / "staged"
    stage(folder, to, {"moves.py": b"", "more.py": b""}, {"toy.ipynb": NOTEBOOK})
    assert not [path for path in to.iterdir() if path.is_symlink()]
    return {path.name: path.read_text() for path in to.iterdir()}


def test_files_time_and_secret_are_copied_and_the_notebook_is_whole(folder: Path) -> None:
    found = staged(folder)
    assert found.keys() == {"moves.py", "toy.ipynb", STAMP, SECRET}
    assert found["moves.py"] == "x = 1\n"
    assert found[STAMP] == "2026-01-31 11:00:00.000000 UTC"
    assert found[SECRET] == "abc123"
    (cell,) = json.loads(found["toy.ipynb"])["cells"]
    assert cell["metadata"]["nbgrader"]["grade_id"] == "a"


def test_links_and_other_files_are_left_out(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.write_text("of the staff's")
    (folder / "more.py").symlink_to(outside)
    (folder / "notes.txt").write_text("not asked for")
    (folder / SECRET).unlink()
    (folder / SECRET).symlink_to(outside)
    os.mkfifo(folder / "toy.ipynb")
    found = staged(folder)
    assert found.keys() == {"moves.py", "toy.ipynb", STAMP}
    assert "of the staff's" not in "".join(found.values())


def test_a_secret_that_nbgrader_did_not_write_is_left_out(folder: Path) -> None:
    (folder / SECRET).write_text("../../x")
    assert SECRET not in staged(folder)
