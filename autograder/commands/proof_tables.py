"""What `verify` and `release` show of a proof: its progress, its results, the margins.

Imported by these commands when they run, since rich takes a while.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from autograder.commands.console import echo
from autograder.proof.slot_report import Margin, Mark, SlotReport

LONG_PROOF = 40  # shares; a proof with more of them takes minutes
MIN_WIDTH = 150  # columns that the table of a thorough proof needs
DECADES_SHOWN = (-17, 1)  # the range of relative errors in the drawing of margins, as powers of ten


@contextmanager
def proof_progress(console: Console) -> Iterator[Callable[[int, int], None]]:
    """Gives a function to call with (shares done, all shares).

    A terminal shows a bar; elsewhere, a long proof prints a line to stderr after each tenth.
    """
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("proving", total=None)

        def step(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)
            is_tenth = 10 * done // total > 10 * (done - 1) // total
            if not console.is_terminal and total >= LONG_PROOF and is_tenth:
                echo(f"proved {done} of {total} shares", err=True)

        yield step


@dataclass(frozen=True)
class _Column:
    """A column of the proof's table: a number of `SlotReport` and, after a slash, another one."""

    heading: str
    count: str
    of: str = ""
    thorough: bool = False  # whether only a thorough proof has it


COLUMNS = (
    _Column("checks", "checks"),
    _Column("public", "public"),
    _Column("caught", "caught", "misconceptions"),
    _Column("recognised", "recognised", "misconceptions", thorough=True),
    _Column("in public", "recognised_publicly", "misconceptions"),
    _Column("variants kept", "kept", "variants"),
    _Column("with seeds", "kept_runs", "runs", thorough=True),
    _Column("others spared", "spared", "dependents"),
    _Column("mutants caught", "killed", "mutants", thorough=True),
    _Column("equivalent", "equivalents", thorough=True),
    _Column("pairs named", "recognised_pairs", "pairs", thorough=True),
    _Column("misnamed", "mislabelled", thorough=True),
    _Column("if unknown", "misnamed", "unknown", thorough=True),
)


def show_proof(console: Console, reports: Sequence[SlotReport]) -> None:
    """Print the table of a proof, then its problems or that there are none."""
    thorough = any(report.mutants for report in reports)
    if not console.is_terminal:
        console.width = max(console.width, MIN_WIDTH)
    console.print(_proof_table(reports, thorough))
    problems = [(report.slot, problem) for report in reports for problem in report.problems]
    for slot, problem in problems:
        console.print(f"✗ {slot}: {problem}", style="red", markup=False, soft_wrap=True)
    if problems:
        console.print(f"{len(problems)} to fix.")
        return
    where = "in its own slot and in no other" if thorough else "in its own slot"
    console.print(
        f"The solutions get full marks, the stubs none; every misconception loses points {where}; "
        "every variant keeps them."
    )


def show_time(console: Console, reports: Sequence[SlotReport], minutes: float) -> None:
    """Warn where the reference needs a tenth of the time that a submission may take."""
    seconds = sum(report.seconds for report in reports)
    if seconds > 60 * minutes / 10:
        console.print(
            f"The reference takes {seconds:.1f} s for all checks, more than a tenth of the "
            f"{minutes:g} minutes of a submission: raise minutes in assignment.toml, or ask less.",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )


def _proof_table(reports: Sequence[SlotReport], thorough: bool) -> Table:
    columns = [column for column in COLUMNS if thorough or not column.thorough]
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("slot", no_wrap=True)
    for heading in ("points", *(column.heading for column in columns)):
        table.add_column(heading.replace(" ", "\n"), justify="right", vertical="bottom")
    for report in reports:
        name = f"{'✗' if report.problems else '✓'} {report.slot}"
        table.add_row(name, f"{report.points:g}", *(_count(column, [report]) for column in columns))
    points = sum(report.points for report in reports)
    totals = (_count(column, reports) for column in columns)
    table.add_row(f"  {len(reports)} slots", f"{points:g}", *totals, style="bold")
    return table


