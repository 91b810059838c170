"""Where in the files of staff something went wrong: `moves/test_double.py:12`."""

from __future__ import annotations

import inspect
import traceback
import types
from pathlib import Path

from autograder.assignment.model import Assignment
from autograder.judging.checks import Check
from autograder.judging.failure import CheckFailed
from autograder.judging.program import ReferenceFailed

STAFF = {"probe": "probes", "oracle": "oracle", "readings": "readings"}


def place_of(error: BaseException, assignment: Assignment) -> str:
    """The file of staff's and the line in it where an error came from, or "".

    That is the probe that raised, or else the innermost line of a grader file or reading.
    """
    told = error.failure.staff if isinstance(error, CheckFailed) else ""
    if isinstance(error, ReferenceFailed):
        told = error.staff
    places = [_shown(frame.f_code.co_filename, line, assignment) for frame, line in _frames(error)]
    if isinstance(error, SyntaxError):
        places.append(_shown(error.filename or "", error.lineno or 0, assignment))
    name, _, line = told.rpartition(":")
    return _shown(name, line, assignment) or next(filter(None, reversed(places)), "")


def place_of_check(check: Check, assignment: Assignment) -> str:
    """The file and line of a check's function."""
    code = getattr(inspect.unwrap(check.body.function), "__code__", None)
    if code is None:
        return ""
    return _shown(code.co_filename, code.co_firstlineno, assignment)


def _frames(error: BaseException) -> list[tuple[types.FrameType, int]]:
    return list(traceback.walk_tb(error.__traceback__))


def _shown(name: str, line: int | str, assignment: Assignment) -> str:
    """A line of a file as messages name it; "" where the file is none of staff's.

    Probes, oracles and readings run under the names that they have in a release.
    """
    for kind, module in STAFF.items():
        file = name.removeprefix(f"{kind}_")
        if file != name and file in assignment.files:
            return f"{assignment.files[file].stem}/{module}.py:{line}"
    path = Path(name)
    for folder in (assignment.folder.absolute(), assignment.folder.resolve()):
        if path.is_relative_to(folder):
            return f"{path.relative_to(folder).as_posix()}:{line}"
    return ""
