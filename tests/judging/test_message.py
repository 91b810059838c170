"""The lines that a student reads, and the fields that views set apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.judging.failure import Failure
from autograder.judging.judgement import CheckResult, SlotResult
from autograder.judging.message import (
    MAX_LINES,
    WIDTH,
    Advice,
    Headline,
    Place,
    Role,
    check_lines,
    explain,
    headline,
)
from autograder.judging.verdict import Verdict

CHECKS = (
    CheckResult("a", "right", "works", True, ""),
    CheckResult("b", "right", "doubles", False, "it is wrong"),
)
FAILURE = Failure(Verdict.WRONG, "the result is wrong", ("1 of 2",), expected="1.5", got="2")
WRONG = SlotResult(
    "double", "moves.py", Verdict.WRONG, 0.0, 4.0, CHECKS, "doubles", FAILURE, line=6
)
RIGHT = SlotResult("halve", "moves.py", Verdict.CORRECT, 4.0, 4.0, CHECKS[:1])


def test_the_order_is_sentence_fact_numbers_place() -> None:
    assert explain(WRONG) == [
        "  ✗ it doubles",
        "    the result is wrong",
        "    1 of 2",
        "      expected   1.5",
        "      got        2",
        "",
        "  moves.py:6",
    ]
    assert explain(RIGHT) == []


@pytest.mark.parametrize(
    ("verdict", "rest"),
    [
        (Verdict.WRONG, "1 of 2 checks pass"),
        (Verdict.CORRECT, "all 2 checks pass"),
        (Verdict.NOT_STARTED, "not started"),
        (Verdict.UNGRADED, "ungraded: a person will look at it"),
    ],
)
def test_a_headline_says_how_many_checks_pass_or_the_verdict(verdict: Verdict, rest: str) -> None:
    assert headline(replace(WRONG, verdict=verdict)) == f"double   {rest}"


def test_the_fields_of_a_line_are_the_pieces_of_its_text() -> None:
    result = replace(WRONG, cause="it triples", hint="how often " * 15)
    lines = list(check_lines({"double": result}, True, "autograder check"))
    first = lines[0]
    assert isinstance(first.pieces, Headline)
    assert first.text == f"{first.pieces.mark} {first.slot}   {first.pieces.rest}"
    cause, *question = [line for line in lines if isinstance(line.pieces, Advice)]
    assert cause.text == f"  {cause.pieces.label}: {cause.pieces.rest}"
    assert [line.pieces.label for line in question] == ["Ask yourself", ""]
    (place,) = [line for line in lines if isinstance(line.pieces, Place)]
    assert place.pieces == Place("moves.py:6", "autograder hint double")
    assert place.text == "  moves.py:6        more: autograder hint double"


def test_only_the_first_message_is_shown_unless_all_are_asked_for() -> None:
    results = {"double": WRONG, "halve": RIGHT, "other": replace(WRONG, slot="other")}
    short = list(check_lines(results, False, "autograder check"))
    assert {line.slot for line in short if line.role == Role.FACT} == {"double"}
    assert short[-1].text == (
        "  1 of 3 slots pass the public checks. See more: autograder check other"
    )
    long = list(check_lines(results, True, "autograder check"))
    assert {line.slot for line in long if line.role == Role.FACT} == {"double", "other"}
    assert long[-1].text.endswith("Grading adds others.")


def test_what_a_slot_printed_is_shown_where_all_messages_are() -> None:
    result = replace(WRONG, printed="\n".join(map(str, range(9))))
    lines = check_lines({"double": result}, True, "")
    printed = [line.text.strip() for line in lines if line.role == Role.PRINTED]
    assert printed == ["your code printed:", "4", "5", "6", "7", "8"]


def test_a_message_is_cut_to_its_lines_and_keeps_the_place() -> None:
    failure = replace(FAILURE, details=tuple("abcdefghijkl"), right=("x", "y"), related="it is 2")
    lines = explain(replace(WRONG, failure=failure, cause="it triples", hint="why"))
    assert len(lines) == MAX_LINES - 1
    assert lines[-1] == "  moves.py:6"
    assert "    it is 2" not in lines


def test_a_file_that_cannot_be_loaded_has_no_check_to_name() -> None:
    loading = replace(FAILURE, loading=True)
    assert explain(replace(WRONG, failure=loading))[0] == "    the result is wrong"


def message(related: str, details: int, hint: str) -> list[str]:
    numbers = tuple(f"detail {number}" for number in range(details))
    failure = Failure(Verdict.WRONG, "the result is wrong", details=numbers, related=related)
    return explain(replace(WRONG, failure=failure, cause="x", hint=hint))


def test_what_a_message_has_no_room_for_is_left_out_as_a_whole() -> None:
    related = "of these two lines " * 8
    hint = "what would you ask " * 12
    assert sum("of these two lines" in line for line in message(related, 1, hint)) == 2
    assert not any("of these two lines" in line for line in message(related, 2, hint))


def test_what_is_too_long_for_a_message_ends_in_dots() -> None:
    lines = [line for line in message("a word " * 60, 1, "why") if "a word" in line]
    assert len(lines) == 2
    assert lines[1].endswith(" …")
    assert max(map(len, lines)) <= WIDTH
