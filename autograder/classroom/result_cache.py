"""The result cache: which students need no grading, and which files of the others still do.

An intact result, of the same student or of one who handed in the same bytes, supplies each part
with the same key (`provenance`). A result is written when all its parts are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from autograder.assignment.model import Assignment
from autograder.classroom import mark_changes, provenance, results
from autograder.classroom.job import Job
from autograder.classroom.provenance import Conditions
from autograder.classroom.results import About, Change, MadeOf, Part, StudentResult
from autograder.course import student_file, submissions
from autograder.errors import KitError, NoRoom
from autograder.judging.verdict import Verdict
from autograder.text import distinguishable

NOTES = "notes"  # the part of a result that belongs to no student file
SUBMISSIONS_BYTES = 64 << 20  # of submissions that are kept from the first look to the grading
T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run for one student, as the command prints it.

    Attributes:
        student: the name to print.
        folder: the name of the student's folder.
        verdicts: slot -> verdict; empty if the result is unchanged.
        fault: why the grader failed, or "".
        changed: what a regrade changed.
        unchanged: whether an earlier run had made the result.
    """

    student: str
    folder: str
    score: float | None
    verdicts: Mapping[str, Verdict]
    fault: str = ""
    changed: Sequence[Change] = ()
    unchanged: bool = False


@dataclass(frozen=True)
class Draft:
    """A result of which some parts may be missing yet.

    `keys` has for each part the digest of what it depends on (`Conditions.key`). `parts` and
    `notes` are known from the cache; `notes` is None if they are not.
    """

    student: str
    submission: submissions.Submission
    keys: Mapping[str, str]
    parts: Mapping[str, Part]
    notes: tuple[str, ...] | None

    @property
    def missing(self) -> dict[str, student_file.Source]:
        """The student files that are still to be graded."""
        sources = self.submission.sources
        return {file: source for file, source in sources.items() if file not in self.parts}

    @property
    def is_complete(self) -> bool:
        return not self.missing and self.notes is not None


