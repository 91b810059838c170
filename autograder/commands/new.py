"""`autograder new`: add a slot or an assignment as placeholders."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands.console import course_option


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
