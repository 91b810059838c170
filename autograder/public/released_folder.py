"""A released folder, and what it tells about its assignment.

`checks/assignment.json` describes the assignment. For each student file there is a
`checks/<file>.json` (see `frozen_json`) and, where its checks use them, a
`checks/probe_<file>.py` and a `checks/readings_<file>.py`. This module imports nothing that takes
time.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from autograder.assignment.model import Demand, PublicAssignment, Slot, StudentFile
from autograder.errors import KitError, UsageError
from autograder.limits import Limits
from autograder.public.json_form import misfit

if TYPE_CHECKING:
    from autograder.public.frozen_json import FileNode

FOLDER = "checks"
TASKS = ".vscode/tasks.json"
TASKS_TEMPLATE = Path(__file__).parent / "templates" / "tasks.json"


class StudentFileNode(TypedDict):
    libraries: list[str]


class DemandNode(TypedDict):
    name: str
    sentence: str
    points: float
    needs: str
    form: bool
    all_or_nothing: bool


class SlotNode(TypedDict):
    file: str
    points: float
    demands: list[DemandNode]
    seconds: float
    memory_mb: int
    output_mb: int
    builds_on: list[str]
    forbids: list[str]
    hints: list[str]


class AssignmentNode(TypedDict):
    """What students may know of an assignment; `notebooks` is name -> ids of its questions."""

    name: str
    title: str
    libraries: list[str]
    minutes: float
    python: NotRequired[str]
    files: dict[str, StudentFileNode]
    slots: dict[str, SlotNode]
    notebooks: dict[str, list[str]]


@dataclass(frozen=True)
class Released:
    """A released folder and its assignment.

    `notebooks` maps the name of each notebook to the ids of the questions to answer in it.
    """

    folder: Path
    assignment: PublicAssignment
    notebooks: Mapping[str, Sequence[str]]

    def slots_named(self, names: Iterable[str]) -> list[str]:
        """The slots that names stand for: of a file all slots, and all slots without any name.

        Raises UsageError.
        """
        found: dict[str, None] = {}  # without duplicates, in order
        for name in names:
            slots = self.assignment.slots_of(name) or [self.assignment.slot(name)]
            found.update(dict.fromkeys(slot.name for slot in slots))
        return list(found) or list(self.assignment.slots)

    def files_of(self, slots: Collection[str]) -> list[str]:
        """The files in which the given slots are, in the assignment's order."""
        assignment = self.assignment
        return [f for f in assignment.files if any(s.name in slots for s in assignment.slots_of(f))]

    def checks(self, file: str) -> FileNode:
        """The public checks of a student file. Raises KitError."""
        from autograder.public.frozen_json import FileNode  # here: keeps start-up short

        node: FileNode = _read_json(self.folder / FOLDER / f"{Path(file).stem}.json", FileNode)
        return node


def find_released(start: Path) -> Released:
    """The released folder that is `start` or holds it. Raises UsageError, KitError."""
    for folder in (start, *start.parents):
        if (folder / FOLDER / "assignment.json").is_file():
            path = folder / FOLDER / "assignment.json"
            node: AssignmentNode = _read_json(path, AssignmentNode)
            return Released(folder, _assignment(folder, node), node["notebooks"])
    raise UsageError(
        f"no {FOLDER}/assignment.json here: change into the folder of the assignment "
        "(the one with the files that you fill in)"
    )


def describe_assignment(
    assignment: PublicAssignment, notebooks: Mapping[str, Sequence[str]]
) -> AssignmentNode:
    """What students may know of an assignment, as JSON."""
    return {
        "name": assignment.name,
        "title": assignment.title,
        "libraries": list(assignment.libraries),
        "minutes": assignment.minutes,
        "python": assignment.python,
        "files": {f.name: {"libraries": list(f.libraries)} for f in assignment.files.values()},
        "slots": {
            slot.name: {
                "file": slot.file,
                "points": slot.points,
                "demands": [_demand_node(demand) for demand in slot.demands],
                "seconds": slot.limits.seconds,
                "memory_mb": slot.limits.memory_mb,
                "output_mb": slot.limits.output_mb,
                "builds_on": list(slot.builds_on),
                "forbids": list(slot.forbids),
                "hints": list(slot.hints),
            }
            for slot in assignment.slots.values()
        },
        "notebooks": {name: list(questions) for name, questions in notebooks.items()},
    }


def _demand_node(demand: Demand) -> DemandNode:
    return {
        "name": demand.name,
        "sentence": demand.sentence,
        "points": demand.points,
        "needs": demand.needs,
        "form": demand.form,
        "all_or_nothing": demand.all_or_nothing,
    }


def _assignment(folder: Path, node: AssignmentNode) -> PublicAssignment:
    files = {}
    for name, details in node["files"].items():
        beside = [folder / FOLDER / f"{kind}_{name}" for kind in ("probe", "readings")]
        texts = [path.read_text("utf-8") if path.is_file() else "" for path in beside]
        files[name] = StudentFile(name, tuple(details["libraries"]), *texts)
    slots = {
        name: Slot(
            name=name,
            file=slot["file"],
            points=slot["points"],
            demands=tuple(Demand(**demand) for demand in slot["demands"]),
            builds_on=tuple(slot["builds_on"]),
            forbids=tuple(slot["forbids"]),
            hints=tuple(slot["hints"]),
            limits=Limits(slot["seconds"], slot["memory_mb"], slot["output_mb"]),
        )
        for name, slot in node["slots"].items()
    }
    libraries = tuple(node["libraries"])
    name, title, minutes = node["name"], node["title"], node["minutes"]
    python = node.get("python", "")
    return PublicAssignment(name, title, libraries, files, slots, minutes=minutes, python=python)


def _read_json(path: Path, form: Any) -> Any:
    """The JSON of a file. Raises KitError where it cannot be read or does not have the form."""
    try:
        value = json.loads(path.read_text("utf-8"))
        problem = misfit(value, form)
    except (OSError, ValueError) as error:
        problem = type(error).__name__
    if problem:
        mend = f"take the folder {FOLDER}/ from the handout again"
        raise KitError(f"{path.name} cannot be read ({problem}): {mend}")
    return value


def tasks() -> bytes:
    """The file from which Visual Studio Code learns how to check."""
    return TASKS_TEMPLATE.read_bytes()
