"""A slot's result in the words that a student reads; the same lines for every view.

What was done, expected, got, the likely cause (labelled as such), where, what next: at most
`MAX_LINES` lines of at most `WIDTH` characters, the headline included.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from autograder.judge import SlotResult

MAX_LINES = 11
WIDTH = 96
PRINTED_LINES = 5
MARKS = {"correct": "✓", "not_started": "○", "missing": "○", "ungraded": "?"}


def mark(result: SlotResult) -> str:
    """One character for a verdict; the word beside it says the same."""
    return MARKS.get(result.verdict, "✗")


def headline(result: SlotResult) -> str:
    """`double   3 of 7 checks pass`, without the mark."""
    run = [check for check in result.checks if check.passed is not None]
    passed = sum(bool(check.passed) for check in run)
    if result.verdict == "correct":
        carried = " (carried forward)" if result.carried_forward else ""
        return f"{result.slot}   all {len(run)} checks pass{carried}"
    if result.verdict == "ungraded":
        return f"{result.slot}   ungraded: a person will look at it"
    if result.verdict in ("not_started", "missing", "timeout", "crash", "forbidden"):
        return f"{result.slot}   {result.verdict.replace('_', ' ')}"
    return f"{result.slot}   {passed} of {len(run)} checks pass"


def explain(result: SlotResult, hint_command: bool = False) -> list[str]:
    """The lines below the headline; none where there is nothing to mend."""
    failure = result.failure
    if failure is None or result.verdict == "ungraded":
        return []
    if result.verdict == "not_started":
        return [f"  write it in {_place(result)}, where the TODO is"] if result.line else []
    lines: list[tuple[int, str]] = []  # how soon it may be left out, and the line

    def say(rank: int, text: str, prefix: str = "    ", most: int = 3) -> None:
        lines.extend((rank, line) for line in _wrap(text, prefix)[:most])

    if not failure.loading and result.verdict != "missing":
        say(0, f"it {result.sentence}", "  ✗ ")
    say(0, failure.fact)
    lines += [(int(not detail.startswith("  ")), f"    {detail}") for detail in failure.details]
    if failure.related:
        say(2, failure.related, most=2)
    if failure.right:
        say(4 if result.facts else 3, f"right: {', '.join(failure.right[:8])}", most=1)
    for fact in result.facts[:1]:
        say(3, fact, most=1)
    lines += [(0 if line else 5, line) for line in _advice(result)]
    more = f"        more: autograder hint {result.slot}" if hint_command else ""
    if result.line or more:
        lines += [(5, ""), (0, f"  {_place(result)}{more}")]
    return _at_most(lines)


def checked(
    results: Mapping[str, SlotResult], everything: bool, more: str
) -> Iterator[tuple[str, str]]:
    """What a student reads after checking: lines, each with the verdict it is coloured by or "".

    One line a slot, and the message of each that is to be mended, or only of the first. `more` is
    the command that says more of one slot.
    """
    fine = ("correct", "not_started", "ungraded")
    to_mend = [result for result in results.values() if result.verdict not in fine]
    shown = to_mend if everything else to_mend[:1]
    for result in results.values():
        if result.verdict == "ungraded":  # on one's own machine, nobody else will look at it
            yield f"? {result.slot}   not checked: {result.broken}", ""
            continue
        yield f"{mark(result)} {headline(result)}", result.verdict
        if result in shown or (everything and result.verdict == "not_started"):
            for line in explain(result, hint_command=True):
                yield line, ""
            if result.printed and everything:
                yield "  your code printed:", "printed"
                for line in result.printed.splitlines()[-PRINTED_LINES:]:
                    yield f"    {line[:200]}", "printed"
    correct = sum(result.verdict == "correct" for result in results.values())
    last = "Grading adds others."
    if to_mend and not everything:
        last = f"See more: {more} {to_mend[-1].slot}"
    yield "", ""
    yield f"  {correct} of {len(results)} slots pass the public checks. {last}", ""


def _advice(result: SlotResult) -> Iterator[str]:
    if result.cause:
        yield ""
        yield from _wrap(f"{result.cause}.", "  Likely cause: ")
        yield from _wrap(result.hint, "  Ask yourself: ")
    elif result.blocked_by and result.verdict in ("wrong", "error") and not _loading(result):
        yield ""
        yield from _wrap(
            f"{', '.join(result.blocked_by)} is not right yet, and this builds on it.", "  "
        )


def _loading(result: SlotResult) -> bool:
    return result.failure is not None and result.failure.loading


def _place(result: SlotResult) -> str:
    return f"{result.file}:{result.line}" if result.line else result.file


def _wrap(text: str, prefix: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=prefix,
        subsequent_indent=" " * len(prefix),
        break_long_words=True,
    )


def _at_most(lines: list[tuple[int, str]]) -> list[str]:
    """Leave out what matters least until it fits beside the headline."""
    while len(lines) > MAX_LINES - 1:
        least = max(rank for rank, _ in lines)
        if least == 0:
            kept = [line for _, line in lines]
            return [*kept[: MAX_LINES - 3], "    …", kept[-1]]
        lines.remove(next(line for line in lines if line[0] == least))
    return [line for _, line in lines]
