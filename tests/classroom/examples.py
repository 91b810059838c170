"""Results made by hand, for tests that grade nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.classroom.results import (
    About,
    Check,
    Entry,
    MadeOf,
    SlotData,
    StudentResult,
    student_result,
)
from autograder.judging.verdict import Verdict

MADE_OF = MadeOf(submission={"moves.py": "s"}, graders={"moves.py": "g"}, keys={"moves.py": "k"})


def entry(slot: str, score: float | None, checks: tuple[Check, ...] = ()) -> Entry:
    verdict = {None: Verdict.UNGRADED, 4.0: Verdict.CORRECT}.get(score, Verdict.WRONG)
    data = SlotData(verdict=verdict, misconception=None, carried_forward=False, checks=checks)
    return Entry(
        name=slot,
        number="",
        score=score,
        max_score=4.0,
        output=slot,
        output_format="text",
        tags=(verdict.value,),
        extra_data=data,
    )


def result(scores: Mapping[str, float | None], student: str = "ada", **about: Any) -> StudentResult:
    """A result with these scores by slot."""
    known: dict[str, Any] = {"seed": 1, "versions": {"numpy": "2.0"}, "made_of": MADE_OF, **about}
    described = About(student=student, assignment="toy", isolation="A", **known)
    return student_result(described, [entry(slot, score) for slot, score in scores.items()])
