"""What commands print of a proof and of a class, from made-up numbers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from rich.console import Console

from autograder.classroom.result_cache import Outcome
from autograder.classroom.results import Change
from autograder.commands import class_display
from autograder.commands.class_display import grade_with_progress, show_changes, show_marks
from autograder.commands.console import FILE_WIDTH, new_console
from autograder.commands.proof_tables import proof_progress, show_margins, show_proof, show_time
from autograder.judging.verdict import Verdict
from autograder.proof.slot_report import Margin, SlotReport


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=100)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_console_that_is_no_terminal_is_wide_and_plain(
    capsys: pytest.CaptureFixture[str],
) -> None:
    console = new_console()
    assert console.width == FILE_WIDTH
    console.print("1 of 2 files: 'a.py'")
    assert capsys.readouterr().out == "1 of 2 files: 'a.py'\n"


def report(slot: str, **numbers: int) -> SlotReport:
    return SlotReport(slot, 4.0, checks=5, misconceptions=3, **numbers)


def test_a_proof_that_finds_nothing_says_what_is_proved(console: Console) -> None:
    show_proof(console, [report("double", caught=3), report("walk", caught=2)])
    rows = [line.split() for line in printed(console).splitlines()]
    assert ["✓", "double", "4", "5", "0", "3/3", "0/3", "0/0", "0/0"] in rows
    assert ["2", "slots", "8", "10", "0", "5/6", "0/6", "0/0", "0/0"] in rows
    assert "mutants" not in printed(console)
    assert "every misconception loses points in its own slot;" in printed(console)


def test_a_thorough_proof_has_more_columns_and_problems_are_counted(console: Console) -> None:
    failed = report("double", mutants=10, killed=9)
    failed.problems.append("a mutant survives")
    show_proof(console, [failed])
    assert "9/10" in printed(console)
    assert printed(console).splitlines()[-2:] == ["✗ double: a mutant survives", "1 to fix."]


def test_a_reference_that_needs_much_of_a_submissions_time_is_told(console: Console) -> None:
    reports = [SlotReport("double", 4.0, seconds=10.0), SlotReport("walk", 4.0, seconds=8.0)]
    show_time(console, reports, minutes=3.0)
    assert printed(console) == ""
    show_time(console, reports, minutes=2.0)
    assert "The reference takes 18.0 s for all checks, more than a tenth" in printed(console)


def test_margins_are_drawn_on_a_scale_of_decades(console: Console) -> None:
    margin = Margin(rtol=1e-9, correct=1e-6, wrong=1e6)
    show_margins(console, [("double", "values", margin), ("double", "exact", Margin(1e-9))])
    first, second = printed(console).splitlines()[2:4]
    assert first.split()[:5] == ["double:", "values", "1e-15", "1e-09", "1e-03"]
    drawing = first.split()[5]
    assert [drawing.index(mark) for mark in "o|x"] == [4, 16, 28]  # two characters a decade
    assert second.split()[2:] == ["0", "1e-09", "················|···················"]


def test_a_long_proof_tells_its_progress_on_stderr_where_there_is_no_terminal(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    with proof_progress(console) as step:
        for done in range(1, 51):
            step(done, 50)
        step(1, 2)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "proved 5 of 50 shares"
    assert len(lines) == 10


def test_the_table_of_marks_has_a_mark_for_each_slot(console: Console) -> None:
    verdicts = {"double": Verdict.CORRECT, "walk": Verdict.NOT_STARTED}
    bob = Outcome("[bob]", "bob", None, {"double": Verdict.UNGRADED, "walk": Verdict.ERROR})
    show_marks(console, [bob, Outcome("ada", "ada", 2.0, verdicts)], 9.0)
    lines = [line.split() for line in printed(console).splitlines()]
    assert lines[0][:3] == ["student", "of", "9"]
    assert sorted(lines[1:]) == [["[bob]", "?", "?✗"], ["ada", "2", "✓○"]]


def test_a_changed_mark_has_both_marks_and_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    change = Change("double", None, 4.0, "its graders changed")
    show_changes([Outcome("ada", "ada", 4.0, {}, changed=[change]), Outcome("bob", "bob", 0, {})])
    assert capsys.readouterr().out == "changed: ada: double ungraded -> 4: its graders changed\n"


class _OneStudent:
    """A class run in which one student is graded."""

    def find_unchanged(self, students: Sequence[str]) -> list[Outcome]:
        return []

    def grade(self, started: Callable[[str], None]) -> Iterator[Outcome]:
        started("ada")
        yield Outcome("ada", "ada", 3.0, {})


def test_ctrl_c_at_the_line_of_a_student_counts_the_student_as_graded(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(line: str) -> None:
        raise KeyboardInterrupt

    group: Any = _OneStudent()
    finished: list[Outcome] = []
    monkeypatch.setattr(class_display, "echo", stopped)
    with pytest.raises(KeyboardInterrupt):
        grade_with_progress(console, group, ["ada"], finished)
    assert [outcome.student for outcome in finished] == ["ada"]
