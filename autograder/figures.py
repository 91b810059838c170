"""Figures as data: what a matplotlib figure shows, without rendering it.

For probe files. Nothing is judged here: `describe` gives the lines, heat maps, titles, labels and
legends of a figure, in data coordinates, as plain values that can cross to a grader. What is not
visible is left out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, NotRequired, TypedDict

import numpy as np
from matplotlib.axes import Axes
from matplotlib.category import StrCategoryFormatter
from matplotlib.collections import Collection, LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer, StemContainer
from matplotlib.figure import Figure, FigureBase
from matplotlib.image import AxesImage
from matplotlib.lines import AxLine, Line2D
from matplotlib.ticker import FixedFormatter, FuncFormatter

from autograder.probing import BadResult, kind

Style = list[str]  # colour, line style, marker; "" for what is not known


class LegendEntry(TypedDict):
    label: str
    style: Style


class LineData(TypedDict):
    """A plotted line, or a line of error bars, stems or a collection, or points of a scatter plot.

    `x` and `y` are float64 arrays in data coordinates.
    """

    label: str
    x: np.ndarray
    y: np.ndarray
    style: Style


class MeshCells(TypedDict):
    """values[i, j] is shown at (x[j], y[i]); x and y increase; NaN where it is masked."""

    values: np.ndarray
    x: np.ndarray
    y: np.ndarray


class MeshData(MeshCells):
    """An image or colour mesh: its cells, and the values at both ends of its colours.

    `colorbar` says whether a colour bar was made for it.
    """

    clim: list[float]
    colorbar: bool


class AxesData(TypedDict):
    """One Axes.

    title: the left, centre and right titles, joined.
    xlim, ylim: [first, last], as shown; the first is the larger on an inverted axis.
    xticks, yticks: [[position, text]] where tick labels are words or were set by hand.
    is_colorbar: whether it is a colour bar; then it has `clim`, its range, and no lines or meshes.
    """

    title: str
    xlabel: str
    ylabel: str
    xscale: str
    yscale: str
    xlim: list[float]
    ylim: list[float]
    xticks: list[list[Any]]
    yticks: list[list[Any]]
    lines: list[LineData]
    meshes: list[MeshData]
    legend: list[LegendEntry]
    is_colorbar: bool
    clim: NotRequired[list[float]]


class FigureData(TypedDict):
    """A figure: its own titles, with those of subfigures, and legend; and its Axes.

    The Axes, insets included, are in the order in which they were made.
    """

    suptitle: str
    supxlabel: str
    supylabel: str
    legend: list[LegendEntry]
    axes: list[AxesData]


def describe(figure: object) -> FigureData:
    """What `figure` shows. Raises BadResult where it is no Figure."""
    if not isinstance(figure, Figure):
        raise BadResult(f"the result is {_what(figure)} where a Figure was expected")
    figures = list(_with_subfigures(figure))
    return {
        "suptitle": _joined(f.get_suptitle() for f in figures),
        "supxlabel": _joined(f.get_supxlabel() for f in figures),
        "supylabel": _joined(f.get_supylabel() for f in figures),
        "legend": [entry for f in figures for legend in f.legends for entry in _entries(legend)],
        "axes": [_axes(ax) for ax in _with_insets(figure.axes) if ax.get_visible()],
    }


def _what(value: object) -> str:
    if isinstance(value, tuple):
        return f"a tuple ({', '.join(type(item).__name__ for item in value[:4])})"
    return kind(value)


def _with_subfigures(figure: FigureBase) -> Iterator[FigureBase]:
    yield figure
    for part in figure.subfigs:
        yield from _with_subfigures(part)


def _with_insets(axes: Iterable[Any]) -> Iterator[Axes]:
    for ax in axes:
        yield ax
        yield from _with_insets(ax.child_axes)


def _joined(texts: Iterable[str]) -> str:
    return " ".join(text for text in texts if text)


def _axes(ax: Axes) -> AxesData:
    bar = getattr(ax, "_colorbar", None)
    is_colorbar = bar is not None or ax.get_label() == "<colorbar>"
    described: AxesData = {
        "title": _joined(ax.get_title(loc) for loc in ("left", "center", "right")),
        "xlabel": _axis_label(ax, "x"),
        "ylabel": _axis_label(ax, "y"),
        "xscale": str(ax.get_xscale()),
        "yscale": str(ax.get_yscale()),
        "xlim": [float(value) for value in ax.get_xlim()],
        "ylim": [float(value) for value in ax.get_ylim()],
        "xticks": _tick_labels(ax.xaxis),
        "yticks": _tick_labels(ax.yaxis),
        "lines": [] if is_colorbar else list(_lines(ax)),
        "meshes": [] if is_colorbar else list(_meshes(ax)),
        "legend": list(_entries(ax.get_legend())),
        "is_colorbar": is_colorbar,
    }
    if bar is not None:
        described["clim"] = [float(bar.vmin), float(bar.vmax)]
    return described


def _axis_label(ax: Axes, name: str) -> str:
    axis = ax.xaxis if name == "x" else ax.yaxis
    shown = ax.axison and axis.get_visible() and axis.label.get_visible()
    return str(axis.label.get_text()) if shown else ""


def _tick_labels(axis: Any) -> list[list[Any]]:
    formatter = axis.get_major_formatter()
    if not isinstance(formatter, (FixedFormatter, FuncFormatter, StrCategoryFormatter)):
        return []
    places = [float(place) for place in axis.get_majorticklocs()]
    texts: list[str] = []
    with contextlib.suppress(Exception):  # a formatter may be the student's own function
        texts = [str(text) for text in formatter.format_ticks(places)]
    return [[place, text] for place, text in zip(places, texts, strict=False) if text]


# ------------------------------------------------------------------------------ lines


def _lines(ax: Axes) -> Iterator[LineData]:
    named, parts = _containers(ax)
    for line in ax.lines:
        if isinstance(line, AxLine) or not _in_data(line, ax) or id(line) in parts:
            continue
        label = named.get(id(line), "") or str(line.get_label())
        yield _line(line, label, line.get_xdata(orig=False), line.get_ydata(orig=False))
    for collection in ax.collections:
        if not collection.get_visible() or id(collection) in parts:
            continue
        label = str(collection.get_label())
        if isinstance(collection, LineCollection) and _in_data(collection, ax):
            for segment in collection.get_segments():
                points = np.asarray(segment, dtype=np.float64).reshape(-1, 2)
                yield _line(collection, label, points[:, 0], points[:, 1])
        elif isinstance(collection, PathCollection):
            points = np.ma.asarray(collection.get_offsets()).reshape(-1, 2)
            yield _line(collection, label, points[:, 0], points[:, 1])


def _containers(ax: Axes) -> tuple[dict[int, str], set[int]]:
    """The labels that containers give their lines, and the bars and stems that are no lines."""
    named: dict[int, str] = {}
    parts: set[int] = set()
    for container in ax.containers:
        if isinstance(container, ErrorbarContainer):
            main, caps, bars = container.lines
            parts.update(id(artist) for artist in (*caps, *bars))
        elif isinstance(container, StemContainer):
            main = container.markerline
            parts.update((id(container.stemlines), id(container.baseline)))
        else:
            continue
        label = container.get_label()
        if main is not None and label and not str(label).startswith("_"):
            named[id(main)] = str(label)
    return named, parts


def _in_data(artist: Any, ax: Axes) -> bool:
    """Whether both coordinates are data; those of axhline, for example, are not."""
    if not artist.get_visible():
        return False
    return all(artist.get_transform().contains_branch_seperately(ax.transData))


def _line(artist: Any, label: str, x: Any, y: Any) -> LineData:
    return {"label": label, "x": _numbers(x), "y": _numbers(y), "style": _style(artist)}


def _numbers(values: Any) -> np.ndarray:
    return np.array(np.ma.asarray(values, dtype=np.float64).filled(np.nan))


def _style(artist: Any) -> Style:
    if isinstance(artist, Line2D):
        marker = artist.get_marker()
        shown = marker if isinstance(marker, (str, int)) else ""
        return [_colour(artist.get_color()), str(artist.get_linestyle()), str(shown)]
    colours: Any = ()
    if isinstance(artist, LineCollection):
        colours = artist.get_color()
    elif isinstance(artist, Collection):
        colours = artist.get_facecolor() if len(artist.get_facecolor()) else artist.get_edgecolor()
    elif hasattr(artist, "get_facecolor"):
        colours = [artist.get_facecolor()]
    return [_colour(colours[0]) if len(colours) else "", "", ""]


def _colour(colour: Any) -> str:
    try:
        return "none" if isinstance(colour, str) and colour == "none" else str(to_hex(colour))
    except (TypeError, ValueError):
        return ""


def _entries(legend: Any) -> Iterator[LegendEntry]:
    if legend is None or not legend.get_visible():
        return
    for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=False):
        yield {"label": str(text.get_text()), "style": _style(handle)}


# ------------------------------------------------------------------------------ meshes


def _meshes(ax: Axes) -> Iterator[MeshData]:
    artists: list[Any] = [*ax.images, *ax.collections]
    for artist in artists:
        values = artist.get_array() if artist.get_visible() else None
        if values is None or np.ma.asarray(values).size == 0:
            continue
        cells = None
        if isinstance(artist, AxesImage):
            cells = _image_cells(artist, np.ma.asarray(values))
        elif hasattr(artist, "get_coordinates"):
            cells = _mesh_cells(np.asarray(artist.get_coordinates()), np.ma.asarray(values))
        if cells is None:
            continue
        artist.autoscale_None()  # chooses the limits that drawing would choose
        limits = (artist.norm.vmin, artist.norm.vmax)
        yield {
            **_ascending(*cells),
            "clim": [float("nan") if limit is None else float(limit) for limit in limits],
            "colorbar": getattr(artist, "colorbar", None) is not None,
        }


Grid = tuple[np.ndarray, np.ndarray, np.ndarray]  # x and y of the centres, values


def _image_cells(image: Any, values: Any) -> Grid | None:
    """An image's cells; None for an image made of colours, which shows no values."""
    if values.ndim != 2:
        return None
    rows, columns = values.shape
    if hasattr(image, "_Ax"):  # PcolorImage holds edges, NonUniformImage centres
        x, y = np.asarray(image._Ax), np.asarray(image._Ay)
        if len(x) == columns + 1:
            x, y = (x[:-1] + x[1:]) / 2, (y[:-1] + y[1:]) / 2
        return x, y, values
    left, right, bottom, top = image.get_extent()
    first, last = (bottom, top) if image.origin == "lower" else (top, bottom)
    x = left + (np.arange(columns) + 0.5) / columns * (right - left)
    y = first + (np.arange(rows) + 0.5) / rows * (last - first)
    return x, y, values


