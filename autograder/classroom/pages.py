"""Table and pages of all results in an output folder, made again only where something changed.

`views.json` says of each file what it was made from and what it was then, as digests.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path

from autograder.assignment.model import Assignment
from autograder.classroom import results
from autograder.files import digest, utf8, write_file
from autograder.versions import engine_digest

TABLE, INDEX, MARKING = "grades.csv", "index.html", "marking.html"


def write(out: Path, assignment: Assignment) -> list[str]:
    """Write what is not there or was made from something else. Returns what could not be read.

    Raises KitError where a file cannot be written.
    """
    found = _results(out)
    wanted = _made_from(found, assignment)
    recorded = _recorded(out)
    made = {name: recorded[name] for name in wanted if _is_current(out, name, wanted, recorded)}
    if len(made) == len(wanted):
        return []
    everybody, problems = results.read_all(out)
    if everybody:
        _make(out, everybody, assignment, wanted, made)
    if problems:  # then something is missing from the pages, which is to be said again
        made = {}
    write_file(out / "views.json", f"{json.dumps(made)}\n".encode())
    return problems


def _make(
    out: Path,
    everybody: Mapping[str, Mapping[str, object]],
    assignment: Assignment,
    wanted: Mapping[str, str],
    made: dict[str, list[str]],
) -> None:
    from autograder.classroom import report

    texts = {
        TABLE: lambda: results.grades_csv(everybody.values(), list(assignment.slots)),
        **report.texts(everybody, assignment),
    }
    for name, text in texts.items():
        if name not in made:
            content = utf8(text())
            write_file(out / name, content, parents=True)
            if name in wanted:
                made[name] = [wanted[name], digest(content)]


def _results(out: Path) -> dict[str, str]:
    """name -> a digest of each result file."""
    found = {}
    for path in sorted((out / "results").glob("*.json")):
        with contextlib.suppress(OSError):
            found[path.stem] = digest(path.read_bytes())
    return found


def _made_from(found: Mapping[str, str], assignment: Assignment) -> dict[str, str]:
    """file -> a digest of all that it is made from."""
    kit = engine_digest()
    everything = digest(kit.encode(), repr(assignment).encode(), repr(found).encode())
    wanted = {TABLE: everything, INDEX: everything}
    if assignment.questions:
        wanted[MARKING] = digest(
            kit.encode(), repr((assignment.title, assignment.questions)).encode()
        )
    shown = repr(
        (kit, assignment.title, [(s.name, s.builds_on) for s in assignment.slots.values()])
    )
    everybody = list(found.items())
    for i, (name, _) in enumerate(everybody):
        around = everybody[max(i - 1, 0) : i + 2]
        page = f"students/{results.page_file(name)}"
        wanted[page] = digest(shown.encode(), repr((name, around)).encode())
    return wanted


def _recorded(out: Path) -> dict[str, list[str]]:
    try:
        recorded = json.loads((out / "views.json").read_text("utf-8"))
        return {str(name): [str(one) for one in digests] for name, digests in recorded.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _is_current(
    out: Path, name: str, wanted: Mapping[str, str], recorded: Mapping[str, list[str]]
) -> bool:
    """Whether a file is there, as it was made from what it would be made from now."""
    try:
        made_from, content = recorded.get(name, ("", ""))
        return made_from == wanted[name] and content == digest((out / name).read_bytes())
    except (OSError, ValueError):
        return False
