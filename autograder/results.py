"""The record of one graded submission, and the files made of it.

`<out>/results/<student>.json` is in Gradescope's results format and is what every view is made
from. Files are written under a temporary name and renamed, so a reader never sees half of one.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import KitError
from autograder.explain import explain, headline
from autograder.failure import harmless
from autograder.judge import CheckResult, SlotResult, total

KEYS = {"student", "assignment", "seed", "isolation", "versions", "notes", "faults"}


@dataclass(frozen=True)
class StudentResult:
    """Everything that grading one submission gave."""

    student: str
    assignment: str
    seed: int
    isolation: str
    versions: Mapping[str, str]
    seconds: float
    slots: Mapping[str, SlotResult]
    notes: tuple[str, ...] = ()
    made_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    changed: Sequence[Mapping[str, Any]] = ()


def to_json(result: StudentResult) -> dict[str, Any]:
    """Gradescope's results format, with the contract's `extra_data`."""
    return {
        "score": total(result.slots),
        "tests": [_test(i + 1, slot) for i, slot in enumerate(result.slots.values())],
        "extra_data": {
            "student": result.student,
            "assignment": result.assignment,
            "seed": result.seed,
            "isolation": result.isolation,
            "versions": dict(result.versions),
            "seconds": round(result.seconds, 3),
            "notes": list(result.notes),
            "made_of": {key: dict(value) for key, value in result.made_of.items()},
            "changed": list(result.changed),
            "faults": {name: slot.broken for name, slot in result.slots.items() if slot.broken},
        },
    }


def _test(number: int, slot: SlotResult) -> dict[str, Any]:
    status = {"correct": {"status": "passed"}, "ungraded": {}}
    second = (
        {"second_misconception": slot.second_misconception} if slot.second_misconception else {}
    )
    return {
        "name": slot.slot,
        "number": str(number),
        "score": slot.score,
        "max_score": slot.max_score,
        **status.get(slot.verdict, {"status": "failed"}),
        "output": "\n".join([headline(slot), *explain(slot)]),
        "output_format": "text",
        "tags": [slot.verdict],
        "extra_data": {
            "verdict": slot.verdict,
            "misconception": slot.misconception,
            **second,
            "carried_forward": slot.carried_forward,
            "checks": [_check(check) for check in slot.checks],
        },
    }


def _check(check: CheckResult) -> dict[str, Any]:
    """`margin`, where numbers were compared: the largest error over its tolerance."""
    margin = {} if check.margin is None else {"margin": float(f"{check.margin:.3g}")}
    return {"name": check.name, "passed": check.passed, "message": check.message, **margin}


def read_one(out: Path, folder: str) -> dict[str, Any] | None:
    """The result that a student's folder had before; None where there is none to be read."""
    try:
        result: dict[str, Any] = json.loads((out / "results" / f"{folder}.json").read_text("utf-8"))
        whole = all({"name", "score"} <= set(test) for test in result["tests"])
        return result if whole and isinstance(result["extra_data"], dict) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def changes(before: Mapping[str, Any] | None, now: StudentResult) -> list[dict[str, Any]]:
    """Which slots have another score than before, and why: `{slot, before, after, why}`."""
    if before is None:
        return []
    old = {test["name"]: test["score"] for test in before["tests"]}
    return [
        {
            "slot": slot.slot,
            "before": old.get(slot.slot),
            "after": slot.score,
            "why": _why(before["extra_data"], now, slot),
        }
        for slot in now.slots.values()
        if slot.slot not in old or old[slot.slot] != slot.score
    ]


def _why(before: Mapping[str, Any], now: StudentResult, slot: SlotResult) -> str:
    """What differs between two gradings of a slot, in words."""
    old = before.get("made_of")
    if not isinstance(old, dict):
        return "it was graded by an older version of the kit"
    if not old or not now.made_of:
        return f"the grader failed {'now' if old else 'before'}"
    reasons = []
    if old.get("submission", {}).get(slot.file) != now.made_of.get("submission", {}).get(slot.file):
        reasons.append(f"another {slot.file} was handed in")
    if old.get("graders", {}).get(slot.file) != now.made_of.get("graders", {}).get(slot.file):
        reasons.append(f"the graders or the points of {slot.file} were changed")
    if before.get("seed") != now.seed:
        reasons.append(f"another seed: {now.seed} instead of {before.get('seed')}")
    reasons += [
        f"{name} {version} instead of {before.get('versions', {}).get(name, 'none')}"
        for name, version in now.versions.items()
        if before.get("versions", {}).get(name) != version
    ]
    if slot.broken:
        reasons.append("the grader failed")
    return "; ".join(reasons) or "nothing that is recorded: grade it once more and look at it"


def read_all(out: Path) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The results in an output folder, by file name, and what could not be read, in words."""
    found, problems = {}, []
    for path in sorted((out / "results").glob("*.json")):
        try:
            result = json.loads(path.read_text("utf-8"))
            names = {test["name"] for test in result["tests"]}
            if not (names and set(result["extra_data"]) >= KEYS and "score" in result):
                raise ValueError
            found[path.stem] = result
        except (OSError, ValueError, KeyError, TypeError):
            problems.append(f"{path} is no result of this version: left out; grade it again")
    return found, problems


def write_text(path: Path, text: str) -> None:
    """Write a whole file or none. Raises KitError naming it."""
    temporary = path.with_name(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise KitError(f"{path} cannot be written: {error.strerror}") from None


def write_result(out: Path, result: StudentResult, folder: str) -> None:
    """Write the student's results file, named after the student's folder."""
    path = out / "results" / f"{folder}.json"
    write_text(path, json.dumps(to_json(result), indent=1, ensure_ascii=False) + "\n")


def grades_csv(results: Iterable[Mapping[str, Any]], slots: Sequence[str]) -> str:
    """One row a student, one column a slot, total. What is ungraded is an empty cell."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["student", *slots, "total"])
    for result in results:
        scores = {test["name"]: test["score"] for test in result["tests"]}
        cells = [scores.get(slot) for slot in slots]
        name = spreadsheet_safe(str(result["extra_data"]["student"]))
        writer.writerow([name, *(points(cell) for cell in (*cells, result["score"]))])
    return file.getvalue()


def points(score: float | None) -> str:
    """A score as text, to be read; nothing where there is none."""
    return "" if score is None else f"{score:g}"


def spreadsheet_safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = harmless(text, 200)
    return f"'{text}" if text.startswith(tuple("=+-@＝＋－＠")) else text
