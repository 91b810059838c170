"""What tests share: the command, courses to try it in, programs made from references."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.isolation.pool import Workers

ROOT = Path(__file__).resolve().parents[1]
TOY = Path(__file__).parent / "toy"
NAME = "rnn_fundamentals"
# Seconds after which a test no longer waits for what should come at once: it is lost by then, even
# on a busy machine. No test measures a time.
PATIENCE = 300.0
# Likewise for a whole command.
LONGEST = 3600.0
hypothesis.settings.register_profile("soak", max_examples=100_000, deadline=None)
KNOWN = sorted(path.parent.name for path in ROOT.glob("solutions/*/assignment.toml"))


@dataclass
class Ran:
    """A command that ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def autograder(tmp_path: Path) -> Callable[..., Ran]:
    """Run the command as a person does: `autograder("check", "bptt", cwd=folder)`."""

    def run(*arguments: str, cwd: Path = tmp_path, timeout: float = LONGEST) -> Ran:
        environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
        done = subprocess.run(
            [sys.executable, "-m", "autograder.cli", *arguments],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def toy_course(tmp_path: Path) -> Path:
    """A course with the toy assignment, to be changed at will."""
    course = tmp_path / "course"
    shutil.copytree(TOY, course)
    return course


@pytest.fixture
def toy(toy_course: Path) -> Assignment:
    return reader.load("toy", toy_course)


@pytest.fixture
def toy_reference(toy: Assignment) -> str:
    """A student's right answer: the reference without its markers."""
    lines = toy.files["moves.py"].text.splitlines(keepends=True)
    return "".join(line for line in lines if "### " not in line)


@pytest.fixture(scope="session")
def assignment() -> Assignment:
    """The module that is taught; a file of tests may have another."""
    return reader.load(NAME, ROOT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh copy of what students of that module get."""
    return Path(shutil.copytree(ROOT / "release" / NAME, tmp_path / NAME))


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers() as workers:
        yield workers


@pytest.fixture
def hand_in(toy_course: Path) -> Callable[..., Path]:
    """Put a submission into the toy course: `hand_in("ada", text)`."""

    def put(student: str, text: str | bytes | None, name: str = "moves.py") -> Path:
        folder = toy_course / "submitted" / student / "toy"
        folder.mkdir(parents=True, exist_ok=True)
        if text is not None:
            (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return folder

    return put
