"""What `check --watch` shows: the state of the watch, and the lines of the screen made from it."""

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

KEYS = "r run again  h hint  n next  q quit"
BAR = 20
NARROW = 60  # columns; with fewer, the list shows files and marks only
UNKNOWN = "·"


@dataclass(frozen=True)
class View:
    """What the screen shows.

    `slots` are those that were asked for, in order; `focus` is the one whose message is shown, or
    ""; `stage` is the number of its hint, 0 for none; `checking` is a file, or "".
    """

    title: str
    slots: Mapping[str, Slot]
    results: Mapping[str, SlotResult] = field(default_factory=dict)
    checking: str = ""
    focus: str = ""
    stage: int = 0

    def to_mend(self) -> list[str]:
        """The slots that are known not to be right."""
        known = (self.results.get(slot) for slot in self.slots)
        return [result.slot for result in known if result and result.verdict != Verdict.CORRECT]


def with_results(view: View, results: Mapping[str, SlotResult], saved: bool, checking: str) -> View:
    """The view with a file's results; `saved` tells that it is the file that was saved last.

    `checking` is the file that is checked next, or "".
    """
    view = replace(view, results={**view.results, **results}, checking=checking)
    to_mend = view.to_mend()
    here = [slot for slot in results if slot in to_mend]
    if saved and here and view.focus not in here:
        return _focused(view, here[0])
    if view.focus not in to_mend:
        return _focused(view, to_mend[0] if to_mend else "")
    return view


def pressed(view: View, key: str) -> View:
    """The view after a key."""
    if key == "n":
        order = list(view.slots)
        start = order.index(view.focus) + 1 if view.focus else 0
        to_mend = view.to_mend()
        following = (slot for slot in order[start:] + order[:start] if slot in to_mend)
        return _focused(view, next(following, view.focus))
    if key == "h" and view.focus:
        return replace(view, stage=(view.stage + 1) % (len(view.slots[view.focus].hints) + 1))
    return view


def _focused(view: View, slot: str) -> View:
    return view if slot == view.focus else replace(view, focus=slot, stage=0)


# ------------------------------------------------------------------------------ the picture


def picture(view: View, width: int, height: int) -> list[Text]:
    """The lines of the screen, from the header to the footer; none is longer than `width`."""
    message, hint = _message(view, width), _hint(view, width)
    room = max(height - 4, 0)
    marks = _marks(view, width)
    lists = [[*_names(view, width), Text()] if width >= NARROW else marks, marks, []]
    fitting = (one for one in lists if len(one) + len(message) + len(hint) <= room)
    listed = next(fitting, marks if 2 * len(marks) < room else [])
    message = _cut(message, room - len(listed) - len(hint), view.focus)
    body = (listed + message + hint)[:room]
    body += [Text()] * (room - len(body))
    lines = [_header(view, width), Text(), *body, Text(), _footer(view, width)]
    for line in lines:
        line.rstrip()
        line.truncate(width)
    return lines[:height]


def _header(view: View, width: int) -> Text:
    correct = len(view.results) - len(view.to_mend())
    line = Text(view.title, style="bold")
    line.append(f"   {correct} of {len(view.slots)} slots right  ", style="not bold")
    bar = min(BAR, width - line.cell_len)
    done = bar * correct // len(view.slots)
    return line.append("█" * done, style="green").append("░" * (bar - done), style="dim")


def _names(view: View, width: int) -> list[Text]:
    """A line a file: its slots and their marks."""
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


def _marks(view: View, width: int) -> list[Text]:
    """The files and their marks, as close as they go, and an empty line."""
    files: dict[str, Text] = {}
    for name, slot in view.slots.items():
        result = view.results.get(name)
        cell = files.setdefault(slot.file, Text(f"{slot.file} "))
        cell.append(result.verdict.mark if result else UNKNOWN, style=_style(result))
    return [*_flow(list(files.values()), width, ""), Text()]


def _flow(cells: Sequence[Text], width: int, first: str) -> list[Text]:
    lines = [Text(first)]
    for number, cell in enumerate(cells):
        if number and lines[-1].cell_len + cell.cell_len > width:
            lines.append(Text(" " * len(first)))
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
        done = f"All {len(view.slots)} slots pass the public checks. Grading adds others."
        return [Text(line) for line in _wrapped(done, width)]
    first = f"{result.verdict.mark} {headline(result)}"
    if result.verdict == Verdict.UNGRADED:  # on one's own machine, nobody else will look at it
        first = f"? {result.slot}   not checked: {result.broken}"
    lines = [Text(line, style=_style(result)) for line in _wrapped(first, width)]
    told = explain(result, width=min(width, WIDTH))
    lines += [Text(part) for line in told for part in _wrapped(line, width)]
    if result.printed:
        printed = [f"    {line}" for line in result.printed.splitlines()[-PRINTED_LINES:]]
        lines += [Text(line, style="dim") for line in ("  your code printed:", *printed)]
    return lines


def _hint(view: View, width: int) -> list[Text]:
    if not view.stage:
        return []
    hints = view.slots[view.focus].hints
    said = f"  Hint {view.stage} of {len(hints)}: {hints[view.stage - 1]}"
    return [Text(), *(Text(line) for line in _wrapped(said, width))]


def _wrapped(line: str, width: int) -> list[str]:
    """A line in parts that fit, those that follow as far in as the first, without controls."""
    line = "".join(c if c.isprintable() else " " for c in line)
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, max(width, len(indent) + 10), subsequent_indent=indent) or [""]


def _cut(message: list[Text], room: int, slot: str) -> list[Text]:
    if len(message) <= room:
        return message
    kept = message[: max(room - 1, 0)]
    more = f"  … {len(message) - len(kept)} more lines: autograder check {slot}"
    return [*kept, Text(more, style="dim")]


def _footer(view: View, width: int) -> Text:
    doing = f"checking {view.checking} …" if view.checking else "waiting for a save"
    gap = width - len(KEYS) - len(doing)
    line = Text()
    for key in KEYS.split("  "):
        line.append(key[0], style="bold").append(f"{key[1:]}  ", style="dim")
    return line.append(" " * (gap - 2) + doing, style="dim") if gap >= 2 else line
