"""The released folder on disk: what counts as a difference, and what may be replaced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import UsageError
from autograder.public.release_folder import differences, keep_numbers, write


def release(numbers: list[float], **more: Any) -> dict[str, bytes]:
    check = {"want": {"array": numbers, "shape": [2], "dtype": "float64"}}
    return {
        "moves.py": b"x = 1\n",
        "checks/assignment.json": b"{}",
        "checks/moves.json": json.dumps({"checks": [check], **more}).encode(),
    }


def test_what_was_written_does_not_differ(tmp_path: Path) -> None:
    folder = tmp_path / "toy"
    write(release([1.0, 2.0]), folder)
    assert differences(release([1.0, 2.0]), folder) == []
    (folder / "extra").write_text("")
    (folder / "moves.py").unlink()
    assert differences(release([1.0, 2.0]), folder) == [
        "moves.py is missing",
        "extra does not belong there",
    ]


def test_numbers_that_agree_to_rounding_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "toy"
    before = release([1.0, 2.0])
    write(before, folder)
    assert keep_numbers(release([1.0 + 1e-12, 2.0]), folder) == before
    assert keep_numbers(release([0.0 + 1e-12, 2.0]), folder) != before  # not relative to its array
    for other in (release([1.0 + 1e-9, 2.0]), release([1.0, 2.0], more=[])):
        assert keep_numbers(other, folder) == other
        assert differences(other, folder) == ["checks/moves.json differs"]


def test_only_a_release_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "essay.txt").write_text("weeks of it")
    with pytest.raises(UsageError, match="is not empty and is no release"):
        write(release([1.0, 2.0]), tmp_path / "work")
    assert [path.name for path in tmp_path.rglob("*")] == ["work", "essay.txt"]
