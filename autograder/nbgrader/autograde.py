"""nbgrader's Autograde, with the engine's results in the place of a kernel's outputs."""

from __future__ import annotations

import fnmatch
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nbformat.v4 import new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import temp_attrs
from traitlets import Bool

from autograder.assignment import reader
from autograder.assignment.reader import is_ours
from autograder.classroom import report
from autograder.course import handin_notebook as staging
from autograder.course import handout, intake
from autograder.errors import AssignmentError, KitError, UsageError
from autograder.limits import default_jobs
from autograder.nbgrader.releasing import ReleaseFiles
from autograder.nbgrader.staging import stage
from autograder.text import printable


class EngineAutograde(Autograde):
    """nbgrader's Autograde, with the engine's results in the place of a kernel's outputs.

    Submissions are graded by the engine first, all of them together, and then shown to nbgrader
    from a staged copy. Assignments that are not the kit's are graded as nbgrader does.
    """

    allow_weak_isolation = Bool(
        False, help="Grade also where students' code cannot be kept from files and the network."
    ).tag(config=True)
    graded = False  # whether the engine's results are there already
    out: Path | None = None  # where they are; by default in the assignment's own folder
    submitted: Path | None = None  # where the hand-ins are; by default where nbgrader's are
    only: frozenset[str] | None = None  # the students to take, where not those of the command
    progress: Callable[[str], None] = staticmethod(lambda _: None)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.converted: set[str] = set()
        self._staged: list[str] | None = None
        self._answers_before: dict[str, str] = {}

    def start(self) -> None:
        course, name = Path(self.coursedir.root), self.coursedir.assignment_id
        if not is_ours(course, name):
            super().start()
            return
        try:
            self._start(course, name)
        except KitError as error:  # nbgrader shows its own kind as one line
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from None

    def _start(self, course: Path, name: str) -> None:
        assignment = reader.load(name, course)
        wrong = handout.problems(assignment, handout.sources(course, name))
        if wrong:
            raise AssignmentError(f"source/{name}/{wrong[0]}")
        kept: list[Any] = list(self.autograde_preprocessors)  # type: ignore[has-type]
        kept = [p for p in kept if p not in (Execute, SaveAutoGrades)]
        self.autograde_preprocessors = [EngineGrades, SaveEngineGrades, *kept]
        submitted = self.submitted or course / self.coursedir.submitted_directory
        students = [s for s in self._matching(submitted, name) if self._is_due(submitted, s, name)]
        if not students:
            self.log.info("nothing is new: --force grades again")
            return
        if not self.graded:
            weak = self.allow_weak_isolation
            _grade(course, name, submitted, students, weak, self.log)
        register(self.coursedir, self)
        released = handout.read(course, name)
        with tempfile.TemporaryDirectory(prefix="handins") as folder:
            for student in students:
                hand_in, to = submitted / student / name, Path(folder, student, name)
                try:
                    stage(hand_in, to, assignment.files, released)
                except Exception as error:  # it must cost no other student anything
                    self.log.error("%s: %s: %s", student, type(error).__name__, error)
                    shutil.rmtree(to, ignore_errors=True)
                    stage(Path(folder, "nobody"), to, assignment.files, released)
            self._staged = students
            try:
                with temp_attrs(self.coursedir, submitted_directory=folder):
                    super().start()
            finally:
                self._staged = None

    def _matching(self, submitted: Path, name: str) -> list[str]:
        """The students with a hand-in whom the command names, in nbgrader's way."""
        handed_in, left_out = intake.students(submitted, name)
        for student, why in left_out.items():
            self.log.warning("%s %s", printable(student, 100), why)
        if self.only is not None:
            return [s for s in handed_in if s in self.only]
        asked = self.coursedir.student_id
        found = [s for s in handed_in if s == asked or fnmatch.fnmatchcase(s, asked)]
        if not found:
            raise UsageError(f"no hand-in of {name} by {asked} in {submitted}")
        return found

    def _is_due(self, submitted: Path, student: str, name: str) -> bool:
        """Whether nbgrader will grade the hand-in: it is new, newer than before, or forced."""
        there = Path(self._format_dest(name, student))
        if student in self.coursedir.student_id_exclude.split(","):
            return False
        if self.force or not there.exists():
            return True
        now, before = staging.timestamp(submitted / student / name), staging.timestamp(there)
        return now is not None and before is not None and now > before

    def init_notebooks(self) -> None:
        if self._staged is None:
            super().init_notebooks()
            return
        name = self.coursedir.assignment_id  # by name: nbgrader takes [ in one for a pattern
        folders = [Path(self._format_source(name, student)) for student in self._staged]
        self.notebooks: list[str] = []
        self.assignments = {str(f): [str(n) for n in sorted(f.glob("*.ipynb"))] for f in folders}

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        super().set_permissions(assignment_id, student_id)
        self.converted.add(student_id)  # the last that nbgrader does for a student

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        self.progress(student_id)
        self._answers_before = _answers(Path(self._format_dest(assignment_id, student_id)))
        return bool(super().init_destination(assignment_id, student_id))

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        resources: dict[str, Any] = super().init_single_notebook_resources(notebook_filename)
        about = resources["nbgrader"]
        about["answers_before"] = self._answers_before
        about["results"] = self.out or _default_out(Path(self.coursedir.root), about["assignment"])
        return resources


