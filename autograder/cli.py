"""The command `autograder`: its commands are in `autograder/commands/`."""

from __future__ import annotations

import os
from typing import Any

import click

from autograder import __version__
from autograder.commands.check import check
from autograder.commands.doctor import doctor
from autograder.commands.grade import grade
from autograder.commands.hint import hint
from autograder.commands.new import new
from autograder.commands.pack import pack
from autograder.commands.release import release
from autograder.commands.verify import verify
from autograder.errors import KitError

STAFF = ("pytest", "jinja2", "_pytest", "nbgrader", "nbformat", "nbconvert")
COMMANDS = (check, hint, pack, grade, verify, release, new, doctor)


class _Group(click.Group):
    """Turns the kit's errors into one line and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KitError as error:
            click.echo(f"autograder: {error}", err=True)
            ctx.exit(error.exit_code)
        except ModuleNotFoundError as error:
            if error.name not in STAFF:
                raise
            click.echo(
                f"autograder: {error.name} is missing, which staff need: "
                'pip install "rnn-autograder[course,staff]"',
                err=True,
            )
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Autograded assignments for recurrent networks.

    Students: check, hint, pack. TAs: grade. Instructors: verify, release, new, doctor.

    Exit status: 0 done, 1 something to fix, 2 misuse, 3 the grader's own fault.
    """
    for name in ("OMP", "OPENBLAS", "MKL"):  # arrays are small here: more threads cost more
        os.environ.setdefault(f"{name}_NUM_THREADS", "1")


for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main()
