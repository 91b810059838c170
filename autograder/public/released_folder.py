"""A released folder: what it says of its assignment, without anything that takes time to import.

It has `checks/assignment.json` and, for each student file, `checks/<file>.json` (see
`autograder.frozen`) and, where the graders use one, `checks/probe_<file>.py`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.assignment.model import PublicAssignment, Slot, StudentFile
from autograder.errors import KitError, UsageError
from autograder.limits import Limits

FOLDER = "checks"


@dataclass(frozen=True)
class Released:
    """What a released folder says of itself.

    `notebooks` maps the name of each notebook to the ids of the questions to answer in it.
    """

    folder: Path
    assignment: PublicAssignment
    notebooks: Mapping[str, Sequence[str]]

    def slots_named(self, names: Iterable[str]) -> list[str]:
        """The slots that are meant: slots, or files with all of their slots; all of them by none.

        Raises UsageError.
        """
        found: dict[str, None] = {}  # each once, in order
        for name in names:
            slots = self.assignment.slots_of(name) or [self.assignment.slot(name)]
            found.update(dict.fromkeys(slot.name for slot in slots))
        return list(found) or list(self.assignment.slots)

    def files_of(self, slots: Collection[str]) -> list[str]:
        """The files in which the given slots are, in the assignment's order."""
        assignment = self.assignment
        return [f for f in assignment.files if any(s.name in slots for s in assignment.slots_of(f))]

    def checks(self, file: str) -> Any:
        """What `checks/` has for a student file. Raises KitError."""
        return _read_json(self.folder / FOLDER / f"{Path(file).stem}.json")


def find_released(start: Path) -> Released:
    """The released folder that is `start` or around it. Raises UsageError."""
    for folder in (start, *start.parents):
        if (folder / FOLDER / "assignment.json").is_file():
            data = _read_json(folder / FOLDER / "assignment.json")
            return Released(folder, _assignment(folder, data), data[NOTEBOOKS])
    raise UsageError(
        f"no {FOLDER}/assignment.json here: change into the folder of the assignment "
        "(the one with the files that you fill in)"
    )


def describe_assignment(assignment: PublicAssignment) -> dict[str, Any]:
    """What students may know of an assignment, as JSON."""
    return {
        "name": assignment.name,
        "title": assignment.title,
        "libraries": list(assignment.libraries),
        "files": {f.name: {"libraries": list(f.libraries)} for f in assignment.files.values()},
        "slots": {
            slot.name: {
                "file": slot.file,
                "points": slot.points,
                "seconds": slot.limits.seconds,
                "memory_mb": slot.limits.memory_mb,
                "output_mb": slot.limits.output_mb,
                "builds_on": list(slot.builds_on),
                "forbids": list(slot.forbids),
                "hints": list(slot.hints),
            }
            for slot in assignment.slots.values()
        },
    }


def _assignment(folder: Path, data: Any) -> PublicAssignment:
    files = {}
    for name, details in data["files"].items():
        probe = folder / FOLDER / f"probe_{name}"
        text = probe.read_text("utf-8") if probe.is_file() else ""
        files[name] = StudentFile(name, tuple(details["libraries"]), text)
    slots = {
        name: Slot(
            name=name,
            file=slot["file"],
            points=slot["points"],
            builds_on=tuple(slot["builds_on"]),
            forbids=tuple(slot["forbids"]),
            hints=tuple(slot["hints"]),
            limits=Limits(slot["seconds"], slot["memory_mb"], slot["output_mb"]),
        )
        for name, slot in data["slots"].items()
    }
    libraries = tuple(data["libraries"])
    return PublicAssignment(data["name"], data["title"], libraries, files, slots)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise KitError(
            f"{path.name} cannot be read ({type(error).__name__}): "
            f"take the folder {FOLDER}/ from the handout again"
        ) from None


TASKS = ".vscode/tasks.json"
TEMPLATE = Path(__file__).parent / "templates" / "tasks.json"


def tasks() -> bytes:
    """The file that tells Visual Studio Code how to check."""
    return TEMPLATE.read_bytes()


NOTEBOOKS = "notebooks"  # in checks/assignment.json: file name -> the questions to answer in it
