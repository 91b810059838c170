"""`autograder release`: build what students get, after a proof."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from autograder.commands.console import assignment_argument, course_option, new_console, progress
from autograder.commands.verify import show_proof
from autograder.errors import UsageError

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
    from autograder.assignment import reader
    from autograder.files import write_file
    from autograder.isolation.pool import Workers
    from autograder.proof import proof_record
    from autograder.proof.verification import verify as prove
    from autograder.public import bundle, release_folder
    from autograder.public import release as releasing

    loaded = reader.load(assignment, course)
    folder = to or course / "release" / assignment
    if zipped == Path(HANDOUT):
        zipped = course / f"{assignment}-handout.zip"
    if zipped:
        bundle.demand_free(zipped)
    if not only_check and not no_verify and not proof_record.is_proved(loaded, course):
        console = new_console()
        console.print(f"proving {assignment} first (--no-verify releases without proof)")
        with progress(console) as step:
            reports = prove(loaded, course.resolve(), progress=step)
        failed = any(report.problems for report in reports)
        proof_record.record(loaded, course, not failed)
        if failed:
            show_proof(console, reports)
            click.echo("nothing was released")
            sys.exit(1)
    with Workers() as workers:
        files = releasing.build(loaded, course, workers)
    if not only_check:
        files = release_folder.keep_numbers(files, folder)
        data = bundle.build(loaded, files) if zipped else b""  # first, since it may find a leak
        release_folder.write(files, folder)
        click.echo(f"{folder}: {len(files)} files, {sum(map(len, files.values())) / 1e3:.0f} kB")
        if zipped:
            write_file(zipped, data)
            click.echo(f"{zipped}: {len(data) / 1e3:.0f} kB; students run install.py in it")
        return
    stale = release_folder.stale(files, folder)
    for problem in stale:
        click.echo(f"{folder}: {problem}")
    if stale:
        click.echo(f"stale: run autograder release {assignment}")
        sys.exit(1)
    click.echo(f"{folder} is up to date")
