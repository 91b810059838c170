"""The record of proofs: nothing is released that `verify` has not proved as it is now.

`build/proved/<assignment>` of the course holds a digest of all that the proof depends on: the
staff files of the assignment, this engine, and the versions of the libraries.
"""

from __future__ import annotations

from pathlib import Path

from autograder.assignment.model import Assignment
from autograder.errors import KitError
from autograder.files import digest, write_file
from autograder.versions import engine_digest, versions


def is_proved(assignment: Assignment, course: Path) -> bool:
    """Whether `verify` has found nothing wrong with the assignment as it is now."""
    try:
        return _record(assignment, course).read_text("utf-8").strip() == proof_digest(assignment)
    except (OSError, UnicodeDecodeError):
        return False


def record(assignment: Assignment, course: Path, proved: bool) -> None:
    """Record the outcome of `verify`. Records nothing where the course cannot be written to."""
    path = _record(assignment, course)
    try:
        if proved:
            write_file(path, f"{proof_digest(assignment)}\n".encode(), parents=True)
        else:
            path.unlink(missing_ok=True)
    except (OSError, KitError):
        pass


def proof_digest(assignment: Assignment) -> str:
    """A digest of everything that the proof of an assignment depends on."""
    folder = assignment.folder
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in (".py", ".toml")]
    staff = [
        part
        for path in paths
        if path.is_file()
        for part in (str(path.relative_to(folder)).encode(), path.read_bytes())
    ]
    return digest(repr(sorted(versions().items())).encode(), engine_digest().encode(), *staff)


def _record(assignment: Assignment, course: Path) -> Path:
    return course / "build" / "proved" / assignment.name
