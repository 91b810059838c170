"""nbgrader's autograding, with this engine in place of a notebook kernel."""

from __future__ import annotations

import fnmatch
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from autograder.classroom import pages, report, results, run_folder
from autograder.classroom.class_run import ClassRun
from autograder.classroom.grades_csv import points
from autograder.classroom.job import Job, default_out, times_unknown
from autograder.classroom.results import Entry, StudentResult
from autograder.collecting import plausibility
from autograder.collecting.download_shape import Expected
from autograder.course import handout, submissions, time_stamp
from autograder.course.notebook_repair import WAITS
from autograder.course.time_stamp import LateRules
from autograder.errors import AssignmentError, KitError, UsageError
from autograder.limits import default_jobs
from autograder.nbgrader.releasing import ReleaseFiles
from autograder.nbgrader.settings import rules_in
from autograder.nbgrader.staging import stage, stage_unread
from autograder.text import distinguishable


@dataclass(frozen=True)
class GradedClass:
    """Students whom `grade` has graded, and where: nbgrader is to take over their results.

    `progress` is called with each student who is converted next.
    """

    job: Job
    students: frozenset[str]
    progress: Callable[[str], None]


class EngineAutograde(Autograde):
    """Autograde whose cells get the engine's results instead of a kernel's outputs.

    The engine grades all submissions first; nbgrader then converts staged copies of them. An
    assignment that is not the kit's is graded as nbgrader does.

    Attributes:
        graded: the students to convert, if the engine has graded them already. If None, the
            students that the command names are graded and converted.
        converted: the students whom nbgrader has converted.
    """

    allow_weak_isolation = Bool(
        False, help="Grade also where students' code cannot be kept from files and the network."
    ).tag(config=True)
    allow_odd_submissions = Bool(
        False, help="Grade also where collecting seems to have gone wrong."
    ).tag(config=True)
    graded: GradedClass | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.converted: set[str] = set()
        self._staged: list[str] | None = None
        self._answers_before: dict[str, str] = {}
        self._late = LateRules()
        self._unread_times: set[str] = set()
        self._undated: list[str] = []

    def start(self) -> None:
        course, name = Path(self.coursedir.root), self.coursedir.assignment_id
        if not is_ours(course, name):
            super().start()
            return
        try:
            self._start(course, name)
        except KitError as error:  # nbgrader shows its own kind of exception as one line
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from None

    def _start(self, course: Path, name: str) -> None:
        assignment = reader.load(name, course)
        problems = handout.problems(assignment, handout.sources(course, name))
        if problems:
            raise AssignmentError(f"source/{name}/{problems[0]}")
        theirs: list[Any] = list(self.autograde_preprocessors)  # type: ignore[has-type]
        others = [p for p in theirs if p not in (Execute, SaveAutoGrades)]
        self.autograde_preprocessors = [EngineGrades, SaveEngineGrades, *others]
        submitted = course / self.coursedir.submitted_directory
        if self.graded is not None:
            submitted = self.graded.job.submissions
        self._late = rules_in(self.config) if self.graded is None else self.graded.job.late
        students = [s for s in self._matching(submitted, name) if self._is_due(submitted, s, name)]
        if self._undated:
            names = ", ".join(self._undated)
            self.log.warning("nobody knows whether these are new (--force grades them): %s", names)
        if not students:
            self.log.info("nothing is new: --force grades again")
            return
        if self.graded is None:
            if not self.allow_odd_submissions:
                expected = Expected.of(assignment, course)
                problems = plausibility.problems_in(submitted, students, expected)
                ways_on = "set c.Autograde.allow_odd_submissions = True"
                plausibility.refuse(problems, name, ways_on)
            self._grade(course, name, submitted, students)
        register(self.coursedir, self)
        released, stubs = handout.read(course, name), assignment.stubs()
        with tempfile.TemporaryDirectory(prefix="submissions") as folder:
            for student in students:
                submission, to = submitted / student / name, Path(folder, student, name)
                stamp = time_stamp.read(submission, self._late.timezone)
                if stamp.is_there and stamp.problem:
                    self._unread_times.add(student)
                try:
                    stage(submission, to, stubs, released, self._late.timezone)
                except Exception as error:  # it must cost no other student anything
                    self.log.error("%s: %s: %s", student, type(error).__name__, error)
                    shutil.rmtree(to, ignore_errors=True)
                    stage_unread(to, released)
            self._staged = students
            try:
                with temp_attrs(self.coursedir, submitted_directory=folder):
                    super().start()
            finally:
                self._staged = None

    def _grade(self, course: Path, name: str, submitted: Path, students: Sequence[str]) -> None:
        """Grade with the engine; results, table and report go to the assignment's own folder."""
        out, weak = default_out(course, name), self.allow_weak_isolation
        with run_folder.lock(out, name, whole_class=False) as folder:
            job = Job(
                *(course, name, submitted, out, folder.seed),
                weak=weak,
                processes=default_jobs(),
                late=self._late,
            )
            run = ClassRun(job, folder)
            for outcome in run.find_unchanged(students):
                self.log.info("%s: unchanged", outcome.student)
            for outcome in run.grade():
                self.log.info("%s: %s", outcome.student, points(outcome.score) or "ungraded")
            for problem in pages.write(out, reader.load(name, course)):
                self.log.warning(problem)
            for line in times_unknown(job, students):
                self.log.warning(line)

    def _matching(self, submitted: Path, name: str) -> list[str]:
        """The students with a submission whom the command names; nbgrader allows patterns."""
        submitters, left_out = submissions.students(submitted, name)
        for student, why in left_out.items():
            self.log.warning("%s %s", distinguishable(student, 100), why)
        if self.graded is not None:
            return [s for s in submitters if s in self.graded.students]
        asked = self.coursedir.student_id
        found = [s for s in submitters if s == asked or fnmatch.fnmatchcase(s, asked)]
        if not found:
            raise UsageError(f"no hand-in of {name} by {asked} in {submitted}")
        return found

    def _is_due(self, submitted: Path, student: str, name: str) -> bool:
        """Whether nbgrader will grade the submission: it is new, newer than before, or forced."""
        earlier = Path(self._format_dest(name, student))
        if student in self.coursedir.student_id_exclude.split(","):
            return False
        if self.force or not earlier.exists():
            return True
        now = time_stamp.read(submitted / student / name, self._late.timezone)
        before = time_stamp.read(earlier).when
        if now.when is None:
            self._undated.append(distinguishable(student, 100))
            return False
        return before is None or now.when > before

    def init_notebooks(self) -> None:
        if self._staged is None:
            super().init_notebooks()
            return
        name = self.coursedir.assignment_id  # nbgrader would take a [ in a name for a pattern
        folders = [Path(self._format_source(name, student)) for student in self._staged]
        self.notebooks: list[str] = []
        self.assignments = {str(f): [str(n) for n in sorted(f.glob("*.ipynb"))] for f in folders}

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        super().set_permissions(assignment_id, student_id)
        self.converted.add(student_id)  # nbgrader's last step for a student

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        super().init_assignment(assignment_id, student_id)
        if self._staged is None or student_id not in self._unread_times:
            return
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            # nbgrader would keep the time of an earlier submission
            gradebook.find_submission(assignment_id, student_id).timestamp = None
            gradebook.db.commit()

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        if self.graded is not None:
            self.graded.progress(student_id)
        self._answers_before = _answers(Path(self._format_dest(assignment_id, student_id)))
        if self._staged is None:
            return bool(super().init_destination(assignment_id, student_id))
        with temp_attrs(self, force=True):  # `_is_due` has decided
            return bool(super().init_destination(assignment_id, student_id))

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        resources: dict[str, Any] = super().init_single_notebook_resources(notebook_filename)
        about = resources["nbgrader"]
        about["answers_before"] = self._answers_before
        about["results"] = (
            default_out(Path(self.coursedir.root), about["assignment"])
            if self.graded is None
            else self.graded.job.out
        )
        return resources


