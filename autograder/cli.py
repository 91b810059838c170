"""The command `autograder`. Only this module prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder import __version__
from autograder.errors import KitError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.judge import SlotResult
    from autograder.verify import SlotReport

STAFF = ("pytest", "jinja2", "_pytest")
STYLES = {"correct": "green", "not_started": "dim", "missing": "dim", "ungraded": "yellow"}


class _Group(click.Group):
    """Turns the kit's errors into one line and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KitError as error:
            click.echo(f"autograder: {error}", err=True)
            ctx.exit(error.exit_code)
        except ModuleNotFoundError as error:
            if error.name not in STAFF:
                raise
            click.echo(
                f"autograder: {error.name} is missing, which staff need: "
                'pip install "rnn-autograder[course,staff]"',
                err=True,
            )
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Autograded assignments for recurrent networks.

    Students: check, hint. TAs: grade. Instructors: verify, release.

    Exit status: 0 done, 1 something to fix, 2 misuse, 3 the grader's own fault.
    """


course_option = click.option(
    "--course",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The course folder, which has solutions/. Default: here.",
)
assignment_argument = click.argument("assignment")


def _console() -> Console:
    from rich.console import Console

    # Elsewhere than on a terminal there is no width to fit in.
    return Console(highlight=False, width=None if sys.stdout.isatty() else 140)


# ------------------------------------------------------------------------------ students


@main.command()
@click.argument("slots", nargs=-1)
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print results as JSON.")
def check(slots: tuple[str, ...], watch: bool, as_json: bool) -> None:
    """Check your SLOTS (all of them by default) with the public checks.

    Run it in the folder of the assignment. Grading adds other checks with other numbers.
    Exit status: 0 all pass, 1 something to fix.
    """
    from autograder import check as checking
    from autograder.front import Workers
    from autograder.frozen import find_released

    released = find_released(Path.cwd())
    names = [released.assignment.slot(name).name for name in slots] or list(
        released.assignment.slots
    )
    console = _console()
    with Workers() as workers:
        if not watch:
            results = checking.check(released, names, workers)
            if as_json:
                click.echo(json.dumps(checking.to_json(results), indent=1))
            else:
                _show_check(console, results, everything=bool(slots))
            verdicts = {result.verdict for result in results.values()}
            sys.exit(3 if "ungraded" in verdicts else int(verdicts != {"correct"}))
        results = {}
        try:
            for changed in checking.changes(released, names):
                results.update(checking.check(released, changed, workers))
                console.clear()
                _show_check(console, results, everything=bool(slots))
                console.print("\n  waiting for a file to be saved; Ctrl-C to stop", style="dim")
        except KeyboardInterrupt:
            pass


def _show_check(console: Console, results: dict[str, SlotResult], everything: bool) -> None:
    """One line a slot, and the message of each slot asked for, or of the first to mend."""
    from autograder.explain import explain

    fine = ("correct", "not_started", "ungraded")
    to_mend = [r for r in results.values() if r.verdict not in fine]
    shown = to_mend if everything else to_mend[:1]
    for result in results.values():
        if result.verdict == "ungraded":  # on one's own machine, nobody else will look at it
            console.print(f"? {result.slot}   not checked: {result.broken}", markup=False)
            continue
        _show_headline(console, result)
        if result in shown or (everything and result.verdict == "not_started"):
            for line in explain(result, hint_command=True):
                console.print(line, markup=False)
            if result.printed and everything:
                console.print("  your code printed:", style="dim")
                for line in result.printed.splitlines()[-5:]:
                    console.print(f"    {line[:200]}", style="dim", markup=False)
    correct = sum(result.verdict == "correct" for result in results.values())
    console.print(f"\n  {correct} of {len(results)} slots pass the public checks.", end=" ")
    if to_mend and not everything:
        console.print(f"See more: autograder check {to_mend[-1].slot}")
    else:
        console.print("Grading adds others.")


def _show_headline(console: Console, result: SlotResult) -> None:
    from autograder.explain import headline, mark

    style = STYLES.get(result.verdict, "red")
    console.print(f"{mark(result)} {headline(result)}", style=style, markup=False)


@main.command()
@click.argument("slot")
@click.option("--stage", type=click.IntRange(1), default=1, help="Which hint: 1, 2 or 3.")
def hint(slot: str, stage: int) -> None:
    """A hint for SLOT: a question first, then a pointer. Never the answer."""
    from autograder.frozen import find_released

    found = find_released(Path.cwd()).assignment.slot(slot)
    if not found.hints:
        raise UsageError(f"{found.name} has no hints")
    stage = min(stage, len(found.hints))
    click.echo(f"{found.name}, hint {stage} of {len(found.hints)}\n")
    click.echo(f"  {found.hints[stage - 1]}")
    if stage < len(found.hints):
        click.echo(f"\n  next: autograder hint {found.name} --stage {stage + 1}")


# ------------------------------------------------------------------------------ TAs


@main.command()
@assignment_argument
@course_option
@click.option(
    "--submissions",
    type=click.Path(path_type=Path),
    default=Path("submitted"),
    show_default=True,
    help="Holds STUDENT/ASSIGNMENT/ for each student.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Default: reports/ASSIGNMENT.")
@click.option("--student", "only", multiple=True, help="Grade this student only (repeatable).")
@click.option("--jobs", type=click.IntRange(1), help="Grading processes. Default: one a core.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True)
@click.option("--seed", type=click.IntRange(0), help="Default: the folder's own, drawn once.")
def grade(
    assignment: str,
    course: Path,
    submissions: Path,
    out: Path | None,
    only: tuple[str, ...],
    jobs: int | None,
    device: str,
    seed: int | None,
) -> None:
    """Grade the submissions of ASSIGNMENT.

    Writes results/STUDENT.json, grades.csv and the report index.html under --out. Grading again
    replaces what is graded again. Ctrl-C stops; what was finished stays.
    """
    from autograder import assignment as assignments
    from autograder import grade as grading
    from autograder import intake
    from autograder.failure import harmless

    loaded = assignments.load(assignment, course)
    students, without = intake.students(submissions, assignment)
    unknown = sorted(set(only) - set(students))
    if unknown:
        raise UsageError(f"no submission {submissions}/{unknown[0]}/{assignment}")
    chosen = [student for student in students if not only or student in only]
    folder = out or Path("reports") / assignment
    job = grading.Job(
        course=course.resolve(),
        assignment=assignment,
        submissions=submissions.resolve(),
        out=folder.resolve(),
        seed=grading.seed_of(folder, assignment, seed, whole_class=not only),
        device=device,
    )
    console = _console()
    done: list[grading.Done] = []
    interrupted = False
    try:
        _progress(console, job, chosen, jobs or grading.default_jobs(), done)
    except KeyboardInterrupt:
        interrupted = True
    problems = _write_views(job.out, list(loaded.slots), loaded.points)
    left_out = {} if only else without
    problems += [f"{harmless(student, 100)} {why}" for student, why in left_out.items()]
    for problem in problems:
        console.print(problem, style="yellow", markup=False)
    _show_class(console, done, loaded.points)
    faults = [one for one in done if one.fault]
    for one in faults:
        console.print(f"ungraded: {one.student}: {one.fault}", style="yellow", markup=False)
    console.print(f"seed {job.seed}   results: {folder}/index.html, {folder}/grades.csv")
    if interrupted:
        console.print(f"stopped: {len(done)} of {len(chosen)} are graded; run it again to go on")
        sys.exit(1)
    sys.exit(3 if faults else 0)


def _progress(console: Console, job: Any, students: list[str], jobs: int, done: list[Any]) -> None:
    """Grade with a progress bar on a terminal, and a line a student elsewhere."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from autograder.failure import harmless
    from autograder.grade import grade_class
    from autograder.results import points

    with Progress(
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as progress:
        task = progress.add_task("starting", total=len(students))

        def started(student: str) -> None:
            progress.update(task, description=harmless(student, 40))

        for one in grade_class(job, students, jobs, started):
            done.append(one)
            progress.advance(task)
            if not console.is_terminal:
                click.echo(f"{one.student}: {points(one.score) or 'ungraded'}")


def _write_views(out: Path, slots: list[str], points: float) -> list[str]:
    """Write table and pages of all results that are there. Returns what could not be read."""
    from autograder import report, results

    everybody, problems = results.read_all(out)
    if everybody:
        results.write_text(out / "grades.csv", results.grades_csv(everybody.values(), slots))
        report.write(out, everybody, points)
    return problems


def _show_class(console: Console, done: list[Any], points: float) -> None:
    """A table of the students just graded: the total and, slot by slot, a mark of the verdict."""
    from rich.table import Table

    from autograder import results
    from autograder.explain import MARKS

    table = Table(box=None, padding=(0, 2))
    table.add_column("student")
    table.add_column(f"of {points:g}", justify="right")
    table.add_column("slots (✓ correct, ✗ wrong, ○ not started or missing, ? ungraded)")
    for one in sorted(done, key=lambda d: d.student):
        marks = "".join(MARKS.get(verdict, "✗") for verdict in one.verdicts.values())
        table.add_row(_plain(one.student), results.points(one.score) or "?", marks)
    console.print(table)


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text)


# ------------------------------------------------------------------------------ instructors


@main.command()
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
    console = _console()
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


@main.command()
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


if __name__ == "__main__":
    main()
