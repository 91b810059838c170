"""One archive a student: what can be read is taken, and a bad archive costs one student."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.collecting import archives
from tests.conftest import TOY

# The command, and in the end the memory that its process had at most, in kilobytes.
WITH_MEMORY = """
import atexit, sys
from autograder.cli import main
def show():
    lines = open("/proc/self/status").read().splitlines()
    print(*(line.split()[1] for line in lines if line.startswith("VmHWM")), file=sys.stderr)
atexit.register(show)
main()
"""


@dataclass(frozen=True)
class Class:
    root: Path
    submitted: Path
    status: int
    rows: dict[str, dict[str, Any]]
    good: set[str]
    doubtful: set[str]
    reasons: dict[str, str]
    megabytes: int  # of memory, at most


def students(folder: Path) -> set[str]:
    return {name.partition(".")[0] for name in os.listdir(folder)}


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """All archives collected together, as a folder of one archive a student."""
    root = tmp_path_factory.mktemp("archives")
    to, work = root / "a" / "b" / "archives", root / "work"
    to.mkdir(parents=True)
    work.mkdir()
    archives.make_good(to, work)
    good = students(to) - {"gz_moves"} | {"gz"}
    archives.make_doubtful(to, work)
    doubtful = students(to) - good - {"twoattempts_1_first", "twoattempts_2_second", "gz_moves"}
    doubtful = doubtful - {"smith_jane_1", "smith_john_1"} | {"twoattempts"}
    doubtful |= {"smith_jane", "smith_john"}
    reasons = archives.make_bad(to, work)
    submitted = root / "a" / "submitted"
    command = [sys.executable, "-c", WITH_MEMORY, "collect", "toy", str(to), "--json"]
    command += ["--course", str(TOY), "--submissions", str(submitted)]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    found = json.loads(ran.stdout)
    assert found["nobody's"] == []
    rows = {row["student"]: row for row in found["students"]}
    megabytes = int(ran.stderr.split()[-1]) >> 10
    return Class(root, submitted, ran.returncode, rows, good, doubtful, reasons, megabytes)


def test_every_student_has_a_row(group: Class) -> None:
    assert set(group.rows) == group.good | group.doubtful | set(group.reasons)
    assert len(group.rows) > 50
    assert group.status == 1


def test_what_can_be_read_is_taken_without_a_doubt(group: Class) -> None:
    for student in group.good:
        row = group.rows[student]
        assert (student, row["result"], row["doubts"]) == (student, "new", [])
        assert (group.submitted / student / "toy" / "moves.py").read_text() == archives.CODE


def test_what_is_left_out_is_named_and_the_rest_taken(group: Class) -> None:
    for student in group.doubtful:
        assert group.rows[student]["doubts"], student
        assert (group.submitted / student / "toy" / "moves.py").read_text() == archives.CODE


def test_a_bad_archive_is_named_in_one_line_with_the_reason(group: Class) -> None:
    for student, reason in group.reasons.items():
        assert group.rows[student]["result"] == "not collected", student
        (doubt,) = group.rows[student]["doubts"]
        assert doubt.startswith(student), doubt
        assert reason in doubt
        assert not (group.submitted / student).exists()


def test_nothing_is_written_elsewhere_and_nothing_is_left(group: Class) -> None:
    assert sorted(os.listdir(group.root)) == ["a", "work"]
    assert sorted(os.listdir(group.root / "a")) == ["b", "submitted"]
    taken = group.good | group.doubtful
    hidden = {".collected-toy.json", ".collecting.lock"}
    assert set(os.listdir(group.submitted)) == taken | hidden


def test_only_regular_files_come_out(group: Class) -> None:
    for path in group.submitted.rglob("*"):
        assert path.is_dir() or path.is_file()
        assert not path.is_symlink()
        assert path.stat().st_nlink == 1 or path.is_dir()


def test_nothing_is_held_in_memory_at_once(group: Class) -> None:
    assert group.megabytes < 200


def test_what_no_student_made_is_left_out(group: Class) -> None:
    assert os.listdir(group.submitted / "mac" / "toy") == ["moves.py"]
    assert os.listdir(group.submitted / "gitfolder" / "toy") == ["moves.py"]


def test_names_cannot_write_to_the_terminal(group: Class) -> None:
    names = os.listdir(group.submitted / "twoattempts" / "toy")
    assert all(name.isprintable() for name in names)


def test_a_student_writes_no_time_of_handing_in(group: Class) -> None:
    assert not (group.submitted / "stamped" / "toy" / "timestamp.txt").exists()


def test_students_whose_names_begin_alike_stay_two(group: Class) -> None:
    assert (group.submitted / "smith_jane" / "toy" / "moves.py").exists()
    assert (group.submitted / "smith_john" / "toy" / "moves.py").exists()
