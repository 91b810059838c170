"""What students run: check, hint."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.screen import STYLES, new_console
from autograder.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.judge import SlotResult


@click.command()
@click.argument("slots", nargs=-1)
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print results as JSON.")
def check(slots: tuple[str, ...], watch: bool, as_json: bool) -> None:
    """Check your SLOTS (all of them by default) with the public checks.

    Run it in the folder of the assignment. Grading adds other checks with other numbers.
    Exit status: 0 all pass, 1 something to fix.
    """
    from autograder import check as checking
    from autograder.front import Workers
    from autograder.frozen import find_released

    released = find_released(Path.cwd())
    names = [released.assignment.slot(name).name for name in slots] or list(
        released.assignment.slots
    )
    console = new_console()
    with Workers() as workers:
        if not watch:
            results = checking.check(released, names, workers)
            if as_json:
                click.echo(json.dumps(checking.to_json(results), indent=1))
            else:
                _show_check(console, results, everything=bool(slots))
            verdicts = {result.verdict for result in results.values()}
            sys.exit(3 if "ungraded" in verdicts else int(verdicts != {"correct"}))
        results = {}
        try:
            for changed in checking.changes(released, names):
                results.update(checking.check(released, changed, workers))
                console.clear()
                _show_check(console, results, everything=bool(slots))
                console.print("\n  waiting for a file to be saved; Ctrl-C to stop", style="dim")
        except KeyboardInterrupt:
            pass


def _show_check(console: Console, results: dict[str, SlotResult], everything: bool) -> None:
    from autograder.explain import checked

    for line, kind in checked(results, everything, "autograder check"):
        console.print(line, style=STYLES.get(kind, "red") if kind else None, markup=False)


@click.command()
@click.argument("slot")
@click.option("--stage", type=click.IntRange(1), default=1, help="Which hint: 1, 2 or 3.")
def hint(slot: str, stage: int) -> None:
    """A hint for SLOT: a question first, then a pointer. Never the answer."""
    from autograder.frozen import find_released

    found = find_released(Path.cwd()).assignment.slot(slot)
    if not found.hints:
        raise UsageError(f"{found.name} has no hints")
    stage = min(stage, len(found.hints))
    click.echo(f"{found.name}, hint {stage} of {len(found.hints)}\n")
    click.echo(f"  {found.hints[stage - 1]}")
    if stage < len(found.hints):
        click.echo(f"\n  next: autograder hint {found.name} --stage {stage + 1}")
