"""What several commands use: arguments, and a console that fits the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

FILE_WIDTH = 140  # columns of output that does not go to a terminal

course_option = click.option(
    "--course",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The course folder, which contains solutions/. Default: the current folder.",
)
assignment_argument = click.argument("assignment")


def new_console() -> Console:
    """A console for standard output, without rich's colouring of numbers and names."""
    from rich.console import Console  # here: keeps start-up short

    return Console(highlight=False, width=None if sys.stdout.isatty() else FILE_WIDTH)
