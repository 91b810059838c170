"""A slot's result in the words that a student reads; the same lines for every view.

In this order: what was done, what was expected, what came instead, the likely cause (labelled as
such), where it is, what to do next. At most `MAX_LINES` lines of at most `WIDTH` characters, the
headline included.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from autograder.judging.judgement import SlotResult
from autograder.judging.rubric import in_words, of_points
from autograder.judging.verdict import Verdict
from autograder.text import visible

QUESTION = "Ask yourself"  # a label of advice, as those of `Certainty`
MAX_LINES = 11
WIDTH = 96
MIN_WIDTH = 20  # of the words behind an indent, on the narrowest screen
PRINTED_LINES = 5


class Role(StrEnum):
    """What a line of a message says; a part that is too long goes on in the next line."""

    BLANK = ""
    HEADLINE = "headline"
    RUBRIC = "rubric"  # a demand and its points
    SENTENCE = "sentence"  # of the check that failed
    FACT = "fact"
    NUMBERS = "numbers"  # expected and got
    DETAIL = "detail"
    RELATED = "related"
    RIGHT = "right"  # results that are right
    EVERYWHERE = "everywhere"  # a fact about all checks together
    CAUSE = "cause"
    QUESTION = "question"
    BUILDS_ON = "builds_on"
    PLACE = "place"
    PRINTED = "printed"
    LAST = "last"


FACTS = (  # what was measured: everything above the advice
    *(Role.HEADLINE, Role.RUBRIC, Role.SENTENCE, Role.FACT, Role.NUMBERS),
    *(Role.DETAIL, Role.RELATED, Role.RIGHT, Role.EVERYWHERE),
)
# Left out whole: half a sentence says nothing.
WHOLE = (Role.RELATED, Role.RIGHT, Role.EVERYWHERE)
ONE_WORD = (  # verdicts that say everything: how many checks pass would add nothing
    *(Verdict.NOT_STARTED, Verdict.MISSING),
    *(Verdict.TIMEOUT, Verdict.CRASH, Verdict.FORBIDDEN),
)


class Headline(NamedTuple):
    """`mark slot   rest`"""

    mark: str
    rest: str


class Advice(NamedTuple):
    """`label: rest`; the further lines of an advice have no label."""

    label: str
    rest: str


class Place(NamedTuple):
    """Where the slot is, and the command that says more, or ""."""

    place: str
    command: str = ""


class Line(NamedTuple):
    """A line that a student reads, as the terminal shows it.

    Attributes:
        slot: the slot it is about.
        style: how a terminal shows it: "green", "red", "dim" or "".
        pieces: what a view may set apart in a headline, an advice or a place.
    """

    text: str
    role: Role = Role.BLANK
    slot: str = ""
    style: str = ""
    pieces: Headline | Advice | Place | None = None


class _Ranked(NamedTuple):
    """A line; those of the highest rank are left out first, those of rank 0 never."""

    rank: int
    line: Line


def headline(result: SlotResult) -> str:
    """`double   3 of 7 checks pass`, without the mark."""
    return f"{result.slot}   {_summary(result)}"


def _summary(result: SlotResult) -> str:
    run = [check.passed for check in result.checks if check.passed is not None]
    if result.verdict == Verdict.CORRECT:
        carried = " (carried forward)" if result.carried_forward else ""
        return f"all {len(run)} checks pass{carried}"
    if result.verdict == Verdict.UNGRADED:
        return "ungraded: a person will look at it"
    if result.verdict in ONE_WORD:
        return result.verdict.words
    return f"{sum(run)} of {len(run)} checks pass"


def explain(result: SlotResult) -> list[str]:
    """The texts of `explanation`."""
    return [line.text for line in explanation(result)]


def check_lines(
    results: Mapping[str, SlotResult], all_messages: bool, more: str, width: int = WIDTH
) -> Iterator[Line]:
    """What a student reads after checking, in at most `width` columns.

    One line a slot, and the message of each slot that is wrong, or only of the first. `more` is the
    command that says more about one slot.
    """
    fine = (Verdict.CORRECT, Verdict.NOT_STARTED, Verdict.UNGRADED)
    to_mend = [result for result in results.values() if result.verdict not in fine]
    shown = to_mend if all_messages else to_mend[:1]
    for result in results.values():
        yield headline_line(result)
        if all_messages:
            yield from rubric_lines(result, width)
        if result in shown or (all_messages and result.verdict == Verdict.NOT_STARTED):
            yield from explanation(result, True, width)
            if all_messages:
                yield from printed_lines(result)
    correct = sum(result.verdict == Verdict.CORRECT for result in results.values())
    last = "Grading adds others."
    if to_mend and not all_messages:
        last = f"See more: {more} {to_mend[-1].slot}"
    yield Line("")
    yield Line(f"  {correct} of {len(results)} slots pass the public checks. {last}", Role.LAST)


def headline_line(result: SlotResult) -> Line:
    """The headline with its mark, as a student reads it."""
    slot, mark, style = result.slot, result.verdict.mark, result.verdict.style
    rest = _summary(result)
    if result.verdict == Verdict.UNGRADED:  # on a student's machine, nobody else will look at it
        rest, style = f"not checked: {result.broken}", ""
    if result.demands and _is_judged(result):
        rest += f", {of_points(result.demands)} points"
    text = f"{mark} {slot}   {rest}"
    return Line(text, Role.HEADLINE, slot, style, Headline(mark, rest))


def rubric_lines(result: SlotResult, width: int = WIDTH) -> Iterator[Line]:
    """The demands of a slot that is wrong, with the points that they have by the checks here."""
    if len(result.demands) < 2 or not _is_judged(result):
        return
    rows = in_words(result.demands)
    column = max(len(start) for start, _ in rows) + 4
    for start, sentence in rows:
        for text in _wrap(sentence, f"  {start}".ljust(column), width):
            yield Line(text, Role.RUBRIC, result.slot)
    yield Line("", Role.RUBRIC, result.slot)


def printed_lines(result: SlotResult) -> Iterator[Line]:
    """The last lines that the student's code printed, if it printed any."""
    if result.printed:
        yield Line("  your code printed:", Role.PRINTED, result.slot, "dim")
        for line in result.printed.splitlines()[-PRINTED_LINES:]:
            yield Line(f"    {visible(line.expandtabs()[:200])}", Role.PRINTED, result.slot, "dim")


