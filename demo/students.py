"""Students in one process: they fetch the assignment, hand in, and fetch the feedback.

Each method does what nbgrader's command of that name does. The commands themselves would import
nbgrader for each student anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import (
    ExchangeFetchAssignment,
    ExchangeFetchFeedback,
    ExchangeSubmit,
)
from traitlets.config import Config


class Student:
    """One student's home folder and account at the exchange."""

    def __init__(self, name: str, home: Path, exchange: Path, course: str, assignment: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.config = Config()
        self.config.Exchange.root = str(exchange)
        self.config.Exchange.cache = str(home / ".cache")
        self.config.Exchange.assignment_dir = str(home)
        self.config.CourseDirectory.course_id = course
        self.config.CourseDirectory.student_id = name
        self.config.CourseDirectory.assignment_id = assignment

    def fetch_assignment(self) -> None:
        self._run(ExchangeFetchAssignment)

    def submit(self) -> None:
        self._run(ExchangeSubmit)

    def fetch_feedback(self) -> None:
        self._run(ExchangeFetchFeedback)

    def _run(self, exchange: Any) -> None:
        coursedir = CourseDirectory(config=self.config)
        authenticator = Authenticator(config=self.config)
        exchange(coursedir=coursedir, authenticator=authenticator, config=self.config).start()
