"""The lines that an editor reads to list the problems in a student's files.

The released `.vscode/tasks.json` runs `autograder check --lines` and has a regular expression for
these lines; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from autograder.judging.judgement import SlotResult
from autograder.judging.verdict import Verdict
from autograder.text import printable

MAX_CHARACTERS = 400  # of a message


def problem_lines(results: Mapping[str, SlotResult]) -> Iterator[str]:
    """A line for each slot that is not correct: `FILE:LINE: SEVERITY: SLOT: MESSAGE`.

    The last line is for a person at the terminal: it says how many slots pass.
    """
    for result in results.values():
        if result.verdict != Verdict.CORRECT:
            message = printable(f"{result.slot}: {_message(result)}", MAX_CHARACTERS)
            yield f"{result.file}:{result.line or 1}: {result.verdict.severity}: {message}"
    correct = sum(result.verdict == Verdict.CORRECT for result in results.values())
    yield f"{correct} of {len(results)} slots pass the public checks."


def _message(result: SlotResult) -> str:
    failure = result.failure
    if failure is None or result.verdict == Verdict.UNGRADED:
        return f"not checked: {result.broken}"
    if result.verdict == Verdict.NOT_STARTED:
        return "not started: write it where the TODO is"
    was_run = not failure.loading and result.verdict != Verdict.MISSING
    check = f"it {result.sentence}: " if was_run else ""
    cause = f". {result.certainty.label}: {result.cause}" if result.cause else ""
    return f"{check}{failure.fact}{cause} (more: autograder check {result.slot})"
