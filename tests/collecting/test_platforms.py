"""What each platform gives is collected, and graded without renaming anything by hand."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.collecting.samples import PLATFORMS
from tests.conftest import TOY, Ran, run_autograder

STUDENTS = {
    "Canvas": ("lovelaceada_12345", "byronbob_12352", "lovelaceada_12399"),
    "Moodle": ("Ada_Lovelace_101", "Bob_Byron_102", "Ada_Lovelace_103"),
    "Gradescope": ("Ada_Lovelace_1815", "Bob_Byron_bob@example.edu", "Ada_Lovelace_1816"),
    "Brightspace": ("Ada_Lovelace_12345", "Bob_Byron_12352", "Ada_Lovelace_12399"),
    "Blackboard": ("al15", "b_byron", "al16"),
}
TIMES = {
    "Ada_Lovelace_1815": "2026-11-30 23:30:00.123456 UTC",
    "Bob_Byron_bob@example.edu": "2026-12-02 01:00:00.000000 UTC",
    "Ada_Lovelace_12345": "2026-12-01 04:30:00.000000 UTC",
    "Bob_Byron_12352": "2026-12-01 14:05:00.000000 UTC",
    "al15": "2026-12-01 04:30:00.000000 UTC",
    "b_byron": "2026-12-01 03:00:00.000000 UTC",
}


@dataclass(frozen=True)
class Collected:
    submitted: Path
    ran: Mapping[str, Ran]
    grades: Mapping[str, str]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory, toy_reference: str) -> Collected:
    """The samples of all platforms, collected into one course and graded together."""
    where = tmp_path_factory.mktemp("platforms")
    course = Path(shutil.copytree(TOY, where / "course"))

    def code(who: str) -> str:
        return f"{toy_reference}# {who}\n"

    ran = {}
    for name, make in PLATFORMS.items():
        download = make(where / name, code)
        arguments = ("collect", "toy", str(download), "--timezone", "America/New_York")
        ran[name] = run_autograder(*arguments, cwd=course)
    graded = run_autograder("grade", "toy", cwd=course)
    assert graded.status == 0, graded.out + graded.err
    rows = csv.DictReader((course / "reports" / "toy" / "grades.csv").read_text().splitlines())
    return Collected(course / "submitted", ran, {r["student"]: r["total"] for r in rows})


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_student_has_the_newest_files_and_full_marks(
    collected: Collected, platform: str
) -> None:
    for student, who in zip(STUDENTS[platform], ("ada", "bob", "other ada"), strict=True):
        code = (collected.submitted / student / "toy" / "moves.py").read_text()
        assert code.splitlines()[-1] == f"# {who}"
        assert collected.grades[student] == collected.grades["al15"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_but_a_late_time_is_doubtful(collected: Collected, platform: str) -> None:
    ran = collected.ran[platform]
    assert ran.status == (platform == "Canvas"), ran.out
    doubts = [line for line in ran.out.splitlines() if line.startswith("look at")]
    assert len(doubts) == (platform == "Canvas")
    assert all("byronbob_12352" in line and "LATE" in line for line in doubts)


@pytest.mark.parametrize("student", TIMES)
def test_times_are_written_as_nbgrader_reads_them(collected: Collected, student: str) -> None:
    assert (collected.submitted / student / "toy" / "timestamp.txt").read_text() == TIMES[student]


def test_a_time_that_is_not_known_is_not_made_up(collected: Collected) -> None:
    for student in (*STUDENTS["Canvas"], *STUDENTS["Moodle"]):
        assert not (collected.submitted / student / "toy" / "timestamp.txt").exists()


@pytest.mark.parametrize("platform", ["Brightspace", "Blackboard"])
def test_attempts_that_were_not_taken_are_named(collected: Collected, platform: str) -> None:
    (line,) = [x for x in collected.ran[platform].out.splitlines() if "earlier attempt" in x]
    assert "1000 PM" in line or "2026-11-30-21-00-00" in line
