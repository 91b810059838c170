"""`autograder pack`: put the files to hand in into one zip."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.console import echo, new_console
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.student.handin_zip import HandinFile


@click.command()
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="The zip to write. Default: ASSIGNMENT.zip in the folder of the assignment.",
)
@click.option("--force", is_flag=True, help="Replace the zip if it exists.")
def pack(to: Path | None, force: bool) -> None:
    """Pack the files that you hand in into one zip.

    Run this in the folder of the assignment. The zip has the files of the assignment and nothing
    else. The command says which files are missing or cannot be graded, and packs everything that it
    can read, so that you always have something to hand in.

    Exit status: 0 all files are there and can be graded, 1 something to fix.
    """
    from autograder.files import require_zip_name, write_file, zip_bytes
    from autograder.public.released_folder import find_released
    from autograder.student import handin_zip

    released = find_released(Path.cwd())
    path = require_zip_name(to or released.folder / f"{released.assignment.name}.zip")
    found = handin_zip.handin_files(released)
    _show(found, handin_zip.other_files(released))
    contents = handin_zip.contents(found)
    data = zip_bytes(contents)
    shown = path.name if path.parent.resolve() == Path.cwd().resolve() else path
    is_same = path.is_file() and path.read_bytes() == data
    if path.exists() and not is_same and not force:
        raise UsageError(
            f"{shown} exists with other content and was left as it is: "
            "use --force to replace it, or --to OTHER.zip to write another"
        )
    if not is_same:
        write_file(path, data)
    echo(
        f"\n{shown}{' already' if is_same else ''} has {len(contents)} of {len(found)} files, "
        f"{len(data) / 1e3:.0f} kB. Hand in this zip."
    )
    problems = sum(len(file.problems) for file in found)
    if problems:
        echo(
            f"{problems} to fix: see ✗ above. Then run autograder pack --force. "
            "If there is no time left, hand in the zip all the same."
        )
    else:
        echo("To see whether your answers are right, run autograder check.")
    sys.exit(bool(problems))


def _show(found: Sequence[HandinFile], others: Sequence[str]) -> None:
    """Print a line for each problem and note, or one for a file that has none."""
    console = new_console()
    for file in found:
        for problem in file.problems:
            console.print(f"✗ {problem}", style="red", markup=False, soft_wrap=True)
        for note in file.notes:
            console.print(f"○ {file.name}: {note}", markup=False, soft_wrap=True)
        if not file.problems and not file.notes:
            console.print(f"✓ {file.name}", style="green", markup=False)
    if others:
        line = f"  not packed, because the graders do not read them: {', '.join(others)}"
        console.print(line, markup=False, soft_wrap=True)
