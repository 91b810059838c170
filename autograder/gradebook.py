"""nbgrader's gradebook: written from results that are there, by nbgrader itself."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.errors import KitError
from autograder.failure import harmless

CONFIG = "nbgrader_config.py"


def is_course(course: Path, assignment: str) -> bool:
    """Whether nbgrader keeps the marks of an assignment: it has its settings and a notebook."""
    notebooks = (course / "source" / assignment).glob("*.ipynb")
    return (course / CONFIG).is_file() and any(notebooks)


def write(
    course: Path,
    assignment: str,
    students: Sequence[str],
    out: Path,
    progress: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Write the students' results in `out` to the gradebook; returns who is missing there, and why.

    What a person marked stays. Raises KitError where nbgrader cannot work here at all.
    """
    from nbgrader.apps.baseapp import NbGrader

    from autograder.nbgrader_plugin import EngineAutograde

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
        autograded = course / app.coursedir.autograded_directory

        def convert(some: Sequence[str]) -> list[str]:
            """Convert some students; returns those who did not arrive."""
            converter = EngineAutograde(coursedir=app.coursedir, parent=app)
            converter.graded, converter.force, converter.out = True, True, out
            converter.only, converter.progress = frozenset(some), progress
            try:
                converter.start()
            except (Exception, SystemExit) as error:  # nbgrader gives up in many ways
                errors.append(f"{type(error).__name__}: {error}")
            return [s for s in some if not list((autograded / s / assignment).glob("*.ipynb"))]

        missing = convert(students)
        if len(missing) < len(students):  # one that nbgrader gave up at must cost no other
            missing = [student for one in missing for student in convert([one])]
    finally:
        os.environ["PATH"] = path
        os.chdir(here)
    if not missing:
        return []
    why = _last_line(errors) or "nbgrader did not take it"
    if len(missing) == len(students):
        raise KitError(f"the gradebook was not written ({why}): run autograder doctor {assignment}")
    return [f"the gradebook lacks {harmless(student, 100)}: {why}" for student in missing]


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
            return harmless(error.strip().splitlines()[-1], 200)
    return harmless(errors[0], 200) if errors else ""
