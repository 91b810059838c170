"""nbgrader's gradebook: nbgrader itself writes the engine's results to it."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.errors import KitError
from autograder.nbgrader.settings import CONFIG
from autograder.text import printable


def is_course(course: Path, assignment: str) -> bool:
    """Whether nbgrader keeps the marks of an assignment: there are its settings and a notebook."""
    notebooks = (course / "source" / assignment).glob("*.ipynb")
    return (course / CONFIG).is_file() and any(notebooks)


def write(
    course: Path,
    assignment: str,
    submitted: Path,
    students: Sequence[str],
    out: Path,
    progress: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Write the results in `out` to the gradebook; returns a line for each student it lacks.

    Marks by hand stay. Raises KitError where nbgrader cannot work here at all.
    """
    from nbgrader.apps.baseapp import NbGrader

    from autograder.nbgrader.autograde import EngineAutograde

    app = NbGrader()
    errors: list[str] = []
    here, path = Path.cwd(), os.environ.get("PATH", "")
    try:
        # To make a database, nbgrader runs `alembic` by its name.
        os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), path))
        warnings.filterwarnings("ignore", module=r"nbgrader\.|sqlalchemy\.")  # not for TAs
        os.chdir(course)  # nbgrader looks for its settings in the current folder
        app.initialize([], root=str(course))
        app.coursedir.assignment_id = assignment
        app.log.handlers = [_ErrorCollector(errors)]
        app.log.propagate = False

        def convert(some: Sequence[str]) -> dict[str, str]:
            """Convert some students; returns for each who is not converted why."""
            errors.clear()
            converter = EngineAutograde(coursedir=app.coursedir, parent=app)
            converter.graded, converter.force, converter.out = True, True, out
            converter.submitted, converter.only = submitted, frozenset(some)
            converter.progress = progress
            try:
                converter.start()
            except KitError as error:
                errors.append(str(error))
            except (Exception, SystemExit) as error:  # nbgrader gives up in many ways
                errors.append(f"{type(error).__name__}: {error}")
            why = _reason(errors) or "nbgrader did not take it"
            return {student: why for student in some if student not in converter.converted}

        missing = convert(students)
        if len(missing) < len(students):  # nbgrader stops at a student it cannot convert
            missing = {s: why for one in missing for s, why in convert([one]).items()}
    finally:
        os.environ["PATH"] = path
        os.chdir(here)
    if missing and len(missing) == len(students):
        why = next(iter(missing.values()))
        raise KitError(f"the gradebook was not written ({why}): run autograder doctor {assignment}")
    return [f"the gradebook lacks {printable(s, 100)}: {why}" for s, why in missing.items()]


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
