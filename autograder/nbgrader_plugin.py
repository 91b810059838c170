"""nbgrader with the kit's engine in the place of a kernel.

`nbgrader_config.py` calls `configure`. From then on `nbgrader autograde`, the formgrader's button
and `autograder grade` grade by the same engine and write the same marks; all the rest (gradebook,
marking by hand, late penalties, feedback, export) is nbgrader's own.
"""

from __future__ import annotations

import fnmatch
import glob
import json
import math
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbgrader.apps.api
import nbgrader.apps.autogradeapp
from nbformat.v4 import new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseFeedback
from nbgrader.plugins import BasePlugin, FileNameCollectorPlugin
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import temp_attrs
from traitlets import Bool, Float, Unicode

from autograder.assignment import model as assignments
from autograder.classroom import report
from autograder.course import handin_notebook as staging
from autograder.course import handout, intake
from autograder.errors import AssignmentError, KitError, UsageError
from autograder.judging.failure import harmless


def configure(c: Any) -> None:
    """Set nbgrader up for the kit; to be called from `nbgrader_config.py` with its `c`."""
    for module in (nbgrader.apps.api, nbgrader.apps.autogradeapp):
        module.Autograde = EngineAutograde
    release = list(GenerateAssignment.preprocessors.default())
    c.GenerateAssignment.preprocessors = [*release, ReleaseFiles]
    c.ExchangeFactory.collect = CollectWithoutLinks
    c.ExchangeFactory.release_feedback = ReleaseFeedbackToTheExchange
    c.ZipCollectApp.collector_plugin = ZipCollector


def is_ours(course: Path, assignment: str) -> bool:
    """Whether an nbgrader assignment is one of the kit's."""
    return (course / "solutions" / assignment / "assignment.toml").is_file()


# ------------------------------------------------------------------------------ releasing


class ReleaseFiles(NbGraderPreprocessor):
    """Puts stubs and public checks beside the released notebook; fails if a secret would leave.

    What has changed since it was last proved is proved first, as by `autograder release`.
    """

    prove = Bool(True, help="Prove an assignment's graders before it is released.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        from autograder.isolation.client import Workers
        from autograder.proof import proof_record as gate
        from autograder.proof.verification import verify
        from autograder.public import leaks, release

        course, name = Path.cwd(), resources["nbgrader"]["assignment"]
        if not is_ours(course, name):
            return nb, resources
        assignment = assignments.load(name, course)
        if self.prove and not gate.is_proved(assignment, course):
            self.log.info("proving the graders of %s first", name)
            wrong = [
                problem for report in verify(assignment, course) for problem in report.problems
            ]
            gate.remember(assignment, course, not wrong)
            if wrong:
                raise AssignmentError(f"autograder verify {name} finds: {wrong[0]}")
        with Workers() as workers:
            files = release.build(assignment, course, workers)
        notebooks = {f"{resources['nbgrader']['notebook']}.ipynb": json.dumps(nb).encode()}
        found = leaks.found_in(assignment, notebooks)
        if found:
            raise AssignmentError(f"the release would leak: {found[0]}")
        resources["outputs"] = dict(resources.get("outputs") or {}) | {
            file: content for file, content in files.items() if not file.endswith(".ipynb")
        }
        return nb, resources


# ------------------------------------------------------------------------------ collecting


class CollectWithoutLinks(ExchangeCollect):
    """nbgrader's collecting, which would follow a link to any file that staff can read."""

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        if self.get_size(src) > 1000 * self.coursedir.max_dir_size:
            self.log.error("%s is too large: left out", src)
            return
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder, "copy")
            try:
                shutil.copytree(src, plain, symlinks=True, ignore=_no_plain_files)
            except shutil.Error as error:  # what can be read was copied
                self.log.warning("%s cannot be read in full: %s", src, error)
            for path in list(plain.rglob("*")):
                if path.is_symlink():
                    self.log.warning("%s is a link, which is not followed: left out", path.name)
                    path.unlink()
            super().do_copy(str(plain), dest, log)


