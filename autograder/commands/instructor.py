"""What instructors run: verify, release, new, doctor."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.commands.screen import assignment_argument, course_option, new_console

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.verify import SlotReport


@click.command()
@assignment_argument
@course_option
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--jobs", type=click.IntRange(1), help="Processes. Default: one a core.")
@click.option("--thorough", is_flag=True, help="Run every slot of a file for every edit in it.")
def verify(assignment: str, course: Path, seed: int, jobs: int | None, thorough: bool) -> None:
    """Prove that ASSIGNMENT's graders are right.

    The solutions get full marks, the stubs none; every misconception loses points in its own slot
    only and is recognised; every correct variant keeps them.
    """
    from autograder import assignment as assignments
    from autograder import verify as proving
    from autograder.grade import default_jobs

    loaded = assignments.load(assignment, course)
    console = new_console()
    reports = _with_spinner(
        console,
        "proving",
        len(loaded.files),
        lambda step: proving.verify(
            loaded,
            course.resolve(),
            seed=seed,
            jobs=jobs or default_jobs(),
            thorough=thorough,
            progress=step,
        ),
    )
    _show_proof(console, reports, loaded.points)
    sys.exit(any(report.problems for report in reports))


def _with_spinner(
    console: Console, doing: str, total: int, work: Callable[[Callable[[str], None]], Any]
) -> Any:
    from rich.progress import Progress

    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(doing, total=total)
        return work(lambda _: progress.advance(task))


def _show_proof(console: Console, reports: list[SlotReport], points: float) -> None:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2))
    columns = ("points", "checks", "public", "caught", "recognised", "in public", "variants kept")
    table.add_column("slot", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    for r in reports:
        table.add_row(
            f"{'✗' if r.problems else '✓'} {r.slot}",
            f"{r.points:g}",
            f"{r.checks}",
            f"{r.public}",
            f"{r.caught}/{r.misconceptions}",
            f"{r.recognised}/{r.misconceptions}",
            f"{r.recognised_publicly}/{r.misconceptions}",
            f"{r.kept}/{r.variants}",
        )
    wrong = sum(r.misconceptions for r in reports)
    table.add_row(
        f"  {len(reports)} slots",
        f"{points:g}",
        f"{sum(r.checks for r in reports)}",
        f"{sum(r.public for r in reports)}",
        f"{sum(r.caught for r in reports)}/{wrong}",
        f"{sum(r.recognised for r in reports)}/{wrong}",
        f"{sum(r.recognised_publicly for r in reports)}/{wrong}",
        f"{sum(r.kept for r in reports)}/{sum(r.variants for r in reports)}",
        style="bold",
    )
    console.print(table)
    problems = [(r.slot, problem) for r in reports for problem in r.problems]
    for slot, problem in problems:
        console.print(f"✗ {slot}: {problem}", style="red", markup=False)
    if not problems:
        console.print(
            "The solutions get full marks, the stubs none; every misconception loses points in its"
            " own slot and in no other; every variant keeps them."
        )


@click.command()
@assignment_argument
@course_option
@click.option("--check", "only_check", is_flag=True, help="Fail if release/ is not up to date.")
@click.option("--to", type=click.Path(path_type=Path), help="Default: release/ASSIGNMENT.")
def release(assignment: str, course: Path, only_check: bool, to: Path | None) -> None:
    """Build what students get of ASSIGNMENT: stubs and public checks. Never an answer."""
    from autograder import assignment as assignments
    from autograder import release as releasing
    from autograder.front import Workers

    loaded = assignments.load(assignment, course)
    folder = to or course / "release" / assignment
    with Workers() as workers:
        files = releasing.build(loaded, course, workers)
    if not only_check:
        releasing.write(files, folder)
        click.echo(f"{folder}: {len(files)} files, {sum(map(len, files.values())) / 1e3:.0f} kB")
        return
    stale = releasing.stale(files, folder)
    for problem in stale:
        click.echo(f"{folder}: {problem}")
    if stale:
        click.echo(f"stale: run autograder release {assignment}")
        sys.exit(1)
    click.echo(f"{folder} is up to date")


@click.command()
@click.argument("target", metavar="ASSIGNMENT/SLOT")
@course_option
@click.option("--file", help="The students' file. Default: ASSIGNMENT.py.")
@click.option("--points", type=float, default=5, show_default=True)
def new(target: str, course: Path, file: str | None, points: float) -> None:
    """Make the files of a new slot, and of a new assignment where it is not there.

    SLOT is the name of a function, or Class.method. What is made works at once, as a placeholder
    to be edited. What is there already stays as it is: the slot is added to it.
    """
    from autograder import new as making

    plan = making.plan(course, target, file, points)
    created = [path for path in plan.texts if not path.exists()]
    making.write(plan)
    for path in plan.texts:
        click.echo(f"{'made' if path in created else 'added to'} {path}")
    for note in plan.notes:
        click.echo(f"note: {note}")
    folder = course / "solutions" / plan.assignment
    where = "" if course == Path() else f" --course {course}"
    click.echo(f"\nThe slot computes 2 x as a placeholder. To make it yours, edit {folder}/:")
    click.echo(f"  {plan.file}: the docstring and the answer, then test_{plan.file}: the checks,")
    click.echo(f"  then {Path(plan.file).stem}.toml: hints, misconceptions, variants. And run")
    click.echo(f"  autograder verify {plan.assignment}{where}")
    click.echo(f"  autograder release {plan.assignment}{where}")
    if not (course / "nbgrader_config.py").exists():
        click.echo(making.WITHOUT_CONFIG)


MARKS = {"right": "✓", "wrong": "✗", "none": "–"}


@click.command()
@click.argument("assignment", required=False)
@course_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(assignment: str | None, course: Path, as_json: bool) -> None:
    """Look for traps: the installation, nbgrader's files, and what students can see.

    Of ASSIGNMENT, or of all. Nothing is changed. ✓ is right, ✗ is wrong and has its mend below,
    – has nothing to look at.
    """
    from autograder import doctor as looking

    console = new_console()
    findings = []
    with console.status("looking") if console.is_terminal and not as_json else nullcontext():
        for finding in looking.examine(course, assignment):
            findings.append(finding)
            if not as_json:
                style = {"wrong": "red", "none": "dim"}.get(finding.state)
                text = f"{MARKS[finding.state]} {finding.name}: {finding.said}"
                console.print(text, style=style, markup=False, soft_wrap=True)
                if finding.mend:
                    console.print(f"    {finding.mend}", markup=False, soft_wrap=True)
    wrong = sum(finding.state == "wrong" for finding in findings)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        console.print(
            f"{wrong} of {len(findings)} checks found something wrong."
            if wrong
            else "Nothing is wrong."
        )
    sys.exit(bool(wrong))
