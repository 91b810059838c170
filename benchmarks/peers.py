"""The ways to grade that are compared: each writes what it needs, runs, and says which slots pass.

Every peer runs the checks of `inprocess.py` in the student's process, as its users would; with
one thread for numerical libraries, which costs them less CPU than their default.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import nbformat
from inprocess import checks_of
from measure import BENCH, ROOT, Cost, measured, total
from nbformat.v4 import new_code_cell, new_notebook
from submissions import ASSIGNMENT

from autograder.assignment.model import Slot
from autograder.authoring.notebook_cell import graded_cell
from autograder.course.handout import grade_id

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
SEED = "1"
PEERS = {
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")},
    "MPLBACKEND": "Agg",
    "BENCH_SEED": SEED,
    "PYTHONPATH": os.pathsep.join((str(HERE), str(ROOT))),
    "PYTEST_ADDOPTS": "",
}

Passed = dict[str, dict[str, bool]]  # student -> slot -> whether it got full points


class Way:
    """One way to grade all submissions."""

    name: str

    def __init__(self, slots: dict[str, Slot]) -> None:
        self.slots = slots

    def missing(self) -> str:
        """Why it cannot be run here, or ""."""
        return ""

    def run(self, submissions: Path) -> tuple[Cost, Passed]:
        """Grade; returns what it cost, and what it found."""
        raise NotImplementedError


def students_of(submissions: Path) -> dict[str, Path]:
    """student -> the folder handed in."""
    return {path.name: path / ASSIGNMENT for path in sorted(submissions.iterdir())}


def fresh(name: str) -> Path:
    """An empty folder."""
    folder = BENCH / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def path_with(folder: Path) -> dict[str, str]:
    """The environment of peers that find their commands in a folder."""
    return {**PEERS, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}


# ------------------------------------------------------------------------------ ours


class Ours(Way):
    """`autograder grade`, with nothing kept from a run before."""

    def __init__(self, slots: dict[str, Slot], jobs: int) -> None:
        super().__init__(slots)
        self.jobs = jobs
        self.name = f"autograder grade --jobs {jobs}"

    def run(self, submissions: Path) -> tuple[Cost, Passed]:
        out = fresh(f"out-{self.jobs}")
        cost = measured(grade_command(submissions, out, self.jobs))
        found = {}
        for path in sorted((out / "results").glob("*.json")):
            tests = json.loads(path.read_text("utf-8"))["tests"]
            found[path.stem] = {t["name"]: t["extra_data"]["verdict"] == "correct" for t in tests}
        return cost, found


def grade_command(submissions: Path, out: Path, jobs: int) -> list[str | Path]:
    """The command line of `autograder grade`."""
    return [
        *(BIN / "autograder", "grade", ASSIGNMENT, "--jobs", str(jobs), "--seed", SEED),
        *("--submissions", submissions, "--out", out, "--no-gradebook"),
    ]


# ------------------------------------------------------------------------------ pytest

TEST_FILE = """
import pytest
from inprocess import SLOTS, checks_of

CHECKS = {f"{slot}/{name}": check for slot in SLOTS for name, check in checks_of(slot).items()}

@pytest.mark.parametrize("name", CHECKS)
def test_check(name):
    CHECKS[name]()
