"""Build what students get: stubs, public checks and the files of `source/`; nothing else.

The result depends on the course's files alone: the same files give the same bytes. Expected
numbers are rounded (`frozen.DIGITS`); a committed number that all but agrees (`NUMBERS_AGREE`) is
kept, so that another processor's last bit changes no file.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.assignment.model import Assignment
from autograder.course import handout
from autograder.errors import AssignmentError, GraderFault, KitError, UsageError
from autograder.hidden.runner import Graders, with_graders
from autograder.isolation.client import Workers
from autograder.judging.diagnosis import fingerprint
from autograder.judging.effects import with_effects
from autograder.judging.program import Program
from autograder.public import leaks
from autograder.public.frozen_checks import FrozenChecks, freeze, freeze_fingerprint, thaw
from autograder.public.released_folder import FOLDER, describe_assignment
from autograder.student import editor_lines as editor
from autograder.student.handin_zip import NOTEBOOKS

PUBLIC_SEED = 0
# The relative change below which a frozen number is the same number: far below every tolerance.
NUMBERS_AGREE = {"float32": 1e-6, "complex64": 1e-6}
NUMBERS_AGREE_DEFAULT = 1e-11
MISCONCEPTIONS_AGREE = 1e-5


def build(assignment: Assignment, course: Path, workers: Workers) -> dict[str, bytes]:
    """path -> content of everything that is released. Raises AssignmentError on a leak."""
    files = dict(_source_files(course / "source" / assignment.name))
    stubs = assignment.stubs()
    clash = sorted(set(files) & set(stubs))
    if clash:
        raise AssignmentError(f"source/{assignment.name}/{clash[0]} would hide the stub: remove it")
    files.update(_notebooks(assignment, files))
    files.update(stubs)
    described = describe_assignment(assignment) | {NOTEBOOKS: _questions(files)}
    files[f"{FOLDER}/assignment.json"] = _lines(described).encode()
    files[editor.TASKS] = editor.tasks()
    frozen = with_graders(
        assignment, workers, lambda graders: _freeze(graders, workers), seed=PUBLIC_SEED
    )
    for name, content in frozen.items():
        files[f"{FOLDER}/{Path(name).stem}.json"] = content.encode()
        probe = assignment.files[name].probe
        if probe:
            files[f"{FOLDER}/probe_{name}"] = probe.encode()
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
    """notebook -> its written questions, so that `autograder pack` knows what is handed in."""
    notebooks = {n: json.loads(content) for n, content in files.items() if n.endswith(".ipynb")}
    return {
        name: [
            id
            for id, cell in handout.graded_cells(notebook)
            if cell["metadata"]["nbgrader"].get("solution")
        ]
        for name, notebook in notebooks.items()
    }


def _freeze(graders: Graders, workers: Workers) -> dict[str, str]:
    """file -> its frozen checks and misconceptions, as text."""
    assignment = graders.assignment
    frozen = {}
    for file in assignment.files:
        nodes = []
        with graders.program(assignment.reference()) as reference:
            for slot in assignment.slots_of(file):
                for check in graders.checks[slot.name]:
                    if check.public:
                        run = graders.run(reference, check)
                        if not run.passed:
                            raise GraderFault(f"{slot.name}.{check.name} fails the reference")
                        if not run.log.comparisons:
                            raise AssignmentError(
                                f"{slot.name}.{check.name} is public and compares nothing that can "
                                "be frozen: use same, unmodified or undisturbed on an answer"
                            )
                        nodes.append(freeze(run))
        known = list(_misconceptions(assignment, workers, file, nodes))
        frozen[file] = _lines({"file": file, "checks": nodes, "misconceptions": known})
    return frozen


def _misconceptions(
    assignment: Assignment, workers: Workers, file: str, nodes: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """What each misconception answers to the frozen checks, replayed as students replay them."""
    runner = FrozenChecks(assignment, [thaw(json.loads(json.dumps(node))) for node in nodes])
    for known in assignment.misconceptions:
        if assignment.slots[known.slot].file != file:
            continue
        sources = {file: assignment.edited(known).encode()}
        with Program(assignment, workers, sources) as program:
            runs = [[runner.run(program, check)] for check in runner.checks[known.slot]]
            tried = with_effects(runs, runner.usual)
        yield {
            "id": known.id,
            "slot": known.slot,
            "cause": known.cause,
            "hint": known.hint,
            "fingerprint": freeze_fingerprint(fingerprint(tried)),
        }


def _lines(data: Mapping[str, Any]) -> str:
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


# ------------------------------------------------------------------------------ writing


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Put the release in place of `folder`, whole or not at all.

    Raises UsageError where the folder holds anything that is no release.
    """
    folder = folder.resolve()
    marker = folder / FOLDER / "assignment.json"
    if folder.exists() and not marker.is_file() and (folder.is_file() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty and is no release: name another folder")
    keep = keep_numbers(files, folder)
    old = folder.with_name(f".{folder.name}.old")
    temporary = folder.with_name(f".{folder.name}.new")
    try:
        for leftover in (temporary, old):
            shutil.rmtree(leftover, ignore_errors=True)
        temporary.mkdir(parents=True)
        for name, content in keep.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o644)
        if folder.exists():
            folder.rename(old)
        temporary.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise KitError(f"{folder} cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def stale(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """What in `folder` is not what would be released, in words."""
    there = {
        Path(where, name).relative_to(folder).as_posix()
        for where, _, names in os.walk(folder)
        for name in names
    }
    missing = [f"{name} is missing" for name in sorted(set(files) - there)]
    extra = [f"{name} does not belong there" for name in sorted(there - set(files))]
    changed = [
        f"{name} differs"
        for name, content in keep_numbers(files, folder).items()
        if name in there and (folder / name).read_bytes() != content
    ]
    return missing + extra + changed


def keep_numbers(files: Mapping[str, bytes], folder: Path) -> dict[str, bytes]:
    """The files, with the frozen numbers of `folder` where they agree to rounding."""
    kept = dict(files)
    for name, content in files.items():
        path = folder / name
        if name.startswith(f"{FOLDER}/") and name.endswith(".json") and path.is_file():
            old = path.read_bytes()
            try:
                if _agree(json.loads(old), json.loads(content)):
                    kept[name] = old
            except ValueError:
                continue
    return kept


def _agree(
    old: Any, new: Any, least: float = 0.0, relative: float = 0.0, scale: float = 0.0
) -> bool:
    """The same JSON, numbers to rounding: of an array, relative to its largest entry.

    `least` is the least relative change that counts: more for the misconceptions, whose float64
    results may come from float32 arithmetic, than for expected numbers.
    """
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=relative, abs_tol=relative * scale)
    if type(old) is not type(new):
        return False
    if isinstance(old, dict):
        own = NUMBERS_AGREE.get(str(old.get("dtype")), NUMBERS_AGREE_DEFAULT)
        scale = max((abs(x) for x in old.get("array", ()) if isinstance(x, float)), default=0.0)
        return list(old) == list(new) and all(
            _agree(
                old[key],
                new[key],
                MISCONCEPTIONS_AGREE if key == "misconceptions" else least,
                max(own, least),
                scale,
            )
            for key in old
        )
    if isinstance(old, list):
        return len(old) == len(new) and all(
            _agree(a, b, least, relative, scale) for a, b in zip(old, new, strict=True)
        )
    return bool(old == new)
