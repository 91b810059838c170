"""The message of `%check`: the lines of `autograder check`, and a drawing below the facts.

The HTML is plain elements with inline styles. JupyterLab strips everything else from a notebook
that it does not trust, for example one that somebody else opens.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from autograder.judging.difference import Mismatch
from autograder.judging.judgement import SlotResult
from autograder.judging.message import FACTS, ONE_WORD, Advice, Headline, Line, Place, Role
from autograder.judging.verdict import Verdict
from autograder.student.mismatch_html import draw_html
from autograder.student.mismatch_text import draw_text

# The edge of a message, by its verdict's style: readable on a light and on a dark page. The words
# say the same.
EDGES = {"green": "rgb(20, 150, 90)", "red": "rgb(220, 50, 30)", "dim": "rgb(130, 130, 130)"}
BLOCK_STYLE = "margin-top: 0.4em"


@dataclass(frozen=True)
class _Block:
    """Neighbouring lines of one role. `mismatch` is to be drawn above them."""

    slot: str
    role: Role
    lines: Sequence[Line]
    mismatch: Mismatch | None = None


def _blocks(lines: Sequence[Line], results: Mapping[str, SlotResult]) -> Iterator[_Block]:
    """The lines in blocks; the first block of a slot that is no fact has the slot's mismatch."""
    slots_done: set[str] = set()
    for (slot, role), group in groupby(lines, key=lambda line: (line.slot, line.role)):
        mismatch = None
        if slot and slot not in slots_done and role not in FACTS:
            slots_done.add(slot)
            difference = results[slot].difference
            mismatch = difference.mismatch() if difference is not None else None
        yield _Block(slot, role, list(group), mismatch)


def message_text(lines: Sequence[Line], results: Mapping[str, SlotResult]) -> str:
    """What a terminal shows."""
    shown: list[str] = []
    for block in _blocks(lines, results):
        drawing = draw_text(block.mismatch) if block.mismatch is not None else []
        if drawing:
            shown += ["", *drawing]
            if block.role != Role.BLANK:
                shown.append("")
        shown += [line.text for line in block.lines]
    return "\n".join(shown)


def message_html(lines: Sequence[Line], results: Mapping[str, SlotResult]) -> str:
    """What a notebook shows: a box for each slot."""
    boxes = []
    for slot, blocks in groupby(_blocks(lines, results), key=lambda block: block.slot):
        if not slot:
            boxes += [f"<p>{_joined(block.lines)}</p>" for block in blocks if block.role]
            continue
        inner = "".join(_block_html(block, results[slot].verdict) for block in blocks)
        edge = EDGES[results[slot].verdict.style]
        style = f"border-left: 4px solid {edge}; margin: 0.4em 0; padding: 0.1em 0.8em"
        boxes.append(f'<div style="{style}">{inner}</div>')
    return f'<div style="max-width: 62em">{"".join(boxes)}</div>'


def _block_html(block: _Block, verdict: Verdict) -> str:
    drawing = draw_html(block.mismatch) if block.mismatch is not None else ""
    return drawing + _lines_html(block.role, block.lines, verdict)


def _lines_html(role: Role, lines: Sequence[Line], verdict: Verdict) -> str:
    first = lines[0].pieces
    if isinstance(first, Headline):
        return _headline_html(lines[0].slot, first, verdict)
    if isinstance(first, Advice):
        advice = [line.pieces for line in lines if isinstance(line.pieces, Advice)]
        text = escape(" ".join(pieces.rest for pieces in advice))
        return f'<div style="{BLOCK_STYLE}"><strong>{first.label}:</strong> {text}</div>'
    if isinstance(first, Place) and first.command:
        place, command = f"<code>{escape(first.place)}</code>", escape(first.command)
        return f'<div style="{BLOCK_STYLE}">{place}&emsp;more: <code>{command}</code></div>'
    if role in (Role.NUMBERS, Role.RUBRIC):
        return _preformatted(lines)
    if role == Role.PRINTED:
        return f"<div>{_joined(lines[:1])}</div>{_preformatted(lines[1:])}"
    if role == Role.DETAIL:
        return "".join(f"<div>{_joined([line])}</div>" for line in lines)
    return f"<div>{_joined(lines)}</div>" if role else ""


def _headline_html(slot: str, line: Headline, verdict: Verdict) -> str:
    rest = escape(line.rest)
    if verdict not in (*ONE_WORD, Verdict.UNGRADED):
        rest = f"{verdict.words}: {rest}"
    return f"<div><strong>{line.mark} <code>{escape(slot)}</code></strong> {rest}</div>"


def _joined(lines: Sequence[Line]) -> str:
    return escape(" ".join(line.text.strip() for line in lines))


def _preformatted(lines: Sequence[Line]) -> str:
    text = textwrap.dedent("\n".join(line.text for line in lines)).rstrip()
    style = "margin: 0.2em 0; font-family: monospace; white-space: pre-wrap"
    return f'<pre style="{style}">{escape(text)}</pre>'
