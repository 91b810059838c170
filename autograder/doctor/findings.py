"""What the doctor's checks look at and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.nbgrader.settings import Settings

State = Literal["right", "wrong", "none"]
MOST = 3  # problems that one line tells


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: `state` is "none" where the check has nothing to look at.

    `mend` is a command to run or an edit to make, where something is wrong.
    """

    name: str
    state: State
    said: str
    mend: str = ""


@dataclass(frozen=True)
class Course:
    """A course folder and what nbgrader's configuration says about it."""

    folder: Path
    settings: Settings

    @property
    def gradebook(self) -> Path | None:
        """The file of the gradebook, or None where it is on a database server."""
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


def listed(problems: Sequence[str]) -> str:
    """The first problems, and how many there are besides."""
    more = len(problems) - MOST
    return "; ".join(problems[:MOST]) + (f"; and {more} more" if more > 0 else "")
