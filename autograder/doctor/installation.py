"""The doctor's checks of the installation. None imports nbgrader or torch, which would be slow."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from autograder.doctor.findings import Course, Finding, first_problems, right, wrong
from autograder.errors import GraderFault
from autograder.isolation.pool import Workers

KIT = "rnn-autograder"
EXTRAS = ("course", "staff")
INSTALL = f'pip install "{KIT}[{",".join(EXTRAS)}]"'
SHOWN = ("numpy", "torch", "matplotlib", "pytest", "jinja2", "nbgrader")  # versions to print
# If it is installed, jsonschema imports it, and so does every start of nbgrader.
SLOW_IMPORT = "rfc3987_syntax"
MEASURE = f"from time import perf_counter as t; s = t(); import {SLOW_IMPORT}; print(t() - s)"


def python(course: Course) -> Finding:
    """Whether this Python is new enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    try:
        needed = metadata.metadata(KIT)["Requires-Python"]
    except metadata.PackageNotFoundError:
        needed = ">=3.11"
    if SpecifierSet(needed).contains(version, prereleases=True):
        return right("python", f"{version} at {sys.prefix}")
    mend = f"install Python {needed}, and the kit into an environment of it"
    return wrong("python", f"{version}; the kit needs {needed}", mend)


def packages(course: Course) -> Finding:
    """Whether the kit's own requirements are met, those of the staff's extras included."""
    try:
        metadata.distribution(KIT)
    except metadata.PackageNotFoundError:
        install = f'pip install -e ".[{",".join(EXTRAS)}]"'
        text = f"{KIT} is not installed in {sys.prefix}"
        return wrong("packages", text, f"in the kit's folder: {install}")
    problems = [p for need in _needs(KIT, EXTRAS) if (p := _unmet(need))]
    if problems:
        return wrong("packages", first_problems(problems), INSTALL)
    found = ", ".join(f"{name} {metadata.version(name)}" for name in SHOWN)
    return right("packages", found)


def requirements(course: Course) -> Finding:
    """Whether the packages that the kit needs fit one another.

    `pip check` would also name conflicts between packages that the kit does not need.
    """
    problems: list[str] = []
    left: list[tuple[str, tuple[str, ...]]] = [(KIT, EXTRAS)]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while left:
        name, extras = left.pop()
        if (name, extras) in seen or not _version(name):
            continue
        seen.add((name, extras))
        for need in _needs(name, extras):
            if name != KIT and (unmet := _unmet(need)):
                problems.append(f"{name} {_version(name)} needs {need.name}: {unmet}")
            left.append((canonicalize_name(need.name), tuple(sorted(need.extras))))
    count = len({name for name, _ in seen})
    if problems:
        mend = f"{INSTALL} in a fresh environment"
        return wrong("requirements", first_problems(sorted(set(problems))), mend)
    return right("requirements", f"{count} packages fit one another")


def _needs(name: str, extras: tuple[str, ...]) -> Iterator[Requirement]:
    """The requirements of an installed package with these extras, on this machine."""
    for text in metadata.requires(name) or ():
        need = Requirement(text)
        marker = need.marker
        if marker is None or any(marker.evaluate({"extra": e}) for e in ("", *extras)):
            yield need


def _version(name: str) -> str:
    """The installed version, or ""."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _unmet(need: Requirement) -> str:
    """Why a requirement is not met, or ""."""
    version = _version(need.name)
    if not version:
        return f"{need.name} is missing"
    if need.specifier.contains(version, prereleases=True):
        return ""
    return f"{need.name} {version} is installed, {need.specifier} is needed"


def alembic(course: Course) -> Finding:
    """Whether nbgrader finds this environment's alembic, which it needs to make a gradebook.

    nbgrader runs it by its name, after it has made the tables.
    """
    scripts = Path(sysconfig.get_path("scripts"))
    activate = scripts / "activate"
    mend = f". {activate}" if activate.is_file() else f'export PATH="{scripts}:$PATH"'
    found = shutil.which("alembic")
    without = "nbgrader would leave a half-made gradebook"
    if not (scripts / "alembic").is_file():
        return wrong("alembic", f"it is not installed in {sys.prefix}: {without}", INSTALL)
    if found is None:
        return wrong("alembic", f"it is not on the PATH: {without}", mend)
    if Path(found).parent.resolve() != scripts.resolve():
        text = f"the PATH finds {found}, which is another environment's than {sys.prefix}"
        return wrong("alembic", text, mend)
    return right("alembic", found)


def isolation(course: Course) -> Finding:
    """Whether `grade` can keep students' code from files and the network here."""
    try:
        with Workers() as workers:
            found = workers.protection()
    except GraderFault as error:
        return wrong("isolation", str(error), INSTALL)
    if found.tier > "B":
        return wrong("isolation", f"{found.line}: grade will refuse", found.mend())
    return right("isolation", found.line)


def start_up(course: Course) -> Finding:
    """How long a slow import delays nbgrader. That is not wrong, but people look for the reason."""
    if importlib.util.find_spec(SLOW_IMPORT) is None:
        return right("start-up", f"{SLOW_IMPORT}, which makes nbgrader slow, is not installed")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=False
    )
    try:
        cost = f"{float(done.stdout):.1f} s"
    except ValueError:
        cost = "an unknown time"
    text = f"{SLOW_IMPORT} costs {cost} at each start of nbgrader; no student's command pays it"
    return right("start-up", text)
