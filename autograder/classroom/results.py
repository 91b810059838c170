"""The record of one graded submission, and the files made of it.

`<out>/results/<student>.json` is in Gradescope's results format and is what every view is made
from. Files are written under a temporary name and renamed, so a reader never sees half of one.

A result file is also where a later run finds what it need not grade again: `made_of.keys` has a
digest of all that each part depends on, and the file ends with a digest of itself and the seconds,
so that what was damaged or edited is not taken for a result.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.files import digest, utf8, write_file
from autograder.judging.verdict import Verdict
from autograder.text import printable

if TYPE_CHECKING:
    from autograder.judging.judgement import CheckResult, SlotResult

KEYS = {"student", "assignment", "seed", "isolation", "versions", "notes", "faults"}
KEYS |= {"made_of", "changed"}


END = re.compile(rb',\n  "digest": "([0-9a-f]{32})",\n  "seconds": ([0-9.]+)\n }\n}\n\Z')
ABOUT = b'\n "extra_data": {'

Entry = Mapping[str, Any]  # what a result file has of a slot


@dataclass(frozen=True)
class Part:
    """What grading one student file gave: its slots' entries, and where the grader failed."""

    entries: Mapping[str, Entry]
    faults: Mapping[str, str] = field(default_factory=dict)

    def lasts(self, device: str) -> bool:
        """Whether grading the same again would give the same."""
        found = [entry["extra_data"] for entry in self.entries.values()]
        if not all(Verdict(about["verdict"]).lasting for about in found):
            return False
        # without a GPU, its checks are not run
        ran = all(check["passed"] is not None for about in found for check in about["checks"])
        return ran or device == "cpu"


@dataclass(frozen=True)
class StudentResult:
    """Everything that grading one submission gave. `entries` are in the assignment's order."""

    student: str
    assignment: str
    seed: int
    isolation: str
    versions: Mapping[str, str]
    seconds: float
    entries: Mapping[str, Entry]
    faults: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    made_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    changed: Sequence[Mapping[str, Any]] = ()

    @property
    def score(self) -> float | None:
        """The sum of the scores; None while a slot is ungraded."""
        scores = [entry["score"] for entry in self.entries.values()]
        return None if None in scores else round(sum(scores), 2)

    @property
    def verdicts(self) -> dict[str, str]:
        return {slot: entry["extra_data"]["verdict"] for slot, entry in self.entries.items()}


def to_json(result: StudentResult) -> dict[str, Any]:
    """Gradescope's results format, with the contract's `extra_data` but for `seconds`."""
    return {
        "score": result.score,
        "tests": [
            {"name": slot, "number": str(i + 1), **entry}
            for i, (slot, entry) in enumerate(result.entries.items())
        ],
        "extra_data": {
            "student": result.student,
            "assignment": result.assignment,
            "seed": result.seed,
            "isolation": result.isolation,
            "versions": dict(result.versions),
            "notes": list(result.notes),
            "made_of": {key: dict(value) for key, value in result.made_of.items()},
            "changed": list(result.changed),
            "faults": dict(result.faults),
        },
    }


def part(slots: Iterable[SlotResult]) -> Part:
    """What was found of the slots of a file."""
    slots = list(slots)
    return Part(
        {slot.slot: _entry(slot) for slot in slots},
        {slot.slot: slot.broken for slot in slots if slot.broken},
    )


def ungraded(slots: Iterable[tuple[str, float]], why: str) -> Part:
    """What is known of slots, with their points, that the grader could not grade."""
    from autograder.judging.judgement import SlotResult

    return part(
        SlotResult(name, "", Verdict.UNGRADED, None, points, (), broken=printable(why))
        for name, points in slots
    )


def _entry(slot: SlotResult) -> dict[str, Any]:
    from autograder.judging.message import explain, headline

    status = {Verdict.CORRECT: {"status": "passed"}, Verdict.UNGRADED: {}}
    second = (
        {"second_misconception": slot.second_misconception} if slot.second_misconception else {}
    )
    return {
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


# ------------------------------------------------------------------------------ reading


@dataclass(frozen=True)
class Head:
    """What is quickly known of a whole result file: `about` is its top-level `extra_data`."""

    score: float | None
    about: Mapping[str, Any]
    seconds: float


def head(data: bytes) -> Head | None:
    """The head of a result file; None where it is not as this version wrote it."""
    end = END.search(data)
    if end is None or digest(data[: end.start()]) != end[1].decode():
        return None
    try:
        start, about = data.index(b'\n "tests": ['), data.rindex(ABOUT, 0, end.start())
        score = json.loads(data[:start].rstrip(b",") + b"}")["score"]
        found = json.loads(data[about + len(ABOUT) - 1 : end.start()] + b"}")
        return Head(score, found, float(end[2])) if set(found) >= KEYS else None
    except (ValueError, KeyError, TypeError):
        return None


def heads(out: Path) -> dict[str, Head]:
    """The heads of the whole results in an output folder, by file name."""
    found = {}
    for path in sorted((out / "results").glob("*.json")):
        with contextlib.suppress(OSError):
            one = head(path.read_bytes())
            if one is not None:
                found[path.stem] = one
    return found


def kept(out: Path, folder: str) -> dict[str, Any] | None:
    """A whole result, as this version wrote it; None where there is none."""
    try:
        data = (out / "results" / f"{folder}.json").read_bytes()
    except OSError:
        return None
    result: dict[str, Any] | None = None if head(data) is None else json.loads(data)
    return result


def part_of(result: Mapping[str, Any], slots: Iterable[str]) -> Part | None:
    """What a result file says of some slots; None where it lacks one."""
    tests = {test["name"]: test for test in result["tests"]}
    try:
        return Part(
            {
                slot: {k: v for k, v in tests[slot].items() if k not in ("name", "number")}
                for slot in slots
            }
        )
    except KeyError:
        return None


def read_all(out: Path) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The results in an output folder, by file name, and what could not be read, in words."""
    found, problems = {}, []
    for path in sorted((out / "results").glob("*.json")):
        try:
            result = json.loads(path.read_text("utf-8"))
            names = {test["name"] for test in result["tests"]}
            verdicts = {test["extra_data"]["verdict"] for test in result["tests"]}
            whole = names and set(result["extra_data"]) >= KEYS and "score" in result
            if not (whole and verdicts <= set(Verdict)):
                raise ValueError
            found[path.stem] = result
        except (OSError, ValueError, KeyError, TypeError):
            problems.append(f"{path} is no result of this version: left out; grade it again")
    return found, problems


# ------------------------------------------------------------------------------ writing


def write_result(out: Path, result: StudentResult, folder: str) -> None:
    """Write the student's results file, named after the student's folder. Raises KitError."""
    path = out / "results" / f"{folder}.json"
    text = json.dumps(to_json(result), indent=1, ensure_ascii=False).removesuffix("\n }\n}")
    whole = digest(utf8(text))
    end = f',\n  "digest": "{whole}",\n  "seconds": {result.seconds:.3f}\n }}\n}}\n'
    write_file(path, utf8(text + end), parents=True)


def page_file(name: str) -> str:
    """The name of a student's page; never outside its folder."""
    return f"{name.replace('/', '%2F')}.html"


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
    text = printable(text, 200)
    return f"'{text}" if text.startswith(tuple("=+-@＝＋－＠")) else text
