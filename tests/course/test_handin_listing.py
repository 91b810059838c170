"""A hand-in's folder is looked through within limits, and nothing is followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.course import handin_listing
from autograder.course.handin_listing import Allowance, listing
from autograder.files import Refusal


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"text")


def test_regular_files_are_listed_outer_ones_first(tmp_path: Path) -> None:
    fill(tmp_path, "z.py", "a/b.py", "a/.git/c.py", "__pycache__/d.pyc", "b/.hidden.py")
    (tmp_path / "link.py").symlink_to("z.py")
    (tmp_path / "up").symlink_to("..")
    os.mkfifo(tmp_path / "pipe.py")
    found = listing(tmp_path)
    assert [path.as_posix() for path in found.files] == ["z.py", "a/b.py", "b/.hidden.py"]
    assert found.is_whole


def test_a_folder_with_too_many_entries_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handin_listing, "MAX_ENTRIES", 5)
    fill(tmp_path, "a.py", *(f"crowd/{number}.py" for number in range(6)))
    found = listing(tmp_path)
    assert found.files == (Path("a.py"),)
    assert not found.is_whole


def test_a_hand_in_that_is_too_deep_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handin_listing, "MAX_DEPTH", 2)
    fill(tmp_path, "a.py", "b/b.py", "b/b/b.py")
    assert listing(tmp_path) == handin_listing.Listing((Path("a.py"), Path("b/b.py")), False)


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert listing(tmp_path / "nothing") == handin_listing.Listing(())


def test_a_allowance_counts_files_and_bytes(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b", "c")
    allowance = Allowance(files=2, size=6)
    assert allowance.read(tmp_path / "a", 10) == b"text"
    assert allowance.read(tmp_path / "b", 10) == Refusal.TOO_LARGE
    assert allowance.read(tmp_path / "c", 1) == Refusal.TOO_LARGE
    allowance = Allowance(files=1, size=100)
    assert allowance.read(tmp_path / "c", 10) == b"text"
    assert allowance.read(tmp_path / "a", 10) == Refusal.TOO_LARGE
