"""`autograder check`: run the public checks on a student's files."""

from __future__ import annotations

import contextlib
import gc
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.commands.console import echo, new_console
from autograder.commands.streams import has_reader

if TYPE_CHECKING:
    from autograder.isolation.pool import Workers
    from autograder.judging.judgement import SlotResult
    from autograder.public.released_folder import Released


NARROWEST = 72  # columns; on a narrower screen the terminal breaks lines, and nothing is left out


@contextlib.contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """A check is so short that collecting garbage costs more than it frees."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@click.command()
@click.argument("slots", nargs=-1, metavar="[SLOT | FILE]...")
@click.option(
    "--watch", is_flag=True, help="Check a file again whenever you save it. Press q to quit."
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option(
    "--lines",
    "as_lines",
    is_flag=True,
    help="Print one line per problem, for editors: FILE:LINE: ...",
)
@_without_garbage_collection()
def check(slots: tuple[str, ...], watch: bool, as_json: bool, as_lines: bool) -> None:
    """Run the public checks on your slots.

    Run this in the folder of the assignment. Name the slots to check, or files to check all their
    slots; without a name, everything is checked. Grading uses more checks, with other numbers.

    Exit status: 0 all slots pass, 1 something to fix, 3 a slot could not be checked.
    """
    from autograder.public.released_folder import find_released

    if watch + as_json + as_lines > 1:
        raise click.UsageError("use only one of --watch, --json and --lines")
    released = find_released(Path.cwd())
    names = released.slots_named(slots)
    workers = _start_workers(released, names)
    if watch:
        _warn_of_python(released, names)
        _watch(released, names, workers, all_messages=bool(slots))
        return
    with workers:
        # Imported while the workers start.
        from autograder.judging.verdict import Verdict
        from autograder.student.file_checker import check_slots, to_json

        results = check_slots(released, names, workers)
        if as_json:
            echo(json.dumps(to_json(results), indent=1))
        elif as_lines:
            _print_lines(results)
        else:
            _print_messages(results, all_messages=bool(slots))
        _warn_of_python(released, names)
    verdicts = {result.verdict for result in results.values()}
    sys.exit(3 if Verdict.UNGRADED in verdicts else int(verdicts != {Verdict.CORRECT}))


def _warn_of_python(released: Released, names: list[str]) -> None:
    """Warn on stderr where this Python is newer than the one with which the course grades."""
    from autograder.student.course_python import course_version, warnings_on

    if course_version(released.assignment.python) is not None:
        for line in warnings_on(released, released.files_of(names)):
            echo(line, err=True)


def _start_workers(released: Released, names: list[str]) -> Workers:
    """Workers for the files of these slots, whose interpreters start while we still import."""
    from autograder.isolation.interpreter import begin

    files = [name for name in released.files_of(names) if (released.folder / name).exists()]
    begun = begin(released.assignment.files[name].libraries for name in files)
    try:
        from autograder.isolation.pool import Workers  # and with it NumPy

        return Workers(begun=begun)
    except BaseException:
        for interpreter in begun:
            interpreter.kill()
        raise


def _print_lines(results: dict[str, SlotResult]) -> None:
    from autograder.student.editor_lines import problem_lines

    for line in problem_lines(results):
        echo(line)


def _print_messages(results: dict[str, SlotResult], all_messages: bool) -> None:
    """Print a line per slot and the message of each that is wrong, or only of the first of them."""
    from autograder.judging.message import WIDTH, check_lines

    console = new_console()
    width = min(WIDTH, max(console.width, NARROWEST))
    for line in check_lines(results, all_messages, "autograder check", width):
        console.print(line.text, style=line.style or None, markup=False)


def _watch(released: Released, names: list[str], workers: Workers, all_messages: bool) -> None:
    console = new_console()
    if sys.stdin.isatty() and sys.stdout.isatty() and not console.is_dumb_terminal:
        from autograder.student.watch_screen import watch

        watch(released, names, workers, console)
        return
    with contextlib.suppress(KeyboardInterrupt), workers:
        _watch_without_terminal(released, names, workers, all_messages)


def _watch_without_terminal(
    released: Released, names: list[str], workers: Workers, all_messages: bool
) -> None:
    """Print the results again whenever a file was saved, until Ctrl-C."""
    from autograder.judging.message import check_lines
    from autograder.student.file_checker import PATIENCE_SECONDS, POLL_SECONDS, FileChecker, Saves

    gc.enable()  # this may run for hours
    checker = FileChecker(released, workers)
    files = released.files_of(names)
    saves = Saves(released.folder, files)
    results: dict[str, SlotResult] = {}
    changed = files
    while has_reader():
        for file in changed:
            results.update(checker.check(file, names, PATIENCE_SECONDS))
        if changed:
            for line in check_lines(results, all_messages, "autograder check"):
                echo(line.text)
            echo("\n  waiting for you to save a file; press Ctrl-C to stop")
        time.sleep(POLL_SECONDS)
        changed = saves.since_last_call()
