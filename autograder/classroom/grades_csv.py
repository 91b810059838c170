"""The table `grades.csv`: one row a student, one column a slot, and the total."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from autograder.classroom.results import StudentResult
from autograder.text import printable

FORMULA_SIGNS = tuple("=+-@＝＋－＠")


def grades_csv(results: Iterable[StudentResult], slots: Sequence[str]) -> str:
    """The table as text. An ungraded slot is an empty cell, and so is its total."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["student", *slots, "total"])
    for result in results:
        scores = {entry.name: entry.score for entry in result.tests}
        cells = [*(scores.get(slot) for slot in slots), result.score]
        name = spreadsheet_safe(result.extra_data.student)
        writer.writerow([name, *(points(cell) for cell in cells)])
    return file.getvalue()


def points(score: float | None) -> str:
    """A score as a person reads it; "" if there is none."""
    return "" if score is None else f"{score:g}"


def spreadsheet_safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = printable(text, 200)
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
