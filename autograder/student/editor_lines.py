"""What an editor needs to check a student's files and to list what is wrong with them.

`.vscode/tasks.json`, which is released, runs `autograder check --lines` and reads its lines by a
regular expression; both are here, and the tests hold them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from autograder.judging.judgement import SlotResult
from autograder.judging.verdict import Verdict
from autograder.text import printable

LONGEST = 400  # characters of a message


def lines(results: Mapping[str, SlotResult]) -> Iterator[str]:
    """A line for each slot that is not right: `FILE:LINE: SEVERITY: SLOT: what is wrong`.

    And one for a person who looks at the terminal, which says how many are right.
    """
    for result in results.values():
        if result.verdict != Verdict.CORRECT:
            said = printable(f"{result.slot}: {_said(result)}", LONGEST)
            yield f"{result.file}:{result.line or 1}: {result.verdict.severity}: {said}"
    correct = sum(result.verdict == Verdict.CORRECT for result in results.values())
    yield f"{correct} of {len(results)} slots pass the public checks."


def _said(result: SlotResult) -> str:
    failure = result.failure
    if failure is None or result.verdict == Verdict.UNGRADED:
        return f"not checked: {result.broken}"
    if result.verdict == Verdict.NOT_STARTED:
        return "not started: write it where the TODO is"
    at = "" if failure.loading or result.verdict == Verdict.MISSING else f"it {result.sentence}: "
    cause = f". Likely cause: {result.cause}" if result.cause else ""
    return f"{at}{failure.fact}{cause} (more: autograder check {result.slot})"
