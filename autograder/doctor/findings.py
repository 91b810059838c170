"""What the doctor's checks look at, and the findings that they return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from autograder.nbgrader.settings import Settings

MAX_PROBLEMS = 3  # that one finding lists


class State(StrEnum):
    """Whether something is right, wrong, or missing so that there is nothing to check."""

    RIGHT = "right"
    WRONG = "wrong"
    NOTHING = "none"


@dataclass(frozen=True)
class Finding:
    """The result of a check. If it is wrong, `mend` is a command to run or an edit to make."""

    name: str
    state: State
    text: str
    mend: str = ""


def right(name: str, text: str) -> Finding:
    return Finding(name, State.RIGHT, text)


def wrong(name: str, text: str, mend: str) -> Finding:
    return Finding(name, State.WRONG, text, mend)


def nothing(name: str, text: str) -> Finding:
    """The finding of a check that has nothing to look at."""
    return Finding(name, State.NOTHING, text)


@dataclass(frozen=True)
class Course:
    """A course folder and what nbgrader's configuration says about it."""

    folder: Path
    settings: Settings

    @property
    def gradebook(self) -> Path | None:
        """The file of the gradebook, or None if it is on a database server."""
        url = self.settings.db_url
        if not url:
            return self.folder / "gradebook.db"
        scheme, _, rest = url.partition("://")
        if not scheme.startswith("sqlite"):
            return None
        return self.folder / rest.removeprefix("/").partition("?")[0]

    @property
    def exchange(self) -> Path:
        """The course's own folder in the exchange."""
        return Path(self.settings.exchange) / self.settings.course_id


def first_problems(problems: Sequence[str]) -> str:
    """The first problems in one line, and how many more there are."""
    more = len(problems) - MAX_PROBLEMS
    return "; ".join(problems[:MAX_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
