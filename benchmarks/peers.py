"""The ways to grade that are compared: each writes what it needs, runs, and says which slots pass.

Every peer runs the checks of `inprocess.py` in the student's process, as its users would; with
one thread for numerical libraries, which costs them less CPU than their default.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import nbformat
from measure import BENCH, ROOT, Cost, measured
from nbformat.v4 import new_code_cell, new_notebook
from submissions import ASSIGNMENT

from autograder.assignment.model import Assignment

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
SEED = "1"
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")}
PEERS = {
    **ONE_THREAD,
    "MPLBACKEND": "Agg",
    "BENCH_SEED": SEED,
    "PYTHONPATH": os.pathsep.join((str(HERE), str(ROOT))),
}

Passed = dict[str, dict[str, bool]]  # student -> slot -> whether it got full points


@dataclass(frozen=True)
class Outcome:
    """What one run cost, and what it found."""

    cost: Cost
    passed: Passed


class Way(Protocol):
    """One way to grade all submissions."""

    name: str

    def missing(self) -> str:
        """Why it cannot be run here, or ""."""
        ...

    def run(self, submissions: Path) -> Outcome: ...


def students_of(submissions: Path) -> dict[str, Path]:
    """student -> the folder handed in."""
    return {path.name: path / ASSIGNMENT for path in sorted(submissions.iterdir())}


def fresh(name: str) -> Path:
    """An empty folder."""
    folder = BENCH / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


# ------------------------------------------------------------------------------ ours


class Ours:
    """`autograder grade`, with nothing kept from a run before."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.name = f"autograder grade --jobs {jobs}"

    def missing(self) -> str:
        return ""

    def run(self, submissions: Path) -> Outcome:
        out = fresh(f"out-{self.jobs}")
        cost = measured(grade_command(submissions, out, self.jobs))
        return Outcome(cost, passed_in(out))


def grade_command(submissions: Path, out: Path, jobs: int) -> list[str | Path]:
    """The command line of `autograder grade`."""
    return [
        *(BIN / "autograder", "grade", ASSIGNMENT, "--jobs", str(jobs), "--seed", SEED),
        *("--submissions", submissions, "--out", out, "--no-gradebook"),
    ]


def passed_in(out: Path) -> Passed:
    """What the result files say."""
    found = {}
    for path in sorted((out / "results").glob("*.json")):
        tests = json.loads(path.read_text("utf-8"))["tests"]
        found[path.stem] = {t["name"]: t["extra_data"]["verdict"] == "correct" for t in tests}
    return found


# ------------------------------------------------------------------------------ pytest


class Pytest:
    """A new `pytest` for each submission."""

    name = "pytest, one a submission"

    def missing(self) -> str:
        return ""

    def run(self, submissions: Path) -> Outcome:
        results = fresh("pytest")
        staff = ROOT / "solutions" / ASSIGNMENT
        tests = sorted(staff.glob("*/test_*.py"))
        cost, passed = Cost(), {}
        for student, folder in students_of(submissions).items():
            result = results / f"{student}.json"
            cost += measured(
                [
                    *(sys.executable, "-m", "pytest", "-q", "-p", "inprocess", "--tb=line"),
                    *("-c", os.devnull, f"--rootdir={staff}"),
                    *("--import-mode=importlib", "-p", "no:cacheprovider"),
                    *tests,
                ],
                cwd=results,
                environment={
                    **PEERS,
                    "BENCH_SUBMISSION": str(folder),
                    "BENCH_RESULT": str(result),
                    "PYTEST_ADDOPTS": "",
                },
            )
            if result.is_file():
                failed = json.loads(result.read_text("utf-8"))
                passed[student] = {slot: not names for slot, names in failed.items()}
        return Outcome(cost, passed)


# ------------------------------------------------------------------------------ nbgrader


