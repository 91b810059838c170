"""The result file of a student: its fields as values, how it is written and read.

`<out>/results/<student>.json` is in Gradescope's results format; docs/results.md describes each
field. Every view is made from these files. They are also the cache of later runs: `made_of.keys`
has a digest of all that each part depends on, and the file ends with a digest of itself, so that a
damaged or edited file is not taken for a result.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from autograder.files import digest, write_file
from autograder.judging.certainty import Certainty
from autograder.judging.verdict import Verdict
from autograder.text import printable

if TYPE_CHECKING:
    from autograder.judging.judgement import CheckResult, SlotResult
    from autograder.judging.rubric import DemandResult

# ------------------------------------------------------------------------------ values


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A check of a slot. `passed` is None where it was not run.

    `margin` is the largest error over its tolerance, None where no numbers were compared. `demand`
    is the name of the one that the check counts for. Of a check that failed, `sentence` finishes
    "it ...", and `share` is how much of it counts all the same, None where nothing does.
    """

    name: str
    passed: bool | None
    message: str
    margin: float | None = None
    demand: str = ""
    sentence: str = ""
    share: float | None = None

    @property
    def is_near(self) -> bool:
        """Whether its numbers are within a factor of ten of the tolerance, on either side.

        A check that failed below the tolerance failed for another reason.
        """
        if self.margin is None or self.passed is None:
            return False
        return self.margin >= 0.1 if self.passed else 1 <= self.margin <= 10


class Demand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of a slot's rubric. `score` is None where the slot is ungraded.

    `needs` is the demand as far as which this one counts, where that one is missed.
    """

    name: str
    sentence: str
    score: float | None
    max_score: float
    needs: str = ""

    @property
    def is_met(self) -> bool:
        return self.score == self.max_score


class SlotData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The data of a slot that Gradescope's format does not know. Misconceptions are ids."""

    verdict: Verdict
    misconception: str | None
    second_misconception: str | None = None
    certainty: Certainty | None = None
    carried_forward: bool
    demands: tuple[Demand, ...] = ()
    checks: tuple[Check, ...]


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A slot in a result file: `name` is the slot. `score` and `status` are None if ungraded."""

    name: str
    number: str
    score: float | None
    max_score: float
    status: str | None = None
    output: str
    output_format: str
    tags: tuple[str, ...]
    extra_data: SlotData


class MadeOf(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Digests of what a result depends on. Empty where the grader gave up.

    Attributes:
        submission: student file -> digest of what was handed in.
        graders: student file -> digest of what staff wrote about it.
        keys: part of the result -> digest of everything that it depends on. Parts are student
            files and `notes`; those that another grading might change have no key.
    """

    submission: dict[str, str] = {}
    graders: dict[str, str] = {}
    keys: dict[str, str] = {}


class Change(msgspec.Struct, frozen=True):
    """A slot's score before and after a regrade, None if ungraded, and why it changed."""

    slot: str
    before: float | None
    after: float | None
    why: str


class About(msgspec.Struct, frozen=True, kw_only=True):
    """The data of a result that belong to no slot. `faults`: slot -> why the grader failed.

    `digest` and `seconds` come last in the file; `digest` is computed when it is written.
    """

    student: str
    assignment: str
    seed: int
    isolation: str
    versions: dict[str, str]
    notes: tuple[str, ...] = ()
    made_of: MadeOf = MadeOf()
    changed: tuple[Change, ...] = ()
    faults: dict[str, str] = {}
    digest: str = ""
    seconds: float = 0.0

    def has_same_inputs(self, other: About) -> bool:
        """Whether both results are the same student's, made of the same inputs."""
        names = ("student", "assignment", "seed", "isolation", "versions", "made_of")
        return all(getattr(self, name) == getattr(other, name) for name in names)


class Summary(msgspec.Struct, frozen=True):
    """A result without its slots, which is quick to read."""

    score: float | None
    extra_data: About


class StudentResult(msgspec.Struct, frozen=True):
    """A student's result: `score` is the total, None while a slot is ungraded."""

    score: float | None
    tests: tuple[Entry, ...]
    extra_data: About

    @property
    def entries(self) -> dict[str, Entry]:
        return {entry.name: entry for entry in self.tests}


class Part(msgspec.Struct, frozen=True):
    """The part of a result that one student file makes. Both mappings are by slot."""

    entries: dict[str, Entry]
    faults: dict[str, str] = {}

    def is_repeatable(self, device: str) -> bool:
        """Whether grading the same file again would give the same part."""
        found = [entry.extra_data for entry in self.entries.values()]
        if not all(data.verdict.lasting for data in found):
            return False
        # without a GPU, the checks on it are not run
        return device == "cpu" or all(c.passed is not None for data in found for c in data.checks)


# ------------------------------------------------------------------------------ making


def student_result(about: About, entries: Iterable[Entry]) -> StudentResult:
    """A result with these entries, numbered in order, and their total."""
    tests = tuple(
        msgspec.structs.replace(entry, number=str(i)) for i, entry in enumerate(entries, start=1)
    )
    scores = [entry.score for entry in tests]
    total = None if None in scores else round(sum(score or 0.0 for score in scores), 2)
    return StudentResult(total, tests, about)


