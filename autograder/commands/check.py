"""What students run: check, hint."""

from __future__ import annotations

import contextlib
import gc
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.console import new_console
from autograder.judging.verdict import Verdict

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.isolation.pool import Workers
    from autograder.judging.judgement import SlotResult
    from autograder.public.released_folder import Released


@click.command()
@click.argument("slots", nargs=-1)
@click.option("--watch", is_flag=True, help="Check again what is saved, until q or Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print results as JSON.")
@click.option("--lines", "as_lines", is_flag=True, help="Print FILE:LINE: a problem, for editors.")
def check(slots: tuple[str, ...], watch: bool, as_json: bool, as_lines: bool) -> None:
    """Check your SLOTS (all of them by default) with the public checks.

    A file stands for all its slots. Run it in the folder of the assignment. Grading adds other
    checks with other numbers. Exit status: 0 all pass, 1 something to fix.
    """
    from autograder.public.released_folder import find_released

    if watch + as_json + as_lines > 1:
        raise click.UsageError("of --watch, --json and --lines, only one can be had")
    released = find_released(Path.cwd())
    names = released.slots_named(slots)
    workers = _workers(released, names)
    if watch:
        _watch(released, names, workers, everything=bool(slots))
        return
    with workers:
        from autograder.student import editor_lines as editor
        from autograder.student import file_checker as checking

        console = None if as_json or as_lines else new_console()
        gc.freeze()  # a collection of garbage need not walk through all that was imported
        results = checking.check(released, names, workers)
        if console is not None:
            _show_check(console, results, everything=bool(slots))
        elif as_json:
            click.echo(json.dumps(checking.to_json(results), indent=1))
        else:
            for line in editor.lines(results):
                click.echo(line)
    verdicts = {result.verdict for result in results.values()}
    sys.exit(3 if Verdict.UNGRADED in verdicts else int(verdicts != {Verdict.CORRECT}))


def _workers(released: Released, names: list[str]) -> Workers:
    """Workers for the files of these slots, whose interpreters start while we still import."""
    from autograder.isolation.interpreter import begin

    there = [name for name in released.files_of(names) if (released.folder / name).exists()]
    begun = begin(released.assignment.files[name].libraries for name in there)
    try:
        from autograder.isolation.pool import Workers  # and with it NumPy

        return Workers(begun=begun)
    except BaseException:
        for one in begun:
            one.kill()
        raise


def _watch(released: Released, names: list[str], workers: Workers, everything: bool) -> None:
    console = new_console()
    if sys.stdin.isatty() and sys.stdout.isatty() and not console.is_dumb_terminal:
        from autograder.student.watch_screen import watch

        watch(released, names, workers, console)
        return
    with contextlib.suppress(KeyboardInterrupt), workers:
        _watch_plainly(released, names, workers, everything)


def _watch_plainly(
    released: Released, names: list[str], workers: Workers, everything: bool
) -> None:
    """Without a terminal: one result after the other."""
    from autograder.judging.message import checked
    from autograder.student.file_checker import PATIENCE_SECONDS, POLL_SECONDS, FileChecker, Saves

    checker = FileChecker(released, workers)
    files = released.files_of(names)
    saves = Saves(released.folder, files)
    results: dict[str, SlotResult] = {}
    changed = files
    while True:
        for file in changed:
            results.update(checker.check(file, names, PATIENCE_SECONDS))
        if changed:
            for line, _ in checked(results, everything, "autograder check"):
                click.echo(line)
            click.echo("\n  waiting for a file to be saved; Ctrl-C to stop")
        time.sleep(POLL_SECONDS)
        changed = saves.since()


def _show_check(console: Console, results: dict[str, SlotResult], everything: bool) -> None:
    from autograder.judging.message import checked

    for line, kind in checked(results, everything, "autograder check"):
        console.print(line, style=kind or None, markup=False)
