"""What the commands share: arguments, and a console that fits where it prints."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

LONG = 40  # parts of a proof; a longer one takes minutes

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


@contextmanager
def progress(console: Console) -> Iterator[Callable[[int, int], None]]:
    """A bar with the time left on a terminal; elsewhere a line now and then, beside the output."""
    from rich.progress import Progress

    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("proving", total=None)

        def step(done: int, all: int) -> None:
            progress.update(task, completed=done, total=all)
            if (
                not console.is_terminal
                and all >= LONG
                and 10 * done // all > 10 * (done - 1) // all
            ):
                click.echo(f"proved {done} of {all} shares", err=True)

        yield step
