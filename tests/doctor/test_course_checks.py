"""The doctor's checks of a course folder, called by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.doctor import assignment, nbgrader
from autograder.doctor.findings import Course, State
from autograder.nbgrader.settings import CONFIG, Settings


def course(folder: Path, **settings: Any) -> Course:
    return Course(folder, Settings(course_id="rnn", exchange=str(folder / "exchange"), **settings))


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("from autograder.nbgrader_plugin import configure\nconfigure(c)", State.RIGHT),
        ("import autograder.nbgrader_plugin as kit\nif True:\n    kit.configure(c)", State.RIGHT),
        ("from autograder.nbgrader_plugin import configure", State.WRONG),
        ("from elsewhere import configure\nconfigure(c)", State.WRONG),
        ("# configure(c)", State.WRONG),
    ],
)
def test_a_configuration_must_call_the_kit(tmp_path: Path, text: str, state: State) -> None:
    (tmp_path / CONFIG).write_text(text)
    assert nbgrader.configuration(course(tmp_path)).state == state


def test_the_mend_names_the_configuration_that_fails(tmp_path: Path) -> None:
    (tmp_path / CONFIG).touch()
    broken = course(tmp_path, problem="it cannot be run", problem_in="/etc/jupyter/x.py")
    assert nbgrader.configuration(broken).mend == "edit /etc/jupyter/x.py"


def test_only_regular_files_of_the_assignment_are_searched(tmp_path: Path) -> None:
    for path in ("ada/toy/a.html", "ada/other/b.html"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(path)
    (tmp_path / "ada" / "toy" / "link").symlink_to(tmp_path / "ada" / "other" / "b.html")
    assert dict(assignment._files(tmp_path, "toy")) == {"ada/toy/a.html": b"ada/toy/a.html"}
    assert set(dict(assignment._files(tmp_path, ""))) == {"ada/toy/a.html", "ada/other/b.html"}


def test_of_a_large_folder_a_part_is_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assignment, "MAX_FOLDER", 10)
    monkeypatch.setattr(assignment, "MAX_FILE", 8)
    for name, size in (("a", 9), ("b", 8), ("c", 2), ("d", 1)):
        (tmp_path / name).write_bytes(b"x" * size)
    assert [name for name, _ in assignment._files(tmp_path, "")] == ["b", "c"]


def test_markers_are_cleared_in_source_notebooks_only() -> None:
    files = {"toy.ipynb": b"### BEGIN SOLUTION", "more.py": b"### BEGIN SOLUTION"}
    assert [line.split()[0] for line in assignment._markers(files, source=True)] == ["more.py"]
    assert len(list(assignment._markers(files, source=False))) == 2
