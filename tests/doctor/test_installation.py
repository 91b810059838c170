"""The doctor's comparison of requirements with what is installed."""

from __future__ import annotations

from importlib import metadata

import pytest
from packaging.requirements import Requirement

from autograder.doctor import installation

INSTALLED = {"numpy": "1.26.4", "torch": "2.6.0+cpu"}
REQUIRED = {
    "kit": ["numpy>=2", "torch>=2.6; extra == 'course'", "nowhere; sys_platform == 'nowhere'"]
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name not in INSTALLED:
            raise metadata.PackageNotFoundError(name)
        return INSTALLED[name]

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(metadata, "requires", REQUIRED.get)


@pytest.mark.parametrize(
    ("requirement", "problem"),
    [
        ("numpy>=2", "numpy 1.26.4 is installed, >=2 is needed"),
        ("numpy<2", ""),
        ("torch>=2.6", ""),
        ("nbgrader", "nbgrader is missing"),
    ],
)
def test_an_unmet_requirement_is_told(requirement: str, problem: str) -> None:
    assert installation._unmet(Requirement(requirement)) == problem


def test_requirements_of_extras_and_other_systems_count_only_there() -> None:
    assert [need.name for need in installation._needs("kit", ())] == ["numpy"]
    assert [need.name for need in installation._needs("kit", ("course",))] == ["numpy", "torch"]
    assert list(installation._needs("unknown", ())) == []
