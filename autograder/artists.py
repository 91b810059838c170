"""The artists of a matplotlib figure as raw facts, for probe files.

`read_artists` is called in a probe, beside the student's code. It judges nothing: it tells of each
artist what it is, whether it is visible, its data, limits and colours, as plain values that can
cross to a grader. There a reading calls `autograder.figures.describe`, which says what the figure
shows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, NotRequired, TypedDict

import numpy as np
from matplotlib.axes import Axes
from matplotlib.category import StrCategoryFormatter
from matplotlib.collections import Collection, LineCollection, PathCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.container import ErrorbarContainer, StemContainer
from matplotlib.figure import Figure, FigureBase
from matplotlib.image import AxesImage
from matplotlib.lines import AxLine, Line2D
from matplotlib.ticker import FixedFormatter, FuncFormatter

from autograder.probing import kind

Style = list[str]  # colour, line style, marker; "" for what is not known


class LegendFacts(TypedDict):
    """A legend: the text of each entry, and the style of its handle."""

    visible: bool
    texts: list[str]
    styles: list[Style]


class AxisFacts(TypedDict):
    """An axis. `ticks` has [position, text] where tick labels are words or were set by hand."""

    label: str
    label_shown: bool
    scale: str
    limits: list[float]
    ticks: list[list[Any]]


class LineFacts(TypedDict):
    """A line. `in_data` says of each coordinate whether it is data; `x` and `y` are float64."""

    visible: bool
    label: str
    in_data: list[bool]
    straight: bool  # an endless line through two points
    x: np.ndarray
    y: np.ndarray
    style: Style
    opacity: float
    width: float


class MappedFacts(TypedDict):
    """An image or a collection, with what it has of these: parts that are lines, points, cells.

    array: its values, (rows, columns) or flat, NaN where masked; None where it has none.
    clim: the values at both ends of its colours, NaN where there is none.
    colorbar: whether a colour bar was made for it.
    corners: (rows + 1, columns + 1, 2), or of nodes.
    """

    visible: bool
    label: str
    in_data: list[bool]
    style: Style
    array: np.ndarray | None
    clim: list[float]
    colorbar: bool
    segments: NotRequired[list[np.ndarray]]
    offsets: NotRequired[np.ndarray]
    corners: NotRequired[np.ndarray]
    edges: NotRequired[list[np.ndarray]]
    extent: NotRequired[list[float]]
    origin: NotRequired[str]


class ContainerFacts(TypedDict):
    """Error bars or stems: the numbers of their lines and collections among those of the Axes."""

    label: str
    main: int | None
    lines: list[int]
    collections: list[int]


class AxesFacts(TypedDict):
    """One Axes. `titles` are the left, centre and right ones; `bar` is a colour bar's range."""

    visible: bool
    label: str
    titles: list[str]
    x: AxisFacts
    y: AxisFacts
    lines: list[LineFacts]
    images: list[MappedFacts]
    collections: list[MappedFacts]
    containers: list[ContainerFacts]
    legend: LegendFacts | None
    bar: list[float] | None


class FigureFacts(TypedDict):
    """A figure, or with `kind` alone something that is none.

    kind: what it is, in words; classes: the full names of its class and of those it comes from.
    titles: (suptitle, supxlabel, supylabel) of the figure and of each subfigure.
    axes: in the order in which they were made, insets included.
    """

    kind: str
    classes: list[str]
    titles: NotRequired[list[list[str]]]
    legends: NotRequired[list[LegendFacts]]
    axes: NotRequired[list[AxesFacts]]


