"""The table of marks, which a spreadsheet opens."""

from __future__ import annotations

import pytest

from autograder.classroom.grades_csv import grades_csv, points, spreadsheet_safe
from tests.classroom.examples import result


def test_a_row_a_student_and_empty_cells_for_ungraded_and_unknown_slots() -> None:
    results = [result({"double": 4.0, "half": 1.25}), result({"half": None}, student="bob")]
    assert grades_csv(results, ["double", "half"]).splitlines() == [
        '"student","double","half","total"',
        '"ada","4","1.25","5.25"',
        '"bob","","",""',
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "＝1", "\t=1"])
def test_no_name_is_a_formula(name: str) -> None:
    assert spreadsheet_safe(name).startswith("'")


def test_points_are_short() -> None:
    assert [points(4.0), points(1.25), points(None)] == ["4", "1.25", ""]