def explanation(result: SlotResult, hint_command: bool = False, width: int = WIDTH) -> list[Line]:
    """The lines below the headline; none where there is nothing to mend."""
    failure = result.failure
    if failure is None or result.verdict == Verdict.UNGRADED:
        return []
    slot, place = result.slot, _place(result)
    if result.verdict == Verdict.NOT_STARTED:
        text = f"  write it in {place}, where the TODO is"
        return [Line(text, Role.PLACE, slot, pieces=Place(place))] if result.line else []
    lines: list[_Ranked] = []

    def say(rank: int, role: Role, text: str, prefix: str = "    ", most: int = 3) -> None:
        wrapped = _wrap(text, prefix, width, -(-most * WIDTH // width))
        lines.extend(_Ranked(rank, Line(line, role, slot)) for line in wrapped)

    if not failure.loading and result.verdict != Verdict.MISSING:
        say(0, Role.SENTENCE, f"it {result.sentence}", "  ✗ ")
    say(0, Role.FACT, failure.fact)
    lines += [
        _Ranked(1, Line(f"    {text}", Role.DETAIL, slot))
        for text in (*failure.details, *failure.surroundings)
    ]
    if failure.expected or failure.got:
        lines.append(_Ranked(0, Line(f"      expected   {failure.expected}", Role.NUMBERS, slot)))
        lines.append(_Ranked(0, Line(f"      got        {failure.got}", Role.NUMBERS, slot)))
    if failure.related:
        say(2, Role.RELATED, failure.related, most=2)
    if failure.right:
        rank = 4 if result.facts else 3
        say(rank, Role.RIGHT, f"right: {', '.join(failure.right[:8])}", most=1)
    for fact in result.facts[:1]:
        say(3, Role.EVERYWHERE, fact, most=1)
    advice = list(_advice(result, width))
    blank = _Ranked(5, Line("", Role.BLANK, slot))
    if advice:
        lines += [blank, *(_Ranked(0, line) for line in advice)]
    command = f"autograder hint {slot}" if hint_command else ""
    if result.line or command:
        text = f"  {place}        more: {command}" if command else f"  {place}"
        where = Line(text, Role.PLACE, slot, pieces=Place(place, command))
        lines += [blank, _Ranked(0, where)]
    return _at_most(lines)


def _advice(result: SlotResult, width: int) -> Iterator[Line]:
    slot = result.slot
    if result.cause:
        label = result.certainty.label
        yield from _labelled(Role.CAUSE, slot, label, f"{result.cause}.", width)
        yield from _labelled(Role.QUESTION, slot, QUESTION, result.hint, width)
    elif result.blocked_by and _is_judged(result):
        text = f"{', '.join(result.blocked_by)} is not right yet, and this builds on it."
        yield from (Line(line, Role.BUILDS_ON, slot) for line in _wrap(text, "  ", width))


def _labelled(role: Role, slot: str, label: str, text: str, width: int) -> Iterator[Line]:
    prefix = f"  {label}: "
    for number, line in enumerate(_wrap(text, prefix, width)):
        advice = Advice("" if number else label, line[len(prefix) :])
        yield Line(line, role, slot, pieces=advice)


def _is_judged(result: SlotResult) -> bool:
    """Whether the file could be loaded and the slot gave an answer, or raised."""
    is_loading = result.failure is not None and result.failure.loading
    return result.verdict in (Verdict.WRONG, Verdict.ERROR) and not is_loading


def _place(result: SlotResult) -> str:
    return f"{result.file}:{result.line}" if result.line else result.file


def _wrap(text: str, prefix: str, width: int, most: int | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, len(prefix) + MIN_WIDTH),
        initial_indent=prefix,
        subsequent_indent=" " * len(prefix),
        break_long_words=True,
        max_lines=most,
        placeholder=" …",
    )


def _at_most(lines: list[_Ranked]) -> list[Line]:
    """Leave out the lines of the highest rank until the message fits below the headline."""
    while len(lines) > MAX_LINES - 1:
        highest = max(rank for rank, _ in lines)
        if highest == 0:
            left = [line for _, line in lines]
            dots = Line("    …", Role.DETAIL, left[-1].slot)
            return [*left[: MAX_LINES - 3], dots, left[-1]]
        gone = next(entry for entry in lines if entry.rank == highest)
        lines.remove(gone)
        if gone.line.role in WHOLE:
            lines = [entry for entry in lines if entry.line.role != gone.line.role]
    return [line for _, line in lines]
