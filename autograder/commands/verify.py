"""What instructors run: verify, release, new, doctor."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.console import assignment_argument, course_option, new_console, progress

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.proof.slot_proof import Margin, SlotReport


@click.command()
@assignment_argument
@course_option
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--jobs", type=click.IntRange(1), help="Processes. Default: one a core.")
@click.option(
    "--thorough",
    is_flag=True,
    help="Also mutants, pairs of misconceptions, all other slots of a file, and more seeds.",
)
@click.option(
    "--seeds",
    type=click.IntRange(1),
    help="Seeds with which correct variants run. Default: 1, or 100 with --thorough.",
)
def verify(
    assignment: str, course: Path, seed: int, jobs: int | None, thorough: bool, seeds: int | None
) -> None:
    """Prove that ASSIGNMENT's graders are right.

    The solutions get full marks, the stubs none; every misconception loses points and is
    recognised, also by the public checks; every correct variant keeps them; a slot that returns
    something of a wrong type or shape costs no other; every check can fail; and every tolerance
    is two decades or more from what is right and from what is wrong.
    """
    from autograder.assignment import reader
    from autograder.limits import default_jobs
    from autograder.proof import proof_record
    from autograder.proof import verification as proving

    loaded = reader.load(assignment, course)
    console = new_console()
    with progress(console) as step:
        reports = proving.verify(
            loaded,
            course.resolve(),
            seed=seed,
            jobs=jobs or default_jobs(),
            thorough=thorough,
            seeds=seeds or (100 if thorough else 1),
            progress=step,
        )
    if thorough:
        _show_margins(console, list(proving.margins(reports)))
    show_proof(console, reports)
    failed = any(report.problems for report in reports)
    proof_record.record(loaded, course, not failed)
    sys.exit(failed)


WIDE = 150
# The columns of the proof: a heading, how many, of how many (or None).
PROVED: Sequence[tuple[str, str, str | None]] = (
    ("checks", "checks", None),
    ("public", "public", None),
    ("caught", "caught", "misconceptions"),
    ("recognised", "recognised", "misconceptions"),
    ("in public", "recognised_publicly", "misconceptions"),
    ("variants kept", "kept", "variants"),
    ("with seeds", "kept_runs", "runs"),
    ("others spared", "spared", "dependents"),
    ("mutants caught", "killed", "mutants"),
    ("equivalent", "equivalents", None),
    ("pairs named", "recognised_pairs", "pairs"),
    ("misnamed", "mislabelled", None),
)
ONLY_THOROUGH = ("recognised", "runs", "mutants", "pairs", "equivalents", "mislabelled")


def show_proof(console: Console, reports: list[SlotReport]) -> None:
    from rich.table import Table

    def total(name: str) -> int:
        return sum(getattr(report, name) for report in reports)

    if not console.is_terminal:  # the whole proof has many columns
        console.width = max(console.width, WIDE)
    done = [p for p in PROVED if total("mutants") or not {p[1], p[2]} & set(ONLY_THOROUGH)]
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("slot", no_wrap=True)
    for heading in ("points", *(heading for heading, _, _ in done)):
        table.add_column(heading.replace(" ", "\n"), justify="right", vertical="bottom")
    for report in reports:
        table.add_row(
            f"{'✗' if report.problems else '✓'} {report.slot}",
            f"{report.points:g}",
            *(_count(getattr(report, a), getattr(report, b) if b else None) for _, a, b in done),
        )
    table.add_row(
        f"  {len(reports)} slots",
        f"{sum(report.points for report in reports):g}",
        *(_count(total(a), total(b) if b else None) for _, a, b in done),
        style="bold",
    )
    console.print(table)
    problems = [(report.slot, problem) for report in reports for problem in report.problems]
    for slot, problem in problems:
        console.print(f"✗ {slot}: {problem}", style="red", markup=False, soft_wrap=True)
    if problems:
        console.print(f"{len(problems)} to mend.")
    else:
        where = "in its own slot and in no other" if total("mutants") else "in its own slot"
        console.print(
            "The solutions get full marks, the stubs none; every misconception loses points"
            f" {where}; every variant keeps them."
        )


def _count(number: int, of: int | None) -> str:
    return f"{number}" if of is None else f"{number}/{of}"


DECADES_SHOWN = (-17, 1)  # the relative errors, as powers of ten, that the drawing of margins spans


def _show_margins(console: Console, margins: list[tuple[str, str, Margin]]) -> None:
    """For each check that compares numbers, what is right, the tolerance and what is wrong."""
    from rich.table import Table

    first, last = DECADES_SHOWN
    table = Table(box=None, padding=(0, 2, 0, 0))
    ruler = "".join(str(-power).ljust(4) for power in range(first, last, 2)).rstrip()
    for heading in ("check", "largest error\nof a right one", "tolerance"):
        table.add_column(heading, vertical="bottom", no_wrap=True)
    table.add_column("smallest error\nof a wrong one", vertical="bottom", no_wrap=True)
    table.add_column(f"o right  | tolerance  x wrong\n{ruler}", no_wrap=True)
    for slot, check, margin in margins:
        right, wrong = margin.correct * margin.rtol, margin.wrong * margin.rtol
        drawing = ["·"] * (2 * (last - first))
        for mark, error in (("o", right), ("x", wrong), ("|", margin.rtol)):
            if 0 < error < math.inf:
                place = round(2 * (math.log10(error) - first))
                drawing[min(max(place, 0), len(drawing) - 1)] = mark
        table.add_row(
            f"{slot}: {check}",
            f"{right:.0e}" if right else "0",
            f"{margin.rtol:.0e}",
            f"{wrong:.0e}" if wrong < math.inf else "",
            "".join(drawing),
        )
    console.print(table)
    console.print()
