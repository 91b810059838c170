"""Student files are read as they were handed in, and nothing else is."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import student_file, submissions
from autograder.course.student_file import Reason, Unreadable
from autograder.course.submissions import Note
from autograder.errors import UsageError
from tests.ordinary import NOBODY, done_as_nobody


def reason(path: Path) -> Reason:
    source = student_file.read_source(path)
    assert isinstance(source, Unreadable)
    assert path.name in source.fact
    return source.reason


def test_a_file_is_its_text_in_utf_8(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"# coding: latin-1\r\nx = '\xe9'\r\n")
    text = "# coding: utf-8\nx = 'é'\n".encode()
    assert student_file.read_source(tmp_path / "a.py") == text


def test_what_is_no_regular_file_counts_as_missing(tmp_path: Path) -> None:
    (tmp_path / "whole.py").write_text("x = 1\n")
    (tmp_path / "link.py").symlink_to("whole.py")
    (tmp_path / "folder.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "empty.py").write_bytes(b" \n")
    for name in ("absent.py", "link.py", "folder.py", "pipe.py", "empty.py"):
        assert reason(tmp_path / name) == Reason.MISSING
    os.link(tmp_path / "whole.py", tmp_path / "second.py")
    assert reason(tmp_path / "second.py") == Reason.MISSING


def test_what_is_no_text_is_broken_and_has_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 1\n\xff\n")
    assert reason(path) == Reason.BROKEN
    assert getattr(student_file.read_source(path), "line", None) == 2
    path.write_bytes(b"# coding: undefined\n")
    assert reason(path) == Reason.BROKEN
    path.write_bytes(b"#" * (student_file.MAX_BYTES + 1))
    assert reason(path) == Reason.BROKEN


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that belongs to an ordinary user."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        for where, folders, files in os.walk(folder):
            for entry in (*folders, *files):
                Path(where, entry).chmod(0o700)


def own(*paths: Path) -> None:
    """Give the paths to the ordinary user who reads them."""
    if os.getuid() == 0:
        for path in paths:
            os.chown(path, NOBODY, NOBODY)


def test_what_its_mode_hides_is_the_hand_ins_fault(public: Path) -> None:
    for name in ("a.py", "b.py", "src/c.py"):
        (public / name).parent.mkdir(exist_ok=True)
        (public / name).write_text("x = 1\n")
    own(public / "a.py", public / "b.py", public / "src")
    (public / "a.py").chmod(0)
    (public / "src").chmod(0)
    found = done_as_nobody(lambda: submissions.read(public, "ada", ["a.py", "b.py", "c.py"]))
    locked, text, missing = found.sources.values()
    assert isinstance(locked, Unreadable)
    assert locked.reason == Reason.LOCKED
    assert text == b"x = 1\n"
    assert student_file.is_missing(missing)
    told = "cannot be read: its mode, or that of a folder above it, lets nobody"
    assert set(found.sentences) == {f"a.py {told}", f"the subfolder src/ {told}"}


@pytest.mark.parametrize("locked", ["ada", "ada/rnn"])
def test_a_hand_in_that_its_mode_hides_is_none_of_the_graders_faults(
    public: Path, locked: str
) -> None:
    handin = public / "ada" / "rnn"
    handin.mkdir(parents=True)
    (handin / "a.py").write_text("x = 1\n")
    own(public / "ada", handin)
    (public / locked).chmod(0)
    assert done_as_nobody(lambda: submissions.students(public, "rnn"))[0] == ["ada"]
    found = done_as_nobody(lambda: submissions.read(handin, "ada", ["a.py"]))
    assert found.sentences == (
        "the folder cannot be read: its mode, or that of a folder above it, lets nobody",
    )
    assert getattr(found.sources["a.py"], "reason", None) == Reason.LOCKED


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make another user's files")
def test_what_only_the_grader_may_not_read_is_the_graders_fault(public: Path) -> None:
    (public / "src").mkdir(mode=0o700)
    (public / "a.py").write_text("x = 1\n")
    (public / "a.py").chmod(0o600)
    found = done_as_nobody(lambda: submissions.read(public, "ada", ["a.py", "b.py"]))
    assert [getattr(s, "reason", None) for s in found.sources.values()] == [Reason.GRADER] * 2


def test_what_the_disk_does_not_give_is_the_graders_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")

    def refuse(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "open", refuse)
    assert reason(path) == Reason.GRADER


def test_a_file_in_one_subfolder_is_taken_from_there(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("x = 1\n")
    found = submissions.read(tmp_path, "ada", ["a.py", "b.py"])
    assert found.sources["a.py"] == b"x = 1\n"
    assert student_file.is_missing(found.sources["b.py"])
    text = "lies in src/ instead of beside the notebook: taken from there"
    assert found.notes == (Note("a.py", text),)
    assert found.sentences == (f"a.py {text}",)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.py").write_text("x = 2\n")
    assert student_file.is_missing(submissions.read(tmp_path, "ada", ["a.py"]).sources["a.py"])


def test_students_are_those_with_a_folder_for_the_assignment(tmp_path: Path) -> None:
    (tmp_path / "ada" / "rnn").mkdir(parents=True)
    (tmp_path / "bob").mkdir()
    (tmp_path / "eve").symlink_to(tmp_path / "ada")
    (tmp_path / "notes.txt").touch()
    found, left_out = submissions.students(tmp_path, "rnn")
    assert found == ["ada"]
    assert left_out["bob"] == "handed in no rnn"
    assert "link" in left_out["eve"]
    assert "notes.txt" not in left_out
    with pytest.raises(UsageError, match="no submissions of cnn"):
        submissions.students(tmp_path, "cnn")
