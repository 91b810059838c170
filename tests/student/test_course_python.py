"""A student whose Python is newer than the course's is warned."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.public import released_folder
from autograder.student import course_python
from autograder.student.course_python import course_version, newer_syntax, warnings_on
from tests.conftest import NAME, ROOT, Ran

FILE = "vanilla_rnn.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A released folder of a course that grades with an older Python."""
    folder = Path(shutil.copytree(ROOT / "release" / NAME, tmp_path / NAME))
    path = folder / "checks" / "assignment.json"
    node = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**node, "python": "3.10"}), "utf-8")
    return folder


def test_only_an_older_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course_python, "HERE", (3, 12))
    assert course_version("3.11") == (3, 11)
    for python in ("3.12", "3.13", "", "three"):
        assert course_version(python) is None


def test_files_with_newer_syntax_are_named(folder: Path) -> None:
    path = folder / FILE
    path.write_text(path.read_text("utf-8") + "\ntype Pair = tuple[int, int]\n", "utf-8")
    line = path.read_text("utf-8").count("\n")
    first, second = warnings_on(released_folder.find_released(folder), [FILE, "bptt.py"])
    assert first.endswith("is graded with Python 3.10: what only newer versions know fails there")
    assert second == (
        f"{FILE} has a type statement on line {line}: that needs Python 3.12 or newer, "
        "and your work is graded with Python 3.10"
    )


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("try:\n    pass\nexcept* ValueError:\n    pass\n", "3.11"),
        ("def f[T](x: T): pass\n", "3.12"),
        ("x = f'{d['k']}'\n", "3.12"),
    ],
)
def test_syntax_that_the_courses_python_refuses_is_found(text: str, needed: str) -> None:
    assert f"that needs Python {needed} or newer" in newer_syntax(f"x = 1\n{text}", (3, 10))


@pytest.mark.parametrize("text", ["x = (", "x = 1\n", "\0", "(" * 100_000])
def test_other_text_has_no_newer_syntax(text: str) -> None:
    assert newer_syntax(text, (3, 10)) == ""


def test_check_and_pack_warn(autograder: Callable[..., Ran], folder: Path) -> None:
    (folder / FILE).write_text("type Pair = tuple[int, int]\n", "utf-8")
    ran = autograder("check", "rnn_step", "--json", cwd=folder)
    assert "your work is graded with Python 3.10" in ran.err
    assert f"{FILE} has a type statement on line 1" in ran.err
    assert json.loads(ran.out)[0]["slot"] == "rnn_step"
    assert "graded with" not in autograder("check", "rnn_step", cwd=ROOT / "release" / NAME).err