def _answers(folder: Path) -> dict[str, str]:
    """grade id -> what the mark of a graded cell depends on, in a folder that nbgrader autograded.

    It is the cell's text and, for a question without an answer, a digest of the texts around it.
    """
    found = {}
    for path in sorted(folder.glob("*.ipynb")):
        try:
            for grade_id, cell in handout.graded_cells(json.loads(path.read_text("utf-8"))):
                texts = cell["metadata"].get(WAITS, {}).get("texts", "")
                found[grade_id] = "".join(cell["source"]) + texts
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def register(coursedir: Any, parent: Any) -> None:
    """Write the assignment's cells to the gradebook if it lacks them or has other points."""
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
    """Gives each slot's cell the score and the message in the engine's result file as output."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        result = _result(resources)
        entries = {handout.grade_id(entry.name): entry for entry in result.tests}
        notes = result.extra_data.notes
        for grade_id, cell in handout.graded_cells(nb):
            if grade_id in entries:
                cell.outputs = [_output(entries[grade_id], notes)]
                notes = ()  # the first slot shows them
        return nb, resources


def _output(entry: Entry, notes: Sequence[str]) -> Any:
    """The output of a slot's cell. nbgrader takes the plain text of a result for the score."""
    page = report.feedback(entry, notes)
    if entry.score is None:
        return new_output("display_data", {"text/html": page, "text/plain": entry.output})
    score = min(max(entry.score, 0.0), entry.max_score)
    return new_output("execute_result", {"text/html": page, "text/plain": repr(score)})


