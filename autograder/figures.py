"""What a matplotlib figure shows, from the facts about its artists, without rendering it.

For readings. `describe` gives the lines, heat maps, titles, labels and legends of a figure, in data
coordinates. What is not visible is left out. The facts are those of `autograder.artists`; they come
from a student's process and may be forged, so that `describe` may raise any error on them.

No module here needs matplotlib, since a grader's process has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict, cast

import numpy as np

from autograder.probing import BadResult, kind

if TYPE_CHECKING:
    from autograder.artists import (
        AxesFacts,
        FigureFacts,
        LegendFacts,
        MappedFacts,
    )

FIGURE = "matplotlib.figure.Figure"
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
    """What a figure shows.

    Args:
        figure: the facts that `autograder.artists.read_artists` gave, or, in a probe, the Figure.

    Raises BadResult where it is no Figure.
    """
    facts = _facts(figure)
    if FIGURE not in facts["classes"]:
        raise BadResult(f"the result is {facts['kind'][:200]} where a Figure was expected")
    titles = [_joined(texts) for texts in zip(*facts["titles"], strict=True)]
    return {
        "suptitle": titles[0],
        "supxlabel": titles[1],
        "supylabel": titles[2],
        "legend": [entry for legend in facts["legends"] for entry in _entries(legend)],
        "axes": [_axes(ax) for ax in facts["axes"] if ax["visible"]],
    }


def _facts(figure: object) -> FigureFacts:
    if isinstance(figure, dict):
        return cast("FigureFacts", figure)
    classes = [f"{each.__module__}.{each.__qualname__}" for each in type(figure).__mro__]
    if FIGURE not in classes:
        what = (
            ", ".join(type(item).__name__ for item in figure[:4]) if type(figure) is tuple else ""
        )
        return {"kind": f"a tuple ({what})" if what else kind(figure), "classes": []}
    from autograder.artists import read_artists  # here: imports matplotlib, which is loaded then

    return read_artists(figure)


def _joined(texts: Iterable[str]) -> str:
    return " ".join(text for text in texts if text)


def _axes(ax: AxesFacts) -> AxesData:
    x, y, bar = ax["x"], ax["y"], ax["bar"]
    is_colorbar = bar is not None or ax["label"] == "<colorbar>"
    described: AxesData = {
        "title": _joined(ax["titles"]),
        "xlabel": x["label"] if x["label_shown"] else "",
        "ylabel": y["label"] if y["label_shown"] else "",
        "xscale": x["scale"],
        "yscale": y["scale"],
        "xlim": x["limits"],
        "ylim": y["limits"],
        "xticks": x["ticks"],
        "yticks": y["ticks"],
        "lines": [] if is_colorbar else list(_lines(ax)),
        "meshes": [] if is_colorbar else list(_meshes(ax)),
        "legend": [] if ax["legend"] is None else list(_entries(ax["legend"])),
        "is_colorbar": is_colorbar,
    }
    if bar is not None:
        described["clim"] = bar
    return described


def _entries(legend: LegendFacts) -> Iterator[LegendEntry]:
    if legend["visible"]:
        for text, style in zip(legend["texts"], legend["styles"], strict=False):
            yield {"label": text, "style": style}


# ------------------------------------------------------------------------------ lines


def _lines(ax: AxesFacts) -> Iterator[LineData]:
    containers = ax["containers"]
    named = {c["main"]: c["label"] for c in containers if not c["label"].startswith("_")}
    parts = {number for container in containers for number in container["lines"]}
    for number, line in enumerate(ax["lines"]):
        if line["straight"] or not line["visible"] or not all(line["in_data"]) or number in parts:
            continue
        colour, line_style, marker = line["style"]
        if line["width"] == 0 or line["opacity"] == 0:
            line_style = "None"
        label = named.get(number) or line["label"]
        style = [colour, line_style, marker]
        yield {"label": label, "x": line["x"], "y": line["y"], "style": style}
    parts = {number for container in containers for number in container["collections"]}
    for number, collection in enumerate(ax["collections"]):
        if not collection["visible"] or number in parts:
            continue
        drawn = collection.get("segments", []) if all(collection["in_data"]) else []
        if "offsets" in collection:
            drawn = [collection["offsets"]]
        for points in drawn:
            yield {
                "label": collection["label"],
                "x": points[:, 0],
                "y": points[:, 1],
                "style": collection["style"],
            }


# ------------------------------------------------------------------------------ meshes


def _meshes(ax: AxesFacts) -> Iterator[MeshData]:
    for artist in [*ax["images"], *ax["collections"]]:
        values = artist["array"]
        if not artist["visible"] or values is None or values.size == 0:
            continue
        cells = None
        if "corners" in artist:
            cells = _mesh_cells(artist["corners"], values)
        elif "edges" in artist or "extent" in artist:
            cells = _image_cells(artist, values)
        if cells is not None:
            yield {
                **_ascending(*cells),
                "clim": artist["clim"],
                "colorbar": artist["colorbar"],
            }


Grid = tuple[np.ndarray, np.ndarray, np.ndarray]  # x and y of the centres, values


def _image_cells(image: MappedFacts, values: np.ndarray) -> Grid:
    rows, columns = values.shape
    if "edges" in image:
        x, y = image["edges"]
        if len(x) == columns + 1:
            x, y = (x[:-1] + x[1:]) / 2, (y[:-1] + y[1:]) / 2
        return x, y, values
    left, right, bottom, top = image["extent"]
    first, last = (bottom, top) if image["origin"] == "lower" else (top, bottom)
    x = left + (np.arange(columns) + 0.5) / columns * (right - left)
    y = first + (np.arange(rows) + 0.5) / rows * (last - first)
    return x, y, values


def _mesh_cells(corners: np.ndarray, values: np.ndarray) -> Grid | None:
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


def _ascending(x: np.ndarray, y: np.ndarray, values: np.ndarray) -> MeshCells:
    across, up = np.argsort(x, kind="stable"), np.argsort(y, kind="stable")
    return {
        "values": values[np.ix_(up, across)],
        "x": x[across],
        "y": y[up],
    }
