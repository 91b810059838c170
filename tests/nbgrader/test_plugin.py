"""The plugin's small parts: penalties, collecting from archives, nbgrader's errors."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.files import zip_bytes
from autograder.nbgrader import exchange, gradebook
from autograder.nbgrader_plugin import LatePerDay, ZipCollector, ZipExtractor

MINUTE, DAY = 60, 86400


@pytest.mark.parametrize(
    ("late", "penalty"),
    [
        (15 * MINUTE, None),
        (16 * MINUTE, 2.0),
        (15 * MINUTE + DAY, 2.0),
        (16 * MINUTE + DAY, 4.0),
        (99 * DAY, 20.0),
    ],
)
def test_each_day_begun_costs_a_share_and_no_more_than_the_score(
    late: float, penalty: float | None
) -> None:
    assert LatePerDay(percent=10.0).late_submission_penalty("ada", 20.0, late) == penalty


def collected(path: Path) -> dict[str, str] | None:
    found: dict[str, str] | None = ZipCollector().collect(str(path))
    return found


def test_files_keep_their_places_below_a_single_folder(tmp_path: Path) -> None:
    archive = tmp_path / "extracted" / "ada_toy_2026"
    inner = archive / "homework" / "src" / "moves.py"
    inner.parent.mkdir(parents=True)
    inner.touch()
    (archive / "homework" / "toy.ipynb").touch()
    assert collected(inner) == {"student_id": "ada", "file_id": "src/moves.py"}
    assert collected(archive / "homework" / "toy.ipynb") == {
        "student_id": "ada",
        "file_id": "toy.ipynb",
    }


def test_links_loose_files_and_archives_of_nobody_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "extracted"
    for archive in ("ada_toy", ".hidden_toy"):
        (folder / archive).mkdir(parents=True)
        (folder / archive / "moves.py").touch()
    (folder / "ada_toy" / "link.py").symlink_to("/etc/passwd")
    (folder / "loose.py").touch()
    assert collected(folder / "ada_toy" / "moves.py")
    for path in ("ada_toy/link.py", ".hidden_toy/moves.py", "loose.py"):
        assert collected(folder / path) is None


def test_a_course_with_a_collector_of_its_own_unpacks_within_limits(tmp_path: Path) -> None:
    good = zip_bytes({"homework/moves.py": b"x", "inner.zip": zip_bytes({"toy.ipynb": b"{}"})})
    (tmp_path / "archive" / "group").mkdir(parents=True)
    (tmp_path / "archive" / "group" / "ada.zip").write_bytes(good)
    (tmp_path / "archive" / "bob.zip").write_bytes(good[:-40])
    (tmp_path / "archive" / "eve.zip").write_bytes(zip_bytes({"../evil.py": b"x"}))
    (tmp_path / "archive" / "loose.py").write_bytes(b"x")
    ZipExtractor().extract(str(tmp_path / "archive"), str(tmp_path / "extracted"))
    found = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert {path for path in found if not path.startswith("archive/")} == {
        "extracted/group/ada/homework/moves.py",
        "extracted/group/ada/inner/toy.ipynb",
        "extracted/loose.py",
    }


def test_special_files_are_not_copied(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    os.mkfifo(tmp_path / "fifo")
    assert exchange._special_files(str(tmp_path), os.listdir(tmp_path)) == ["fifo"]


def test_the_reason_is_the_end_of_the_first_traceback() -> None:
    traceback = "Traceback (most recent call last):\n  File x\nValueError: y\n"
    assert gradebook._reason(["first", traceback]) == "ValueError: y"
    assert gradebook._reason(["first", "second"]) == "first"
    assert gradebook._reason([]) == ""