def _mesh_cells(corners: np.ndarray, values: Any) -> Grid | None:
    """A colour mesh's cells, from the corners (rows + 1, columns + 1, 2) or the nodes."""
    rows, columns = corners.shape[0] - 1, corners.shape[1] - 1
    if values.size == rows * columns:
        centres = (corners[:-1, :-1] + corners[1:, :-1] + corners[:-1, 1:] + corners[1:, 1:]) / 4
    elif values.size == (rows + 1) * (columns + 1):  # smooth shading: values stand at the nodes
        centres = corners
    else:  # made of colours
        return None
    values = values.reshape(centres.shape[:2])
    x, y = centres[..., 0], centres[..., 1]
    down = np.ptp(x, axis=0).sum() + np.ptp(y, axis=1).sum()
    if down > np.ptp(x, axis=1).sum() + np.ptp(y, axis=0).sum():  # rows run along x
        x, y, values = x.T, y.T, values.T
    return x.mean(axis=0), y.mean(axis=1), values


def _ascending(x: np.ndarray, y: np.ndarray, values: Any) -> MeshCells:
    across, up = np.argsort(x, kind="stable"), np.argsort(y, kind="stable")
    return {
        "values": _numbers(values[np.ix_(up, across)]),
        "x": np.asarray(x[across], dtype=np.float64),
        "y": np.asarray(y[up], dtype=np.float64),
    }
