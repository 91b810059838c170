"""What `grade` shows of a class: the progress of the run, the marks, and what a regrade changed.

Imported by `grade` when it runs, since rich takes a while.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from autograder.classroom.class_run import ClassRun
from autograder.classroom.grades_csv import points
from autograder.classroom.result_cache import Outcome
from autograder.commands.console import echo
from autograder.judging.verdict import Verdict
from autograder.text import distinguishable

NAMES_SHOWN = 3  # of the students who are being graded


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.2g} a second" if task.speed else "")


def grade_with_progress(
    console: Console, group: ClassRun, students: Sequence[str], finished: list[Outcome]
) -> None:
    """Grade the students and add each to `finished`, those with nothing to grade first.

    A terminal shows a progress bar; elsewhere, each graded student is one line. A student is in
    `finished` before the screen says so, since Ctrl-C may come in between.
    """
    bar = Progress(
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task("looking for changes", total=None)
        unchanged = group.find_unchanged(students)
        finished += unchanged
        if unchanged:
            console.print(f"{len(unchanged)} of {len(students)} unchanged")
        bar.update(task, total=len(students) - len(unchanged), description="starting")
        in_progress: list[str] = []

        def show() -> None:
            names = ", ".join(distinguishable(student, 30) for student in in_progress[:NAMES_SHOWN])
            more = ", …" if len(in_progress) > NAMES_SHOWN else ""
            bar.update(task, description=names + more)

        def started(student: str) -> None:
            in_progress.append(student)
            show()

        for outcome in group.grade(started):
            finished.append(outcome)
            in_progress.remove(outcome.folder)
            bar.advance(task)
            show()
            if not console.is_terminal:
                echo(f"{outcome.student}: {points(outcome.score) or 'ungraded'}")


def show_marks(console: Console, graded: Sequence[Outcome], max_points: float) -> None:
    """Print a table of the students just graded: the total and a mark for each slot's verdict."""
    table = Table(box=None, padding=(0, 2))
    table.add_column("student")
    table.add_column(f"of {max_points:g}", justify="right")
    table.add_column(f"slots ({_legend()})")
    for outcome in sorted(graded, key=lambda outcome: outcome.student):
        marks = "".join(verdict.mark for verdict in outcome.verdicts.values())
        table.add_row(Text(outcome.student), points(outcome.score) or "?", marks)
    console.print(table)


def _legend() -> str:
    """What each mark of the table stands for."""
    words: dict[str, str] = {}
    for verdict in Verdict:
        words.setdefault(verdict.mark, verdict.words)
    words[Verdict.NOT_STARTED.mark] += f" or {Verdict.MISSING.words}"
    return ", ".join(f"{mark} {word}" for mark, word in words.items())


def show_changes(students: Sequence[Outcome]) -> None:
    """Print which marks a regrade changed, and why."""
    for outcome in sorted(students, key=lambda outcome: outcome.student):
        for change in outcome.changed:
            before, after = (points(s) or "ungraded" for s in (change.before, change.after))
            marks = f"{change.slot} {before} -> {after}"
            echo(f"changed: {outcome.student}: {marks}: {change.why}")
