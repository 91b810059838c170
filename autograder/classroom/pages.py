"""The table and the pages of an output folder. Only those that have to change are written.

`views.json` has, for each file, a digest of what it was made from and a digest of its content.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from autograder.assignment.model import Assignment
from autograder.classroom import results
from autograder.classroom.grades_csv import grades_csv
from autograder.classroom.results import StudentResult, page_file
from autograder.files import digest, utf8, write_file
from autograder.versions import engine_digest

TABLE, INDEX, MARKING = "grades.csv", "index.html", "marking.html"


class _Record(msgspec.Struct, frozen=True, array_like=True):
    """Digests of what a file was made from, and of its content."""

    sources: str
    content: str


def write(out: Path, assignment: Assignment) -> list[str]:
    """Write every page that is missing or out of date; returns a line for each unreadable result.

    Raises KitError where a page cannot be written.
    """
    sources = _sources(_result_digests(out), assignment)
    recorded = _read_records(out)
    current = {
        name: record
        for name, record in recorded.items()
        if record.sources == sources.get(name) and _has_content(out / name, record)
    }
    if len(current) == len(sources):
        return []
    everybody, problems = results.read_all(out)
    for name, content in _contents(everybody, assignment, current):
        write_file(out / name, content, parents=True)
        if name in sources:
            current[name] = _Record(sources[name], digest(content))
    if problems:  # the pages lack something: the next run is to look again and say so
        current = {}
    # Not msgspec.json: names of students' folders may hold lone surrogates.
    text = json.dumps(msgspec.to_builtins(current))
    write_file(out / "views.json", f"{text}\n".encode())
    return problems


def _contents(
    everybody: Mapping[str, StudentResult], assignment: Assignment, current: Mapping[str, _Record]
) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file that is not current; nothing without results."""
    from autograder.classroom import report  # here: jinja2 is slow to import

    if not everybody:
        return
    texts = {
        TABLE: lambda: grades_csv(everybody.values(), list(assignment.slots)),
        **report.texts(everybody, assignment),
    }
    for name, text in texts.items():
        if name not in current:
            yield name, utf8(text())


def _result_digests(out: Path) -> dict[str, str]:
    """student folder -> a digest of the result file."""
    found = {}
    for path in sorted((out / "results").glob("*.json")):
        with contextlib.suppress(OSError):
            found[path.stem] = digest(path.read_bytes())
    return found


def _sources(result_digests: Mapping[str, str], assignment: Assignment) -> dict[str, str]:
    """file -> a digest of all that it is made from."""

    def combined(*parts: object) -> str:
        return digest(*(repr(part).encode() for part in parts))

    engine = engine_digest()
    everything = combined(engine, assignment, result_digests)
    sources = {TABLE: everything, INDEX: everything}
    if assignment.questions:
        sources[MARKING] = combined(engine, assignment.title, assignment.questions)
    slots = [(slot.name, slot.builds_on) for slot in assignment.slots.values()]
    students = list(result_digests.items())
    for i, (name, _) in enumerate(students):
        with_neighbours = students[max(i - 1, 0) : i + 2]  # a page links to both
        page = f"students/{page_file(name)}"
        sources[page] = combined(engine, assignment.title, slots, name, with_neighbours)
    return sources


def _read_records(out: Path) -> dict[str, _Record]:
    try:
        recorded = json.loads((out / "views.json").read_bytes())
        return msgspec.convert(recorded, dict[str, _Record])
    except (OSError, ValueError):
        return {}


def _has_content(path: Path, record: _Record) -> bool:
    try:
        return digest(path.read_bytes()) == record.content
    except (OSError, ValueError):
        return False
