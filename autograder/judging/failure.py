"""The failure of a check: facts, in the words that a student reads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.course.student_file import Reason, Unreadable
from autograder.judging.verdict import Verdict
from autograder.text import printable

if TYPE_CHECKING:
    from autograder.isolation.worker_protocol import RaisedError


VERDICTS = {
    Reason.MISSING: Verdict.MISSING,
    Reason.BROKEN: Verdict.ERROR,
    Reason.LOCKED: Verdict.ERROR,
    Reason.GRADER: Verdict.UNGRADED,
}


@dataclass(frozen=True)
class Failure:
    """Why a check failed: facts only. `diagnosis` adds a likely cause.

    Attributes:
        fact: a sentence; `details` are further lines.
        expected, got: the two values that differ, or "".
        right: names of the results that are right.
        line: of the student's file.
        loading: whether the file could not even be loaded.
        related: how the answer relates to what was expected, where a relation holds.
    """

    verdict: Verdict
    fact: str
    details: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    line: int | None = None
    loading: bool = False
    related: str = ""
    expected: str = ""
    got: str = ""


class CheckFailed(Exception):
    """Raised in a grader where the student's answer is not right."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.fact)
        self.failure = failure


def unloaded(source: Unreadable) -> Failure:
    """The failure of every check on a file that cannot be read."""
    return Failure(
        VERDICTS[source.reason], source.fact, source.details, line=source.line, loading=True
    )


def from_error(
    error: RaisedError, doing: str, slot: str, file: str, slots: Collection[str]
) -> Failure:
    """The failure behind a worker's error reply while `doing` ('calling f').

    `slots` are the names by which a NotImplementedError may say what is not started.
    """
    name, line, message = printable(error.type, 60), error.line, printable(error.message)
    if error.kind == "missing":
        return Failure(
            Verdict.MISSING, f"{file} has no {slot}", ("it is in the file as handed out",)
        )
    if error.kind == "forbidden":
        return Failure(
            Verdict.FORBIDDEN, f"it uses {message}, which this slot may not use", line=line
        )
    if error.kind == "result":
        return Failure(Verdict.WRONG, message, line=line)
    if name == "NotImplementedError":
        if message == slot:
            return Failure(Verdict.NOT_STARTED, "not started yet", line=line)
        if message in slots:
            return Failure(
                Verdict.ERROR, f"it needs {message}, which is not started yet", line=line
            )
    if name in ("SyntaxError", "IndentationError", "TabError"):
        return Failure(Verdict.ERROR, f"{file} is not valid Python: {message}", line=line)
    what = f"{name}: {message}" if message else name
    return Failure(Verdict.ERROR, f"{doing} raised {what}", line=line)
