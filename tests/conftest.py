"""What tests share: the command, courses to run it in, and right answers to hand in."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import hypothesis
import pytest

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.hidden.collection import collect
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from tests.warm import ENGINE, warm_process

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


def pytest_configure() -> None:
    """Make commands start quicker: on a core of the process of tests, and without a slow package.

    A command starts a grading process on each core it may use, and each imports pytest and NumPy
    anew. Where other tests run beside it, that costs more than it gives.
    """
    name = os.environ.get("PYTEST_XDIST_WORKER")
    if name and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(name.removeprefix("gw")) % len(cores)]})
    absent = str(Path(__file__).parent / "absent")  # its docstring says why
    sys.path.insert(0, absent)
    paths = filter(None, [absent, os.environ.get("PYTHONPATH")])
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first, so that at the end no core waits for one of them."""
    items.sort(key=lambda item: item.path.parent.name not in ("whole", "proof", "nbgrader"))


@dataclass
class Ran:
    """A command that ended."""

    status: int
    out: str
    err: str


def run_autograder(*arguments: str, cwd: Path) -> Ran:
    """Run the command as a person does."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    return Ran(*warm_process(ENGINE).run("autograder.cli", arguments, cwd, environment))


@pytest.fixture
def autograder(tmp_path: Path) -> Callable[..., Ran]:
    """Run the command: `autograder("check", "bptt", cwd=folder)`."""
    return partial(run_autograder, cwd=tmp_path)


@pytest.fixture
def toy_course(tmp_path: Path) -> Path:
    """A course with the toy assignment, of which a test may change every file."""
    course = tmp_path / "course"
    shutil.copytree(TOY, course)
    return course


@pytest.fixture
def toy(toy_course: Path) -> Assignment:
    return reader.load("toy", toy_course)


@pytest.fixture(scope="session")
def toy_reference() -> str:
    """A student's right answer: the reference without its markers."""
    lines = reader.load("toy", TOY).files["moves.py"].text.splitlines(keepends=True)
    return "".join(line for line in lines if "### " not in line)


@pytest.fixture(scope="session")
def assignment() -> Assignment:
    """The real assignment; a file of tests may have another."""
    return reader.load(NAME, ROOT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh copy of the folder that its students get."""
    return Path(shutil.copytree(ROOT / "release" / NAME, tmp_path / NAME))


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers() as workers:
        yield workers


@pytest.fixture
def hidden(toy: Assignment, workers: Workers) -> Iterator[HiddenChecks]:
    """The hidden checks of the toy."""
    with HiddenChecks(toy, workers, collect(toy), seed=3) as hidden:
        yield hidden


def keep_files(solutions: Path, files: Collection[str]) -> None:
    """Leave an assignment no student files but these, to save time."""
    path = solutions / "assignment.toml"
    head, *tables = re.split(r"^(?=\[(?:files|slots)\.)", path.read_text("utf-8"), flags=re.M)
    kept = [
        table
        for table in tables
        if any(f'[files."{file}"]' in table or f'\nfile = "{file}"' in table for file in files)
    ]
    path.write_text("".join([head, *kept]), "utf-8")


def hand_in_to(
    course: Path, student: str, text: str | bytes | None, name: str = "moves.py"
) -> Path:
    """Put a submission into a course with the toy assignment."""
    folder = course / "submitted" / student / "toy"
    folder.mkdir(parents=True, exist_ok=True)
    if text is not None:
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


@pytest.fixture
def hand_in(toy_course: Path) -> Callable[..., Path]:
    """Put a submission into the toy course: `hand_in("ada", text)`."""
    return partial(hand_in_to, toy_course)
