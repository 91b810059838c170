"""The lines of the screen of `check --watch`."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from autograder.judging.message import (
    WIDTH,
    explanation,
    headline_line,
    printed_lines,
    rubric_lines,
)
from autograder.student.watch_keys import KEYS
from autograder.student.watch_state import WatchState

if TYPE_CHECKING:
    from autograder.judging.judgement import SlotResult

BAR_WIDTH = 20
MIN_LIST_WIDTH = 60  # columns; with fewer, the list shows no names of slots
UNKNOWN = "·"


def screen_lines(state: WatchState, width: int, height: int) -> list[Text]:
    """The lines of the screen, from the header to the footer; none is longer than `width`.

    If there is little room, the list of slots shrinks first, then the rubric goes, then the message
    is cut.
    """
    message, hint = _message(state, width), _hint(state, width)
    room = max(height - 4, 0)
    short_list = [*_file_marks(state, width), Text()]
    long_list = [*_slot_names(state, width), Text()] if width >= MIN_LIST_WIDTH else short_list
    with_rubric = _message(state, width, rubric=True)
    fitting = (
        (lines, words)
        for lines, words in (
            *((long_list, with_rubric), (short_list, with_rubric)),
            *((long_list, message), (short_list, message), ([], message)),
        )
        if len(lines) + len(words) + len(hint) <= room
    )
    smallest = (short_list if 2 * len(short_list) < room else [], message)
    slot_list, message = next(fitting, smallest)
    message = _cut(message, room - len(slot_list) - len(hint), state.focus)
    body = (slot_list + message + hint)[:room]
    body += [Text()] * (room - len(body))
    lines = [_header(state, width), Text(), *body, Text(), _footer(state, width)]
    for line in lines:
        line.rstrip()
        line.truncate(width)
    return lines[:height]


def _header(state: WatchState, width: int) -> Text:
    correct = len(state.results) - len(state.to_fix())
    line = Text(state.title, style="bold")
    line.append(f"   {correct} of {len(state.slots)} slots right  ", style="not bold")
    bar = min(BAR_WIDTH, width - line.cell_len)
    done = bar * correct // len(state.slots)
    return line.append("█" * done, style="green").append("░" * (bar - done), style="dim")


def _slot_names(state: WatchState, width: int) -> list[Text]:
    """For each file its slots with their marks."""
    files: dict[str, list[Text]] = {}
    for name, slot in state.slots.items():
        result = state.results.get(name)
        cell = Text(f"{result.verdict.mark if result else UNKNOWN} {name}", style=_style(result))
        if name == state.focus:
            cell.stylize("bold")
        files.setdefault(slot.file, []).append(cell)
    column = max(map(len, files)) + 2
    return [
        line for file, cells in files.items() for line in _flow(cells, width, file.ljust(column))
    ]


def _file_marks(state: WatchState, width: int) -> list[Text]:
    """The files with the marks of their slots, several files on a line."""
    files: dict[str, Text] = {}
    for name, slot in state.slots.items():
        result = state.results.get(name)
        cell = files.setdefault(slot.file, Text(f"{slot.file} "))
        cell.append(result.verdict.mark if result else UNKNOWN, style=_style(result))
    return _flow(list(files.values()), width, "")


def _flow(cells: Sequence[Text], width: int, start: str) -> list[Text]:
    """The cells side by side, in as many lines as needed; the first line begins with `start`."""
    lines = [Text(start)]
    for number, cell in enumerate(cells):
        if number and lines[-1].cell_len + cell.cell_len > width:
            lines.append(Text(" " * len(start)))
        lines[-1].append_text(cell).append("  ")
    return lines


def _style(result: SlotResult | None) -> str:
    return result.verdict.style if result else "dim"


def _message(state: WatchState, width: int, rubric: bool = False) -> list[Text]:
    """The message of the slot in focus, in lines that fit; with the slot's rubric if asked for."""
    result = state.results.get(state.focus)
    if result is None:
        if len(state.results) < len(state.slots):
            return []
        all_pass = f"All {len(state.slots)} slots pass the public checks. Grading adds others."
        return [Text(line) for line in _wrapped(all_pass, width)]
    lines = [
        headline_line(result),
        *(rubric_lines(result, min(width, WIDTH)) if rubric else ()),
        *explanation(result, width=min(width, WIDTH)),
        *printed_lines(result),
    ]
    return [Text(part, style=line.style) for line in lines for part in _wrapped(line.text, width)]


def _hint(state: WatchState, width: int) -> list[Text]:
    if not state.stage:
        return []
    hints = state.slots[state.focus].hints
    hint = f"  Hint {state.stage} of {len(hints)}: {hints[state.stage - 1]}"
    return [Text(), *(Text(line) for line in _wrapped(hint, width))]


def _wrapped(line: str, width: int) -> list[str]:
    """A line in parts that fit, all indented like the line."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, max(width, len(indent) + 10), subsequent_indent=indent) or [""]


def _cut(message: list[Text], room: int, slot: str) -> list[Text]:
    if len(message) <= room:
        return message
    shown = message[: max(room - 1, 0)]
    more = f"  … {len(message) - len(shown)} more lines: autograder check {slot}"
    return [*shown, Text(more, style="dim")]


def _footer(state: WatchState, width: int) -> Text:
    activity = f"checking {state.checking} …" if state.checking else "waiting for a save"
    line = Text()
    for key, action in KEYS.items():
        line.append(key, style="bold").append(f" {action}  ", style="dim")
    gap = width - line.cell_len - len(activity)
    return line.append(" " * gap + activity, style="dim") if gap >= 0 else line
