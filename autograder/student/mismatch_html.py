"""Draws a mismatch as HTML, for a notebook.

The HTML has inline styles and no SVG, because JupyterLab removes style sheets and SVG from a
notebook that it does not trust. Its text takes its colour from the page, light or dark.
"""

from __future__ import annotations

from html import escape

from autograder.judging.difference import Mismatch
from autograder.student.mismatch_grid import SHADES, Grid, grid_of
from autograder.student.mismatch_text import MAX_NUMBERS, Cells, grid_lines

MAX_CELLS = (40, 40)  # rows and columns
# The same red over a light and a dark page; text of either page is readable on each of these.
RED = "rgb(220, 50, 30)"
COLOURS = ("transparent", *(f"rgba(220, 50, 30, {alpha})" for alpha in (0.15, 0.35, 0.6, 0.85)))
EDGE = "1px solid rgba(130, 130, 130, 0.6)"


def draw_html(mismatch: Mismatch) -> str:
    """A figure element; "" for a single number."""
    grid = grid_of(mismatch, MAX_CELLS, MAX_NUMBERS)
    if grid is None:
        return ""
    body = _table(grid) if grid.numbers else _characters(grid)
    return (
        f'<figure style="margin: 0.6em 0; padding: 0"><figcaption>{escape(grid.caption)}'
        f"</figcaption>{body}<div>{_legend(grid)}</div></figure>"
    )


def _table(grid: Grid) -> str:
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
            tooltip = f' title="{escape(grid.tooltips[i][j])}"' if grid.tooltips else ""
            style = f"{cell}; border: {EDGE}; background-color: {COLOURS[level]}"
            row += f'<td style="{style}"{tooltip}>{escape(grid.numbers[i][j])}</td>'
        lines.append(f"{plain}{row}</tr>")
    style = "border-collapse: collapse; margin: 0.3em 0; table-layout: auto; font-size: inherit"
    return f'<table style="{style}">{"".join(lines)}</table>'


def _characters(grid: Grid) -> str:
    """The drawing for a terminal, with its shades in red."""
    lines = []
    for before, cells in grid_lines(grid):
        runs: Cells = []
        for level, cell in cells:
            if runs and runs[-1][0] == level:
                runs[-1] = (level, runs[-1][1] + cell)
            else:
                runs.append((level, cell))
        lines.append(escape(before) + "".join(_coloured(level, run) for level, run in runs))
    style = "font-family: monospace; line-height: 1.2; margin: 0.3em 0; overflow-x: auto"
    alternative = f'role="img" aria-label="{escape(grid.caption)}"'
    return f'<pre style="{style}" {alternative}>{chr(10).join(lines)}</pre>'


def _coloured(level: int, text: str) -> str:
    return f'<span style="color: {RED}">{text}</span>' if level else text


def _legend(grid: Grid) -> str:
    """The meaning of the colours of a table's cells, or of the characters."""
    entries = []
    for level, words in grid.legend():
        key = _coloured(level, SHADES[level])
        if grid.numbers and level:
            style = f"border: {EDGE}; background-color: {COLOURS[level]}"
            key = f'<span style="{style}">&nbsp;&nbsp;&nbsp;&nbsp;</span>'
        entries.append(f'<span style="white-space: nowrap">{key} {escape(words)}</span>')
    return "; ".join(entries)