def _count(column: _Column, reports: Sequence[SlotReport]) -> str:
    """`3`, or `3/4` for a column of two numbers, over some slots."""
    number = sum(getattr(report, column.count) for report in reports)
    if not column.of:
        return f"{number}"
    return f"{number}/{sum(getattr(report, column.of) for report in reports)}"


def show_margins(console: Console, margins: Iterable[tuple[str, str, Margin]]) -> None:
    """Print, for each check that compares numbers, the tolerance and the errors on both sides.

    `margins` gives (slot, check, margin).
    """
    first, last = DECADES_SHOWN
    table = Table(box=None, padding=(0, 2, 0, 0))
    ruler = "".join(str(-power).ljust(4) for power in range(first, last, 2)).rstrip()
    for heading in ("check", "largest error\nof a right one", "tolerance"):
        table.add_column(heading, vertical="bottom", no_wrap=True)
    table.add_column("smallest error\nof a wrong one", vertical="bottom", no_wrap=True)
    table.add_column(f"o right  | tolerance  x wrong\n{ruler}", no_wrap=True)
    for slot, check, margin in margins:
        right, wrong = margin.correct * margin.rtol, margin.wrong * margin.rtol
        table.add_row(
            f"{slot}: {check}",
            f"{right:.0e}" if right else "0",
            f"{margin.rtol:.0e}",
            f"{wrong:.0e}" if wrong < math.inf else "",
            _drawn(right, margin.rtol, wrong),
        )
    console.print(table)
    console.print()


def show_marks(console: Console, reports: Sequence[SlotReport]) -> None:
    """Print what each misconception keeps of the points, with the scores of its demands.

    First come the marks that are not in their bands, then those of each slot, the worst first.
    """
    marks = [mark for report in reports for mark in report.marks]
    unfair = [mark for mark in marks if mark.keeps is not None and not mark.is_fair]
    if unfair:
        _show_marks_of(console, "not what they should keep", unfair)
    for report in reports:
        if report.marks:
            demands = report.marks[0].demands
            rubric = ", ".join(f"{name} {points:g}" for name, _, points in demands)
            heading = f"{report.slot}, {report.points:g} points: {rubric}"
            _show_marks_of(console, heading, report.marks)


def _show_marks_of(console: Console, heading: str, marks: Sequence[Mark]) -> None:
    console.print(heading, style="bold", markup=False)
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(justify="right", no_wrap=True)
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis")
    for mark in sorted(marks, key=lambda mark: mark.share):
        scores = " ".join(f"{score:g}" for _, score, _ in mark.demands)
        fair = mark.keeps is None or mark.is_fair
        row = (f"{mark.share:.0%}", mark.keeps or "?", mark.misconception[:30], scores)
        table.add_row(*row, Text(mark.cause), style="" if fair else "red")
    console.print(table)
    console.print()


def warn_of_marks(console: Console, reports: Sequence[SlotReport]) -> None:
    """Name the slots with misconceptions of which nobody said what they should keep."""
    unsaid = {
        report.slot: sum(mark.keeps is None for mark in report.marks)
        for report in reports
        if any(mark.keeps is None for mark in report.marks)
    }
    if unsaid:
        console.print(
            "Misconceptions without keeps, whose marks were not proved: "
            + ", ".join(f"{slot} {count}" for slot, count in unsaid.items()),
            style="yellow",
            markup=False,
            soft_wrap=True,
        )


def _drawn(right: float, tolerance: float, wrong: float) -> str:
    """The three numbers as marks on a logarithmic scale, two characters a decade."""
    first, last = DECADES_SHOWN
    scale = ["·"] * (2 * (last - first))
    for mark, error in (("o", right), ("x", wrong), ("|", tolerance)):
        if 0 < error < math.inf:
            place = round(2 * (math.log10(error) - first))
            scale[min(max(place, 0), len(scale) - 1)] = mark
    return "".join(scale)
