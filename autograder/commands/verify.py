"""`autograder verify`: prove an assignment."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from autograder.commands.console import assignment_argument, course_option, new_console

THOROUGH_SEEDS = 100


@click.command()
@assignment_argument
@course_option
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="The first seed of the checks' inputs.",
)
@click.option(
    "--jobs", type=click.IntRange(1), help="The number of processes. Default: one per core."
)
@click.option(
    "--thorough",
    is_flag=True,
    help="Also try mutants, pairs of misconceptions, the other slots of a file, and more seeds.",
)
@click.option(
    "--seeds",
    type=click.IntRange(1),
    help="How many seeds to run the correct variants with. "
    f"Default: 1, or {THOROUGH_SEEDS} with --thorough.",
)
@click.option(
    "--marks",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what each misconception keeps of the points, as a CSV file.",
)
def verify(
    assignment: str,
    course: Path,
    seed: int,
    jobs: int | None,
    thorough: bool,
    seeds: int | None,
    marks: Path | None,
) -> None:
    """Prove that the graders of ASSIGNMENT are right.

    A proof shows:

    \b
    - The solutions get full marks and the stubs none.
    - Every misconception loses points and is recognised, also by the public checks.
    - Every misconception keeps what its line `keeps` says, by the slot's rubric.
    - Every correct variant keeps full marks.
    - A slot that returns a wrong type or shape costs no other slot.
    - Every check can fail.
    - Every tolerance is at least two decades above the errors of right programs
      and two decades below those of wrong programs.
    """
    from autograder.assignment import reader
    from autograder.commands.proof_tables import (
        proof_progress,
        show_margins,
        show_marks,
        show_proof,
        show_time,
        warn_of_marks,
    )
    from autograder.files import write_file
    from autograder.limits import default_jobs
    from autograder.proof import proof_record, verification
    from autograder.proof.slot_report import marks_csv

    loaded = reader.load(assignment, course)
    console = new_console()
    with proof_progress(console) as step:
        reports = verification.verify(
            loaded,
            course.resolve(),
            seed=seed,
            jobs=jobs or default_jobs(),
            thorough=thorough,
            seeds=seeds or (THOROUGH_SEEDS if thorough else 1),
            progress=step,
        )
    if thorough:
        show_margins(console, verification.margins(reports))
        show_marks(console, reports)
    show_proof(console, reports)
    warn_of_marks(console, reports)
    show_time(console, reports, loaded.minutes)
    if marks is not None:
        write_file(marks, marks_csv(reports).encode())
    failed = any(report.problems for report in reports)
    proof_record.record(loaded, course, not failed)
    sys.exit(failed)
