"""The Python with which the course grades, where it is older than the student's."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator

from autograder.course.newer_python import HERE, Version, clear_syntax, written
from autograder.course.student_file import read_source
from autograder.public.released_folder import Released

ONLY_IN = re.compile(r"(.*) (?:is|are) only supported in Python (\d+)\.(\d+) and greater")


def course_version(python: str) -> Version | None:
    """The version of the course's Python, as the release says it, if it is older than this one."""
    found = re.fullmatch(r"(\d)\.(\d{1,3})", python)
    version = (int(found[1]), int(found[2])) if found else HERE
    return version if version < HERE else None


def warnings_on(released: Released, files: Iterable[str]) -> Iterator[str]:
    """Sentences for a student whose Python is newer than the course's."""
    version = course_version(released.assignment.python)
    if version is None:
        return
    yield (
        f"this is {written(HERE)}, and your work is graded with {written(version)}: "
        "what only newer versions know fails there"
    )
    for file in files:
        source = read_source(released.folder / file)
        newer = newer_syntax(source.decode(), version) if isinstance(source, bytes) else ""
        if newer:
            yield f"{file} {newer}"


def newer_syntax(text: str, version: Version) -> str:
    """What the course's Python would refuse, as the rest of a sentence on the file; or ""."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text, feature_version=version)
    except SyntaxError as error:
        if found := ONLY_IN.match(error.msg):
            what, needed = found[1].lower(), (int(found[2]), int(found[3]))
            return _refused(what, error.lineno, needed, version)
    except (ValueError, RecursionError, MemoryError):
        return ""
    newer = clear_syntax(text, version)
    return _refused(newer.what, newer.line, newer.version, version) if newer else ""


def _refused(what: str, line: int | None, needed: Version, version: Version) -> str:
    return (
        f"has {what} on line {line}: that needs {written(needed)} or newer, and your work is "
        f"graded with {written(version)}"
    )
