"""`autograder grade`: grade the submissions of a class."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from autograder.commands.console import assignment_argument, course_option, echo, new_console
from autograder.errors import KitError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.assignment.model import Assignment
    from autograder.classroom.job import Job
    from autograder.classroom.result_cache import Outcome
    from autograder.classroom.run_folder import RunFolder
    from autograder.course.time_stamp import LateRules


@click.command()
@assignment_argument
@course_option
@click.option(
    "--submissions",
    type=click.Path(path_type=Path),
    help="The folder that has STUDENT/ASSIGNMENT/ for each student. "
    "Default: submitted/ in the course folder.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder for the results. Default: reports/ASSIGNMENT in the course folder.",
)
@click.option("--student", "only", multiple=True, help="Grade only this student (repeatable).")
@click.option(
    "--jobs", type=click.IntRange(1), help="The number of grading processes. Default: one per core."
)
@click.option(
    "--device",
    type=click.Choice(["cpu", "cuda"]),
    default="cpu",
    show_default=True,
    help="With cuda, the checks that need a GPU run as well.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    help="The seed of the checks' inputs. Default: drawn at random by the first run, then kept in "
    "the --out folder.",
)
@click.option("--fresh", is_flag=True, help="Grade everything again, even if nothing has changed.")
@click.option(
    "--gradebook/--no-gradebook",
    default=None,
    help="Write nbgrader's gradebook. Default: in an nbgrader course, if the submissions are those "
    "in its submitted/ folder.",
)
@click.option(
    "--allow-weak-isolation",
    "weak",
    is_flag=True,
    help="Grade even if students' code cannot be kept from files and the network.",
)
@click.option(
    "--allow-odd-submissions",
    "odd",
    is_flag=True,
    help="Write the gradebook even if collecting seems to have gone wrong.",
)
def grade(
    assignment: str,
    course: Path,
    submissions: Path | None,
    out: Path | None,
    only: tuple[str, ...],
    jobs: int | None,
    device: str,
    seed: int | None,
    fresh: bool,
    gradebook: bool | None,
    weak: bool,
    odd: bool,
) -> None:
    """Grade the submissions of ASSIGNMENT.

    Writes results/STUDENT.json, grades.csv and the report index.html into the --out folder and, in
    an nbgrader course, the gradebook.

    A second run grades only submissions that have changed, or whose graders have changed, and says
    which marks changed and why. Marks that a person gave are kept. Ctrl-C stops the run; finished
    results are kept, and the next run continues from there.
    """
    from autograder.assignment import reader
    from autograder.classroom import run_folder
    from autograder.classroom.job import Job, default_out
    from autograder.limits import default_jobs

    loaded = reader.load(assignment, course)
    submissions = submissions or course / "submitted"
    students, left_out = _students(submissions, assignment, only)
    out = out or default_out(course, assignment)
    if gradebook is None:
        gradebook = _is_gradebook_default(course, assignment, submissions)
    console = new_console()
    if not odd:
        _look_at_collecting(console, loaded, course, submissions, students, gradebook)
    with (
        _interruptible(f"stopped: run it again to continue; finished results are in {out}"),
        run_folder.lock(out.resolve(), assignment, seed, whole_class=not only) as folder,
    ):
        job = Job(
            course=course.resolve(),
            assignment=assignment,
            submissions=submissions.resolve(),
            out=folder.path,
            seed=folder.seed,
            device=device,
            weak=weak,
            fresh=fresh,
            processes=jobs or default_jobs(),
            late=_late_rules(course, assignment),
        )
        run = _Run(console, loaded, job, folder, students, gradebook)
        status = _grade(run)
        for line in left_out:
            console.print(line, style="yellow", markup=False)
        console.print(f"seed {job.seed}   results: {out}/index.html, {out}/grades.csv")
    sys.exit(status)


def _students(
    folder: Path, assignment: str, only: Sequence[str]
) -> tuple[Sequence[str], Sequence[str]]:
    """The students to grade, and a line for each who is left out. Raises UsageError."""
    from autograder.course import submissions
    from autograder.text import distinguishable

    students, left_out = submissions.students(folder, assignment)
    unknown = sorted(set(only) - set(students))
    if unknown:
        raise UsageError(f"there is no submission {folder}/{unknown[0]}/{assignment}")
    if only:
        return [student for student in students if student in only], []
    return students, [f"{distinguishable(student, 100)} {why}" for student, why in left_out.items()]


def _late_rules(course: Path, assignment: str) -> LateRules:
    """The rules for late submissions, if nbgrader keeps the marks."""
    from autograder.course.time_stamp import LateRules
    from autograder.nbgrader.settings import is_course, late_rules

    return late_rules(course.resolve()) if is_course(course, assignment) else LateRules()


def _is_gradebook_default(course: Path, assignment: str, submissions: Path) -> bool:
    """Whether to write the gradebook if nobody says whether to."""
    from autograder.nbgrader.settings import is_course

    own = (course / "submitted").resolve() == submissions.resolve()
    return own and is_course(course, assignment)


def _look_at_collecting(
    console: Console,
    assignment: Assignment,
    course: Path,
    submissions: Path,
    students: Sequence[str],
    gradebook: bool,
) -> None:
    """Say what looks like collecting gone wrong. Raises KitError before it is in the gradebook."""
    from autograder.collecting import plausibility
    from autograder.collecting.download_shape import Expected

    expected = Expected.of(assignment, course)
    problems = plausibility.problems_in(submissions, students, expected)
    if gradebook:
        ways_on = f"grade all the same: --no-gradebook or {plausibility.ODD}"
        plausibility.refuse(problems, assignment.name, ways_on)
    for problem in problems:
        line = f"{problem}: see autograder collect"
        console.print(line, style="yellow", markup=False, soft_wrap=True)


@contextmanager
def _interruptible(message: str) -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C; if nothing inside handles either, print the message and exit."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        echo(message)
        sys.exit(1)
    finally:
        signal.signal(signal.SIGTERM, before)


@dataclass(frozen=True)
class _Run:
    """One run of `grade`: what it grades, where its results go, and where it prints."""

    console: Console
    assignment: Assignment
    job: Job
    folder: RunFolder
    students: Sequence[str]
    gradebook: bool


def _grade(run: _Run) -> int:
    """Grade, write the views and the gradebook, print a summary. Returns the exit status."""
    from autograder.classroom import pages
    from autograder.classroom.class_run import ClassRun
    from autograder.classroom.job import times_unknown
    from autograder.commands.class_display import grade_with_progress

    group = ClassRun(run.job, run.folder)
    finished: list[Outcome] = []
    interrupted = False
    try:
        grade_with_progress(run.console, group, run.students, finished)
    except KeyboardInterrupt:
        interrupted = True
    problems = pages.write(run.job.out, run.assignment)
    problems += times_unknown(run.job, [outcome.folder for outcome in finished])
    status = 0
    if run.gradebook and finished and not interrupted:
        try:
            problems += _write_gradebook(run, [outcome.folder for outcome in finished])
        except KitError as error:  # the results are there all the same
            problems.append(str(error))
            status = 1
        except KeyboardInterrupt:
            problems.append("the gradebook is incomplete: grade again, and let the run finish")
            status = 1
    isolation = group.isolation.line if group.isolation else "unknown"
    _show_summary(run, finished, problems, isolation)
    if interrupted:
        run.console.print(
            f"stopped: {len(finished)} of {len(run.students)} are graded; "
            "run it again to grade the rest"
        )
        return 1
    run.folder.finish()
    return 3 if any(outcome.fault for outcome in finished) else status


def _show_summary(
    run: _Run, finished: Sequence[Outcome], problems: Sequence[str], isolation: str
) -> None:
    from autograder.commands.class_display import show_changes, show_marks

    for problem in problems:
        run.console.print(problem, style="yellow", markup=False)
    graded = [outcome for outcome in finished if not outcome.unchanged]
    if graded:
        show_marks(run.console, graded, run.assignment.points)
    show_changes(finished)
    for outcome in finished:
        if outcome.fault:
            message = f"ungraded: {outcome.student}: {outcome.fault}"
            run.console.print(message, style="yellow", markup=False)
    echo(f"isolation {isolation}")


def _write_gradebook(run: _Run, students: Sequence[str]) -> list[str]:
    """Have nbgrader read the results. Returns a sentence for each student whom it did not take."""
    from rich.progress import Progress

    from autograder.nbgrader import gradebook

    console = run.console
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("gradebook", total=len(students))
        problems = gradebook.write(run.job, students, lambda _: bar.advance(task))
    echo(f"gradebook: {len(students) - len(problems)} of {len(students)} written")
    return problems
