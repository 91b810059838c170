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
    from autograder.judging.message import Line
    from autograder.public.released_folder import Released

# A message's edge; the words say the same. Each is seen on a light and on a dark page.
RED, GREEN, GREY = "rgb(220, 50, 30)", "rgb(20, 150, 90)", "rgb(130, 130, 130)"
HINT = "        more: "  # between a place and the command that says more
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
        from autograder.judging.message import told
        from autograder.public.released_folder import find_released

        try:
            released = find_released(Path.cwd())
            assignment = released.assignment
            names = [assignment.slot(name).name for name in slots] or list(assignment.slots)
            results = self._check(released, names)
        except KitError as error:
            return {}, [], f"autograder: {error}"
        return results, list(told(results, bool(slots), "%check")), ""

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


Block = tuple[str, str, list[str]]  # a slot, a part of its message or "drawing", the lines


def _blocks(lines: Sequence[Line]) -> Iterator[Block]:
    """The lines in groups of one part, and where a drawing goes: below the facts."""
    facts = ("headline", "sentence", "fact", "numbers", "detail", "related", "right", "everywhere")
    drawn: set[str] = set()
    for (slot, part), group in groupby(lines, key=lambda line: (line.slot, line.part)):
        if slot not in drawn and slot and part not in facts:
            drawn.add(slot)
            yield slot, "drawing", []
        yield slot, part, [line.text for line in group]


def _mismatch(result: SlotResult) -> Mismatch | None:
    return result.difference.mismatch() if result.difference is not None else None


def _as_text(lines: Sequence[Line], results: Mapping[str, SlotResult]) -> str:
    """What the terminal shows, with the drawings."""
    from autograder.student.mismatch_text import draw_text

    said: list[str] = []
    after_drawing = False
    for slot, part, texts in _blocks(lines):
        found = _mismatch(results[slot]) if part == "drawing" else None
        drawn = [] if found is None else draw_text(found)
        said += ["", *drawn] if drawn else ["", *texts] if after_drawing and part else texts
        after_drawing = bool(drawn)
    return "\n".join(said)


def _as_html(lines: Sequence[Line], results: Mapping[str, SlotResult]) -> str:
    """The same, with a box for each slot."""
    boxes = []
    for slot, blocks in groupby(_blocks(lines), key=lambda block: block[0]):
        if not slot:
            boxes += [f"<p>{_escaped(texts)}</p>" for _, part, texts in blocks if part]
            continue
        result = results[slot]
        inner = "".join(_block_html(result, part, texts) for _, part, texts in blocks)
        colour = EDGES[result.verdict.style]
        style = f"border-left: 4px solid {colour}; margin: 0.4em 0; padding: 0.1em 0.8em"
        boxes.append(f'<div style="{style}">{inner}</div>')
    return f'<div style="max-width: 62em">{"".join(boxes)}</div>'


def _block_html(result: SlotResult, part: str, texts: Sequence[str]) -> str:
    from autograder.student.mismatch_html import draw_html

    said = _escaped(texts)
    if part == "drawing":
        found = _mismatch(result)
        return "" if found is None else draw_html(found)
    if part == "headline":
        slot = escape(result.slot)
        rest = said.partition(slot)[2].strip()
        word = result.verdict.words
        told = rest if rest == word or result.verdict == Verdict.UNGRADED else f"{word}: {rest}"
        return f"<div><strong>{said[0]} <code>{slot}</code></strong> {told}</div>"
    if part in ("cause", "question"):
        label, colon, rest = said.partition(":")
        return f'<div style="margin-top: 0.4em"><strong>{label}{colon}</strong>{rest}</div>'
    if part == "place" and HINT in said:
        place, _, command = said.partition(HINT)
        return (
            f'<div style="margin-top: 0.4em"><code>{place}</code>&emsp;{HINT.strip()} '
            f"<code>{command}</code></div>"
        )
    if part == "numbers":
        return _pre(textwrap.dedent("\n".join(texts)))
    if part == "printed":
        return f"<div>{_escaped(texts[:1])}</div>{_pre(textwrap.dedent(chr(10).join(texts[1:])))}"
    if part == "detail":
        return "".join(f"<div>{_escaped([text])}</div>" for text in texts)
    return f"<div>{said}</div>" if said else ""


def _escaped(texts: Sequence[str]) -> str:
    return escape(" ".join(text.strip() for text in texts))


def _pre(text: str) -> str:
    style = "margin: 0.2em 0; font-family: monospace; white-space: pre-wrap"
    return f'<pre style="{style}">{escape(text)}</pre>'
