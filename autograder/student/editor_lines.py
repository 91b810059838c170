"""What an editor needs to check a student's files and to list what is wrong with them.

`.vscode/tasks.json`, which is released, runs `autograder check --lines` and reads its lines by a
regular expression; both are here, and the tests hold them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.judging.failure import harmless
from autograder.judging.judgement import SlotResult

TASKS = ".vscode/tasks.json"
TEMPLATE = Path(__file__).parent / "templates" / "tasks.json"
LONGEST = 400  # characters of a message
# How bad it is in the words of editors. What is not started is no mistake.
SEVERITIES = {"not_started": "info", "ungraded": "warning"}


def tasks() -> bytes:
    """The file that tells Visual Studio Code how to check."""
    return TEMPLATE.read_bytes()


def lines(results: Mapping[str, SlotResult]) -> Iterator[str]:
    """A line for each slot that is not right: `FILE:LINE: SEVERITY: SLOT: what is wrong`.

    And one for a person who looks at the terminal, which says how many are right.
    """
    for result in results.values():
        if result.verdict != "correct":
            severity = SEVERITIES.get(result.verdict, "error")
            said = harmless(f"{result.slot}: {_said(result)}", LONGEST)
            yield f"{result.file}:{result.line or 1}: {severity}: {said}"
    correct = sum(result.verdict == "correct" for result in results.values())
    yield f"{correct} of {len(results)} slots pass the public checks."


def _said(result: SlotResult) -> str:
    failure = result.failure
    if failure is None or result.verdict == "ungraded":
        return f"not checked: {result.broken}"
    if result.verdict == "not_started":
        return "not started: write it where the TODO is"
    at = "" if failure.loading or result.verdict == "missing" else f"it {result.sentence}: "
    cause = f". Likely cause: {result.cause}" if result.cause else ""
    return f"{at}{failure.fact}{cause} (more: autograder check {result.slot})"
