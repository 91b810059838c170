"""What TAs run: grade."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.commands.screen import assignment_argument, course_option, new_console
from autograder.errors import KitError, UsageError

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@assignment_argument
@course_option
@click.option(
    "--submissions",
    "folder",
    type=click.Path(path_type=Path),
    help="Holds STUDENT/ASSIGNMENT/ for each student. Default: submitted, in the course folder.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Default: reports/ASSIGNMENT, there.")
@click.option("--student", "only", multiple=True, help="Grade this student only (repeatable).")
@click.option("--jobs", type=click.IntRange(1), help="Grading processes. Default: one a core.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True)
@click.option("--seed", type=click.IntRange(0), help="Default: the folder's own, drawn once.")
@click.option(
    "--gradebook/--no-gradebook",
    default=None,
    help="Write nbgrader's gradebook. Default: if the submissions are the course's own.",
)
def grade(
    assignment: str,
    course: Path,
    folder: Path | None,
    out: Path | None,
    only: tuple[str, ...],
    jobs: int | None,
    device: str,
    seed: int | None,
    gradebook: bool | None,
) -> None:
    """Grade the submissions of ASSIGNMENT.

    Writes results/STUDENT.json, grades.csv and the report index.html under --out, and in a course
    of nbgrader its gradebook. Grading again replaces what is graded again and says which marks
    changed and why; marks that a person gave stay. Ctrl-C stops; what was finished stays.
    """
    from autograder import assignment as assignments
    from autograder import grade as grading
    from autograder import gradebook as gradebooks
    from autograder import intake
    from autograder.failure import harmless

    loaded = assignments.load(assignment, course)
    submissions = folder or course / "submitted"
    students, without = intake.students(submissions, assignment)
    unknown = sorted(set(only) - set(students))
    if unknown:
        raise UsageError(f"no submission {submissions}/{unknown[0]}/{assignment}")
    chosen = [student for student in students if not only or student in only]
    out = out or grading.default_out(course, assignment)
    job = grading.Job(
        course=course.resolve(),
        assignment=assignment,
        submissions=submissions.resolve(),
        out=out.resolve(),
        seed=grading.seed_of(out, assignment, seed, whole_class=not only),
        device=device,
    )
    console = new_console()
    done: list[grading.Done] = []
    interrupted = unwritten = False
    try:
        _progress(console, job, chosen, jobs or grading.default_jobs(), done)
    except KeyboardInterrupt:
        interrupted = True
    problems = grading.write_views(job.out, loaded)
    if gradebook is None:
        own = (course / "submitted").resolve() == job.submissions
        gradebook = own and gradebooks.is_course(course, assignment)
    if gradebook and done and not interrupted:
        names = [one.folder for one in done]
        try:
            problems += _write_gradebook(console, job, names)
        except KitError as error:  # the results are there all the same
            problems.append(str(error))
            unwritten = True
        except KeyboardInterrupt:
            problems.append(
                "the gradebook is not finished: grade again, and let it come to its end"
            )
            unwritten = True
    left_out = {} if only else without
    problems += [f"{harmless(student, 100)} {why}" for student, why in left_out.items()]
    for problem in problems:
        console.print(problem, style="yellow", markup=False)
    _show_class(console, done, loaded.points)
    _show_changes(done)
    faults = [one for one in done if one.fault]
    for one in faults:
        console.print(f"ungraded: {one.student}: {one.fault}", style="yellow", markup=False)
    console.print(f"seed {job.seed}   results: {out}/index.html, {out}/grades.csv")
    if interrupted:
        console.print(f"stopped: {len(done)} of {len(chosen)} are graded; run it again to go on")
        sys.exit(1)
    sys.exit(3 if faults else int(unwritten))


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


def _write_gradebook(console: Console, job: Any, students: list[str]) -> list[str]:
    """Let nbgrader take over the results. Returns what went wrong, in words."""
    from rich.progress import Progress

    from autograder import gradebook

    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("gradebook", total=len(students))
        problems = gradebook.write(
            job.course,
            job.assignment,
            job.submissions,
            students,
            job.out,
            lambda _: progress.advance(task),
        )
    click.echo(f"gradebook: {len(students) - len(problems)} of {len(students)} written")
    return problems


def _show_changes(done: list[Any]) -> None:
    """Which marks a regrade changed, and why."""
    from autograder.results import points

    for one in sorted(done, key=lambda d: d.student):
        for change in one.changed:
            before, after = (points(change[key]) or "ungraded" for key in ("before", "after"))
            slot, why = change["slot"], change["why"]
            click.echo(f"changed: {one.student}: {slot} {before} -> {after}: {why}")


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
