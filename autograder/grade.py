"""Grade a class: several grading processes, one student at a time each.

Each grading process collects the graders once and then grades what it is told to, writing each
result to its file before it says so. A grading process that dies costs nothing but its student,
who is ungraded.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib.metadata
import json
import multiprocessing
import os
import platform
import secrets
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from autograder import assignment as assignments
from autograder import handout, intake, results, staging
from autograder.assignment import Assignment, Slot
from autograder.errors import GraderFault, KitError, UsageError
from autograder.failure import harmless
from autograder.front import Workers
from autograder.graders import Graders, with_graders
from autograder.judge import SlotResult, judge
from autograder.results import StudentResult

VERSIONS = ("rnn-autograder", "numpy", "torch", "matplotlib", "pytest")


@dataclass(frozen=True)
class Job:
    """What `grade` was asked to do."""

    course: Path
    assignment: str
    submissions: Path
    out: Path
    seed: int
    device: str = "cpu"


@dataclass(frozen=True)
class Done:
    """One student is graded: what the screen shows of it."""

    student: str
    folder: str
    score: float | None
    verdicts: Mapping[str, str]  # slot -> verdict
    fault: str = ""
    changed: Sequence[Mapping[str, Any]] = ()  # what a regrade changed: `results.changes`


def seed_of(out: Path, assignment: str, asked: int | None, whole_class: bool = True) -> int:
    """The seed of an output folder: the one asked for, the one it had, or a new one; recorded.

    Raises KitError where the folder cannot be written, UsageError where it is another
    assignment's.
    """
    path = out / "run.json"
    recorded: dict[str, Any] = {}
    try:
        recorded = dict(json.loads(path.read_text("utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError, TypeError):
        raise KitError(f"{path} cannot be read: delete it, or name another --out") from None
    if recorded.get("assignment", assignment) != assignment:
        raise UsageError(f"{out} holds the results of {recorded['assignment']}: name another --out")
    seed = asked if asked is not None else recorded.get("seed")
    if not whole_class and seed != recorded.get("seed", seed):
        raise UsageError(
            f"{out} was graded with seed {recorded['seed']}, the same for everybody: "
            "name another --out to try another seed for one student"
        )
    if type(seed) is not int:
        seed = secrets.randbelow(2**31)
    results.write_text(path, json.dumps({"assignment": assignment, "seed": seed}) + "\n")
    return seed


def default_out(course: Path, assignment: str) -> Path:
    """Where a course keeps the results of an assignment."""
    return course / "reports" / assignment


def write_views(out: Path, assignment: Assignment) -> list[str]:
    """Write table and pages of all results that are there. Returns what could not be read."""
    from autograder import report

    everybody, problems = results.read_all(out)
    if everybody:
        table = results.grades_csv(everybody.values(), list(assignment.slots))
        results.write_text(out / "grades.csv", table)
        report.write(out, everybody, assignment)
    return problems


def versions() -> dict[str, str]:
    """What a mark depends on besides the files: versions of Python and of the libraries."""
    found = {"python": platform.python_version()}
    for name in VERSIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def grade_one(graders: Graders, submission: intake.Submission) -> StudentResult:
    """Grade one submission."""
    started = time.perf_counter()
    assignment = graders.assignment
    with graders.program(submission.sources) as program:
        slots = judge(graders, program, list(assignment.slots), graders)
    made_of = {
        name: _digest(source if isinstance(source, bytes) else repr(source).encode())
        for name, source in submission.sources.items()
    }
    return StudentResult(
        student=harmless(submission.student, 200),
        assignment=assignment.name,
        seed=graders.seed,
        isolation=graders.workers.protection,
        versions=versions(),
        seconds=time.perf_counter() - started,
        slots=slots,
        notes=submission.notes,
        made_of={"submission": made_of, "graders": staff_digests(assignment)},
    )


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:16]


def staff_digests(assignment: Assignment) -> dict[str, str]:
    """file -> a digest of all that staff wrote about it and that a mark depends on."""
    return {
        file.name: _digest(
            *(part.encode() for part in (file.text, file.probe, file.stand_in, file.oracle)),
            file.graders.read_bytes(),
            repr([_marks(slot) for slot in assignment.slots_of(file.name)]).encode(),
        )
        for file in assignment.files.values()
    }


def _marks(slot: Slot) -> tuple[Any, ...]:
    """What of a slot's entry in assignment.toml can change a mark."""
    return (
        *(slot.name, slot.points, slot.seconds, slot.builds_on, sorted(slot.weights.items())),
        *(slot.forbids, slot.all_or_nothing),
    )


def ungraded(job: Job, assignment: Assignment, student: str, why: str) -> StudentResult:
    """The record of a student whom the grader could not grade."""
    slots = {
        slot.name: SlotResult(
            slot.name, slot.file, "ungraded", None, slot.points, (), broken=harmless(why)
        )
        for slot in assignment.slots.values()
    }
    return StudentResult(student, job.assignment, job.seed, "none", versions(), 0.0, slots)


