"""`autograder hint`: the hints of a slot, one stage at a time."""

from __future__ import annotations

import textwrap
from pathlib import Path

import click

from autograder.commands.console import echo
from autograder.errors import UsageError

MAX_WIDTH = 96  # as wide as a message


@click.command()
@click.argument("slot")
@click.option("--stage", type=click.IntRange(1), help="The number of the hint. Default: 1.")
@click.option("--all", "show_all", is_flag=True, help="Show all hints of the slot.")
def hint(slot: str, stage: int | None, show_all: bool) -> None:
    """Show a hint for SLOT, never the answer.

    The first hint is a question. Each further hint says more about where to look.
    """
    from autograder.public.released_folder import find_released

    if show_all and stage:
        raise click.UsageError("use either --all or --stage, not both")
    found = find_released(Path.cwd()).assignment.slot(slot)
    if not found.hints:
        raise UsageError(f"{found.name} has no hints")
    last = len(found.hints)
    first = min(stage or 1, last)
    for number in range(first, last + 1 if show_all else first + 1):
        echo(f"{found.name}, hint {number} of {last}\n")
        echo(f"{_indented(found.hints[number - 1])}\n")
    if show_all or first == last:
        echo(f"  next: autograder check {found.name}")
    else:
        echo(f"  next: autograder hint {found.name} --stage {first + 1}")


def _indented(text: str) -> str:
    from shutil import get_terminal_size  # here: keeps start-up short

    width = min(get_terminal_size().columns, MAX_WIDTH)
    return textwrap.fill(text, width, initial_indent="  ", subsequent_indent="  ")
