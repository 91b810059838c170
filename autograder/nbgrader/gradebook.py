"""nbgrader's gradebook: written from results that are there, by nbgrader itself."""

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
    """Whether nbgrader keeps the marks of an assignment: it has its settings and a notebook."""
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
    """Write the students' results in `out` to the gradebook; returns who is missing there, and why.

    What a person marked stays. Raises KitError where nbgrader cannot work here at all.
    """
    from nbgrader.apps.baseapp import NbGrader

    from autograder.nbgrader.autograde import EngineAutograde

    app = NbGrader()
    errors: list[str] = []
    here, path = Path.cwd(), os.environ.get("PATH", "")
    try:
        # nbgrader makes a database by calling `alembic` by name.
        os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), path))
        warnings.filterwarnings("ignore", module=r"nbgrader\.|sqlalchemy\.")  # not for TAs
        os.chdir(course)  # where nbgrader looks for its settings
        app.initialize([], root=str(course))
        app.coursedir.assignment_id = assignment
        app.log.handlers = [_Collect(errors)]
        app.log.propagate = False

        def convert(some: Sequence[str]) -> dict[str, str]:
            """Convert some students; returns those who did not arrive, and why."""
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
            why = _last_line(errors) or "nbgrader did not take it"
            return {student: why for student in some if student not in converter.converted}

        missing = convert(students)
        if len(missing) < len(students):  # one that nbgrader gave up at must cost no other
            missing = {s: why for one in missing for s, why in convert([one]).items()}
    finally:
        os.environ["PATH"] = path
        os.chdir(here)
    if missing and len(missing) == len(students):
        why = next(iter(missing.values()))
        raise KitError(f"the gradebook was not written ({why}): run autograder doctor {assignment}")
    return [f"the gradebook lacks {printable(s, 100)}: {why}" for s, why in missing.items()]


class _Collect(logging.Handler):
    """Keeps nbgrader's errors, of which the last line says most."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.errors = errors

    def emit(self, record: logging.LogRecord) -> None:
        self.errors.append(record.getMessage())


def _last_line(errors: Sequence[str]) -> str:
    """The most telling line: the end of the first traceback, else the first error."""
    for error in errors:
        if error.startswith("Traceback"):
            return printable(error.strip().splitlines()[-1], 200)
    return printable(errors[0], 200) if errors else ""