class ResultCache:
    """The results in an output folder, under the conditions of a run; it writes new ones.

    `resumed` tells that the run resumes one that was stopped.
    """

    def __init__(
        self, job: Job, assignment: Assignment, conditions: Conditions, resumed: bool
    ) -> None:
        self.job = job
        self.assignment = assignment
        self.conditions = conditions
        self.resumed = resumed
        self._stubs = assignment.stubs()
        self._summaries = {} if job.fresh else results.read_summaries(job.out)
        self._student_with: dict[str, str] = {}  # key of a part -> a student whose result has it
        for student, summary in self._summaries.items():
            self._remember(student, summary.extra_data)
        self._last_read: tuple[str, StudentResult | None] = ("", None)
        self._submissions: dict[str, tuple[submissions.Submission, dict[str, str]]] = {}
        self._room = SUBMISSIONS_BYTES

    def unchanged(self, student: str) -> Outcome | None:
        """The outcome for a student for whom nothing has changed; None where something has."""
        summary = self._summaries.get(student)
        if summary is None or (summary.extra_data.changed and not self.resumed):
            return None
        about = summary.extra_data
        submission, keys = self._read(student)
        if not about.has_same_inputs(self._about(student, self._made_of(submission, keys))):
            self._hold(student, submission, keys)
            return None
        return Outcome(about.student, student, summary.score, {}, "", about.changed, unchanged=True)

    def draft(self, student: str) -> Draft:
        """A student's result with the parts that the cache has."""
        if student in self._submissions:
            submission, keys = self._submissions.pop(student)
        else:
            submission, keys = self._read(student)
        parts = {
            file: part
            for file in self.assignment.files
            if (part := self._part(file, keys[file])) is not None
        }
        cached = self._result_with(keys[NOTES])
        notes = None if cached is None else cached.extra_data.notes
        return Draft(student, submission, keys, parts, notes)

    def finish(
        self, draft: Draft, graded: Mapping[str, Part], notes: Sequence[str] | None, seconds: float
    ) -> Outcome:
        """Complete a draft with the parts that were graded, and write it. Raises NoRoom.

        `notes` are those on the notebook, None where it was not looked at.
        """
        parts = {**draft.parts, **graded}
        lasting = {file for file, part in parts.items() if part.is_repeatable(self.job.device)}
        keys = {part: key for part, key in draft.keys.items() if part in {*lasting, NOTES}}
        made_of = self._made_of(draft.submission, keys)
        summary = self._summaries.get(draft.student)
        if not graded and summary is not None and summary.extra_data.made_of == made_of:
            seconds = summary.extra_data.seconds
        about = replace(
            self._about(draft.student, made_of),
            notes=draft.notes or () if notes is None else (*draft.submission.sentences, *notes),
            faults=self._in_order(part.faults for part in parts.values()),
            seconds=seconds,
        )
        entries = self._in_order(part.entries for part in parts.values())
        return self._write(draft.student, results.student_result(about, entries.values()))

    def give_up(self, student: str, why: str) -> Outcome:
        """Write that a student could not be graded. Raises NoRoom."""
        part = results.ungraded({s.name: s.points for s in self.assignment.slots.values()}, why)
        about = replace(self._about(student, MadeOf()), isolation="none", faults=part.faults)
        return self._write(student, results.student_result(about, part.entries.values()))

    def folder(self, student: str) -> Path:
        """The folder of a student's submission."""
        return self.job.submissions / student / self.job.assignment

    def _write(self, student: str, result: StudentResult) -> Outcome:
        files = {slot.name: slot.file for slot in self.assignment.slots.values()}
        before = results.read(self.job.out, student)
        changed = mark_changes.changes(before, result, files, self.resumed)
        about = replace(result.extra_data, changed=changed)
        result = replace(result, extra_data=about)
        fault = next(iter(about.faults.values()), "")
        score = result.score
        self._last_read = ("", None)
        try:  # the file has the folder's name, which may differ from the printed name
            results.write(self.job.out, student, result)
            self._remember(student, about)
        except NoRoom:
            raise
        except KitError as error:
            score, fault = None, str(error)
        verdicts = {entry.name: entry.extra_data.verdict for entry in result.tests}
        return Outcome(about.student, student, score, verdicts, fault, changed)

    def _about(self, student: str, made_of: MadeOf) -> About:
        return About(
            student=distinguishable(student),
            assignment=self.conditions.assignment,
            seed=self.conditions.seed,
            isolation=self.conditions.isolation.line,
            versions=dict(self.conditions.versions),
            made_of=made_of,
        )

    def _made_of(self, submission: submissions.Submission, keys: Mapping[str, str]) -> MadeOf:
        return MadeOf(
            submission=provenance.submission_digests(submission.sources),
            graders=dict(self.conditions.graders),
            keys=dict(keys),
        )

    def _in_order(self, parts: Iterable[Mapping[str, T]]) -> dict[str, T]:
        """Merge mappings from slots; the assignment gives the order."""
        merged = {slot: value for part in parts for slot, value in part.items()}
        return {slot: merged[slot] for slot in self.assignment.slots if slot in merged}

    def _read(self, student: str) -> tuple[submissions.Submission, dict[str, str]]:
        """A student's submission, and the key of each part of its result."""
        folder = self.folder(student)
        submission = submissions.read(folder, student, self.assignment.files, self._stubs)
        keys = {file: self.conditions.key(file, s) for file, s in submission.sources.items()}
        keys[NOTES] = self.conditions.notes_key(folder, submission.sentences, self.job.late)
        return submission, keys

    def _hold(self, student: str, submission: submissions.Submission, keys: dict[str, str]) -> None:
        """Keep what was read until the student is graded, as long as there is room."""
        size = sum(len(s) for s in submission.sources.values() if isinstance(s, bytes))
        if size <= self._room:
            self._room -= size
            self._submissions[student] = submission, keys

    def _remember(self, student: str, about: About) -> None:
        self._student_with |= dict.fromkeys(about.made_of.keys.values(), student)

    def _part(self, file: str, key: str) -> Part | None:
        result = self._result_with(key)
        if result is None:
            return None
        entries = result.entries
        slots = [slot.name for slot in self.assignment.slots_of(file)]
        if not entries.keys() >= set(slots):
            return None
        return Part({slot: entries[slot] for slot in slots})

    def _result_with(self, key: str) -> StudentResult | None:
        """An intact result that has the part with this key."""
        student = self._student_with.get(key)
        if student is None:
            return None
        if self._last_read[0] != student:
            self._last_read = (student, results.read(self.job.out, student, only_intact=True))
        result = self._last_read[1]
        if result is None or key not in result.extra_data.made_of.keys.values():
            return None  # it has been rewritten since
        return result
