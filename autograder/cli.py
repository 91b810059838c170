"""The command `autograder`. Each of its commands has a module in `autograder/commands/`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from autograder import __version__
from autograder.commands import streams
from autograder.commands.console import echo
from autograder.errors import KitError

# In the order of `--help`: for students, TAs, instructors. `autograder.commands.NAME.NAME` is the
# command NAME.
COMMANDS = ("check", "hint", "pack", "collect", "grade", "verify", "release", "new", "doctor")
STAFF_PACKAGES = {"pytest", "_pytest", "jinja2", "filelock", "msgspec"}
STAFF_PACKAGES |= {"nbgrader", "nbformat", "nbconvert", "dateutil", "yaml"}


class _Group(click.Group):
    """Imports a command when it is needed. A KitError becomes one line and an exit status."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command to its end, even if nobody can read what it prints."""
        streams.take_over()
        try:
            return super().main(*args, **kwargs)
        except SystemExit as end:
            sys.exit(streams.final_status(int(end.code or 0)))

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"autograder.commands.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KitError as error:
            echo(f"autograder: {error}", err=True)
            ctx.exit(error.exit_code)
        except ModuleNotFoundError as error:
            if error.name not in STAFF_PACKAGES:
                raise
            echo(
                f"autograder: staff commands need {error.name}, which is not installed: "
                'pip install "rnn-autograder[course,staff]"',
                err=True,
            )
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Autograded assignments for recurrent networks.

    Students: check, hint, pack. TAs: collect, grade. Instructors: verify, release, new, doctor.

    Exit status: 0 success, 1 something to fix, 2 wrong use of the command, 3 a fault of the grader.
    """
    for library in ("OMP", "OPENBLAS", "MKL"):  # the arrays are small: more threads cost more time
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")


if __name__ == "__main__":
    main()
