"""Draws a mismatch as lines of characters, for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from autograder.judging.difference import Mismatch
from autograder.student.mismatch_grid import SHADES, Grid, grid_of

WIDTH = 96
INDENT = "    "
MAX_CELLS = (16, 40)  # rows and columns
MAX_NUMBERS = (12, 10)  # rows and columns of a grid that shows numbers
TICK_STEP = 5  # columns from one label of the axis to the next, in a grid without numbers

Cells = list[tuple[int, str]]  # the level and the text of each


def draw_text(mismatch: Mismatch) -> list[str]:
    """Lines of at most WIDTH characters; none for a single number."""
    grid = grid_of(mismatch, MAX_CELLS, MAX_NUMBERS)
    if grid is not None and max(map(len, _drawn(grid))) > WIDTH:  # the numbers are too long
        grid = grid_of(mismatch, MAX_CELLS, (0, 0))
    if grid is None:
        return []
    legend = "; ".join(f"{SHADES[level]} {words}" for level, words in grid.legend())
    return [*_wrapped(grid.caption), *_drawn(grid), *_wrapped(legend)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)


def _drawn(grid: Grid) -> list[str]:
    lines = (before + "".join(cell for _, cell in cells) for before, cells in grid_lines(grid))
    return [INDENT + line.rstrip() for line in lines]


def grid_lines(grid: Grid) -> Iterator[tuple[str, Cells]]:
    """Two lines that name the columns, then a line for each row.

    Each line is the text before its cells, and the cells.
    """
    labels = [str(label) if grid.rows.title else "" for label in grid.rows.labels]
    gutter = max(map(len, (grid.rows.title, *labels)))
    gutter += 2 if gutter else 0
    heads = [str(label) for label in grid.columns.labels]
    levels = grid.levels.tolist()
    if grid.numbers:
        cells = [
            [
                f"{SHADES[level]} {number}" if level else number
                for level, number in zip(*row, strict=True)
            ]
            for row in zip(levels, grid.numbers, strict=True)
        ]
        width, step = max(len(cell) for row in [*cells, heads] for cell in row) + 2, 1
    else:
        cells = [[2 * SHADES[level] for level in row] for row in levels]
        width, step = 2, 1 if max(map(len, heads)) == 1 else TICK_STEP
    yield " " * gutter + grid.columns.title, []
    ticks = "".join(head.ljust(step * width) for head in heads[::step])
    yield grid.rows.title.ljust(gutter) + ticks, []
    for label, row_levels, row in zip(labels, levels, cells, strict=True):
        before = label.rjust(gutter - 2) + "  " if gutter else ""
        yield before, [(lv, cell.ljust(width)) for lv, cell in zip(row_levels, row, strict=True)]
