"""What TAs run: grade."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.commands.console import assignment_argument, course_option, new_console
from autograder.errors import KitError, UsageError
from autograder.limits import default_jobs

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
@click.option("--fresh", is_flag=True, help="Grade everything anew, also what nothing changed for.")
@click.option(
    "--gradebook/--no-gradebook",
    default=None,
    help="Write nbgrader's gradebook. Default: if the submissions are the course's own.",
)
@click.option(
    "--allow-weak-isolation",
    "weak",
    is_flag=True,
    help="Grade also where students' code cannot be kept from files and the network.",
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
    fresh: bool,
    gradebook: bool | None,
    weak: bool,
) -> None:
    """Grade the submissions of ASSIGNMENT.

    Writes results/STUDENT.json, grades.csv and the report index.html under --out, and in a course
    of nbgrader its gradebook. Grading again grades what has changed, submissions or graders, and
    says which marks changed and why; marks that a person gave stay. Ctrl-C stops; what was finished
    stays, and the next run goes on.
    """
    from autograder.assignment import reader
    from autograder.classroom import class_run as grading
    from autograder.classroom import run_folder as output
    from autograder.classroom.result_cache import Job
    from autograder.course import intake
    from autograder.nbgrader import gradebook as gradebooks
    from autograder.text import printable

    loaded = reader.load(assignment, course)
    submissions = folder or course / "submitted"
    students, without = intake.students(submissions, assignment)
    unknown = sorted(set(only) - set(students))
    if unknown:
        raise UsageError(f"no submission {submissions}/{unknown[0]}/{assignment}")
    chosen = [student for student in students if not only or student in only]
    out = out or grading.default_out(course, assignment)
    if gradebook is None:
        own = (course / "submitted").resolve() == submissions.resolve()
        gradebook = own and gradebooks.is_course(course, assignment)
    console = new_console()
    with (
        _interrupted(f"stopped: run it again to go on; what is finished is in {out}"),
        output.opened(out.resolve(), assignment, seed, whole_class=not only) as opened,
    ):
        job = Job(
            course=course.resolve(),
            assignment=assignment,
            submissions=submissions.resolve(),
            out=opened.path,
            seed=opened.seed,
            device=device,
            weak=weak,
            fresh=fresh,
        )
        status = _grade(console, job, opened, loaded, chosen, jobs, gradebook)
        left_out = {} if only else without
        for student, why in left_out.items():
            console.print(f"{printable(student, 100)} {why}", style="yellow", markup=False)
        console.print(f"seed {job.seed}   results: {out}/index.html, {out}/grades.csv")
    sys.exit(status)


@contextmanager
def _interrupted(says: str) -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does; where either is not dealt with, say so and end."""

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        click.echo(says)
        sys.exit(1)
    finally:
        signal.signal(signal.SIGTERM, before)


def _grade(
    console: Console,
    job: Any,
    opened: Any,
    loaded: Any,
    students: list[str],
    jobs: int | None,
    gradebook: bool,
) -> int:
    """Grade, write the views, say what came of it. Returns the exit status."""
    from autograder.classroom import class_run as grading
    from autograder.classroom import pages as views
    from autograder.classroom.result_cache import Done

    group = grading.Class(job, opened)
    done: list[Done] = []
    interrupted = False
    try:
        _progress(console, group, students, jobs or default_jobs(), done)
    except KeyboardInterrupt:
        interrupted = True
    problems = views.write(job.out, loaded)
    status = 0
    if gradebook and done and not interrupted:
        names = [one.folder for one in done]
        try:
            problems += _write_gradebook(console, job, names)
        except KitError as error:  # the results are there all the same
            problems.append(str(error))
            status = 1
        except KeyboardInterrupt:
            problems.append(
                "the gradebook is not finished: grade again, and let it come to its end"
            )
            status = 1
    for problem in problems:
        console.print(problem, style="yellow", markup=False)
    graded = [one for one in done if not one.unchanged]
    if graded:
        _show_class(console, graded, loaded.points)
    _show_changes(done)
    faults = [one for one in done if one.fault]
    for one in faults:
        console.print(f"ungraded: {one.student}: {one.fault}", style="yellow", markup=False)
    click.echo(f"isolation {group.isolation or 'unknown'}")
    if interrupted:
        console.print(f"stopped: {len(done)} of {len(students)} are graded; run it again to go on")
        return 1
    opened.finish()
    return 3 if faults else status


def _progress(
    console: Console, group: Any, students: list[str], jobs: int, done: list[Any]
) -> None:
    """Grade with a progress bar on a terminal, and a line a student elsewhere."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )

    from autograder.classroom.results import points
    from autograder.text import printable

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Any:
            return _plain(f"{task.speed:.2g} a second" if task.speed else "")

    at_work: list[str] = []
    with Progress(
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as progress:
        task = progress.add_task("looking at what has changed", total=None)
        done += group.look(students)
        if done:
            console.print(f"{len(done)} of {len(students)} unchanged")
        progress.update(task, total=len(students) - len(done), description="starting")

        def show() -> None:
            names = ", ".join(printable(student, 30) for student in at_work[:3])
            progress.update(task, description=names + (", …" if len(at_work) > 3 else ""))

        def started(student: str) -> None:
            at_work.append(student)
            show()

        for one in group.grade(jobs, started):
            done.append(one)
            at_work.remove(one.folder)
            progress.advance(task)
            show()
            if not console.is_terminal:
                click.echo(f"{one.student}: {points(one.score) or 'ungraded'}")


def _write_gradebook(console: Console, job: Any, students: list[str]) -> list[str]:
    """Let nbgrader take over the results. Returns what went wrong, in words."""
    from rich.progress import Progress

    from autograder.nbgrader import gradebook

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
    from autograder.classroom.results import points

    for one in sorted(done, key=lambda d: d.student):
        for change in one.changed:
            before, after = (points(change[key]) or "ungraded" for key in ("before", "after"))
            slot, why = change["slot"], change["why"]
            click.echo(f"changed: {one.student}: {slot} {before} -> {after}: {why}")


def _show_class(console: Console, done: list[Any], points: float) -> None:
    """A table of the students just graded: the total and, slot by slot, a mark of the verdict."""
    from rich.table import Table

    from autograder.classroom import results
    from autograder.judging.verdict import Verdict

    table = Table(box=None, padding=(0, 2))
    table.add_column("student")
    table.add_column(f"of {points:g}", justify="right")
    table.add_column("slots (✓ correct, ✗ wrong, ○ not started or missing, ? ungraded)")
    for one in sorted(done, key=lambda d: d.student):
        marks = "".join(Verdict(verdict).mark for verdict in one.verdicts.values())
        table.add_row(_plain(one.student), results.points(one.score) or "?", marks)
    console.print(table)


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(text)
