"""A course of nbgrader's, and the commands that people run in it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from tests.conftest import ROOT, TOY, Ran
from tests.warm import NBGRADER, warm_process

HANDOUT = ROOT / "tests" / "handout"
BIN = Path(sys.executable).parent
MAIN = {"autograder": "autograder.cli", "nbgrader": "nbgrader.apps.nbgraderapp"}


class Course:
    """A course of nbgrader's in folders of its own, and commands run in it."""

    def __init__(self, where: Path) -> None:
        self.root = where / "course"
        self.exchange = where / "exchange"
        self.homes = where / "homes"
        shutil.copytree(TOY, self.root)
        (self.root / "source" / "toy").mkdir(parents=True)
        shutil.copy(HANDOUT / "toy.ipynb", self.root / "source" / "toy")
        shutil.copy(HANDOUT / "questions.toml", self.root / "solutions" / "toy")
        shutil.copy(ROOT / "nbgrader_config.py", self.root)
        self.configure(f"c.Exchange.root = {str(self.exchange)!r}")
        self.exchange.mkdir()
        self.exchange.chmod(0o777)
        reference = (TOY / "solutions/toy/moves/moves.py").read_text()
        lines = reference.splitlines(keepends=True)
        self.reference = "".join(line for line in lines if "### " not in line)

    def configure(self, line: str) -> None:
        with (self.root / "nbgrader_config.py").open("a") as file:
            file.write(f"\n{line}\n")

    def run(self, *command: str, cwd: Path | None = None) -> Ran:
        """Run a command, `autograder` or `nbgrader`; it must succeed."""
        ran = self.try_to(*command, cwd=cwd)
        assert ran.status == 0, f"{command}: {ran.out}{ran.err}"
        return ran

    def try_to(self, *command: str, cwd: Path | None = None) -> Ran:
        main, where = MAIN[command[0]], cwd or self.root
        return Ran(*warm_process(NBGRADER).run(main, command[1:], where, self.environment()))

    def environment(self) -> dict[str, str]:
        paths = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.homes)}
        return {**os.environ, **paths, "NO_COLOR": "1"}

    def nbgrader(self, *arguments: str, student: str = "") -> Ran:
        """Run an nbgrader command, as staff in the course or as a student at home."""
        if not student:
            return self.run("nbgrader", *arguments)
        home = self.homes / student
        home.mkdir(parents=True, exist_ok=True)
        return self.run(
            *("nbgrader", *arguments, "--course", "rnn", f"--Exchange.root={self.exchange}"),
            *(f"--CourseDirectory.student_id={student}", f"--Exchange.cache={home}/.cache"),
            cwd=home,
        )

    def hand_in(self, student: str, moves: str | None = None, answer: str | None = None) -> Path:
        """Put a submission straight into `submitted/`, with the released notebook."""
        folder = self.root / "submitted" / student / "toy"
        shutil.copytree(self.root / "release" / "toy", folder, dirs_exist_ok=True)
        write(folder, self.reference if moves is None else moves, answer)
        return folder

    def results(self) -> dict[str, dict[str, Any]]:
        folder = self.root / "reports" / "toy" / "results"
        return {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}

    def engine_marks(self) -> dict[str, dict[str, float]]:
        """student -> grade id -> score, as `autograder grade` says."""
        return {
            student: {t["name"].replace(".", "-"): t["score"] for t in result["tests"]}
            for student, result in self.results().items()
        }

    def gradebook(self) -> dict[str, dict[str, tuple[float | None, float | None, bool]]]:
        """student -> grade id -> (automatic, by hand, needs a person), out of the database."""
        rows = sqlite3.connect(self.root / "gradebook.db").execute(
            "select sa.student_id, bc.name, g.auto_score, g.manual_score, g.needs_manual_grade"
            " from grade g join submitted_notebook sn on g.notebook_id = sn.id"
            " join submitted_assignment sa on sn.assignment_id = sa.id"
            " join base_cell bc on g.cell_id = bc.id"
        )
        found: dict[str, dict[str, tuple[float | None, float | None, bool]]] = {}
        for student, cell, auto, manual, person in rows:
            found.setdefault(student, {})[cell] = (auto, manual, bool(person))
        return found

    def automatic(self) -> dict[str, dict[str, float | None]]:
        return {
            student: {cell: auto for cell, (auto, _, _) in cells.items() if cell != "question-1"}
            for student, cells in self.gradebook().items()
        }

    def mark(self, student: str, cell: str, points: float) -> None:
        """Mark a written answer, with the call that the formgrader makes."""
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as gradebook:
            grade = gradebook.find_grade(cell, "toy", "toy", student)
            grade.manual_score, grade.needs_manual_grade = points, False
            gradebook.db.commit()


def write(folder: Path, moves: str, answer: str | None) -> None:
    """Fill a released folder in: the file, and the answer to the question."""
    (folder / "moves.py").write_text(moves)
    if answer is not None:
        path = folder / "toy.ipynb"
        notebook = json.loads(path.read_text())
        (cell,) = [c for c in notebook["cells"] if c.get("id") == "question-1"]
        cell["source"] = answer
        path.write_text(json.dumps(notebook))


def edit(folder: Path, change: Callable[[list[Any]], Any]) -> None:
    path = folder / "toy.ipynb"
    notebook = json.loads(path.read_text())
    change(notebook["cells"])
    path.write_text(json.dumps(notebook))
