"""Runs the public checks on a student's own files in the released folder."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from autograder.assignment.model import Slot
from autograder.course import student_file
from autograder.course.handin_listing import listing
from autograder.course.substitute import candidates
from autograder.errors import GraderFault
from autograder.isolation.deadline import Budget
from autograder.isolation.pool import Workers
from autograder.judging.judgement import SlotResult, judge
from autograder.judging.message import explain, headline
from autograder.judging.program import Program
from autograder.judging.verdict import Verdict
from autograder.public.frozen_checks import FrozenChecks, FrozenLibrary, public_checks
from autograder.public.released_folder import Released
from autograder.text import printable

POLL_SECONDS = 0.05
# Some editors, while they save, leave an empty file or none for up to this long.
PATIENCE_SECONDS = 0.5


def check_slots(
    released: Released, slots: Sequence[str], workers: Workers
) -> dict[str, SlotResult]:
    """Check slots of any files. Returns slot -> result, in the assignment's order."""
    checker = FileChecker(released, workers)
    budget = Budget(released.assignment.minutes)
    results: dict[str, SlotResult] = {}
    for file in released.files_of(slots):
        results.update(checker.check(file, slots, budget=budget))
    return results


class FileChecker:
    """Checks files of a released folder any number of times, and reads the public checks once."""

    def __init__(self, released: Released, workers: Workers) -> None:
        self.released = released
        self._workers = workers
        self._checks: dict[str, tuple[FrozenChecks, FrozenLibrary]] = {}

    def check(
        self,
        file: str,
        slots: Collection[str],
        patience: float = 0.0,
        budget: Budget | None = None,
    ) -> dict[str, SlotResult]:
        """Check the given slots of one file. Returns slot -> result.

        If the file is missing or empty, wait up to `patience` seconds for its content. `budget` is
        the time that is left: by default that of a whole submission.
        """
        assignment = self.released.assignment
        wanted = [slot.name for slot in assignment.slots_of(file) if slot.name in slots]
        if file not in self._checks:
            self._checks[file] = public_checks(assignment, [self.released.checks(file)])
        runner, library = self._checks[file]
        source = _read(self.released.folder / file, patience)
        sources = {file: _with_renamed(source, self.released, file)}
        # Slots that others build on are checked as well, so that the message can name them.
        needed = {other for name in wanted for other in assignment.slots[name].builds_on}
        names = [s.name for s in assignment.slots_of(file) if s.name in {*wanted, *needed}]
        try:
            _demand_installed(assignment.files[file].libraries)
            budget = budget or Budget(assignment.minutes)
            with Program(assignment, self._workers, sources, budget=budget) as program:
                results = judge(runner, program, names, library)
        except GraderFault as fault:  # other files can be checked all the same
            results = {name: _not_checked(assignment.slots[name], fault) for name in names}
        return {name: results[name] for name in wanted}


def _read(path: Path, patience: float) -> student_file.Source:
    """The file's content, or why there is none after `patience` seconds."""
    end = time.monotonic() + patience
    while True:
        source = student_file.read_source(path)
        if not student_file.is_missing(source) or time.monotonic() >= end:
            return source
        time.sleep(POLL_SECONDS)


def _with_renamed(
    source: student_file.Source, released: Released, file: str
) -> student_file.Source:
    """The source; where the file is missing, with the names of those that may be it."""
    if isinstance(source, bytes) or not student_file.is_missing(source):
        return source
    stubs = dict.fromkeys(released.assignment.files, b"")
    paths = listing(released.folder).files
    found = [one.shown for one in candidates(released.folder, paths, stubs).get(file, ())]
    if not found:
        return source
    return source._replace(details=(f"{found[0]} may be it: give it this name, and put it here",))


def _demand_installed(libraries: Sequence[str]) -> None:
    for name in libraries:
        if importlib.util.find_spec(name) is None:
            raise GraderFault(f"{name} is not installed: pip install {name}")


def _not_checked(slot: Slot, fault: GraderFault) -> SlotResult:
    return SlotResult(
        slot.name, slot.file, Verdict.UNGRADED, None, slot.points, (), broken=printable(str(fault))
    )


class Saves:
    """Notices which files are saved, by their size and time: it reads none of them."""

    def __init__(self, folder: Path, files: Sequence[str]) -> None:
        self._paths = {file: folder / file for file in files}
        self._seen = self._stamps()

    def since_last_call(self) -> list[str]:
        """The files that were saved since the last call."""
        before, self._seen = self._seen, self._stamps()
        return [file for file, stamp in self._seen.items() if stamp != before[file]]

    def _stamps(self) -> dict[str, tuple[int, ...] | None]:
        return {file: _stamp(path) for file, path in self._paths.items()}


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def to_json(results: Mapping[str, SlotResult]) -> list[dict[str, object]]:
    """What `autograder check --json` prints: an entry for each slot."""
    return [
        {
            "slot": result.slot,
            "file": result.file,
            "line": result.line,
            "verdict": result.verdict,
            "misconception": result.misconception,
            "second_misconception": result.second_misconception,
            "certainty": result.certainty if result.misconception else None,
            "message": "\n".join([headline(result), *explain(result)]),
            "demands": [
                {
                    "name": met.demand.name,
                    "sentence": met.demand.sentence,
                    "score": None if result.score is None else met.score,
                    "max_score": met.demand.points,
                }
                for met in result.demands
            ],
            "checks": [
                {"name": c.name, "sentence": c.sentence, "passed": c.passed, "message": c.message}
                for c in result.checks
            ],
            "printed": result.printed,
        }
        for result in results.values()
    ]
