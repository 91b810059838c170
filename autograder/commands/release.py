"""`autograder release`: build what students get, after a proof."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.console import assignment_argument, course_option, echo, new_console
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.assignment.model import Assignment

HANDOUT = "ASSIGNMENT-handout.zip"  # the value of --zip without a path


@click.command()
@assignment_argument
@course_option
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; fail if release/ is out of date."
)
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="The folder to write. Default: release/ASSIGNMENT in the course folder.",
)
@click.option("--no-verify", is_flag=True, help="Release without a proof.")
@click.option(
    "--zip",
    "zipped",
    type=click.Path(path_type=Path),
    is_flag=False,
    flag_value=HANDOUT,
    help="Also write a zip with the assignment, the kit and an installer. "
    f"Default: {HANDOUT} in the course folder.",
)
def release(
    assignment: str,
    course: Path,
    only_check: bool,
    to: Path | None,
    no_verify: bool,
    zipped: Path | None,
) -> None:
    """Build the folder that students get: stubs and public checks.

    A release never contains an answer. If anything has changed since the last proof, the command
    first proves the assignment, as `autograder verify` does; if the proof finds a problem, nothing
    is released.
    """
    if only_check and zipped:
        raise UsageError("--check writes nothing: leave out --zip")
    from autograder.assignment import reader
    from autograder.isolation.pool import Workers
    from autograder.public.bundle import demand_free
    from autograder.public.release import build

    loaded = reader.load(assignment, course)
    folder = to or course / "release" / assignment
    if zipped == Path(HANDOUT):
        zipped = course / f"{assignment}-handout.zip"
    if zipped:
        demand_free(zipped)
    if not only_check and not no_verify:
        _demand_proof(loaded, course)
    with Workers() as workers:
        files = build(loaded, course, workers)
    if only_check:
        _compare(files, folder, assignment)
    else:
        _write(loaded, files, folder, zipped)


def _demand_proof(assignment: Assignment, course: Path) -> None:
    """Prove the assignment unless it is proved as it is; exit with status 1 if that fails."""
    from autograder.commands.proof_tables import proof_progress, show_proof
    from autograder.proof import proof_record, verification

    if proof_record.is_proved(assignment, course):
        return
    console = new_console()
    console.print(f"proving {assignment.name} first (--no-verify releases without a proof)")
    with proof_progress(console) as step:
        reports = verification.verify(assignment, course.resolve(), progress=step)
    failed = any(report.problems for report in reports)
    proof_record.record(assignment, course, not failed)
    if failed:
        show_proof(console, reports)
        echo("nothing was released")
        sys.exit(1)


def _compare(files: dict[str, bytes], folder: Path, assignment: str) -> None:
    """Say how the folder differs from the release; exit with status 1 if it does."""
    from autograder.public.release_folder import differences

    found = differences(files, folder)
    for difference in found:
        echo(f"{folder}: {difference}")
    if found:
        echo(f"out of date: run autograder release {assignment}")
        sys.exit(1)
    echo(f"{folder} is up to date")


def _write(
    assignment: Assignment, files: dict[str, bytes], folder: Path, zipped: Path | None
) -> None:
    """Write the folder and, where it is asked for, the zip."""
    from autograder.files import write_file
    from autograder.public import bundle, release_folder

    files = release_folder.keep_numbers(files, folder)
    data = bundle.build(assignment, files) if zipped else b""  # first, since it may find a leak
    release_folder.write(files, folder)
    echo(f"{folder}: {len(files)} files, {sum(map(len, files.values())) / 1e3:.0f} kB")
    if zipped:
        write_file(zipped, data)
        echo(f"{zipped}: {len(data) / 1e3:.0f} kB; students run install.py in it")
