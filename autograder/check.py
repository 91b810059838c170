"""Check a student's own files, in the released folder, with the public checks."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder import intake
from autograder.assignment import Slot
from autograder.errors import GraderFault
from autograder.explain import explain, headline
from autograder.failure import harmless
from autograder.front import Workers
from autograder.frozen import Released
from autograder.judge import SlotResult, judge
from autograder.program import Program

POLL_SECONDS = 0.2


def check(released: Released, slots: Sequence[str], workers: Workers) -> dict[str, SlotResult]:
    """The results of the given slots, in the assignment's order."""
    assignment = released.assignment
    results: dict[str, SlotResult] = {}
    for file in assignment.files:
        wanted = [slot.name for slot in assignment.slots_of(file) if slot.name in slots]
        if not wanted:
            continue
        runner, library = released.runner([file])
        sources = {file: intake.read_file(released.folder / file)}
        # What a slot builds on is checked with it, so that the message can name it.
        needed = {other for name in wanted for other in assignment.slots[name].builds_on}
        names = [s.name for s in assignment.slots_of(file) if s.name in {*wanted, *needed}]
        try:
            _demand(assignment.files[file].libraries)
            with Program(assignment, workers, sources) as program:
                judged = judge(runner, program, names, library)
        except GraderFault as fault:  # other files can be checked all the same
            judged = {name: _not_checked(assignment.slots[name], fault) for name in names}
        results.update({name: judged[name] for name in wanted})
    return results


def _demand(libraries: Sequence[str]) -> None:
    for name in libraries:
        if importlib.util.find_spec(name) is None:
            raise GraderFault(f"{name} is not installed: pip install {name}")


def _not_checked(slot: Slot, fault: GraderFault) -> SlotResult:
    return SlotResult(
        slot.name, slot.file, "ungraded", None, slot.points, (), broken=harmless(str(fault))
    )


def changes(released: Released, slots: Sequence[str]) -> Iterator[list[str]]:
    """All slots at first, then, for ever, the slots of each file that was saved."""
    files = {released.assignment.slots[slot].file for slot in slots}
    seen = {file: _stamp(released.folder / file) for file in files}
    yield list(slots)
    while True:
        time.sleep(POLL_SECONDS)
        now = {file: _stamp(released.folder / file) for file in files}
        changed = {file for file in files if now[file] != seen[file]}
        seen = now
        if changed:
            yield [slot for slot in slots if released.assignment.slots[slot].file in changed]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def to_json(results: Mapping[str, SlotResult]) -> list[dict[str, Any]]:
    """For editors and scripts: one entry a slot."""
    return [
        {
            "slot": result.slot,
            "file": result.file,
            "line": result.line,
            "verdict": result.verdict,
            "misconception": result.misconception,
            "message": "\n".join([headline(result), *explain(result)]),
            "checks": [
                {"name": c.name, "sentence": c.sentence, "passed": c.passed, "message": c.message}
                for c in result.checks
            ],
            "printed": result.printed,
        }
        for result in results.values()
    ]