class Nbgrader:
    """nbgrader's own `autograde` over all submissions: a cell with hidden tests for each slot."""

    name = "nbgrader autograde"

    def __init__(self, assignment: Assignment) -> None:
        self.slots = assignment.slots

    def missing(self) -> str:
        return "" if (BIN / "nbgrader").exists() else "nbgrader is not installed"

    def run(self, submissions: Path) -> Outcome:
        course = self._course(submissions)
        cost = measured(
            [BIN / "nbgrader", "autograde", ASSIGNMENT, "--log-level=ERROR"],
            cwd=course,
            environment=self._environment(),
        )
        return Outcome(cost, self._passed(course / "gradebook.db"))

    def _environment(self) -> dict[str, str]:
        return {**PEERS, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}

    def _course(self, submissions: Path) -> Path:
        """A course with the notebook released and everything handed in."""
        course = fresh("nbgrader")
        (course / "nbgrader_config.py").write_text(
            "c = get_config()\n"
            "c.CourseDirectory.course_id = 'bench'\n"
            "c.ExecutePreprocessor.timeout = 600\n"
        )
        source = course / "source" / ASSIGNMENT
        source.mkdir(parents=True)
        nbformat.write(self._notebook(), source / "checks.ipynb")
        subprocess.run(
            [BIN / "nbgrader", "generate_assignment", ASSIGNMENT, "--log-level=ERROR"],
            cwd=course,
            env={**os.environ, **self._environment()},
            check=True,
        )
        for student, folder in students_of(submissions).items():
            handed_in = course / "submitted" / student / ASSIGNMENT
            shutil.copytree(course / "release" / ASSIGNMENT, handed_in)
            for path in folder.glob("*.py"):
                shutil.copy(path, handed_in)
        return course

    def _notebook(self) -> nbformat.NotebookNode:
        cells = [new_code_cell("import numpy as np", id="imports")]
        for slot in self.slots.values():
            name = slot.name.replace(".", "-")
            code = f"from inprocess import earned\nearned({slot.name!r})"
            text = f"### BEGIN HIDDEN TESTS\n{code}\n### END HIDDEN TESTS"
            about = {
                "grade": True,
                "grade_id": name,
                "locked": True,
                "points": slot.points,
                "schema_version": 3,
                "solution": False,
                "task": False,
                "cell_type": "code",
            }
            cells.append(new_code_cell(text, id=name, metadata={"nbgrader": about}))
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        return new_notebook(cells=cells, metadata={"kernelspec": kernel})

    def _passed(self, database: Path) -> Passed:
        slots = {slot.name.replace(".", "-"): slot for slot in self.slots.values()}
        rows = sqlite3.connect(database).execute(
            "select sa.student_id, bc.name, g.auto_score"
            " from grade g join submitted_notebook sn on g.notebook_id = sn.id"
            " join submitted_assignment sa on sn.assignment_id = sa.id"
            " join base_cell bc on g.cell_id = bc.id"
        )
        found: Passed = {}
        for student, cell, score in rows:
            full = score is not None and score >= slots[cell].points
            found.setdefault(student, {})[slots[cell].name] = full
        return found


# ------------------------------------------------------------------------------ otter


class Otter:
    """`otter run` for each submission: a test file a slot, a test case a check."""

    name = "otter run, one a submission"

    def __init__(self, checks: Mapping[str, list[str]], points: Mapping[str, float]) -> None:
        self.checks = checks
        self.points = points
        self.home = BENCH / "otter"

    def missing(self) -> str:
        """Installs it on demand."""
        if (self.home / "bin" / "otter").exists():
            return ""
        pip = self.home / "bin" / "python"
        for command in (
            [sys.executable, "-m", "venv", self.home],
            [pip, "-m", "pip", "install", "-q", "-r", HERE / "requirements-otter.txt"],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                shutil.rmtree(self.home, ignore_errors=True)
                last = (done.stderr.strip().splitlines() or ["?"])[-1]
                return f"otter-grader cannot be installed: {last[:200]}"
        return ""

    def version(self) -> str:
        """The version that is installed."""
        code = "import importlib.metadata as m; print(m.version('otter-grader'))"
        command = [self.home / "bin" / "python", "-c", code]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def run(self, submissions: Path) -> Outcome:
        work = fresh("otter-work")
        autograder = self._autograder(work)
        cost, passed = Cost(), {}
        for student, folder in students_of(submissions).items():
            handed_in = work / f"{student}.zip"
            self._zip(folder, handed_in)
            out = work / student
            out.mkdir()
            cost += measured(
                [
                    *(self.home / "bin" / "otter", "run", handed_in, "-a", autograder),
                    *("-o", out, "--no-logo"),
                ],
                cwd=out,
                environment={**PEERS, "PATH": self._path()},
            )
            found = self._passed(out / "results.json")
            if found:
                passed[student] = found
        return Outcome(cost, passed)

    def _path(self) -> str:
        return f"{self.home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"

    def _autograder(self, work: Path) -> Path:
        tests = work / "tests"
        tests.mkdir()
        for slot, names in self.checks.items():
            (tests / f"{slot.replace('.', '_')}.py").write_text(self._test_file(slot, names))
        made = work / "autograder.zip"
        subprocess.run(
            [self.home / "bin" / "otter", "generate", "-t", tests, "-o", made, "--no-environment"],
            cwd=work,
            env={**os.environ, "PATH": self._path()},
            capture_output=True,
            check=True,
        )
        return made

    def _test_file(self, slot: str, names: list[str]) -> str:
        lines = [
            "from inprocess import checks_of",
            "from otter.test_files import test_case",
            "",
            "OK_FORMAT = False",
            f"name = {slot!r}",
            f"points = {self.points[slot]!r}",
            f"CHECKS = checks_of({slot!r})",
        ]
        for number, name in enumerate(names):
            lines += [
                "",
                f"@test_case(name={name!r}, hidden=True)",
                f"def test_{number}():",
                f"    CHECKS[{name!r}]()",
            ]
        return "\n".join(lines) + "\n"

    def _zip(self, folder: Path, to: Path) -> None:
        notebook = new_notebook(cells=[new_code_cell("import numpy as np", id="imports")])
        with zipfile.ZipFile(to, "w") as archive:
            archive.writestr("submission.ipynb", nbformat.writes(notebook))
            for path in sorted(folder.glob("*.py")):
                archive.write(path, path.name)

    def _passed(self, result: Path) -> dict[str, bool]:
        if not result.is_file():
            return {}
        found: dict[str, bool] = {}
        for test in json.loads(result.read_text("utf-8"))["tests"]:
            slot = test["name"].partition(" - ")[0]
            if slot in self.points:
                right = test["score"] >= test["max_score"] - 1e-9
                found[slot] = found.get(slot, True) and right
        return found
