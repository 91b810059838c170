"""What is known of a failed check: facts, in the words that a student reads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

# Letters and marks that Unicode lists as ignorable: fillers and selectors of variants.
UNSEEN = re.compile("[\u034f\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")


@dataclass(frozen=True)
class Failure:
    """Why a check failed. Facts only; a likely cause is added elsewhere.

    `verdict` is one of the contract's, `fact` is one sentence, `details` are further lines,
    `right` names the results that are right, `related` says how what was got relates to what was
    expected, where it does, `line` is a line of the student's file, and
    `loading` tells that the file could not even be loaded.
    """

    verdict: str
    fact: str
    details: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    line: int | None = None
    loading: bool = False
    related: str = ""


class CheckFailed(Exception):
    """Raised in a grader where the student's answer is not right."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.fact)
        self.failure = failure


def harmless(text: str, limit: int = 300) -> str:
    """Text of a student's, safe to print: one line, no control or bidirectional characters."""
    text = re.sub(r"\s+", " ", text[: 4 * limit]).strip()
    kept = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def unmistakable(name: str, limit: int = 200) -> str:
    """A student's name, safe to print, in which two names that differ look different.

    What `harmless` would leave out or draw together is written as an escape.
    """
    shown = "".join(
        c if c == " " or not (c.isspace() or _is_unseen(c)) else _escaped(c) for c in name
    )
    ends = len(shown) - len(shown.lstrip(" ")), len(shown.rstrip(" "))
    shown = r"\x20" * ends[0] + shown[ends[0] : ends[1]] + r"\x20" * (len(shown) - ends[1])
    shown = re.sub(" {2,}", lambda spaces: r"\x20" * len(spaces[0]), shown)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _escaped(c: str) -> str:
    return c.encode("unicode_escape", "backslashreplace").decode()


def _is_unseen(c: str) -> bool:
    return unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") or bool(UNSEEN.match(c))


def from_error(
    error: dict[str, Any], doing: str, slot: str, file: str, slots: Collection[str]
) -> Failure:
    """The failure behind a worker's error reply while `doing` ('calling f').

    `slots` are the names by which a NotImplementedError may say what is not started.
    """
    kind, name, line = error["kind"], harmless(error["type"], 60), error["line"]
    message = harmless(error["message"])
    if kind == "missing":
        return Failure("missing", f"{file} has no {slot}", ("it is in the file as handed out",))
    if kind == "forbidden":
        return Failure("forbidden", f"it uses {message}, which this slot may not", line=line)
    if kind == "result":
        return Failure("wrong", message, line=line)
    if name == "NotImplementedError":
        if message == slot:
            return Failure("not_started", "not started yet", line=line)
        if message in slots:
            return Failure("error", f"it needs {message}, which is not started yet", line=line)
    if name in ("SyntaxError", "IndentationError", "TabError"):
        return Failure("error", f"{file} is no valid Python: {message}", line=line)
    what = f"{name}: {message}" if message else name
    return Failure("error", f"{doing} raised {what}", line=line)
