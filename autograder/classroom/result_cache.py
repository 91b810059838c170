"""What is known of a class already, and what is still to be graded.

A result that was kept, or another student's with the same bytes, stands for whatever depends on the
same (`provenance`). Each result is written when all of it is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.assignment.model import Assignment
from autograder.classroom import mark_changes, provenance, results
from autograder.classroom.provenance import Conditions
from autograder.classroom.results import Part, StudentResult
from autograder.course import intake
from autograder.errors import KitError, NoRoom
from autograder.text import distinguishable

NOTES = "notes"  # the part of a result that is of no student file


@dataclass(frozen=True)
class Job:
    """What `grade` was asked to do. `fresh`: nothing that earlier runs found is used."""

    course: Path
    assignment: str
    submissions: Path
    out: Path
    seed: int
    device: str = "cpu"
    weak: bool = False  # whether a weak protection will do
    fresh: bool = False


@dataclass(frozen=True)
class Done:
    """One student is done: what the screen shows of it. `unchanged`: the result was there."""

    student: str
    folder: str
    score: float | None
    verdicts: Mapping[str, str]  # slot -> verdict; none of what is unchanged
    fault: str = ""
    changed: Sequence[Mapping[str, Any]] = ()  # what a regrade changed: `mark_changes.changes`
    unchanged: bool = False


@dataclass(frozen=True)
class Task:
    """A student whose result is to be made.

    `keys` has the digest of what each part depends on (`Conditions.key`), by student file, and of
    the notes; `parts` and `notes` are what is known already, and the rest is to be graded.
    """

    student: str
    submission: intake.Submission
    keys: Mapping[str, str]
    parts: Mapping[str, Part]
    notes: tuple[str, ...] | None

    @property
    def missing(self) -> dict[str, Any]:
        """The files that are to be graded."""
        sources = self.submission.sources
        return {file: source for file, source in sources.items() if file not in self.parts}

    @property
    def is_known(self) -> bool:
        return not self.missing and self.notes is not None


class Kept:
    """What is known from whole results, under the conditions of a run."""

    def __init__(
        self, job: Job, assignment: Assignment, conditions: Conditions, going_on: bool
    ) -> None:
        self.job = job
        self.assignment = assignment
        self.conditions = conditions
        self.going_on = going_on
        self._heads = {} if job.fresh else results.heads(job.out)
        self._holders: dict[str, str] = {}  # a part's key -> a student whose result has it
        for student, head in self._heads.items():
            self._hold(student, head.about["made_of"].get("keys", {}))
        self._last: tuple[str, Any] = ("", None)

    def unchanged(self, student: str) -> Done | None:
        """What is known of a student for whom nothing has changed; None where something has."""
        head = self._heads.get(student)
        if head is None or (head.about["changed"] and not self.going_on):
            return None
        submission, keys = self._read(student)
        now = {**self._about(student), "made_of": self._made_of(submission, keys)}
        if any(head.about[key] != value for key, value in now.items()):
            return None
        changed = head.about["changed"]
        return Done(head.about["student"], student, head.score, {}, "", changed, unchanged=True)

    def task(self, student: str) -> Task:
        """What is to be done for a student."""
        submission, keys = self._read(student)
        parts = {
            file: part
            for file in self.assignment.files
            if (part := self._part(file, keys[file])) is not None
        }
        return Task(student, submission, keys, parts, self._notes(keys[NOTES]))

    def finish(self, task: Task, graded: Mapping[str, Part], notes: Any, seconds: float) -> Done:
        """Write a student's result. Raises NoRoom."""
        parts = {**task.parts, **graded}
        lasting = {file for file, part in parts.items() if part.lasts(self.job.device)}
        keys = {part: key for part, key in task.keys.items() if part in {*lasting, NOTES}}
        known = task.notes if notes is None else (*task.submission.notes, *notes)
        result = StudentResult(
            **self._about(task.student),
            seconds=seconds,
            entries=self._in_order(parts, "entries"),
            faults=self._in_order(parts, "faults"),
            notes=known or (),
            made_of=self._made_of(task.submission, keys),
        )
        head = self._heads.get(task.student)
        if not graded and head is not None and head.about["made_of"] == result.made_of:
            result = replace(result, seconds=head.seconds)
        return self._write(task.student, result)

    def give_up(self, student: str, why: str) -> Done:
        """Write that a student could not be graded. Raises NoRoom."""
        slots = [(slot.name, slot.points) for slot in self.assignment.slots.values()]
        part = results.ungraded(slots, why)
        about = {**self._about(student), "isolation": "none"}
        return self._write(student, StudentResult(**about, seconds=0.0, **vars(part)))

    def _write(self, student: str, result: StudentResult) -> Done:
        files = {slot.name: slot.file for slot in self.assignment.slots.values()}
        before = mark_changes.read_one(self.job.out, student)
        changed = mark_changes.changes(before, result, files, self.going_on)
        result = replace(result, changed=changed)
        fault = next(iter(result.faults.values()), "")
        score = result.score
        self._last = ("", None)
        try:  # the file is named after the folder, whatever may be printed of the student's name
            results.write_result(self.job.out, result, student)
            self._hold(student, result.made_of.get("keys", {}))
        except NoRoom:
            raise
        except KitError as error:
            score, fault = None, str(error)
        return Done(result.student, student, score, result.verdicts, fault, changed)

    def _about(self, student: str) -> dict[str, Any]:
        conditions = self.conditions
        return {
            "student": distinguishable(student),
            "assignment": conditions.assignment,
            "seed": conditions.seed,
            "isolation": conditions.isolation.line,
            "versions": conditions.versions,
        }

    def _made_of(self, submission: intake.Submission, keys: Mapping[str, str]) -> dict[str, Any]:
        return {
            "submission": provenance.made_of(submission.sources),
            "graders": dict(self.conditions.graders),
            "keys": dict(keys),
        }

    def _in_order(self, parts: Mapping[str, Part], what: str) -> dict[str, Any]:
        found = {slot: one for part in parts.values() for slot, one in getattr(part, what).items()}
        return {slot: found[slot] for slot in self.assignment.slots if slot in found}

    def _read(self, student: str) -> tuple[intake.Submission, dict[str, str]]:
        folder = self.folder(student)
        submission = intake.read(folder, student, self.assignment.files)
        keys = {file: self.conditions.key(file, s) for file, s in submission.sources.items()}
        keys[NOTES] = self.conditions.notes_key(folder, submission.notes)
        return submission, keys

    def folder(self, student: str) -> Path:
        return self.job.submissions / student / self.job.assignment

    def _hold(self, student: str, keys: Mapping[str, str]) -> None:
        self._holders |= dict.fromkeys(keys.values(), student)

    def _part(self, file: str, key: str) -> Part | None:
        result = self._result(key)
        slots = [slot.name for slot in self.assignment.slots_of(file)]
        return None if result is None else results.part_of(result, slots)

    def _notes(self, key: str) -> tuple[str, ...] | None:
        result = self._result(key)
        return None if result is None else tuple(result["extra_data"]["notes"])

    def _result(self, key: str) -> dict[str, Any] | None:
        """A whole result that has the part with this key."""
        holder = self._holders.get(key)
        if holder is None:
            return None
        if self._last[0] != holder:
            self._last = (holder, results.kept(self.job.out, holder))
        result: dict[str, Any] | None = self._last[1]
        if result is None or key not in result["extra_data"]["made_of"]["keys"].values():
            return None  # it was written anew since
        return result
