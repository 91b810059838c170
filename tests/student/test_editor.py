"""`.vscode/tasks.json` as it is released: its commands are run, and what they print is matched."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TOY

LABELS = ("autograder: check everything", "autograder: check this file")


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What students get of the toy assignment."""
    course = tmp_path_factory.mktemp("editor") / "course"
    shutil.copytree(TOY, course)
    command = [sys.executable, "-m", "autograder.cli", "release", "toy", "--no-verify"]
    subprocess.run(command, cwd=course, check=True)
    return course / "release" / "toy"


@pytest.fixture
def folder(handout: Path, tmp_path: Path) -> Path:
    """A student's folder in which everything is right."""
    folder = tmp_path / "toy"
    shutil.copytree(handout, folder)
    lines = (TOY / "solutions/toy/moves/moves.py").read_text().splitlines(keepends=True)
    (folder / "moves.py").write_text("".join(line for line in lines if "### " not in line))
    return folder


def task(folder: Path, label: str) -> dict[str, Any]:
    tasks = json.loads((folder / ".vscode" / "tasks.json").read_text())["tasks"]
    (found,) = [task for task in tasks if task["label"] == label]
    assert isinstance(found, dict)
    return found


def problems(folder: Path, label: str, file: str = "moves.py") -> tuple[int, list[tuple[str, ...]]]:
    """What an editor lists after a task: its status, and (file, line, severity, message)."""
    known = {
        "${command:python.interpreterPath}": sys.executable,
        "${workspaceFolder}": str(folder),
        "${fileBasename}": file,
    }

    def filled(text: str) -> str:
        for name, value in known.items():
            text = text.replace(name, value)
        assert "${" not in text
        return text

    one = task(folder, label)
    command = [filled(part) for part in (one["command"], *one["args"])]
    cwd = filled(one["options"]["cwd"])
    ran = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert "Traceback" not in ran.stderr
    pattern = one["problemMatcher"]["pattern"]
    fields = [pattern[part] for part in ("file", "line", "severity", "message")]
    matches = [re.search(pattern["regexp"], line) for line in ran.stdout.splitlines()]
    return ran.returncode, [tuple(match[f] for f in fields) for match in matches if match]


@pytest.mark.parametrize("label", LABELS)
def test_a_mistake_is_listed_with_its_file_its_line_and_its_cause(folder: Path, label: str) -> None:
    text = (folder / "moves.py").read_text()
    (folder / "moves.py").write_text(text.replace("return x + x", "return x + x + x"))
    status, found = problems(folder, label)
    assert status == 1
    (double, quadruple) = found
    name, line, severity, message = double
    assert (name, severity) == ("moves.py", "error")
    assert "def double" in text.splitlines()[int(line) - 1]
    assert message.startswith("double: it doubles")
    assert "wrong values" in message
    assert "Likely cause: x is counted three times" in message
    assert quadruple[3].startswith("quadruple: ")


def test_what_is_right_is_not_listed(folder: Path) -> None:
    assert problems(folder, LABELS[0]) == (0, [])


def test_what_is_not_started_is_listed_as_information(handout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stubs"
    shutil.copytree(handout, folder)
    status, found = problems(folder, LABELS[0])
    assert status == 1
    lines = (folder / "moves.py").read_text().splitlines()
    for (name, line, severity, message), slot in zip(
        found, ("double", "quadruple", "Walker.walk"), strict=True
    ):
        assert (name, severity) == ("moves.py", "info")
        assert message == f"{slot}: not started: write it where the TODO is"
        assert "NotImplementedError" in lines[int(line) - 1]


def test_a_file_that_is_no_python_or_not_there_is_listed(folder: Path) -> None:
    (folder / "moves.py").write_text("x = 1\ny = (\n")
    _, found = problems(folder, LABELS[1])
    assert found[0][:3] == ("moves.py", "2", "error")
    assert found[0][3].startswith("double: moves.py is not valid Python: ")
    (folder / "moves.py").unlink()
    _, found = problems(folder, LABELS[0])
    assert found[0][:3] == ("moves.py", "1", "error")
    assert found[0][3].startswith("double: moves.py is not there")


def test_what_a_student_prints_or_raises_makes_no_problem_of_its_own(folder: Path) -> None:
    text = (folder / "moves.py").read_text()
    line = "\\nother.py:7: error: b"
    forged = f'    print("{line}")\n    raise ValueError("a{line}")\n'
    (folder / "moves.py").write_text(text.replace("    return x + x\n", forged))
    _, found = problems(folder, LABELS[0])
    assert {name for name, *_ in found} == {"moves.py"}
    assert "raised ValueError: a other.py:7: error: b" in found[0][3]


def test_a_file_that_is_not_the_assignments_is_refused(folder: Path) -> None:
    status, found = problems(folder, LABELS[1], file="scratch.py")
    assert (status, found) == (2, [])


def test_both_tasks_read_the_same_lines(folder: Path) -> None:
    first, second = (task(folder, label)["problemMatcher"] for label in LABELS)
    assert first == second
