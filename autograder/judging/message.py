"""A slot's result in the words that a student reads; the same lines for every view.

What was done, expected, got, the likely cause (labelled as such), where, what next: at most
`MAX_LINES` lines of at most `WIDTH` characters, the headline included.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autograder.judging.judgement import SlotResult
from autograder.judging.verdict import Verdict

MAX_LINES = 11
WIDTH = 96
MIN_WIDTH = 20  # beside what stands before a part, on the narrowest screen
PRINTED_LINES = 5
SENTENCES = ("related", "right", "everywhere")  # parts that are one sentence, in several lines
ONE_WORD = (  # verdicts that say it all: how many checks pass would add nothing
    *(Verdict.NOT_STARTED, Verdict.MISSING),
    *(Verdict.TIMEOUT, Verdict.CRASH, Verdict.FORBIDDEN),
)


@dataclass(frozen=True)
class Line:
    """A line that a student reads, as the terminal shows it.

    `part` says to views that set the parts apart what it is: headline, sentence, fact, numbers,
    detail, related, right, everywhere, cause, question, builds_on, place, printed, last; or "" for
    an empty line. A part that was too long for one line goes on in the next. `slot` is the slot
    that it speaks of, `style` how a terminal shows it: "green", "red", "dim" or "".
    """

    text: str
    part: str = ""
    slot: str = ""
    style: str = ""


def headline(result: SlotResult) -> str:
    """`double   3 of 7 checks pass`, without the mark."""
    run = [check for check in result.checks if check.passed is not None]
    passed = sum(bool(check.passed) for check in run)
    if result.verdict == Verdict.CORRECT:
        carried = " (carried forward)" if result.carried_forward else ""
        return f"{result.slot}   all {len(run)} checks pass{carried}"
    if result.verdict == Verdict.UNGRADED:
        return f"{result.slot}   ungraded: a person will look at it"
    if result.verdict in ONE_WORD:
        return f"{result.slot}   {result.verdict.words}"
    return f"{result.slot}   {passed} of {len(run)} checks pass"


def explain(result: SlotResult, hint_command: bool = False, width: int = WIDTH) -> list[str]:
    """The lines below the headline; none where there is nothing to mend."""
    return [line.text for line in _explained(result, hint_command, width)]


def _explained(result: SlotResult, hint_command: bool, width: int = WIDTH) -> list[Line]:
    failure = result.failure
    if failure is None or result.verdict == Verdict.UNGRADED:
        return []
    if result.verdict == Verdict.NOT_STARTED:
        text = f"  write it in {_place(result)}, where the TODO is"
        return [Line(text, "place", result.slot)] if result.line else []
    lines: list[tuple[int, Line]] = []  # how soon it may be left out, and the line

    def add(rank: int, part: str, text: str) -> None:
        lines.append((rank, Line(text, part, result.slot)))

    def say(rank: int, part: str, text: str, prefix: str = "    ", most: int = 3) -> None:
        for line in _wrap(text, prefix, width, -(-most * WIDTH // width)):
            add(rank, part, line)

    if not failure.loading and result.verdict != Verdict.MISSING:
        say(0, "sentence", f"it {result.sentence}", "  ✗ ")
    say(0, "fact", failure.fact)
    for detail in failure.details:
        numbers = detail.startswith("  ")
        add(int(not numbers), "numbers" if numbers else "detail", f"    {detail}")
    if failure.related:
        say(2, "related", failure.related, most=2)
    if failure.right:
        rank = 4 if result.facts else 3
        say(rank, "right", f"right: {', '.join(failure.right[:8])}", most=1)
    for fact in result.facts[:1]:
        say(3, "everywhere", fact, most=1)
    for part, text in _advice(result, width):
        add(0 if text else 5, part, text)
    more = f"        more: autograder hint {result.slot}" if hint_command else ""
    if result.line or more:
        add(5, "", "")
        add(0, "place", f"  {_place(result)}{more}")
    return _at_most(lines)


def checked(
    results: Mapping[str, SlotResult], everything: bool, more: str
) -> Iterator[tuple[str, str]]:
    """What a student reads after checking: lines, each with its style or ""."""
    for line in told(results, everything, more):
        yield line.text, line.style


def told(results: Mapping[str, SlotResult], everything: bool, more: str) -> Iterator[Line]:
    """What a student reads after checking.

    One line a slot, and the message of each that is to be mended, or only of the first. `more` is
    the command that says more of one slot.
    """
    fine = (Verdict.CORRECT, Verdict.NOT_STARTED, Verdict.UNGRADED)
    to_mend = [result for result in results.values() if result.verdict not in fine]
    shown = to_mend if everything else to_mend[:1]
    for result in results.values():
        slot = result.slot
        if result.verdict == Verdict.UNGRADED:  # on one's own machine, nobody else will look at it
            yield Line(f"? {slot}   not checked: {result.broken}", "headline", slot)
            continue
        yield Line(
            f"{result.verdict.mark} {headline(result)}", "headline", slot, result.verdict.style
        )
        if result in shown or (everything and result.verdict == Verdict.NOT_STARTED):
            yield from _explained(result, hint_command=True)
            if result.printed and everything:
                yield Line("  your code printed:", "printed", slot, "dim")
                for line in result.printed.splitlines()[-PRINTED_LINES:]:
                    yield Line(f"    {line[:200]}", "printed", slot, "dim")
    correct = sum(result.verdict == Verdict.CORRECT for result in results.values())
    last = "Grading adds others."
    if to_mend and not everything:
        last = f"See more: {more} {to_mend[-1].slot}"
    yield Line("")
    yield Line(f"  {correct} of {len(results)} slots pass the public checks. {last}", "last")


def _advice(result: SlotResult, width: int) -> Iterator[tuple[str, str]]:
    """(part, line)"""
    if result.cause:
        yield "", ""
        for line in _wrap(f"{result.cause}.", "  Likely cause: ", width):
            yield "cause", line
        for line in _wrap(result.hint, "  Ask yourself: ", width):
            yield "question", line
    elif result.blocked_by and _is_judged(result):
        yield "", ""
        text = f"{', '.join(result.blocked_by)} is not right yet, and this builds on it."
        for line in _wrap(text, "  ", width):
            yield "builds_on", line


def _is_judged(result: SlotResult) -> bool:
    """Whether the file could be loaded and the slot gave an answer, or raised."""
    return result.verdict in (Verdict.WRONG, Verdict.ERROR) and not _loading(result)


def _loading(result: SlotResult) -> bool:
    return result.failure is not None and result.failure.loading


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


def _at_most(lines: list[tuple[int, Line]]) -> list[Line]:
    """Leave out the parts that matter least until it fits beside the headline."""
    while len(lines) > MAX_LINES - 1:
        least = max(rank for rank, _ in lines)
        if least == 0:
            kept = [line for _, line in lines]
            return [*kept[: MAX_LINES - 3], Line("    …", "detail", kept[-1].slot), kept[-1]]
        gone = next(entry for entry in lines if entry[0] == least)
        lines.remove(gone)
        if gone[1].part in SENTENCES:  # half of one says nothing
            lines = [entry for entry in lines if entry[1].part != gone[1].part]
    return [line for _, line in lines]
