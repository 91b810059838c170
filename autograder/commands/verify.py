"""What instructors run: verify, release, new, doctor."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.console import assignment_argument, course_option, new_console
from autograder.errors import UsageError

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
    from autograder.assignment import model as assignments
    from autograder.classroom.class_run import default_jobs
    from autograder.proof import proof_record as gate
    from autograder.proof import verification as proving

    loaded = assignments.load(assignment, course)
    console = new_console()
    with _progress(console) as step:
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
    _show_proof(console, reports)
    failed = any(report.problems for report in reports)
    gate.remember(loaded, course, not failed)
    sys.exit(failed)


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[int, int], None]]:
    """A bar with the time left on a terminal; elsewhere a line now and then, beside the output."""
    from rich.progress import Progress

    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("proving", total=None)

        def step(done: int, all: int) -> None:
            progress.update(task, completed=done, total=all)
            if (
                not console.is_terminal
                and all >= LONG
                and 10 * done // all > 10 * (done - 1) // all
            ):
                click.echo(f"proved {done} of {all} shares", err=True)

        yield step


WIDE = 150
LONG = 40  # shares of a proof from which on it takes minutes
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


def _show_proof(console: Console, reports: list[SlotReport]) -> None:
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


HANDOUT = "ASSIGNMENT-handout.zip"  # what --zip alone stands for


@click.command()
@assignment_argument
@course_option
@click.option("--check", "only_check", is_flag=True, help="Fail if release/ is not up to date.")
@click.option("--to", type=click.Path(path_type=Path), help="Default: release/ASSIGNMENT.")
@click.option("--no-verify", is_flag=True, help="Release without proof.")
@click.option(
    "--zip",
    "zipped",
    type=click.Path(path_type=Path),
    is_flag=False,
    flag_value=HANDOUT,
    help="Also one zip with the kit and an installer. Default: ASSIGNMENT-handout.zip.",
)
def release(
    assignment: str,
    course: Path,
    only_check: bool,
    to: Path | None,
    no_verify: bool,
    zipped: Path | None,
) -> None:
    """Build what students get of ASSIGNMENT: stubs and public checks. Never an answer.

    What has changed since it was last proved is proved first, as `autograder verify` does; where
    that finds something, nothing is released.
    """
    if only_check and zipped:
        raise UsageError("--check writes nothing: leave --zip out")
    from autograder import files as archive
    from autograder.assignment import model as assignments
    from autograder.isolation.client import Workers
    from autograder.proof import proof_record as gate
    from autograder.proof.verification import verify as prove
    from autograder.public import bundle
    from autograder.public import release as releasing

    loaded = assignments.load(assignment, course)
    folder = to or course / "release" / assignment
    if zipped == Path(HANDOUT):
        zipped = course / f"{assignment}-handout.zip"
    if zipped:
        bundle.demand_free(zipped)
    if not only_check and not no_verify and not gate.is_proved(loaded, course):
        console = new_console()
        console.print(f"proving {assignment} first (--no-verify releases without proof)")
        with _progress(console) as step:
            reports = prove(loaded, course.resolve(), progress=step)
        failed = any(report.problems for report in reports)
        gate.remember(loaded, course, not failed)
        if failed:
            _show_proof(console, reports)
            click.echo("nothing was released")
            sys.exit(1)
    with Workers() as workers:
        files = releasing.build(loaded, course, workers)
    if not only_check:
        files = releasing.keep_numbers(files, folder)
        data = bundle.build(loaded, files) if zipped else b""  # first, since it may find a leak
        releasing.write(files, folder)
        click.echo(f"{folder}: {len(files)} files, {sum(map(len, files.values())) / 1e3:.0f} kB")
        if zipped:
            archive.write(data, zipped)
            click.echo(f"{zipped}: {len(data) / 1e3:.0f} kB; students run install.py in it")
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
    from autograder.authoring import scaffold as making

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
    from autograder.doctor import checkup as looking

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
