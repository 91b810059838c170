"""A mismatch drawn: how far each entry of a wrong result is from the expected one, and where.

    text(mismatch)   lines of characters, for a terminal
    html(mismatch)   the same for a notebook

Both say in words what they show, write the numbers into the cells where there are few, and name
their axes. Shades alone carry nothing: a cell has a number or a character as well. The HTML has
inline styles and no SVG, since JupyterLab strips style sheets and SVG from a notebook that it does
not trust, and takes the colour of its text from the page, light or dark.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import numpy as np

from autograder.judging.answers import Mismatch

WIDTH = 96
INDENT = "    "
FEW = (12, 10)  # rows and columns up to which cells have numbers
MOST_TEXT = (16, 40)  # rows and columns that a drawing has at most; of larger ones, block maxima
MOST_HTML = (40, 40)
TICKS = 5  # columns from one label of the axis to the next, where cells have no numbers

# The levels: right, then shares of the largest gap. Errors differ by decades, so do the levels.
SHADES = "·░▒▓█"
SHARES = (0.01, 0.1, 0.5)
SAYS = ("right", "less", "over a hundredth", "over a tenth", "over half")
# The same red over a light and a dark page; text of either page is readable on each of these.
RED = "rgb(220, 50, 30)"
COLOURS = ("transparent", *(f"rgba(220, 50, 30, {alpha})" for alpha in (0.15, 0.35, 0.6, 0.85)))
EDGE = "1px solid rgba(130, 130, 130, 0.6)"


@dataclass(frozen=True)
class _Axis:
    """`labels` are the indices that a drawing shows, of blocks the first ones.

    `one` and `several` say "at" in a sentence, for one index and for more.
    """

    title: str
    one: str
    several: str
    labels: tuple[int, ...]


@dataclass(frozen=True)
class _Grid:
    """A mismatch as rows and columns. A single row has an axis without a title.

    `levels` index SHADES, `numbers` are the texts of the cells, none where there are many cells,
    `tips` say what was expected and got in each, where a cell is one entry. `largest` is the
    largest gap that is finite, `finite` tells that all are.
    """

    caption: str
    rows: _Axis
    columns: _Axis
    levels: np.ndarray
    numbers: Sequence[Sequence[str]]
    tips: Sequence[Sequence[str]]
    largest: float
    finite: bool


def text(mismatch: Mismatch) -> list[str]:
    """Lines of at most WIDTH characters; none for a single number."""
    grid = _grid(mismatch, MOST_TEXT, FEW)
    if grid is not None and max(map(len, _drawn(grid))) > WIDTH:  # the numbers are too long
        grid = _grid(mismatch, MOST_TEXT, (0, 0))
    return [] if grid is None else [*_wrap(grid.caption), *_drawn(grid), *_wrap(_legend(grid))]


def html(mismatch: Mismatch) -> str:
    """A figure; nothing for a single number."""
    grid = _grid(mismatch, MOST_HTML, FEW)
    if grid is None:
        return ""
    body = _table(grid) if grid.numbers else _characters(grid)
    return (
        f'<figure style="margin: 0.6em 0; padding: 0"><figcaption>{escape(grid.caption)}'
        f"</figcaption>{body}<div>{_legend_html(grid)}</div></figure>"
    )


# ------------------------------------------------------------------------------ rows and columns


def _grid(mismatch: Mismatch, most: tuple[int, int], few: tuple[int, int]) -> _Grid | None:
    if mismatch.wrong.size < 2:
        return None
    kinds = mismatch.got.dtype.kind + mismatch.want.dtype.kind
    exact = np.complex128 if "c" in kinds else np.float64
    got, want = mismatch.got.astype(exact), mismatch.want.astype(exact)
    with np.errstate(all="ignore"):
        gap = np.where(mismatch.wrong, got - want, 0)
        size = np.where(np.isnan(gap), np.inf, np.abs(gap))
    largest = float(size[np.isfinite(size)].max(initial=0.0))
    order, rows, columns, over = _axes(mismatch)
    count = (len(rows.labels), len(columns.labels))

    def layers(array: Any) -> Any:
        """The array as rows and columns, one behind the other where it has more axes."""
        return array.transpose(order).reshape(-1, *count)

    numbered = count[0] <= few[0] and count[1] <= few[1]
    signed = numbered and not over and exact is np.float64
    size, wrong = layers(size).max(axis=0), layers(mismatch.wrong).any(axis=0)
    where = _where(mismatch.wrong, wrong, rows, columns)
    says = "got minus expected" if signed else "how far got is from expected"
    caption = f"{mismatch.name}, {says}: {where}.{over}"
    numbers = _numbers(layers(gap)[0] if signed else size, wrong, signed) if numbered else []
    tips = [] if over or not numbered else _tips(layers(want)[0], layers(got)[0])
    steps = [math.ceil(n / limit) for n, limit in zip(count, most, strict=True)]
    if max(steps) > 1:
        caption += f" A cell is the largest of {steps[0]} × {steps[1]} entries."
        size, wrong = _block_maxima(size, steps), _block_maxima(wrong, steps)
        rows = replace(rows, labels=rows.labels[:: steps[0]])
        columns = replace(columns, labels=columns.labels[:: steps[1]])
    levels, finite = _levels(size, wrong, largest), bool(np.isfinite(size).all())
    return _Grid(caption, rows, columns, levels, numbers, tips, largest, finite)


def _axes(mismatch: Mismatch) -> tuple[list[int], _Axis, _Axis, str]:
    """How to order the array's axes, so that columns are last and rows are before them.

    Also which these are, and what is said where others are left.
    """
    shape = mismatch.wrong.shape
    nothing = _Axis("", "", "", (0,))
    if mismatch.series:
        entries = tuple(range(math.prod(shape[1:])))
        one, several, title = "index {}", "indices {}", f"index of {mismatch.name}"
        if shape[1:]:
            one, several, title = "step {}", "steps {}", f"step ({title})"
        columns = _Axis(title, one, several, tuple(range(shape[0])))
        rows = _Axis("entry", "entry {}", "entries {}", entries) if len(entries) > 1 else nothing
        return [*range(1, len(shape)), 0], rows, columns, ""
    long = [axis for axis, length in enumerate(shape) if length > 1]
    drawn = [
        _Axis(
            f"axis {axis}",
            f"index {{}} of axis {axis}",
            f"indices {{}} of axis {axis}",
            tuple(range(shape[axis])),
        )
        for axis in long[-2:]
    ]
    short = [axis for axis in range(len(shape)) if axis not in long]
    order = [*long[:-2], *short, *long[-2:]]
    if len(drawn) == 1:
        return order, nothing, drawn[0], ""
    others = ", ".join(map(str, long[:-2]))
    over = f" A cell is the largest along axis {others}." if others else ""
    return order, drawn[0], drawn[1], over


def _block_maxima(array: np.ndarray, steps: Sequence[int]) -> np.ndarray:
    """The maxima over blocks, the last of which may be smaller."""
    for axis, step in enumerate(steps):
        array = np.maximum.reduceat(array, np.arange(0, array.shape[axis], step), axis=axis)
    return array


def _levels(size: np.ndarray, wrong: np.ndarray, largest: float) -> np.ndarray:
    level = 1 + sum((size > share * largest).astype(int) for share in SHARES)
    return np.where(wrong, level, 0)


# ------------------------------------------------------------------------------ words


def _where(whole: np.ndarray, wrong: np.ndarray, rows: _Axis, columns: _Axis) -> str:
    """How many entries of the whole are wrong, and where in what is drawn, in words."""
    if whole.all():
        return "every entry is wrong"
    some = f"{int(whole.sum())} of {whole.size} entries are wrong"
    for axis, drawn in ((0, columns), (1, rows)):
        along = wrong.any(axis=axis)
        parts = _ranges(np.flatnonzero(along).tolist())
        if not along.all() and len(parts) <= 3:
            at = drawn.several if along.sum() > 1 else drawn.one
            return f"{some}, at {at.format(' and '.join(parts))}"
    return some


def _ranges(indices: Sequence[int]) -> list[str]:
    """[0, 2, 3, 4] -> ["0", "2 to 4"]"""
    runs: list[list[int]] = []
    for index in indices:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]


def _numbers(values: Any, wrong: Any, signed: bool) -> list[list[str]]:
    """The text of each cell; of a right one, what stands for right."""
    return [
        [_number(value, signed) if bad else SHADES[0] for value, bad in zip(*row, strict=True)]
        for row in zip(values.tolist(), wrong.tolist(), strict=True)
    ]


def _tips(want: Any, got: Any) -> list[list[str]]:
    return [
        [f"expected {w:.7g}, got {g:.7g}" for w, g in zip(*row, strict=True)]
        for row in zip(want.tolist(), got.tolist(), strict=True)
    ]


def _number(value: float, signed: bool) -> str:
    if not math.isfinite(value):
        return f"{value:g}"
    return f"{value:+.2g}" if signed else f"{value:.2g}"


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)


def _legend(grid: _Grid) -> str:
    return "; ".join(f"{SHADES[level]} {says}" for level, says in _levels_said(grid))


def _levels_said(grid: _Grid) -> Iterator[tuple[int, str]]:
    """The levels that are in the drawing, the largest first, in words."""
    present = sorted(set(grid.levels.ravel().tolist()), reverse=True)
    for level in present:
        says = SAYS[level]
        if level == present[0]:
            says += f" of the largest gap, {grid.largest:.3g}"
            if not grid.finite:
                says = f"{says}, or not finite" if grid.largest else "not finite"
        yield level, says


# ------------------------------------------------------------------------------ characters

Cells = list[tuple[int, str]]  # the level and the text of each


def _drawn(grid: _Grid) -> list[str]:
    lines = (before + "".join(cell for _, cell in cells) for before, cells in _lines(grid))
    return [INDENT + line.rstrip() for line in lines]


def _lines(grid: _Grid) -> Iterator[tuple[str, Cells]]:
    """Two lines of heads, then one a row: what stands before its cells, and they."""
    labels = [str(label) if grid.rows.title else "" for label in grid.rows.labels]
    gutter = max(map(len, (grid.rows.title, *labels)))
    gutter += 2 if gutter else 0
    heads = [str(label) for label in grid.columns.labels]
    cells = [[2 * SHADES[level] for level in row] for row in grid.levels.tolist()]
    width, step = 2, 1 if max(map(len, heads)) == 1 else TICKS
    if grid.numbers:
        cells = [
            [
                f"{SHADES[level]} {number}" if level else number
                for level, number in zip(*row, strict=True)
            ]
            for row in zip(grid.levels.tolist(), grid.numbers, strict=True)
        ]
        width, step = max(len(cell) for row in [*cells, heads] for cell in row) + 2, 1
    yield " " * gutter + grid.columns.title, []
    ticks = "".join(head.ljust(step * width) for head in heads[::step])
    yield grid.rows.title.ljust(gutter) + ticks, []
    for label, levels, row in zip(labels, grid.levels.tolist(), cells, strict=True):
        before = label.rjust(gutter - 2) + "  " if gutter else ""
        yield before, [(level, cell.ljust(width)) for level, cell in zip(levels, row, strict=True)]


# ------------------------------------------------------------------------------ HTML


def _characters(grid: _Grid) -> str:
    """The drawing of the terminal, its shades in red."""
    lines = []
    for before, cells in _lines(grid):
        runs: Cells = []
        for level, cell in cells:
            if runs and runs[-1][0] == level:
                runs[-1] = (level, runs[-1][1] + cell)
            else:
                runs.append((level, cell))
        lines.append(escape(before) + "".join(_inked(level, run) for level, run in runs))
    style = "font-family: monospace; line-height: 1.2; margin: 0.3em 0; overflow-x: auto"
    alternative = f'role="img" aria-label="{escape(grid.caption)}"'
    return f'<pre style="{style}" {alternative}>{chr(10).join(lines)}</pre>'


def _inked(level: int, text: str) -> str:
    return f'<span style="color: {RED}">{text}</span>' if level else text


def _table(grid: _Grid) -> str:
    cell = "padding: 0.15em 0.5em; text-align: right; white-space: nowrap"
    head = f"{cell}; font-weight: normal; border: 0"
    plain = '<tr style="background-color: transparent">'
    corners = ["", ""]
    if grid.rows.title:
        corners = [f'<th scope="col" style="{head}">{x}</th>' for x in ("", grid.rows.title)]
    span = len(grid.columns.labels)
    heads = "".join(f'<th scope="col" style="{head}">{n}</th>' for n in grid.columns.labels)
    lines = [
        f'{plain}{corners[0]}<th colspan="{span}" scope="colgroup" '
        f'style="{head}; text-align: left">{escape(grid.columns.title)}</th></tr>',
        f"{plain}{corners[1]}{heads}</tr>",
    ]
    for i, label in enumerate(grid.rows.labels):
        row = f'<th scope="row" style="{head}">{label}</th>' if grid.rows.title else ""
        for j, level in enumerate(grid.levels[i].tolist()):
            tip = f' title="{escape(grid.tips[i][j])}"' if grid.tips else ""
            style = f"{cell}; border: {EDGE}; background-color: {COLOURS[level]}"
            row += f'<td style="{style}"{tip}>{escape(grid.numbers[i][j])}</td>'
        lines.append(f"{plain}{row}</tr>")
    style = "border-collapse: collapse; margin: 0.3em 0; table-layout: auto; font-size: inherit"
    return f'<table style="{style}">{"".join(lines)}</table>'


def _legend_html(grid: _Grid) -> str:
    """What the colours of a table's cells mean, or the characters."""
    said = []
    for level, says in _levels_said(grid):
        key = _inked(level, SHADES[level])
        if grid.numbers and level:
            style = f"border: {EDGE}; background-color: {COLOURS[level]}"
            key = f'<span style="{style}">&nbsp;&nbsp;&nbsp;&nbsp;</span>'
        said.append(f'<span style="white-space: nowrap">{key} {escape(says)}</span>')
    return "; ".join(said)
