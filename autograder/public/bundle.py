"""The handout: one zip with the release, the kit and an installer, for students with Python only.

    ASSIGNMENT-handout/install.py         makes an environment; see templates/install.py
    ASSIGNMENT-handout/requirements.txt   the packages that it installs, with versions
    ASSIGNMENT-handout/constraints.txt    the versions of the packages that those need
    ASSIGNMENT-handout/….whl              the kit itself
    ASSIGNMENT-handout/ASSIGNMENT/        the released folder

The same files give the same bytes with one version of Python and of setuptools.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.assignment.model import Assignment
from autograder.errors import AssignmentError, KitError, UsageError
from autograder.files import require_zip_name, zip_bytes, zip_contents
from autograder.public import leaks
from autograder.public.leaks import Kind, Leak, Origin

INSTALLER = Path(__file__).parent / "templates" / "install.py"
KIT_FILES = ("pyproject.toml", "README.md", "LICENSE")  # besides the code
BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
# The kit's own examples, from which staff start a slot and its checks: they are no secrets.
EXAMPLES = ("autograder/grading.py", "autograder/authoring/templates/")
LIBRARY_LINE = 30  # letters and digits: anybody could write a line of a misconception with fewer


def build(assignment: Assignment, files: Mapping[str, bytes]) -> bytes:
    """The zip with a release (path -> content). Raises KitError, and AssignmentError on a leak."""
    kit = _sources()
    name, wheel = _wheel(kit)
    constraints = (kit / "constraints.txt").read_text("utf-8")
    beside = {
        "install.py": INSTALLER.read_bytes(),
        "requirements.txt": _requirements(assignment, kit, constraints, name).encode(),
        "constraints.txt": constraints.encode(),
        name: wheel,
    }
    released = {f"{assignment.name}/{path}": content for path, content in files.items()}
    top = f"{assignment.name}-handout"
    data = zip_bytes({f"{top}/{n}": content for n, content in (beside | released).items()})
    found = found_in(assignment, data)
    if found:
        raise AssignmentError(f"the zip would leak: {found[0]}")
    return data


def demand_free(path: Path) -> None:
    """Raises UsageError unless `path` names a zip that does not exist or was made by `build`."""
    require_zip_name(path)
    if path.exists():
        try:
            with zipfile.ZipFile(path) as old:
                ours = any(name.endswith("-handout/install.py") for name in old.namelist())
        except (OSError, zipfile.BadZipFile):
            ours = False
        if not ours:
            raise UsageError(f"{path} exists and was not made by --zip: name another file")


# ------------------------------------------------------------------------------ contents


def _sources() -> Path:
    """The folder with the sources of the kit. Raises KitError if only the package is installed."""
    root = Path(__file__).resolve().parents[2]
    if not all((root / name).is_file() for name in (*KIT_FILES, "constraints.txt")):
        raise KitError(
            "the zip holds the kit itself, which can be built from its sources only: "
            "clone them, and in their folder run pip install -e ."
        )
    return root


def _wheel(kit: Path) -> tuple[str, bytes]:
    """The name and the bytes of the kit's wheel. Raises KitError.

    It is built in a copy, since setuptools would also pack the leftovers of an earlier build, and
    packed again, since setuptools keeps the times and permissions of files.
    """
    with tempfile.TemporaryDirectory(prefix="wheel") as folder:
        copy = Path(folder, "kit")
        shutil.copytree(
            kit / "autograder", copy / "autograder", ignore=shutil.ignore_patterns("__pycache__")
        )
        for name in KIT_FILES:
            shutil.copy(kit / name, copy)
        done = subprocess.run(
            [sys.executable, "-c", BUILD, folder],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            why = (done.stderr.strip().splitlines() or ["no wheel was made"])[-1]
            raise KitError(
                f"the kit's wheel cannot be built ({why}); it needs setuptools: "
                'pip install "setuptools>=77"'
            )
        return wheels[0].name, zip_bytes(zip_contents(wheels[0].read_bytes()))


def _requirements(assignment: Assignment, kit: Path, constraints: str, wheel: str) -> str:
    """The packages that the kit needs and the assignment uses, with versions. Raises KitError."""
    project = tomllib.loads((kit / "pyproject.toml").read_text("utf-8"))["project"]
    pins = {_normal(line): line for line in constraints.splitlines() if "==" in line}
    names = dict.fromkeys(map(_normal, (*project["dependencies"], *assignment.libraries)))
    missing = [name for name in names if name not in pins]
    if missing:
        raise AssignmentError(
            f"constraints.txt has no version of {missing[0]}, which students of {assignment.name} "
            f"need: add a line {missing[0]}==VERSION"
        )
    return "\n".join(
        [
            f"# What {assignment.name} needs; install.py installs it.",
            "-c constraints.txt",
            *(pins[name] for name in names),
            f"./{wheel}",
            "",
        ]
    )


def _normal(requirement: str) -> str:
    """The name in a requirement, in the form in which package indexes compare names."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", name.group() if name else "").lower()


# ------------------------------------------------------------------------------ leaks


def found_in(assignment: Assignment, data: bytes) -> list[Leak]:
    """The secrets in a zip: lines of its files and of those packed in it, and staff's own files."""
    released, rest = {}, {}
    for path, content in _flat(zip_contents(data)):
        inside = path.partition("/")[2]
        folder, _, name = inside.partition("/")
        if folder == assignment.name:
            released[name] = content
        elif not name.startswith(EXAMPLES):
            rest[inside] = content
    found = leaks.found_in(assignment, released) + leaks.found_in(assignment, rest)
    # A released file may have a line that a wrong program has, too; the kit and the rest may not.
    library = set(_library(assignment))
    for name, content in rest.items():
        text = content.decode("utf-8", "replace")
        found += [Leak(name, origin, line) for origin, line in library if line in text]
    prefixes = ("", "probe_", "readings_")
    public = {f"{prefix}{file}" for file in assignment.files for prefix in prefixes}
    staff = {path.name for kind in ("*.py", "*.toml") for path in assignment.folder.rglob(kind)}
    named = [name for name in (*released, *rest) if Path(name).name in staff - public]
    return found + [Leak(name) for name in named]


def _flat(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """The files; for a wheel or zip among them, the files in it."""
    for name, content in files.items():
        if name.endswith((".whl", ".zip")):
            yield from ((f"{name}/{n}", c) for n, c in _flat(zip_contents(content)))
        else:
            yield name, content


def _library(assignment: Assignment) -> Iterator[tuple[Origin, str]]:
    """The telling lines of misconceptions and variants."""
    for known in (*assignment.misconceptions, *assignment.variants):
        for text in (*(edit.replace for edit in known.edits), *known.answers):
            for line in map(str.strip, text.splitlines()):
                telling = len(re.sub(r"\W", "", line)) >= LIBRARY_LINE
                if telling and not line.startswith(("import ", "from ")):
                    yield Origin(Kind.KNOWN_PROGRAM, known.id), line