def _result(resources: Any) -> StudentResult:
    """The engine's result of the student whom nbgrader is converting. Raises KitError."""
    about = resources["nbgrader"]
    result = results.read(about["results"], about["student"])
    if result is None:
        raise KitError(f"{results.result_path(about['results'], about['student'])} is no result")
    return result


class SaveEngineGrades(SaveAutoGrades):
    """Saves grades like nbgrader, and keeps what waits for a person and marks by hand apart.

    An ungraded slot, and a question whose answer may stand outside its cell, get no automatic score
    and need manual grading. A mark by hand needs it again only if the answer, the texts around it
    or the automatic score has changed since.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        result = _result(resources)
        self.ungraded = {
            handout.grade_id(entry.name) for entry in result.tests if entry.score is None
        }
        return super().preprocess(nb, resources)

    def _add_score(self, cell: Any, resources: Any) -> None:
        about = cell.metadata["nbgrader"]
        grade = self.gradebook.find_grade(
            about["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        before = (grade.auto_score, grade.needs_manual_grade)
        super()._add_score(cell, resources)
        waits = cell.metadata.get(WAITS, {})
        if waits:
            grade.auto_score, grade.needs_manual_grade = None, True
        if about["grade_id"] in self.ungraded:
            grade.auto_score = None
            grade.needs_manual_grade = grade.manual_score is None
        elif grade.manual_score is not None and before == (grade.auto_score, False):
            answers = resources["nbgrader"]["answers_before"]
            now = cell.source + waits.get("texts", "")
            same = not about.get("solution") or answers.get(about["grade_id"]) == now
            grade.needs_manual_grade = not same
        self.gradebook.db.commit()

    def _add_comment(self, cell: Any, resources: Any) -> None:
        super()._add_comment(cell, resources)
        if WAITS in cell.metadata:
            comment = self.gradebook.find_comment(
                cell.metadata["nbgrader"]["grade_id"],
                self.notebook_id,
                self.assignment_id,
                self.student_id,
            )
            comment.auto_comment = cell.metadata[WAITS]["waits"]
            self.gradebook.db.commit()