"""


class Pytest(Way):
    """A new `pytest` for each submission, a test a check."""

    name = "pytest, one a submission"

    def run(self, submissions: Path) -> tuple[Cost, Passed]:
        folder = fresh("pytest")
        (folder / "test_checks.py").write_text(TEST_FILE)
        costs, passed = [], {}
        for student, submission in students_of(submissions).items():
            result = folder / f"{student}.xml"
            options = (f"--junitxml={result}", "-c", os.devnull, "--rootdir=.", "--tb=line")
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
            environment = {**PEERS, "BENCH_SUBMISSION": str(submission)}
            costs.append(measured([*command, "test_checks.py"], folder, environment))
            if result.is_file():
                passed[student] = self._passed(result)
        return total(costs), passed

    def _passed(self, result: Path) -> dict[str, bool]:
        found = dict.fromkeys(self.slots, True)
        for case in ElementTree.parse(result).iter("testcase"):
            slot = re.sub(r"^test_check\[(.*?)/.*", r"\1", case.attrib["name"], flags=re.DOTALL)
            found[slot] &= not len(case)  # what went wrong stands in it
        return found


# ------------------------------------------------------------------------------ nbgrader


class Nbgrader(Way):
    """nbgrader's own `autograde` over all submissions: a cell with hidden tests for each slot."""

    name = "nbgrader autograde"

    def missing(self) -> str:
        return "" if (BIN / "nbgrader").exists() else "nbgrader is not installed"

    def run(self, submissions: Path) -> tuple[Cost, Passed]:
        course = self._course(submissions)
        command = [BIN / "nbgrader", "autograde", ASSIGNMENT, "--log-level=ERROR"]
        return measured(command, course, path_with(BIN)), self._passed(course / "gradebook.db")

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
        cells = [new_code_cell("import numpy as np", id="imports")]
        for name, slot in self.slots.items():
            code = f"from inprocess import earned\nearned({name!r})"
            hidden = f"### BEGIN HIDDEN TESTS\n{code}\n### END HIDDEN TESTS"
            cells.append(graded_cell(hidden, grade_id(name), slot.points))
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, source / "checks.ipynb")
        subprocess.run(
            [BIN / "nbgrader", "generate_assignment", ASSIGNMENT, "--log-level=ERROR"],
            cwd=course,
            env={**os.environ, **path_with(BIN)},
            check=True,
        )
        for student, folder in students_of(submissions).items():
            handed_in = course / "submitted" / student / ASSIGNMENT
            shutil.copytree(course / "release" / ASSIGNMENT, handed_in)
            for path in folder.glob("*.py"):
                shutil.copy(path, handed_in)
        return course

    def _passed(self, database: Path) -> Passed:
        slots = {grade_id(slot.name): slot for slot in self.slots.values()}
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


class Otter(Way):
    """`otter run` for each submission: a test file a slot, a test case a check."""

    name = "otter run, one a submission"
    bin = BENCH / "otter" / "bin"

    def missing(self) -> str:
        """Installs it on demand."""
        if (self.bin / "otter").exists():
            return ""
        home = self.bin.parent
        install = [self.bin / "pip", "install", "-q", "-r", HERE / "requirements-otter.txt"]
        try:
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
            subprocess.run(install, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            shutil.rmtree(home, ignore_errors=True)
            return str(error)
        return ""

    def run(self, submissions: Path) -> tuple[Cost, Passed]:
        work = fresh("otter-work")
        autograder = self._autograder(work)
        costs, passed = [], {}
        for student, folder in students_of(submissions).items():
            handed_in, out = work / f"{student}.zip", work / student
            self._zip(folder, handed_in)
            out.mkdir()
            options = ("-a", autograder, "-o", out, "--no-logo")
            command = [self.bin / "otter", "run", handed_in, *options]
            costs.append(measured(command, out, path_with(self.bin)))
            if (out / "results.json").is_file():
                passed[student] = self._passed(out / "results.json")
        return total(costs), passed

    def _autograder(self, work: Path) -> Path:
        tests, made = work / "tests", work / "autograder.zip"
        tests.mkdir()
        for slot in self.slots.values():
            (tests / f"{slot.stem}.py").write_text(self._test_file(slot))
        subprocess.run(
            [self.bin / "otter", "generate", "-t", tests, "-o", made, "--no-environment"],
            cwd=work,
            env={**os.environ, **path_with(self.bin)},
            capture_output=True,
            check=True,
        )
        return made

    def _test_file(self, slot: Slot) -> str:
        head = (
            "from inprocess import checks_of\nfrom otter.test_files import test_case\n\n"
            f"OK_FORMAT = False\nname = {slot.name!r}\npoints = {slot.points!r}\n"
            f"CHECKS = checks_of({slot.name!r})\n"
        )
        return head + "".join(
            f"\n@test_case(name={name!r}, hidden=True)\n"
            f"def test_{number}():\n    CHECKS[{name!r}]()\n"
            for number, name in enumerate(checks_of(slot.name))
        )

    def _zip(self, folder: Path, to: Path) -> None:
        notebook = new_notebook(cells=[new_code_cell("import numpy as np", id="imports")])
        with zipfile.ZipFile(to, "w") as archive:
            archive.writestr("submission.ipynb", nbformat.writes(notebook))
            for path in sorted(folder.glob("*.py")):
                archive.write(path, path.name)

    def _passed(self, result: Path) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for test in json.loads(result.read_text("utf-8"))["tests"]:
            slot = test["name"].partition(" - ")[0]
            if slot in self.slots:
                right = test["score"] >= test["max_score"] - 1e-9
                found[slot] = found.get(slot, True) and right
        return found
