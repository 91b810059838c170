"""The release of the toy course, built once, and courses that have it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.nbgrader.course import Course


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of such a course, built once."""
    course = Course(tmp_path_factory.mktemp("released"))
    course.run("autograder", "release", "toy", "--no-verify")
    return course.root / "release"


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Course:
    """A course with a release."""
    course = Course(tmp_path)
    shutil.copytree(released, course.root / "release")
    return course
