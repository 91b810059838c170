"""The magic `%check`: what `autograder check` says, with the differences drawn."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import KitError
from autograder.judging.verdict import Verdict

if TYPE_CHECKING:
    from autograder.isolation.pool import Workers
    from autograder.judging.difference import Mismatch
    from autograder.judging.judgement import SlotResult
    from autograder.judging.message import Headline, Line, Part
    from autograder.public.released_folder import Released

# A message's edge; the words say the same. Each is seen on a light and on a dark page.
RED, GREEN, GREY = "rgb(220, 50, 30)", "rgb(20, 150, 90)", "rgb(130, 130, 130)"
EDGES = {"green": GREEN, "red": RED, "dim": GREY}  # by a verdict's style


class Checker:
    """Runs the public checks for one kernel, whose workers stay warm from check to check."""

    def __init__(self) -> None:
        self._workers: Workers | None = None

    def magic(self, line: str) -> None:
        """Check slots with the public checks: `%check SLOT ...`, or `%check` for all of them."""
        results, lines, problem = self._told(line.split())
        if problem:
            _display(problem, f"<p>{escape(problem)}</p>")
        else:
            _display(_as_text(lines, results), _as_html(lines, results))

    def text(self, slots: Sequence[str]) -> str:
        """What `autograder check SLOT ...` prints in the current folder."""
        _, lines, problem = self._told(slots)
        return problem or "\n".join(line.text for line in lines)

    def _told(self, slots: Sequence[str]) -> tuple[dict[str, SlotResult], list[Line], str]:
        """The results, the lines that tell them, and what kept them from being there."""
        from autograder.judging.message import check_lines
        from autograder.public.released_folder import find_released

        try:
            released = find_released(Path.cwd())
            assignment = released.assignment
            names = [assignment.slot(name).name for name in slots] or list(assignment.slots)
            results = self._check(released, names)
        except KitError as error:
            return {}, [], f"autograder: {error}"
        return results, list(check_lines(results, bool(slots), "%check")), ""

    def close(self) -> None:
        """End the workers; the next check starts new ones."""
        if self._workers is not None:
            self._workers.__exit__()
            self._workers = None

    def _check(self, released: Released, names: Sequence[str]) -> dict[str, SlotResult]:
        from autograder.student.file_checker import check_slots

        warm = self._workers is not None
        try:
            results = check_slots(released, names, self._started())
            broken = [
                name for name, result in results.items() if result.verdict == Verdict.UNGRADED
            ]
            if broken and warm:  # the warm workers may have died since the last check
                self.close()
                results.update(check_slots(released, broken, self._started()))
        except BaseException:  # stopped in the middle of a conversation with a worker
            self.close()
            raise
        return results

    def _started(self) -> Workers:
        from autograder.isolation.pool import Workers

        if self._workers is None:
            self._workers = Workers()
        return self._workers


def _display(text: str, html: str) -> None:
    """Text in a terminal, HTML in a notebook."""
    from IPython.display import display

    display({"text/plain": text, "text/html": html}, raw=True)


Block = tuple[str, "Part | None", list["Line"]]  # a slot, a part of its message or None, its lines


def _blocks(lines: Sequence[Line]) -> Iterator[Block]:
    """The lines in groups of one part; None stands where a drawing goes, below the facts."""
    from autograder.judging.message import FACTS

    drawn: set[str] = set()
    for (slot, part), group in groupby(lines, key=lambda line: (line.slot, line.part)):
        if slot not in drawn and slot and part not in FACTS:
            drawn.add(slot)
            yield slot, None, []
        yield slot, part, list(group)


def _mismatch(result: SlotResult) -> Mismatch | None:
    return result.difference.mismatch() if result.difference is not None else None


def _as_text(lines: Sequence[Line], results: Mapping[str, SlotResult]) -> str:
    """What the terminal shows, with the drawings."""
    from autograder.student.mismatch_text import draw_text

    said: list[str] = []
    after_drawing = False
    for slot, part, block in _blocks(lines):
        texts = [line.text for line in block]
        found = _mismatch(results[slot]) if part is None else None
        drawn = [] if found is None else draw_text(found)
        said += ["", *drawn] if drawn else ["", *texts] if after_drawing and part else texts
        after_drawing = bool(drawn)
    return "\n".join(said)


def _as_html(lines: Sequence[Line], results: Mapping[str, SlotResult]) -> str:
    """The same, with a box for each slot."""
    boxes = []
    for slot, blocks in groupby(_blocks(lines), key=lambda block: block[0]):
        if not slot:
            boxes += [f"<p>{_escaped(block)}</p>" for _, part, block in blocks if part]
            continue
        result = results[slot]
        inner = "".join(_block_html(result, part, block) for _, part, block in blocks)
        colour = EDGES[result.verdict.style]
        style = f"border-left: 4px solid {colour}; margin: 0.4em 0; padding: 0.1em 0.8em"
        boxes.append(f'<div style="{style}">{inner}</div>')
    return f'<div style="max-width: 62em">{"".join(boxes)}</div>'


def _block_html(result: SlotResult, part: Part | None, block: Sequence[Line]) -> str:
    from autograder.judging.message import Advice, Headline, Part, Place
    from autograder.student.mismatch_html import draw_html

    if part is None:
        found = _mismatch(result)
        return "" if found is None else draw_html(found)
    first = block[0]
    if isinstance(first, Headline):
        return _headline_html(result, first)
    if isinstance(first, Advice):
        text = escape(" ".join(line.rest for line in block if isinstance(line, Advice)))
        label = f"<strong>{first.label}:</strong>"
        return f'<div style="margin-top: 0.4em">{label} {text}</div>'
    if isinstance(first, Place) and first.command:
        place, command = escape(first.place), escape(first.command)
        return (
            f'<div style="margin-top: 0.4em"><code>{place}</code>&emsp;more: '
            f"<code>{command}</code></div>"
        )
    if part == Part.NUMBERS:
        return _pre(block)
    if part == Part.PRINTED:
        return f"<div>{_escaped(block[:1])}</div>{_pre(block[1:])}"
    if part == Part.DETAIL:
        return "".join(f"<div>{_escaped([line])}</div>" for line in block)
    return f"<div>{_escaped(block)}</div>" if part else ""


def _headline_html(result: SlotResult, line: Headline) -> str:
    from autograder.judging.message import ONE_WORD

    verdict, rest = result.verdict, escape(line.rest)
    if verdict not in (*ONE_WORD, Verdict.UNGRADED):
        rest = f"{verdict.words}: {rest}"
    return f"<div><strong>{line.mark} <code>{escape(line.slot)}</code></strong> {rest}</div>"


def _escaped(lines: Sequence[Line]) -> str:
    return escape(" ".join(line.text.strip() for line in lines))


def _pre(lines: Sequence[Line]) -> str:
    text = textwrap.dedent("\n".join(line.text for line in lines))
    style = "margin: 0.2em 0; font-family: monospace; white-space: pre-wrap"
    return f'<pre style="{style}">{escape(text)}</pre>'