def part(slots: Iterable[SlotResult]) -> Part:
    """The part of a result that the judged slots of one file make."""
    slots = list(slots)
    return Part(
        {slot.slot: _entry(slot) for slot in slots},
        {slot.slot: slot.broken for slot in slots if slot.broken},
    )


def ungraded(points: Mapping[str, float], why: str) -> Part:
    """The part of a result for slots that the grader could not grade: slot -> its points."""
    from autograder.judging.judgement import SlotResult

    return part(
        SlotResult(slot, "", Verdict.UNGRADED, None, most, (), broken=printable(why))
        for slot, most in points.items()
    )


def _entry(slot: SlotResult) -> Entry:
    from autograder.judging.message import explain, headline

    status = {Verdict.CORRECT: "passed", Verdict.UNGRADED: None}.get(slot.verdict, "failed")
    return Entry(
        name=slot.slot,
        number="",
        score=slot.score,
        max_score=slot.max_score,
        status=status,
        output="\n".join([headline(slot), *explain(slot)]),
        output_format="text",
        tags=(slot.verdict.value,),
        extra_data=SlotData(
            verdict=slot.verdict,
            misconception=slot.misconception,
            second_misconception=slot.second_misconception,
            certainty=slot.certainty if slot.misconception else None,
            carried_forward=slot.carried_forward,
            demands=tuple(_demand(slot, demand) for demand in slot.demands),
            checks=tuple(_check(check) for check in slot.checks),
        ),
    )


def _demand(slot: SlotResult, result: DemandResult) -> Demand:
    demand = result.demand
    score = None if slot.score is None else result.score
    return Demand(
        name=demand.name,
        sentence=demand.sentence,
        score=score,
        max_score=demand.points,
        needs=result.needs,
    )


SMALLEST_MARGIN, LARGEST_MARGIN = 1e-3, 1e12


def _check(check: CheckResult) -> Check:
    """A check as the file has it. A margin says little: student code can choose its digits."""
    margin = check.margin
    if margin:
        margin = float(f"{min(max(margin, SMALLEST_MARGIN), LARGEST_MARGIN):.2g}")
    failed = check.passed is False
    return Check(
        name=check.name,
        passed=check.passed,
        message=check.message,
        margin=margin,
        demand=check.demand,
        sentence=check.sentence if failed else "",
        share=math.floor(100 * check.share) / 100 if failed and check.share else None,
    )


# ------------------------------------------------------------------------------ files

FILE_END = re.compile(rb',\n  "digest": "([0-9a-f]{32})",\n  "seconds": [0-9.]+\n }\n}\n\Z')


def to_json(result: StudentResult) -> bytes:
    """The content of a result file."""
    fields = msgspec.to_builtins(result)
    del fields["extra_data"]["digest"], fields["extra_data"]["seconds"]
    text = json.dumps(fields, indent=1, ensure_ascii=False).removesuffix("\n }\n}")
    data = text.encode("utf-8", "replace")  # a lone surrogate is no JSON, escaped or not
    seconds = f"{result.extra_data.seconds:.3f}"
    return data + f',\n  "digest": "{digest(data)}",\n  "seconds": {seconds}\n }}\n}}\n'.encode()


def from_json(data: bytes) -> StudentResult:
    """The result that a file's content says, edited or not. Raises ValueError."""
    return msgspec.json.decode(data, type=StudentResult)


def is_intact(data: bytes) -> bool:
    """Whether a result file's content is as `to_json` made it."""
    end = FILE_END.search(data)
    return end is not None and digest(data[: end.start()]) == end[1].decode()


def page_file(name: str) -> str:
    """The name of a student's page; never outside its folder."""
    return f"{name.replace('/', '%2F')}.html"


def result_path(out: Path, folder: str) -> Path:
    """The result file of a student, by the name of the student's folder."""
    return out / "results" / f"{folder}.json"


def write(out: Path, folder: str, result: StudentResult) -> None:
    """Write a student's result file. Raises KitError."""
    write_file(result_path(out, folder), to_json(result), parents=True)


def read(out: Path, folder: str, only_intact: bool = False) -> StudentResult | None:
    """A student's result; None where no result can be read, or only an edited one."""
    try:
        data = result_path(out, folder).read_bytes()
        return from_json(data) if not only_intact or is_intact(data) else None
    except (OSError, ValueError):
        return None


def read_summaries(out: Path) -> dict[str, Summary]:
    """The summaries of the intact results in an output folder, by student folder."""
    found = {}
    for path in sorted((out / "results").glob("*.json")):
        with contextlib.suppress(OSError, ValueError):
            data = path.read_bytes()
            if is_intact(data):
                found[path.stem] = msgspec.json.decode(data, type=Summary)
    return found


def read_all(out: Path) -> tuple[dict[str, StudentResult], list[str]]:
    """The results in an output folder, by student folder, and a line for each unreadable file."""
    found, problems = {}, []
    for path in sorted((out / "results").glob("*.json")):
        result = read(out, path.stem)
        if result is None or not result.tests:
            problems.append(f"{path} is no result of this version: left out; grade it again")
        else:
            found[path.stem] = result
    return found, problems
