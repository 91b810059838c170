"""`autograder new`: add a slot or an assignment as placeholders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.console import course_option, echo

if TYPE_CHECKING:
    from autograder.authoring.scaffold import Plan


@click.command()
@click.argument("target", metavar="ASSIGNMENT/SLOT")
@course_option
@click.option("--file", help="The student file. Default: ASSIGNMENT.py.")
@click.option(
    "--points", type=float, default=5, show_default=True, help="The points of the new slot."
)
def new(target: str, course: Path, file: str | None, points: float) -> None:
    """Add a slot with placeholder code, checks and hints.

    SLOT is the name of a function, or Class.method. The command creates ASSIGNMENT if it does not
    exist. It adds to existing files and changes nothing else in them. The new slot works at once,
    as a placeholder for you to edit.
    """
    from autograder.authoring import scaffold

    plan = scaffold.plan(course, target, file, points)
    created = [path for path in plan.texts if not path.exists()]
    scaffold.write(plan)
    for path in plan.texts:
        echo(f"{'created' if path in created else 'added to'} {path}")
    for note in plan.notes:
        echo(f"note: {note}")
    _say_what_next(plan)
    if not (course / "nbgrader_config.py").exists():
        echo(scaffold.WITHOUT_CONFIG)


def _say_what_next(plan: Plan) -> None:
    """Print which files to edit, and which commands to run then."""
    slot = plan.slot
    option = f" --course {slot.course}" if slot.course != Path() else ""
    echo(f"\nThe slot computes 2 x as a placeholder. To make it yours, edit in {slot.files}/:")
    echo(f"  {slot.file}: the docstring and the answer")
    echo(f"  test_{slot.stem}.py: the checks")
    echo(f"  {slot.stem}.toml: hints, misconceptions, variants")
    echo("Then run:")
    echo(f"  autograder verify {slot.assignment}{option}")
    echo(f"  autograder release {slot.assignment}{option}")
