"""The lines for editors, from made-up results; `test_editor` reads them as an editor does."""

from __future__ import annotations

from typing import Any

from autograder.judging.failure import Failure
from autograder.judging.judgement import SlotResult
from autograder.judging.verdict import Verdict
from autograder.student.editor_lines import MAX_CHARACTERS, problem_lines


def result(verdict: Verdict, **details: Any) -> SlotResult:
    return SlotResult("double", "moves.py", verdict, 0.0, 1.0, (), sentence="doubles", **details)


def line(verdict: Verdict, fact: str = "wrong values", **details: Any) -> str:
    failure = Failure(verdict, fact, loading=details.pop("loading", False))
    first, last = problem_lines({"double": result(verdict, failure=failure, **details)})
    assert last == "0 of 1 slots pass the public checks."
    return first


def test_a_correct_slot_has_no_line() -> None:
    assert list(problem_lines({"double": result(Verdict.CORRECT)})) == [
        "1 of 1 slots pass the public checks."
    ]


def test_a_line_has_the_place_the_severity_the_check_and_the_cause() -> None:
    assert line(Verdict.WRONG, line=7, cause="x is added twice") == (
        "moves.py:7: error: double: it doubles: wrong values. Likely cause: x is added twice "
        "(more: autograder check double)"
    )


def test_a_check_that_did_not_run_is_not_named() -> None:
    for details in ({"verdict": Verdict.MISSING}, {"verdict": Verdict.ERROR, "loading": True}):
        assert "it doubles" not in line(**details)  # type: ignore[arg-type]


def test_verdicts_without_an_error_have_their_own_severity() -> None:
    assert line(Verdict.NOT_STARTED).startswith("moves.py:1: info: double: not started")
    ungraded = result(Verdict.UNGRADED, broken="no torch")
    assert next(problem_lines({"double": ungraded})) == (
        "moves.py:1: warning: double: not checked: no torch"
    )


def test_a_line_is_one_line_and_has_a_limit() -> None:
    said = line(Verdict.ERROR, "a\nmoves.py:9: error: b" * 100)
    assert "\n" not in said
    assert len(said) < MAX_CHARACTERS + len("moves.py:1: error: ") + 1
