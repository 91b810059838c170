"""The doctor's checks of what is installed. None imports nbgrader or torch: that is slow."""

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

from autograder.doctor.findings import Course, Finding, listed
from autograder.errors import GraderFault
from autograder.isolation.pool import Workers

KIT = "rnn-autograder"
EXTRAS = ("course", "staff")
INSTALL = f'pip install "{KIT}[{",".join(EXTRAS)}]"'
NAMED = ("numpy", "torch", "matplotlib", "pytest", "jinja2", "nbgrader")  # worth a word when right
# A slow import that jsonschema takes along where it is installed, and whoever imports that.
SLOW = "rfc3987_syntax"
MEASURE = f"from time import perf_counter as t; s = t(); import {SLOW}; print(t() - s)"


def python(course: Course) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    try:
        needed = metadata.metadata(KIT)["Requires-Python"]
    except metadata.PackageNotFoundError:
        needed = ">=3.11"
    if SpecifierSet(needed).contains(version, prereleases=True):
        return Finding("python", "right", f"{version} at {sys.prefix}")
    mend = f"install Python {needed}, and the kit into an environment of it"
    return Finding("python", "wrong", f"{version}; the kit needs {needed}", mend)


def packages(course: Course) -> Finding:
    """What the kit itself asks for, the staff's extras included."""
    try:
        metadata.distribution(KIT)
    except metadata.PackageNotFoundError:
        said = f"{KIT} is not installed in {sys.prefix}"
        return Finding("packages", "wrong", said, f"in the kit's folder: {_from_here()}")
    problems = [p for need in _needs(KIT, EXTRAS) if (p := _unmet(need))]
    if problems:
        return Finding("packages", "wrong", listed(problems), INSTALL)
    found = ", ".join(f"{name} {metadata.version(name)}" for name in NAMED)
    return Finding("packages", "right", found)


def _from_here() -> str:
    return f'pip install -e ".[{",".join(EXTRAS)}]"'


def requirements(course: Course) -> Finding:
    """What the kit's packages ask of one another, as `pip check` does for all that is there."""
    problems: list[str] = []
    todo: list[tuple[str, tuple[str, ...]]] = [(KIT, EXTRAS)]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while todo:
        name, extras = todo.pop()
        if (name, extras) in seen or not _version(name):
            continue
        seen.add((name, extras))
        for need in _needs(name, extras):
            if name != KIT and (unmet := _unmet(need)):
                problems.append(f"{name} {_version(name)} needs {need.name}: {unmet}")
            todo.append((canonicalize_name(need.name), tuple(sorted(need.extras))))
    count = len({name for name, _ in seen})
    if problems:
        mend = f"{INSTALL} in a fresh environment"
        return Finding("requirements", "wrong", listed(sorted(set(problems))), mend)
    return Finding("requirements", "right", f"{count} packages fit one another")


def _needs(name: str, extras: tuple[str, ...]) -> Iterator[Requirement]:
    """What a package asks for here, with its extras."""
    for text in metadata.requires(name) or ():
        need = Requirement(text)
        marker = need.marker
        if marker is None or any(marker.evaluate({"extra": e}) for e in ("", *extras)):
            yield need


def _version(name: str) -> str:
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
    """nbgrader calls it by its name when it makes a gradebook, after it has made the tables."""
    scripts = Path(sysconfig.get_path("scripts"))
    activate = scripts / "activate"
    mend = f". {activate}" if activate.is_file() else f'export PATH="{scripts}:$PATH"'
    found = shutil.which("alembic")
    without = "nbgrader would leave a half-made gradebook"
    if not (scripts / "alembic").is_file():
        said = f"it is not installed in {sys.prefix}: {without}"
        return Finding("alembic", "wrong", said, INSTALL)
    if found is None:
        return Finding("alembic", "wrong", f"it is not on the PATH: {without}", mend)
    if Path(found).parent.resolve() != scripts.resolve():
        said = f"the PATH finds {found}, which is another environment's than {sys.prefix}"
        return Finding("alembic", "wrong", said, mend)
    return Finding("alembic", "right", found)


def isolation(course: Course) -> Finding:
    """Whether `grade` can keep students' code from files and the network here."""
    try:
        with Workers() as workers:
            found = workers.protection()
    except GraderFault as error:
        return Finding("isolation", "wrong", str(error), INSTALL)
    if found.tier > "B":
        return Finding("isolation", "wrong", f"{found.line}: grade will refuse", found.mend())
    return Finding("isolation", "right", found.line)


def start_up(course: Course) -> Finding:
    """Nothing is wrong with it: it is told because people look for the reason elsewhere."""
    if importlib.util.find_spec(SLOW) is None:
        return Finding("start-up", "right", f"{SLOW}, which makes nbgrader slow, is not installed")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=False
    )
    try:
        cost = f"{float(done.stdout):.1f} s"
    except ValueError:
        cost = "an unknown time"
    said = f"{SLOW} costs {cost} at each start of nbgrader; no student's command pays it"
    return Finding("start-up", "right", said)
