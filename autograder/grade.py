"""Grade a class: what nothing has changed for is kept, the rest goes to grading processes.

Only this process writes results, each when all of it is there. A result that was kept, or another
student's with the same bytes, stands for whatever depends on the same (`provenance`). A grading
process that ends costs nothing: its student is graded by another one.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder import assignment as assignments
from autograder import intake, provenance, results
from autograder.assignment import Assignment
from autograder.errors import GraderFault, KitError, NoRoom, UsageError
from autograder.failure import unmistakable
from autograder.output import Output
from autograder.provenance import Conditions
from autograder.results import Part, StudentResult

if TYPE_CHECKING:
    from autograder.process import Process

NOTES = "notes"  # the part of a result that is of no student file
TRIES = 3  # a submission at which so many grading processes ended is left to a person


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
    changed: Sequence[Mapping[str, Any]] = ()  # what a regrade changed: `results.changes`
    unchanged: bool = False


def default_out(course: Path, assignment: str) -> Path:
    """Where a course keeps the results of an assignment."""
    return course / "reports" / assignment


def default_jobs() -> int:
    """As many grading processes as there are cores for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def proved_isolation(device: str, weak: bool) -> str:
    """Prove the protection from students' code. Raises WeakIsolation below tier B, if not `weak`.

    Where torch finds a CUDA device and it is asked for, its cases run without a sandbox.
    """
    from autograder.front import Workers
    from autograder.protection import WeakIsolation

    with Workers() as workers:
        found = workers.protection()
        if not weak:
            found.demand()
        if device != "cpu" and workers.has_cuda():
            if not weak:
                raise WeakIsolation(
                    f"cases on {device} run without a sandbox: students' code could read and send "
                    "what you can. To grade all the same: --allow-weak-isolation"
                )
            return f"{found.line}; {device}: D, a process of its own"
        return found.line


# ------------------------------------------------------------------------------ one student


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
        before = results.read_one(self.job.out, student)
        changed = results.changes(before, result, files, self.going_on)
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
            "student": unmistakable(student),
            "assignment": conditions.assignment,
            "seed": conditions.seed,
            "isolation": conditions.isolation,
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


# ------------------------------------------------------------------------------ the class


class Class:
    """A class that is being graded. `isolation` is the protection in force, once it is known."""

    def __init__(self, job: Job, output: Output) -> None:
        self.job = job
        self.assignment = assignments.load(job.assignment, job.course)
        self.isolation = output.proved()
        self._output = output
        self._waiting: list[str] = []
        self._kept: Kept | None = None

    def look(self, students: Sequence[str]) -> list[Done]:
        """The students for whom nothing has changed. The others are what `grade` then grades.

        If there are any, the protection from their code is proved. Raises KitError.
        """
        unchanged = self._unchanged(students) if self.isolation else {}
        if len(unchanged) < len(students):
            proved = proved_isolation(self.job.device, self.job.weak)
            if proved != self.isolation:
                self.isolation = proved
                unchanged = self._unchanged(students)
            self._output.note_proof(proved)
        self._waiting = [student for student in students if student not in unchanged]
        return list(unchanged.values())

    def _unchanged(self, students: Sequence[str]) -> dict[str, Done]:
        job = self.job
        now = provenance.conditions(
            self.assignment, job.course, job.seed, job.device, self.isolation
        )
        self._kept = kept = Kept(job, self.assignment, now, self._output.going_on)
        found = {}
        for student in students:
            with contextlib.suppress(Exception):  # of ours: it is met again, and told, in `grade`
                done = kept.unchanged(student)
                if done is not None:
                    found[student] = done
        return found

    def grade(self, jobs: int, started: Callable[[str], None] = lambda _: None) -> Iterator[Done]:
        """Grade the students who are left; yields each when its result is on disk.

        `started` is called with each student's name when its turn comes. Leaving the iteration,
        also by an exception or Ctrl-C, ends the grading processes; what was yielded is whole.
        Raises KitError where grading cannot go on, NoRoom among them.
        """
        if self._waiting and self._kept is not None:
            self._output.begin()
            yield from _Grading(self._kept, jobs, started).grade(deque(self._waiting))


class _Grading:
    def __init__(self, kept: Kept, jobs: int, started: Callable[[str], None]) -> None:
        self.kept = kept
        self.jobs = jobs
        self.started = started
        self.processes: list[Process] = []
        self.ended = 0  # grading processes that did so by themselves
        self.tried: Counter[str] = Counter()  # student -> grading processes that ended at it

    def grade(self, waiting: deque[str]) -> Iterator[Done]:
        tasks: dict[str, Task] = {}  # what grading processes are at
        most = 3 + len(waiting) // 10
        try:
            while waiting or tasks:
                while waiting and len(tasks) < self.jobs:
                    student = waiting.popleft()
                    if not self.tried[student]:
                        self.started(student)
                    try:
                        task = self.kept.task(student)
                    except Exception as error:  # of ours: never another student's loss
                        why = f"the grader failed: {type(error).__name__}: {error}"
                        yield self.kept.give_up(student, why)
                        continue
                    if task.is_known:
                        yield self.kept.finish(task, {}, None, 0.0)
                    else:
                        tasks[student] = task
                        self._hand_over(task)
                for one in self._those_who_speak() if tasks else ():
                    message = one.hear()
                    if message is None:
                        self.processes.remove(one)
                        self.ended += 1
                        if self.ended > most:
                            raise GraderFault("grading processes end, time and again")
                        if one.student is not None:
                            del tasks[one.student]
                            self.tried[one.student] += one.ready
                            if self.tried[one.student] < TRIES:
                                waiting.appendleft(one.student)
                            else:
                                why = f"{TRIES} grading processes ended while they graded it"
                                yield self.kept.give_up(one.student, why)
                    elif "error" in message:
                        raise _rebuilt(message)
                    elif "ready" in message:
                        if message["ready"] != self.kept.conditions.whole:
                            raise KitError("the assignment was changed meanwhile: run it again")
                        one.ready = True
                    elif one.student is not None:
                        graded = {file: Part(**part) for file, part in message["done"].items()}
                        task, one.student = tasks.pop(one.student), None
                        seconds = message["seconds"]
                        yield self.kept.finish(task, graded, message["notes"], seconds)
        finally:
            for one in self.processes:
                one.tell_to_end()
            for one in self.processes:
                one.wait()

    def _hand_over(self, task: Task) -> None:
        from autograder.process import Process, Request

        one = next((p for p in self.processes if p.student is None), None)
        if one is None:
            one = Process(self.kept.job, self.kept.conditions.isolation)
            self.processes.append(one)
        folder = None if task.notes is not None else self.kept.folder(task.student)
        one.ask(task.student, Request(task.missing, folder))

    def _those_who_speak(self) -> list[Process]:
        from multiprocessing.connection import wait

        ready = wait([one.pipe for one in self.processes], timeout=1.0)
        return [one for one in self.processes if one.pipe in ready]


def _rebuilt(message: Mapping[str, Any]) -> KitError:
    for kind in (UsageError, GraderFault):
        if kind.exit_code == message["exit_code"]:
            return kind(message["error"])
    return KitError(message["error"])
