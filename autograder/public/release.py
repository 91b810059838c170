"""Build a release: stubs, public checks and the files of `source/`, and nothing else.

It depends on the course's files alone: the same files give the same bytes. Expected numbers are
rounded (`json_values.DIGITS`), and a released number that agrees to rounding stays
(`release_folder.NUMBERS_AGREE`), so that the last bit of another processor changes no file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.assignment.model import Assignment
from autograder.course import handout
from autograder.errors import AssignmentError
from autograder.hidden.collection import collect
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from autograder.public import leaks, released_folder
from autograder.public.freezing import PUBLIC_SEED, freeze
from autograder.public.released_folder import FOLDER, describe_assignment


def build(assignment: Assignment, course: Path, workers: Workers) -> dict[str, bytes]:
    """path -> content of a release. Raises AssignmentError, on a leak for instance."""
    files = dict(_source_files(course / "source" / assignment.name))
    stubs = assignment.stubs()
    clash = sorted(set(files) & set(stubs))
    if clash:
        raise AssignmentError(f"source/{assignment.name}/{clash[0]} would hide the stub: remove it")
    files.update(_notebooks(assignment, files))
    files.update(stubs)
    described = describe_assignment(assignment, _questions(files))
    files[f"{FOLDER}/assignment.json"] = _lines(described).encode()
    files[released_folder.TASKS] = released_folder.tasks()
    with HiddenChecks(assignment, workers, collect(assignment), seed=PUBLIC_SEED) as hidden:
        for name in assignment.files:
            slots = [slot.name for slot in assignment.slots_of(name)]
            frozen = freeze(hidden, name, slots).node
            files[f"{FOLDER}/{Path(name).stem}.json"] = _lines(frozen).encode()
    for name, file in assignment.files.items():
        for kind, text in (("probe", file.probes), ("readings", file.readings)):
            if text:
                files[f"{FOLDER}/{kind}_{name}"] = text.encode()
    found = leaks.found_in(assignment, files)
    if found:
        raise AssignmentError(f"the release would leak: {found[0]}")
    return dict(sorted(files.items()))


def _source_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    if not folder.is_dir():
        return
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise AssignmentError(f"source/{folder.name}/{name} is a link: put the file there")
        if path.is_file() and not name.startswith("."):
            yield name, path.read_bytes()


def _notebooks(assignment: Assignment, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The notebooks among the files, as nbgrader releases them. Raises AssignmentError."""
    texts = {n: c.decode("utf-8", "replace") for n, c in files.items() if n.endswith(".ipynb")}
    wrong = handout.problems(assignment, texts)
    if wrong:
        raise AssignmentError(f"source/{assignment.name}/{wrong[0]}")
    return {name: handout.released(text, name).encode() for name, text in texts.items()}


def _questions(files: Mapping[str, bytes]) -> dict[str, list[str]]:
    """notebook -> ids of its written questions, which `autograder pack` asks for."""
    notebooks = {n: json.loads(content) for n, content in files.items() if n.endswith(".ipynb")}
    return {
        name: [
            id
            for id, cell in handout.graded_cells(notebook)
            if cell["metadata"]["nbgrader"].get("solution")
        ]
        for name, notebook in notebooks.items()
    }


def _lines(data: Mapping[str, object]) -> str:
    """JSON with one line for each entry of each list or table, so that a person can review it."""
    parts = []
    for key, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in value)
            parts.append(f" {json.dumps(key)}: [\n{rows}\n ]")
        elif isinstance(value, dict) and value:
            rows = ",\n".join(
                f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in value.items()
            )
            parts.append(f" {json.dumps(key)}: {{\n{rows}\n }}")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