def read_artists(figure: object) -> FigureFacts:
    """The artists of `figure`; of something that is no Figure, only what it is."""
    classes = [f"{each.__module__}.{each.__qualname__}" for each in type(figure).__mro__]
    facts: FigureFacts = {"kind": _what(figure), "classes": classes}
    if not issubclass(type(figure), Figure):
        return facts
    assert isinstance(figure, Figure)
    figures = list(_with_subfigures(figure))
    return {
        **facts,
        "titles": [[f.get_suptitle(), f.get_supxlabel(), f.get_supylabel()] for f in figures],
        "legends": [_legend(legend) for f in figures for legend in f.legends],
        "axes": [_axes(ax) for ax in _with_insets(figure.axes)],
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


def _axes(ax: Axes) -> AxesFacts:
    bar, legend = getattr(ax, "_colorbar", None), ax.get_legend()
    return {
        "visible": bool(ax.get_visible()),
        "label": str(ax.get_label()),
        "titles": [ax.get_title(loc) for loc in ("left", "center", "right")],
        "x": _axis(ax, ax.xaxis, ax.get_xscale(), ax.get_xlim()),
        "y": _axis(ax, ax.yaxis, ax.get_yscale(), ax.get_ylim()),
        "lines": [_line(line, ax) for line in ax.lines],
        "images": [_mapped(image, ax) for image in ax.images],
        "collections": [_mapped(collection, ax) for collection in ax.collections],
        "containers": list(_containers(ax)),
        "legend": None if legend is None else _legend(legend),
        "bar": None if bar is None else [float(bar.vmin), float(bar.vmax)],
    }


def _axis(ax: Axes, axis: Any, scale: Any, limits: Iterable[Any]) -> AxisFacts:
    shown = ax.axison and axis.get_visible() and axis.label.get_visible()
    return {
        "label": str(axis.label.get_text()),
        "label_shown": bool(shown),
        "scale": str(scale),
        "limits": [float(value) for value in limits],
        "ticks": _tick_labels(axis),
    }


def _tick_labels(axis: Any) -> list[list[Any]]:
    formatter = axis.get_major_formatter()
    if not isinstance(formatter, (FixedFormatter, FuncFormatter, StrCategoryFormatter)):
        return []
    places = [float(place) for place in axis.get_majorticklocs()]
    texts: list[str] = []
    with contextlib.suppress(Exception):  # a formatter may be the student's own function
        texts = [str(text) for text in formatter.format_ticks(places)]
    return [[place, text] for place, text in zip(places, texts, strict=False) if text]


def _legend(legend: Any) -> LegendFacts:
    return {
        "visible": bool(legend.get_visible()),
        "texts": [str(text.get_text()) for text in legend.get_texts()],
        "styles": [_style(handle) for handle in legend.legend_handles],
    }


# ------------------------------------------------------------------------------ artists


def _line(line: Any, ax: Axes) -> LineFacts:
    return {
        "visible": bool(line.get_visible()),
        "label": str(line.get_label()),
        "in_data": _in_data(line, ax),
        "straight": isinstance(line, AxLine),
        "x": _numbers(line.get_xdata(orig=False)),
        "y": _numbers(line.get_ydata(orig=False)),
        "style": _style(line),
        "opacity": float(to_rgba(line.get_color(), line.get_alpha())[3]),
        "width": float(line.get_linewidth()),
    }


def _mapped(artist: Any, ax: Axes) -> MappedFacts:
    is_image = isinstance(artist, AxesImage)
    values = artist.get_array()
    if values is not None:
        artist.autoscale_None()  # chooses the limits that drawing would choose
    limits = (artist.norm.vmin, artist.norm.vmax)
    facts: MappedFacts = {
        "visible": bool(artist.get_visible()),
        "label": str(artist.get_label()),
        "in_data": _in_data(artist, ax),
        "style": _style(artist),
        "array": None if values is None or np.ndim(values) > 2 else _numbers(values),
        "clim": [float("nan") if limit is None else float(limit) for limit in limits],
        "colorbar": getattr(artist, "colorbar", None) is not None,
    }
    if isinstance(artist, LineCollection):
        facts["segments"] = [_numbers(segment).reshape(-1, 2) for segment in artist.get_segments()]
    elif isinstance(artist, PathCollection):
        facts["offsets"] = _numbers(artist.get_offsets()).reshape(-1, 2)
    if is_image:
        if hasattr(artist, "_Ax"):  # PcolorImage holds edges, NonUniformImage centres
            facts["edges"] = [_numbers(artist._Ax), _numbers(artist._Ay)]
        else:
            facts["extent"] = [float(value) for value in artist.get_extent()]
            facts["origin"] = str(artist.origin)
    elif hasattr(artist, "get_coordinates"):
        facts["corners"] = _numbers(artist.get_coordinates())
    return facts


def _containers(ax: Axes) -> Iterator[ContainerFacts]:
    lines = {id(line): number for number, line in enumerate(ax.lines)}
    collections = {id(one): number for number, one in enumerate(ax.collections)}
    for container in ax.containers:
        if isinstance(container, ErrorbarContainer):
            main, caps, bars = container.lines
            parts = [*caps, *bars]
        elif isinstance(container, StemContainer):
            main, parts = container.markerline, [container.stemlines, container.baseline]
        else:
            continue
        yield {
            "label": str(container.get_label() or ""),
            "main": lines.get(id(main)),
            "lines": [lines[id(part)] for part in parts if id(part) in lines],
            "collections": [collections[id(part)] for part in parts if id(part) in collections],
        }


def _in_data(artist: Any, ax: Axes) -> list[bool]:
    """Of each coordinate, whether it is data; those of axhline, for example, are not."""
    return [bool(one) for one in artist.get_transform().contains_branch_seperately(ax.transData)]


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