def _answers(folder: Path) -> dict[str, str]:
    """grade id -> source of the graded cells of a student whom nbgrader graded before."""
    found = {}
    for path in sorted(folder.glob("*.ipynb")):
        try:
            for grade_id, cell in handout.graded_cells(json.loads(path.read_text("utf-8"))):
                found[grade_id] = "".join(cell["source"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def _grade(
    course: Path, name: str, submitted: Path, students: Sequence[str], weak: bool, log: Any
) -> None:
    """Let the engine grade; results, table and report go to the assignment's own folder."""
    from autograder.classroom import class_run as grading
    from autograder.classroom import pages as views
    from autograder.classroom import run_folder as outputs
    from autograder.classroom.result_cache import Job

    out = grading.default_out(course, name)
    with outputs.opened(out, name, whole_class=False) as output:
        job = Job(course, name, submitted, out, output.seed, weak=weak)
        group = grading.Class(job, output)
        for one in group.look(students):
            log.info("%s: unchanged", one.student)
        for one in group.grade(default_jobs()):
            log.info("%s: %s", one.student, "ungraded" if one.score is None else f"{one.score:g}")
        for problem in views.write(out, reader.load(name, course)):
            log.warning(problem)


def register(coursedir: Any, parent: Any) -> None:
    """Tell the gradebook about the assignment's cells, where it has none or other points."""
    name = coursedir.assignment_id
    texts = handout.sources(Path(coursedir.root), name)
    cells = {
        id: float(cell["metadata"]["nbgrader"]["points"])
        for text in texts.values()
        for id, cell in handout.graded_cells(json.loads(text))
    }
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            notebooks = gradebook.find_assignment(name).notebooks
            if cells == {c.name: c.max_score for n in notebooks for c in n.grade_cells}:
                return
        except MissingEntry:
            pass
    old = coursedir.release_directory
    with tempfile.TemporaryDirectory(prefix="handout") as folder:
        coursedir.release_directory = folder
        try:
            converter = GenerateAssignment(coursedir=coursedir, parent=parent)
            converter.preprocessors = [p for p in converter.preprocessors if p is not ReleaseFiles]
            converter.start()
        finally:
            coursedir.release_directory = old


class EngineGrades(NbGraderPreprocessor):
    """Gives each slot's cell its score and message as output, from the engine's result file."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        result = _result(resources)
        tests = {handout.grade_id(test["name"]): test for test in result["tests"]}
        notes = list(result["extra_data"]["notes"])
        for grade_id, cell in handout.graded_cells(nb):
            if grade_id in tests:
                test = tests[grade_id]
                page = report.feedback(test, notes)
                notes = []  # said once, at the first slot
                cell.outputs = [_output(test, page)]
        return nb, resources


def _output(test: dict[str, Any], page: str) -> Any:
    """nbgrader takes the number in a result's plain text for the score."""
    if test["score"] is None:
        return new_output("display_data", {"text/html": page, "text/plain": test["output"]})
    score = min(max(float(test["score"]), 0.0), float(test["max_score"]))
    return new_output("execute_result", {"text/html": page, "text/plain": repr(score)})


def _result(resources: Any) -> dict[str, Any]:
    about = resources["nbgrader"]
    path = about["results"] / "results" / f"{about['student']}.json"
    result: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return result


def _default_out(course: Path, assignment: str) -> Path:
    from autograder.classroom import class_run as grading

    return grading.default_out(course, assignment)


class SaveEngineGrades(SaveAutoGrades):
    """nbgrader's saving of grades, for slots that are ungraded and marks that a person gave.

    An ungraded slot gets no automatic score and waits for a person. A mark that a person gave is
    to be looked at again only where the answer or the automatic score changed since.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        result = _result(resources)
        self.ungraded = {
            handout.grade_id(test["name"]) for test in result["tests"] if test["score"] is None
        }
        return super().preprocess(nb, resources)

    def _add_score(self, cell: Any, resources: Any) -> None:
        about = cell.metadata["nbgrader"]
        grade = self.gradebook.find_grade(
            about["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        before = (grade.auto_score, grade.needs_manual_grade)
        super()._add_score(cell, resources)
        if about["grade_id"] in self.ungraded:
            grade.auto_score = None
            grade.needs_manual_grade = grade.manual_score is None
        elif grade.manual_score is not None and before == (grade.auto_score, False):
            answers = resources["nbgrader"]["answers_before"]
            same = not about.get("solution") or answers.get(about["grade_id"]) == cell.source
            grade.needs_manual_grade = not same
        self.gradebook.db.commit()
