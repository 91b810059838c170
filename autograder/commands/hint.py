"""`autograder hint`: the staged hints of a slot."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

import click

from autograder.errors import UsageError

HINT_WIDTH = 96  # as wide as a message


@click.command()
@click.argument("slot")
@click.option("--stage", type=click.IntRange(1), help="Which hint: 1, 2 or 3. Default: 1.")
@click.option("--all", "every", is_flag=True, help="All hints, one after the other.")
def hint(slot: str, stage: int | None, every: bool) -> None:
    """A hint for SLOT: a question first, then a pointer. Never the answer."""
    from autograder.public.released_folder import find_released

    if every and stage:
        raise click.UsageError("--all and --stage do not go together")
    found = find_released(Path.cwd()).assignment.slot(slot)
    if not found.hints:
        raise UsageError(f"{found.name} has no hints")
    last = len(found.hints)
    first = min(stage or 1, last)
    for number in range(first, last + 1 if every else first + 1):
        click.echo(f"{found.name}, hint {number} of {last}\n")
        click.echo(f"{_indented(found.hints[number - 1])}\n")
    if every or first == last:
        click.echo(f"  next: autograder check {found.name}")
    else:
        click.echo(f"  next: autograder hint {found.name} --stage {first + 1}")


def _indented(text: str) -> str:
    width = min(shutil.get_terminal_size().columns, HINT_WIDTH)
    return textwrap.fill(text, width, initial_indent="  ", subsequent_indent="  ")
