"""What the commands share: arguments, and a console that fits where it prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {"correct": "green", "not_started": "dim", "missing": "dim", "printed": "dim"}

course_option = click.option(
    "--course",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The course folder, which has solutions/. Default: here.",
)
assignment_argument = click.argument("assignment")


def new_console() -> Console:
    from rich.console import Console

    # Elsewhere than on a terminal there is no width to fit in.
    return Console(highlight=False, width=None if sys.stdout.isatty() else 140)
