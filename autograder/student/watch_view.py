"""What `check --watch` shows: the state of the watch as values, and the lines of its screen."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rich.text import Text

from autograder.judging.message import PRINTED_LINES, WIDTH, explain, headline
from autograder.judging.verdict import Verdict

if TYPE_CHECKING:
    from autograder.assignment.model import Slot
    from autograder.judging.judgement import SlotResult

KEYS = {"r": "run again", "h": "hint", "n": "next", "q": "quit"}  # in the footer
BAR_WIDTH = 20
MIN_LIST_WIDTH = 60  # columns; with fewer, the list shows no names of slots
UNKNOWN = "·"


@dataclass(frozen=True)
class View:
    """What the screen shows.

    `slots` are the slots to check, in order; `focus` is the slot whose message is shown, or "";
    `stage` is the number of the hint shown, or 0; `checking` is the file being checked, or "".
    """

    title: str
    slots: Mapping[str, Slot]
    results: Mapping[str, SlotResult] = field(default_factory=dict)
    checking: str = ""
    focus: str = ""
    stage: int = 0

    def to_fix(self) -> list[str]:
        """The slots that were checked and are not correct."""
        known = (self.results.get(slot) for slot in self.slots)
        return [result.slot for result in known if result and result.verdict != Verdict.CORRECT]


def with_results(view: View, results: Mapping[str, SlotResult], saved: bool, checking: str) -> View:
    """The view with the results of a file.

    `saved` says whether this file was saved last: then the focus moves to it. `checking` is the
    next file to check, or "".
    """
    view = replace(view, results={**view.results, **results}, checking=checking)
    to_fix = view.to_fix()
    in_file = [slot for slot in results if slot in to_fix]
    if saved and in_file and view.focus not in in_file:
        return _with_focus(view, in_file[0])
    if view.focus not in to_fix:
        return _with_focus(view, to_fix[0] if to_fix else "")
    return view


def after_key(view: View, key: str) -> View:
    """The view after a key was pressed. The keys r and q change no view: see `watch_screen`."""
    if key == "n":
        order = list(view.slots)
        start = order.index(view.focus) + 1 if view.focus else 0
        to_fix = view.to_fix()
        candidates = (slot for slot in order[start:] + order[:start] if slot in to_fix)
        return _with_focus(view, next(candidates, view.focus))
    if key == "h" and view.focus:
        return replace(view, stage=(view.stage + 1) % (len(view.slots[view.focus].hints) + 1))
    return view


def _with_focus(view: View, slot: str) -> View:
    return view if slot == view.focus else replace(view, focus=slot, stage=0)


# ------------------------------------------------------------------------------ lines


def screen_lines(view: View, width: int, height: int) -> list[Text]:
    """The lines of the screen, from the header to the footer; none is longer than `width`.

    If there is little room, the list of slots shrinks first, then the message.
    """
    message, hint = _message(view, width), _hint(view, width)
    room = max(height - 4, 0)
    short_list = [*_file_marks(view, width), Text()]
    long_list = [*_slot_names(view, width), Text()] if width >= MIN_LIST_WIDTH else short_list
    fitting = (
        lines
        for lines in (long_list, short_list, [])
        if len(lines) + len(message) + len(hint) <= room
    )
    slot_list = next(fitting, short_list if 2 * len(short_list) < room else [])
    message = _cut(message, room - len(slot_list) - len(hint), view.focus)
    body = (slot_list + message + hint)[:room]
    body += [Text()] * (room - len(body))
    lines = [_header(view, width), Text(), *body, Text(), _footer(view, width)]
    for line in lines:
        line.rstrip()
        line.truncate(width)
    return lines[:height]


def _header(view: View, width: int) -> Text:
    correct = len(view.results) - len(view.to_fix())
    line = Text(view.title, style="bold")
    line.append(f"   {correct} of {len(view.slots)} slots right  ", style="not bold")
    bar = min(BAR_WIDTH, width - line.cell_len)
    done = bar * correct // len(view.slots)
    return line.append("█" * done, style="green").append("░" * (bar - done), style="dim")


def _slot_names(view: View, width: int) -> list[Text]:
    """For each file its slots with their marks."""
    files: dict[str, list[Text]] = {}
    for name, slot in view.slots.items():
        result = view.results.get(name)
        cell = Text(f"{result.verdict.mark if result else UNKNOWN} {name}", style=_style(result))
        if name == view.focus:
            cell.stylize("bold")
        files.setdefault(slot.file, []).append(cell)
    column = max(map(len, files)) + 2
    return [
        line for file, cells in files.items() for line in _flow(cells, width, file.ljust(column))
    ]


def _file_marks(view: View, width: int) -> list[Text]:
    """The files with the marks of their slots, several files on a line."""
    files: dict[str, Text] = {}
    for name, slot in view.slots.items():
        result = view.results.get(name)
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


def _message(view: View, width: int) -> list[Text]:
    """The message of the slot in focus, in lines that fit."""
    result = view.results.get(view.focus)
    if result is None:
        if len(view.results) < len(view.slots):
            return []
        all_pass = f"All {len(view.slots)} slots pass the public checks. Grading adds others."
        return [Text(line) for line in _wrapped(all_pass, width)]
    first = f"{result.verdict.mark} {headline(result)}"
    if result.verdict == Verdict.UNGRADED:  # no grader will look at it on this machine
        first = f"? {result.slot}   not checked: {result.broken}"
    lines = [Text(line, style=_style(result)) for line in _wrapped(first, width)]
    message = explain(result, width=min(width, WIDTH))
    lines += [Text(part) for line in message for part in _wrapped(line, width)]
    if result.printed:
        printed = [f"    {line}" for line in result.printed.splitlines()[-PRINTED_LINES:]]
        lines += [Text(line, style="dim") for line in ("  your code printed:", *printed)]
    return lines


def _hint(view: View, width: int) -> list[Text]:
    if not view.stage:
        return []
    hints = view.slots[view.focus].hints
    hint = f"  Hint {view.stage} of {len(hints)}: {hints[view.stage - 1]}"
    return [Text(), *(Text(line) for line in _wrapped(hint, width))]


def _wrapped(line: str, width: int) -> list[str]:
    """A line in parts that fit, all indented like the line, without control characters."""
    line = "".join(c if c.isprintable() else " " for c in line)
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, max(width, len(indent) + 10), subsequent_indent=indent) or [""]


def _cut(message: list[Text], room: int, slot: str) -> list[Text]:
    if len(message) <= room:
        return message
    shown = message[: max(room - 1, 0)]
    more = f"  … {len(message) - len(shown)} more lines: autograder check {slot}"
    return [*shown, Text(more, style="dim")]


def _footer(view: View, width: int) -> Text:
    state = f"checking {view.checking} …" if view.checking else "waiting for a save"
    line = Text()
    for key, action in KEYS.items():
        line.append(key, style="bold").append(f" {action}  ", style="dim")
    gap = width - line.cell_len - len(state)
    return line.append(" " * gap + state, style="dim") if gap >= 0 else line
