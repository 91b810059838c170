"""The failure of a check: facts, in the words that a student reads."""

from __future__ import annotations

import builtins
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autograder.course.student_file import Reason, Unreadable
from autograder.judging.share import NONE, Share
from autograder.judging.verdict import Verdict
from autograder.text import printable

if TYPE_CHECKING:
    from autograder.isolation.worker_protocol import RaisedError


UNUSABLE = "the result cannot be used"
MAX_FACT = 140  # characters; of a hidden check's exception some 80 are the student's own
MAX_WORDS = 80
# Exceptions whose names are shown for every hidden check; a name that is none of them is chosen.
EXCEPTIONS = {
    *(n for n, v in vars(builtins).items() if isinstance(v, type) and issubclass(v, BaseException)),
    *("LinAlgError", "AxisError", "UFuncTypeError", "_UFuncNoLoopError", "_ArrayMemoryError"),
    *("OutOfMemoryError", "BackendCompilerFailed", "Unsupported", "TorchRuntimeError"),
}

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
        fact: a sentence; `details` are further lines, and `surroundings` those that say what is so
            where the code runs (`loading`), in which the code chose nothing.
        share: how much of the answer is right all the same.
        brief: the fact without anything that the student's code chose; "" where that is the fact.
        expected, got: the two values that differ, or "".
        right: names of the results that are right.
        line: of the student's file.
        staff: the file and line of staff's code where an exception came from that came through no
            line of the student's file.
        loading: whether the file could not even be loaded.
        related: how the answer relates to what was expected, where a relation holds.
        raised: the name of the exception that the call raised, or "".
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
    brief: str = ""
    surroundings: tuple[str, ...] = ()
    share: Share = NONE
    staff: str = ""
    raised: str = ""

    @property
    def without_their_words(self) -> str:
        """What may be said of each hidden check, so that its inputs do not leave."""
        return self.brief or self.fact

    def shortened(self) -> Failure:
        """With no more of the student's own words than a slot may show of its hidden checks."""
        if not self.brief:
            return self
        cut = MAX_WORDS - 1
        return replace(
            self,
            fact=self.fact if len(self.fact) <= MAX_FACT else self.fact[: MAX_FACT - 1] + "…",
            details=tuple(text[:MAX_WORDS] for text in self.details[:2]),
            got=self.got if len(self.got) <= MAX_WORDS else self.got[:cut] + "…",
        )


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
            Verdict.MISSING,
            f"{file} has no {message or slot}",
            ("it is in the file as handed out",),
        )
    if error.kind == "forbidden":
        fact = f"it uses {message}, which this slot may not use"
        return Failure(Verdict.FORBIDDEN, fact, line=line, brief="it uses what it may not use")
    if error.kind == "result":
        return Failure(Verdict.WRONG, message, line=line, brief=UNUSABLE)
    if name == "NotImplementedError":
        if message == slot:
            return Failure(Verdict.NOT_STARTED, "not started yet", line=line)
        if message in slots:
            return Failure(
                Verdict.ERROR, f"it needs {message}, which is not started yet", line=line
            )
    brief = f"{doing} raised {name if name in EXCEPTIONS else 'an exception'}"
    if name in ("SyntaxError", "IndentationError", "TabError"):
        fact = f"{file} is not valid Python: {message}"
        return Failure(Verdict.ERROR, fact, line=line, brief=brief, raised=name)
    what = f"{name}: {message}" if message else name
    fact = f"{doing} raised {what}"
    staff = "" if line is not None else printable(error.staff, 80)
    return Failure(Verdict.ERROR, fact, line=line, brief=brief, staff=staff, raised=name)
