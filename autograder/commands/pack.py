"""What students run to hand in: pack."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.console import new_console
from autograder.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.student.handin_zip import Part


@click.command()
@click.option("--to", type=click.Path(path_type=Path), help="Default: ASSIGNMENT.zip, here.")
@click.option("--force", is_flag=True, help="Replace a zip that is there already.")
def pack(to: Path | None, force: bool) -> None:
    """Pack what you hand in into one zip, and say what is missing.

    Run it in the folder of the assignment. The zip has the assignment's files and nothing else.
    Whatever can be read is packed, so that you always have something to hand in.
    Exit status: 0 all files are there and can be read, 1 something to fix, see the lines with ✗.
    """
    from autograder.files import require_zip_name, write_file, zip_bytes
    from autograder.public.released_folder import find_released
    from autograder.student import handin_zip as packing

    released = find_released(Path.cwd())
    path = require_zip_name(to or released.folder / f"{released.assignment.name}.zip")
    parts = packing.look(released)
    console = new_console()
    for part in parts:
        _show(console, part)
    others = packing.left_out(released, parts)
    if others:
        said = f"  not packed, for the graders do not read it: {', '.join(others)}"
        console.print(said, markup=False, soft_wrap=True)
    files = packing.contents(parts)
    data = zip_bytes(files)
    shown = path.name if path.parent.resolve() == Path.cwd().resolve() else path
    same = path.is_file() and path.read_bytes() == data
    if path.exists() and not same and not force:
        raise UsageError(
            f"{shown} is there already, with other content, and was left as it is: "
            "--force replaces it, --to OTHER.zip writes another"
        )
    if not same:
        write_file(path, data)
    click.echo(
        f"\n{shown}{' already' if same else ''} has {len(files)} of {len(parts)} files, "
        f"{len(data) / 1e3:.0f} kB: this is what you hand in."
    )
    wrong = sum(len(part.wrong) for part in parts)
    if wrong:
        click.echo(
            f"{wrong} to fix: see ✗ above. If there is no time left, hand it in all the same; "
            "otherwise fix it, and run autograder pack --force."
        )
    else:
        click.echo("Whether it is right, autograder check says.")
    sys.exit(bool(wrong))


def _show(console: Console, part: Part) -> None:
    """A line for a file that is as it should be, and one for each thing that is not."""
    for wrong in part.wrong:
        console.print(f"✗ {wrong}", style="red", markup=False, soft_wrap=True)
    for note in part.notes:
        console.print(f"○ {part.name}: {note}", markup=False, soft_wrap=True)
    if not part.wrong and not part.notes:
        console.print(f"✓ {part.name}", style="green", markup=False)
