"""No release without proof: `verify` runs before what it has not proved yet is released.

What was proved is remembered in `build/proved/<assignment>` of the course, as a digest of all that
the proof depends on: what staff wrote about the assignment, this engine, and the libraries.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import autograder
from autograder.assignment.model import Assignment
from autograder.errors import KitError
from autograder.files import write_file
from autograder.versions import versions


def is_proved(assignment: Assignment, course: Path) -> bool:
    """Whether `verify` has found nothing wrong with the assignment as it is now."""
    try:
        return _record(assignment, course).read_text("utf-8").strip() == digest(assignment)
    except (OSError, UnicodeDecodeError):
        return False


def remember(assignment: Assignment, course: Path, proved: bool) -> None:
    """Note what `verify` has found; where the course cannot be written to, nothing is kept."""
    record = _record(assignment, course)
    try:
        if proved:
            write_file(record, f"{digest(assignment)}\n".encode(), parents=True)
        else:
            record.unlink(missing_ok=True)
    except (OSError, KitError):
        pass


def digest(assignment: Assignment) -> str:
    """Of everything that a proof depends on."""
    whole = hashlib.sha256(json.dumps(versions(), sort_keys=True).encode())
    for path in [*_files(assignment.folder), *_files(Path(autograder.__file__).parent)]:
        content = path.read_bytes()
        whole.update(f"{path.name} {len(content)} ".encode() + content)
    return whole.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".toml") and path.is_file():
            yield path


def _record(assignment: Assignment, course: Path) -> Path:
    return course / "build" / "proved" / assignment.name
