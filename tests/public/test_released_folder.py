"""A released folder is read back as it was written, and a damaged one is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.model import Assignment
from autograder.errors import KitError, UsageError
from autograder.public.released_folder import FOLDER, describe_assignment, find_released


def damage(folder: Path, name: str, change: Callable[[Any], object]) -> None:
    path = folder / FOLDER / name
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def test_the_description_is_read_back(toy: Assignment, tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    node = describe_assignment(toy, {"toy.ipynb": ["question"]})
    (tmp_path / FOLDER / "assignment.json").write_text(json.dumps(node))
    released = find_released(tmp_path)
    assert released.notebooks == {"toy.ipynb": ["question"]}
    assert describe_assignment(released.assignment, released.notebooks) == node
    assert released.slots_named(["moves.py"]) == list(toy.slots)
    assert released.slots_named(["walk"]) == ["Walker.walk"]
    assert released.files_of(["double"]) == ["moves.py"]


def test_a_folder_is_found_from_inside(folder: Path, tmp_path: Path) -> None:
    assert find_released(folder / FOLDER).folder == folder
    with pytest.raises(UsageError, match="change into the folder"):
        find_released(tmp_path)


def test_every_file_of_a_real_release_has_its_form(folder: Path) -> None:
    released = find_released(folder)
    assert all(released.checks(file)["checks"] for file in released.assignment.files)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda data: data.pop("misconceptions"), "misconceptions is missing"),
        (lambda data: data["checks"][0]["calls"][0].pop("args"), "checks[0].calls[0].args is miss"),
        (
            lambda data: data["checks"][0]["comparisons"][0].update(do="guess"),
            "checks[0].comparisons[0].do is not one of same, unmodified, undisturbed",
        ),
        (lambda data: data["misconceptions"][0].update(hint=None), "misconceptions[0].hint is not"),
    ],
)
def test_damaged_checks_are_named(
    folder: Path, change: Callable[[Any], object], problem: str
) -> None:
    released = find_released(folder)
    file = next(iter(released.assignment.files))
    name = f"{Path(file).stem}.json"
    damage(folder, name, change)
    with pytest.raises(KitError) as damaged:
        released.checks(file)
    assert str(damaged.value).startswith(f"{name} cannot be read ({problem}")
    assert str(damaged.value).endswith("take the folder checks/ from the handout again")


def test_a_damaged_description_is_named(folder: Path) -> None:
    damage(folder, "assignment.json", lambda data: data.update(slots={"x": {"file": 1}}))
    with pytest.raises(KitError, match=r"slots.x.file is not a string"):
        find_released(folder)
