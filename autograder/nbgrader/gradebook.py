"""nbgrader's gradebook: nbgrader itself writes the engine's results to it."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.apps.baseapp import NbGrader

from autograder.classroom.job import Job
from autograder.errors import KitError
from autograder.nbgrader.autograde import EngineAutograde, GradedClass
from autograder.text import distinguishable, printable


def write(
    job: Job, students: Sequence[str], progress: Callable[[str], None] = lambda _: None
) -> list[str]:
    """Write the students' results to the gradebook; returns a line for each student it lacks.

    Marks by hand stay. `progress` is called with each student who comes next. Raises KitError where
    nbgrader cannot work here at all.
    """
    with _nbgrader(job) as app:
        missing = _convert(app, GradedClass(job, frozenset(students), progress))
        if len(missing) < len(students):  # nbgrader stops at a student it cannot convert
            alone = [GradedClass(job, frozenset([student]), progress) for student in missing]
            missing = {s: why for graded in alone for s, why in _convert(app, graded).items()}
    if missing and len(missing) == len(students):
        why = next(iter(missing.values()))
        mend = f"run autograder doctor {job.assignment}"
        raise KitError(f"the gradebook was not written ({why}): {mend}")
    return [f"the gradebook lacks {distinguishable(s, 100)}: {why}" for s, why in missing.items()]


@contextlib.contextmanager
def _nbgrader(job: Job) -> Iterator[Any]:
    """nbgrader's application in the course, with the environment that it needs."""
    here, path = Path.cwd(), os.environ.get("PATH", "")
    try:
        # To make a database, nbgrader runs `alembic` by its name.
        os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), path))
        warnings.filterwarnings("ignore", module=r"nbgrader\.|sqlalchemy\.")  # not for TAs
        os.chdir(job.course)  # nbgrader looks for its settings in the current folder
        app = NbGrader()
        app.initialize([], root=str(job.course))
        app.coursedir.assignment_id = job.assignment
        app.log.propagate = False
        yield app
    finally:
        os.environ["PATH"] = path
        os.chdir(here)


def _convert(app: Any, graded: GradedClass) -> dict[str, str]:
    """Convert some students; returns for each who is not converted why."""
    errors: list[str] = []
    app.log.handlers = [_ErrorCollector(errors)]
    converter = EngineAutograde(coursedir=app.coursedir, parent=app)
    converter.graded, converter.force = graded, True
    try:
        converter.start()
    except KitError as error:
        errors.append(str(error))
    except (Exception, SystemExit) as error:  # nbgrader gives up in many ways
        errors.append(f"{type(error).__name__}: {error}")
    why = _reason(errors) or "nbgrader did not take it"
    return {s: why for s in sorted(graded.students) if s not in converter.converted}


class _ErrorCollector(logging.Handler):
    """Appends nbgrader's error messages to a list."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.errors = errors

    def emit(self, record: logging.LogRecord) -> None:
        self.errors.append(record.getMessage())


def _reason(errors: Sequence[str]) -> str:
    """The last line of the first traceback, else the first error; "" without errors."""
    for error in errors:
        if error.startswith("Traceback"):
            return printable(error.strip().splitlines()[-1], 200)
    return printable(errors[0], 200) if errors else ""