# ------------------------------------------------------------------------------ one process


def _serve(job: Job, pipe: Connection) -> None:
    """A grading process: grade the students whose names come over the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    try:
        assignment = assignments.load(job.assignment, job.course)
        with Workers() as workers:
            with_graders(
                assignment,
                workers,
                lambda graders: _grade_on_request(job, graders, pipe),
                seed=job.seed,
                device=job.device,
            )
    except KitError as error:
        _say(pipe, {"error": str(error), "exit_code": error.exit_code})


def _grade_on_request(job: Job, graders: Graders, pipe: Connection) -> None:
    released = handout.read(job.course, job.assignment)
    _say(pipe, {"ready": True})
    while True:
        try:
            student = pipe.recv_bytes().decode("utf-8", "surrogateescape")
        except EOFError:
            return
        folder = job.submissions / student / job.assignment
        try:
            submission = intake.read(folder, student, graders.assignment.files)
            submission = dataclasses.replace(
                submission, notes=(*submission.notes, *_unusual(folder, released))
            )
            result = grade_one(graders, submission)
        except Exception as error:  # of ours: never this student's zero, nor another's loss
            why = f"the grader failed: {type(error).__name__}: {error}"
            result = ungraded(job, graders.assignment, harmless(student, 200), why)
        result = dataclasses.replace(
            result, changed=results.changes(results.read_one(job.out, student), result)
        )
        try:  # the file is named after the folder, whatever may be printed of the student's name
            results.write_result(job.out, result, student)
        except KitError as error:
            result = ungraded(job, graders.assignment, harmless(student, 200), str(error))
        _say(pipe, {"done": _summary(result, student)})


def _unusual(folder: Path, released: Mapping[str, str]) -> list[str]:
    """What a person should know of a hand-in's notebook, which costs the code nothing."""
    try:
        return staging.notes(folder, released)
    except Exception as error:
        return [f"the notebook cannot be looked at ({type(error).__name__})"]


def _summary(result: StudentResult, folder: str) -> dict[str, Any]:
    faults = [slot.broken for slot in result.slots.values() if slot.broken]
    return {
        "student": result.student,
        "folder": folder,
        "score": results.to_json(result)["score"],
        "verdicts": {name: slot.verdict for name, slot in result.slots.items()},
        "fault": faults[0] if faults else "",
        "changed": list(result.changed),
    }


def _say(pipe: Connection, message: dict[str, Any]) -> None:
    pipe.send_bytes(json.dumps(message).encode())


# ------------------------------------------------------------------------------ the class


@dataclass
class _Process:
    process: Any
    pipe: Connection
    student: str | None = None


def grade_class(
    job: Job, students: Sequence[str], jobs: int, started: Callable[[str], None]
) -> Iterator[Done]:
    """Grade the students; yields each when its result is on disk.

    `started` is called with each student's name when its turn comes. Leaving the iteration, also
    by an exception or Ctrl-C, ends the grading processes; what was yielded is whole.
    """
    assignment = assignments.load(job.assignment, job.course)
    waiting = list(students)
    processes = [_start(job) for _ in range(max(1, min(jobs, len(waiting))))]
    restarts = 0
    try:
        while waiting or any(p.student is not None for p in processes):
            for ready in wait([p.pipe for p in processes], timeout=1.0):
                one = next(p for p in processes if p.pipe is ready)
                message = _hear(one)
                if message is None:  # it died
                    processes.remove(one)
                    restarts += 1
                    if one.student is None or restarts > 3 + len(students) // 10:
                        raise GraderFault("a grading process ended before it could grade anything")
                    why = "the grading process ended while it graded this submission"
                    result = ungraded(job, assignment, harmless(one.student, 200), why)
                    with contextlib.suppress(KitError):
                        results.write_result(job.out, result, one.student)
                    yield Done(**_summary(result, one.student))
                    processes.append(_start(job))
                elif "error" in message:
                    raise _rebuilt(message)
                else:
                    if "done" in message:
                        one.student = None
                        yield Done(**message["done"])
                    if waiting:
                        one.student = waiting.pop(0)
                        started(one.student)
                        one.pipe.send_bytes(one.student.encode("utf-8", "surrogateescape"))
    finally:
        for one in processes:
            one.pipe.close()
            one.process.terminate()
        for one in processes:
            one.process.join()


def _start(job: Job) -> _Process:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(job, theirs), daemon=True)
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # inherited: the parent decides
    try:
        process.start()
    finally:
        signal.signal(signal.SIGINT, interrupt)
    theirs.close()
    return _Process(process, ours)


def _hear(one: _Process) -> dict[str, Any] | None:
    try:
        message: dict[str, Any] = json.loads(one.pipe.recv_bytes())
    except (EOFError, OSError):
        return None
    return message


def _rebuilt(message: Mapping[str, Any]) -> KitError:
    for kind in (UsageError, GraderFault):
        if kind.exit_code == message["exit_code"]:
            return kind(message["error"])
    return KitError(message["error"])


def default_jobs() -> int:
    """As many grading processes as there are cores for this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
