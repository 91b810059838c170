"""A mismatch as a grid of rows and columns: how far each entry is from the expected one, and where.

`mismatch_text` draws the grid for a terminal, `mismatch_html` for a notebook. Both say in words
what they show, write the numbers into the cells if there are few, and name their axes. Shades alone
carry no information: a cell also has a number or a character.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograder.judging.difference import Mismatch

# The levels of a cell: right, then shares of the largest gap, decades apart like the errors.
SHADES = "·░▒▓█"
SHARES = (0.01, 0.1, 0.5)
LEVEL_WORDS = ("right", "less", "over a hundredth", "over a tenth", "over half")
MAX_PLACES = 3  # runs of wrong indices that a caption lists


@dataclass(frozen=True)
class Axis:
    """An axis of the grid. `labels` are the indices shown; for blocks, the first of each block.

    `singular` and `plural` say "at index 3" in a sentence, with {} for the indices.
    """

    title: str
    singular: str
    plural: str
    labels: tuple[int, ...]


SINGLE_ROW = Axis("", "", "", (0,))


@dataclass(frozen=True)
class Grid:
    """A mismatch as rows and columns. The rows of a vector are SINGLE_ROW, without a title.

    `levels` (rows, columns) index SHADES. `numbers` are the texts of the cells, empty if there are
    many cells. `tooltips` say for each cell what was expected and got, empty if a cell stands for
    several entries. `largest` is the largest finite gap; `finite` says whether all gaps are finite.
    """

    caption: str
    rows: Axis
    columns: Axis
    levels: np.ndarray
    numbers: Sequence[Sequence[str]]
    tooltips: Sequence[Sequence[str]]
    largest: float
    finite: bool

    def legend(self) -> Iterator[tuple[int, str]]:
        """The levels in the grid, the largest first, each with its meaning in words."""
        present = sorted(set(self.levels.ravel().tolist()), reverse=True)
        for level in present:
            words = LEVEL_WORDS[level]
            if level == present[0]:
                words += f" of the largest gap, {self.largest:.3g}"
                if not self.finite:
                    words = f"{words}, or not finite" if self.largest else "not finite"
            yield level, words


def grid_of(
    mismatch: Mismatch, max_cells: tuple[int, int], max_numbers: tuple[int, int]
) -> Grid | None:
    """The grid of a mismatch; None for a single number.

    Both limits count rows and columns. A grid with more than `max_cells` shows the maxima of
    blocks; one with more than `max_numbers` shows no numbers.
    """
    if mismatch.wrong.size < 2:
        return None
    is_complex = "c" in mismatch.got.dtype.kind + mismatch.want.dtype.kind
    dtype = np.complex128 if is_complex else np.float64
    got, want = mismatch.got.astype(dtype), mismatch.want.astype(dtype)
    with np.errstate(all="ignore"):
        gap = np.where(mismatch.wrong, got - want, 0)
        size = np.where(np.isnan(gap), np.inf, np.abs(gap))
    largest = float(size[np.isfinite(size)].max(initial=0.0))
    layout = _layout(mismatch)
    rows, columns = layout.rows, layout.columns
    has_numbers = len(rows.labels) <= max_numbers[0] and len(columns.labels) <= max_numbers[1]
    is_signed = has_numbers and not layout.maximum_over and not is_complex
    size, wrong = layout.layers(size).max(axis=0), layout.layers(mismatch.wrong).max(axis=0)
    shown = "got minus expected" if is_signed else "how far got is from expected"
    caption = f"{mismatch.name}, {shown}: {_where(mismatch.wrong, wrong, rows, columns)}."
    if layout.maximum_over:
        axes = ", ".join(map(str, layout.maximum_over))
        caption += f" A cell is the largest along axis {axes}."
    numbers, tooltips = [], []
    if has_numbers:
        numbers = _numbers(layout.layers(gap)[0] if is_signed else size, wrong, is_signed)
        if not layout.maximum_over:
            tooltips = _tooltips(layout.layers(want)[0], layout.layers(got)[0])
    steps = [math.ceil(n / most) for n, most in zip(size.shape, max_cells, strict=True)]
    if max(steps) > 1:
        caption += f" A cell is the largest of {steps[0]} × {steps[1]} entries."
        size, wrong = _block_maxima(size, steps), _block_maxima(wrong, steps)
        rows = replace(rows, labels=rows.labels[:: steps[0]])
        columns = replace(columns, labels=columns.labels[:: steps[1]])
    levels, finite = _levels(size, wrong, largest), bool(np.isfinite(size).all())
    return Grid(caption, rows, columns, levels, numbers, tooltips, largest, finite)


# ------------------------------------------------------------------------------ rows and columns


@dataclass(frozen=True)
class _Layout:
    """Which axes of an array are rows and columns.

    `order` sorts the array's axes so that the columns are last and the rows are before them;
    `maximum_over` are the longer axes that are left.
    """

    order: tuple[int, ...]
    rows: Axis
    columns: Axis
    maximum_over: tuple[int, ...] = ()

    def layers(self, array: np.ndarray) -> np.ndarray:
        """The array as (layers, rows, columns)."""
        count = len(self.rows.labels), len(self.columns.labels)
        return array.transpose(self.order).reshape(-1, *count)


def _layout(mismatch: Mismatch) -> _Layout:
    shape = mismatch.wrong.shape
    if mismatch.series:
        return _series_layout(mismatch.name, shape)
    long = [axis for axis, length in enumerate(shape) if length > 1]
    short = [axis for axis in range(len(shape)) if axis not in long]
    *others, columns = long
    rows = [others.pop()] if others else []
    return _Layout(
        (*others, *short, *rows, columns),
        _array_axis(rows[0], shape) if rows else SINGLE_ROW,
        _array_axis(columns, shape),
        tuple(others),
    )


def _series_layout(name: str, shape: tuple[int, ...]) -> _Layout:
    """Steps as columns, the entries of each step as rows."""
    steps = tuple(range(shape[0]))
    index = f"index of {name}"
    if shape[1:]:
        columns = Axis(f"step ({index})", "step {}", "steps {}", steps)
    else:
        columns = Axis(index, "index {}", "indices {}", steps)
    entries = tuple(range(math.prod(shape[1:])))
    rows = Axis("entry", "entry {}", "entries {}", entries) if len(entries) > 1 else SINGLE_ROW
    return _Layout((*range(1, len(shape)), 0), rows, columns)


def _array_axis(axis: int, shape: tuple[int, ...]) -> Axis:
    title = f"axis {axis}"
    return Axis(
        title, f"index {{}} of {title}", f"indices {{}} of {title}", tuple(range(shape[axis]))
    )


def _block_maxima(array: np.ndarray, steps: Sequence[int]) -> np.ndarray:
    """The maxima over blocks of `steps` entries; the last block may be smaller."""
    for axis, step in enumerate(steps):
        array = np.maximum.reduceat(array, np.arange(0, array.shape[axis], step), axis=axis)
    return array


def _levels(size: np.ndarray, wrong: np.ndarray, largest: float) -> np.ndarray:
    level = 1 + sum((size > share * largest).astype(int) for share in SHARES)
    return np.where(wrong, level, 0)


# ------------------------------------------------------------------------------ words


def _where(entries: np.ndarray, cells: np.ndarray, rows: Axis, columns: Axis) -> str:
    """How many entries are wrong, and in which columns or rows: "1 of 6 …, at index 2 of axis 1".

    Both arrays are true where something is wrong.
    """
    if entries.all():
        return "every entry is wrong"
    count = f"{int(entries.sum())} of {entries.size} entries are wrong"
    for axis, shown in ((0, columns), (1, rows)):
        along = cells.any(axis=axis)
        runs = index_runs(np.flatnonzero(along).tolist())
        if not along.all() and len(runs) <= MAX_PLACES:
            place = shown.plural if along.sum() > 1 else shown.singular
            return f"{count}, at {place.format(' and '.join(runs))}"
    return count


def index_runs(indices: Sequence[int]) -> list[str]:
    """[0, 2, 3, 4] -> ["0", "2 to 4"]"""
    runs: list[list[int]] = []
    for index in indices:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]


def _numbers(values: np.ndarray, wrong: np.ndarray, is_signed: bool) -> list[list[str]]:
    """The text of each cell; for a right cell, the character that means right."""
    return [
        [_number(value, is_signed) if bad else SHADES[0] for value, bad in zip(*row, strict=True)]
        for row in zip(values.tolist(), wrong.tolist(), strict=True)
    ]


def _number(value: float, is_signed: bool) -> str:
    if not math.isfinite(value):
        return f"{value:g}"
    return f"{value:+.2g}" if is_signed else f"{value:.2g}"


def _tooltips(want: np.ndarray, got: np.ndarray) -> list[list[str]]:
    return [
        [f"expected {w:.7g}, got {g:.7g}" for w, g in zip(*row, strict=True)]
        for row in zip(want.tolist(), got.tolist(), strict=True)
    ]
