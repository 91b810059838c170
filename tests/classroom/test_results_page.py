"""docs/results.md describes the result files that grading writes: every field, and no other."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import reader
from autograder.judging.verdict import Verdict
from tests.conftest import ROOT, TOY

PAGE = (ROOT / "docs" / "results.md").read_text("utf-8")
ROW = re.compile(r"^\| `([^`]+)` \| ([a-z]+)( or null)? \|", re.MULTILINE)
FIELDS = {path: {kind, "null"} if null else {kind} for path, kind, null in ROW.findall(PAGE)}
TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}
TYPES |= {list: "array", dict: "object", type(None): "null"}


def fields(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, type) of all fields in a JSON value, in the page's notation."""
    if path and not (path.endswith("[]") and isinstance(value, dict)):
        yield path, TYPES[type(value)]
    if isinstance(value, list):
        for one in value:
            yield from fields(one, f"{path}[]")
    elif isinstance(value, dict):
        for key, one in value.items():
            name = "*" if f"{path}.*" in FIELDS else key
            yield from fields(one, f"{path}.{name}" if path else name)


def types(values: list[Any]) -> dict[str, set[str]]:
    """path -> the types that it has in these JSON values."""
    found: dict[str, set[str]] = {}
    for path, kind in (pair for value in values for pair in fields(value)):
        found.setdefault(path, set()).add(kind)
    return found


def grade(course: Path) -> list[Any]:
    """The result files of a course, graded once more."""
    command = [sys.executable, "-m", "autograder.cli", "grade", "toy", "--seed", "5"]
    subprocess.run(command, cwd=course, capture_output=True, check=False)
    paths = sorted((course / "reports" / "toy" / "results").glob("*.json"))
    return [json.loads(path.read_text("utf-8")) for path in paths]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Result files of bob, whose mistakes are in the page's example, and of three more students.

    They are graded three times: a grader fails in the second one and is mended in the third.
    """
    course = tmp_path_factory.mktemp("results") / "course"
    shutil.copytree(TOY, course)
    for file, old, new in (
        ("double.toml", "points = 1", 'points = 1\nneeds = "product"'),
        ("test_Walker_walk.py", "[0, 1, 3, 5]", "[2]"),
        ("test_Walker_walk.py", "walk(*case))", "walk(*case), names=('first', 'second'))"),
    ):
        path = course / "solutions/toy/moves" / file
        path.write_text(path.read_text().replace(old, new, 1))
    text = reader.load("toy", course).files["moves.py"].text
    right = "".join(line for line in text.splitlines(keepends=True) if "### " not in line)
    two_mistakes = right.replace("positions = []", "positions = [self.start]").replace(
        "np.add(position, step)", "np.add(self.start, step)"
    )
    hand_ins = {"ada": two_mistakes, "bob": right.replace("x + x", "x + x + x"), "cat": right}
    hand_ins["dan"] = right.replace("np.add(position, step)", "np.add(self.start, step)")
    for student, hand_in in hand_ins.items():
        folder = course / "submitted" / student / "toy" / ("src" if student == "cat" else "")
        folder.mkdir(parents=True)
        (folder / "moves.py").write_text(hand_in)
    graders = course / "solutions/toy/moves/test_quadruple.py"
    whole = graders.read_text()
    first = grade(course)
    graders.write_text(whole.replace('"""quadruples"""', '"""quadruples"""\n    1 / 0', 1))
    second = grade(course)
    graders.write_text(whole)
    return [*first, *second, *grade(course)]


def test_every_field_is_described_with_its_type(graded: list[Any]) -> None:
    assert types(graded) == FIELDS


def test_the_example_has_the_fields_of_a_real_result(graded: list[Any]) -> None:
    (text,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    example, (bob, *_) = json.loads(text), [r for r in graded if r["extra_data"]["changed"]]
    changed = "extra_data.changed"
    real = types([one for one in graded if one["extra_data"]["student"] == "bob"][:1])
    shown = types([example])
    assert {path for path in shown if not path.startswith(changed)} == set(real) - {changed}
    assert list(example["extra_data"]) == list(bob["extra_data"])
    assert list(example["tests"][0]) == list(graded[0]["tests"][0])


def test_every_verdict_is_described() -> None:
    table = PAGE.partition("## Verdicts")[2].partition("## An example")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [v.value for v in Verdict]