def _no_plain_files(folder: str, names: list[str]) -> list[str]:
    """What is neither a folder, a regular file nor a link: fifos would block, devices never end."""
    kinds = {name: Path(folder, name) for name in names}
    return [name for name, p in kinds.items() if not (p.is_symlink() or p.is_dir() or p.is_file())]


class ReleaseFeedbackToTheExchange(ExchangeReleaseFeedback):
    """nbgrader's releasing, which ends at the first hand-in that came by another way."""

    def copy_files(self) -> None:
        excluded = self.coursedir.student_id_exclude
        for page in sorted(glob.glob(str(Path(self.src_path, "*.html")))):
            folder = Path(page).parent
            if not all((folder / name).is_file() for name in (staging.STAMP, staging.SECRET)):
                student = folder.parent.name
                self.log.warning(
                    "%s did not hand in through the exchange: return %s another way",
                    harmless(student, 100),
                    page,
                )
                excluded = f"{excluded},{student}"
        with temp_attrs(self.coursedir, student_id_exclude=excluded.strip(",")):
            super().copy_files()


class ZipCollector(FileNameCollectorPlugin):
    """For `nbgrader zip_collect`: one archive a student, whose name tells who it is.

    `student_regexp` is matched with the archive's name without its ending. Files keep their
    places in the archive; a single folder around all of them is dropped.
    """

    student_regexp = Unicode(
        r"(?P<student_id>[^_]+)", help="Finds the student in an archive's name: (?P<student_id>…)."
    ).tag(config=True)
    extracted = Unicode("extracted", help="nbgrader's folder of extracted archives.").tag(
        config=True
    )

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        path = Path(submitted_file)
        places = [i for i, part in enumerate(path.parts) if part == self.extracted]
        if not places or len(path.parts) < places[-1] + 3:
            self.log.warning("%s lies in no archive of a student's: left out", path.name)
            return None
        archive = Path(*path.parts[: places[-1] + 2])
        match = re.match(self.student_regexp, archive.name)
        if match is None or path.is_symlink() or not path.is_file():
            return None
        if match["student_id"].startswith(".") or not match["student_id"]:
            self.log.warning("%s names no student: left out", archive.name)
            return None
        top = archive
        while len(inside := list(top.iterdir())) == 1 and inside[0].is_dir():
            top = inside[0]
        inner = path.relative_to(top) if path.is_relative_to(top) else path.relative_to(archive)
        return {"student_id": match["student_id"], "file_id": inner.as_posix()}


# ------------------------------------------------------------------------------ grading


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
        assignment = assignments.load(name, course)
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
                    staging.stage(hand_in, to, assignment.files, released)
                except Exception as error:  # it must cost no other student anything
                    self.log.error("%s: %s: %s", student, type(error).__name__, error)
                    shutil.rmtree(to, ignore_errors=True)
                    staging.stage(Path(folder, "nobody"), to, assignment.files, released)
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
            self.log.warning("%s %s", harmless(student, 100), why)
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
        for one in group.grade(grading.default_jobs()):
            log.info("%s: %s", one.student, "ungraded" if one.score is None else f"{one.score:g}")
        for problem in views.write(out, assignments.load(name, course)):
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


# ------------------------------------------------------------------------------ late hand-ins


class LatePerDay(BasePlugin):
    """A share of the score for each day begun. In nbgrader_config.py:

    from autograder.nbgrader_plugin import LatePerDay
    c.AssignLatePenalties.plugin_class = LatePerDay
    c.LatePerDay.percent = 10
    """

    percent = Float(10.0, help="Percent of the score lost for each day begun.").tag(config=True)
    grace_minutes = Float(15.0, help="Late by no more than this is not late.").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        late = total_seconds_late - 60 * self.grace_minutes
        if late <= 0:
            return None
        days = math.ceil(late / 86400)
        return min(score, score * days * self.percent / 100)
