"""An assignment in memory: what it says of its slots and files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.assignment.model import Assignment, Keeps, PublicAssignment, StaffFile
from autograder.errors import UsageError


def test_a_slot_is_found_by_its_name_or_the_last_part_of_it(toy: Assignment) -> None:
    assert toy.slot("Walker.walk") is toy.slot("walk") is toy.slots["Walker.walk"]
    with pytest.raises(UsageError, match=r"no slot run; the slots are: double, quadruple, Walker"):
        toy.slot("run")


def test_a_file_may_use_its_own_libraries_and_no_other_student_file(toy: Assignment) -> None:
    files = {**toy.files, "more.py": replace(toy.files["moves.py"], name="more.py")}
    assert replace(toy, files=files).blocked("moves.py") == ("torch", "more")


def test_the_names_of_a_slots_files_have_no_dots(toy: Assignment) -> None:
    path = toy.files["moves.py"].grader(toy.slots["Walker.walk"])
    assert path.name == "test_Walker_walk.py"
    assert path.is_file()


def test_what_students_may_know_has_no_answers_and_no_graders() -> None:
    secret = {"text", "hidden", "folder", "idioms", "misconceptions", "variants", "questions"}
    assert not secret & set(PublicAssignment.__dataclass_fields__)
    assert secret & set(StaffFile.__dataclass_fields__) == {"text", "hidden", "folder"}


def test_the_bands_of_marks_are_those_that_staff_mean() -> None:
    allowed = {keeps: [s for s in range(101) if keeps.allows(s / 100)] for keeps in Keeps}
    assert {keeps: (few[0], few[-1]) for keeps, few in allowed.items()} == {
        Keeps.MOST: (60, 99),
        Keeps.HALF: (35, 74),
        Keeps.LITTLE: (0, 44),
        Keeps.NOTHING: (0, 9),
    }
