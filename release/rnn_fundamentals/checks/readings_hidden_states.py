"""What the figures of hidden_states.py show. Runs in the grader's process; released, no answer.

Each function gets the facts that the probe of its name returned, and the arguments of that call.
"""

import re
from itertools import pairwise

import numpy as np

from autograder.figures import describe
from autograder.probing import BadResult


def heat_maps(facts, states):
    """Return name -> the values of the heat map; row i, column j is unit i at time j."""
    return _values(_panels(_figure(facts, states), states))


def titles(facts, states):
    """Return the titles of the heat maps, sorted."""
    return sorted(ax["title"] for ax in _axes(_figure(facts, states)))


def colour_limits(facts, states):
    """Return name -> [lowest, highest]."""
    return _limits(_panels(_figure(facts, states), states))


def axis_labels(facts, states):
    """Return name -> which axes have a label, and whether the two labels are swapped."""
    return _labels(_panels(_figure(facts, states), states))


def colour_bars(facts, states):
    """Return the different ranges of the colour bars of a figure with heat maps."""
    figure = _figure(facts, states)
    _axes(figure)
    return _bars(figure)


def whole_figure(facts, states):
    """Return heat maps, colour limits, axis labels and colour bars of one figure."""
    figure = _figure(facts, states)
    panels = _panels(figure, states)
    return {
        "heat maps": _values(panels),
        "titles": titles(facts, states),
        "colour limits": _limits(panels),
        "axis labels": _labels(panels),
        "colour bars": _bars(figure),
    }


def cells_at_all(facts, states):
    """Return the values in all heat maps, in order of size and cut off at -1 and 1."""
    meshes = [mesh for ax in _figure(facts, states)["axes"] for mesh in ax["meshes"]]
    if not meshes:
        raise BadResult("the figure has no heat map")
    return np.sort(np.clip(np.concatenate([mesh["values"].ravel() for mesh in meshes]), -1, 1))


def two_figures(facts, first, second):
    """Return the heat maps of two figures. Raises BadResult where a third one suffered."""
    if facts["the caller's is open"] is not True:
        raise BadResult("the call closed a figure that was there before")
    if describe(facts["the caller's"])["axes"] or facts["texts in the caller's"] != [
        "drawn before"
    ]:
        raise BadResult("the call changed a figure that was there before")
    figures = zip(facts["figures"], (first, second), strict=True)
    return [_values(_panels(describe(figure), states)) for figure, states in figures]


def _figure(facts, states):
    if facts["names"] != list(states):
        raise BadResult("the call changed its argument states")
    return describe(facts["figure"])


def _axes(figure):
    """Return the Axes with a heat map, in the order in which they were made. Raises BadResult."""
    axes = [ax for ax in figure["axes"] if ax["meshes"]]
    for ax in axes:
        if len(ax["meshes"]) > 1:
            raise BadResult(f"there is more than one heat map in the Axes titled {ax['title']!r}")
    if not axes:
        raise BadResult("the figure has no heat map")
    return axes


def _panels(figure, states):
    """Return name -> the Axes with its heat map: by title or, without the titles, in order."""
    axes = _axes(figure)
    by_title = {ax["title"]: ax for ax in axes}
    if len(by_title) == len(axes) and set(by_title) & set(states):
        return by_title
    if len(axes) != len(states):
        raise BadResult(f"the figure has {len(axes)} heat maps for {len(states)} names")
    return dict(zip(states, axes, strict=True))


def _values(panels):
    return {name: _in_order(ax) for name, ax in panels.items()}


def _in_order(ax):
    """Return the values, first unit and first time first, as the tick labels count them."""
    mesh = ax["meshes"][0]
    values = mesh["values"][_in_view(mesh["y"], ax["ylim"])][:, _in_view(mesh["x"], ax["xlim"])]
    if _descending(ax["yticks"]):
        values = values[::-1]
    return values[:, ::-1] if _descending(ax["xticks"]) else values


def _in_view(centres, limits):
    """Return which cells are in view: their centres are within the limits of the axis."""
    low, high = sorted(limits)
    slack = 1e-9 * (high - low)  # rounding, where the limits are the outermost centres
    return (low - slack <= centres) & (centres <= high + slack)


def _descending(ticks):
    numbers = [re.findall(r"\d+", text)[-1:] for _, text in sorted(ticks)]
    numbers = [int(found[0]) for found in numbers if found]
    return len(numbers) > 1 and all(a > b for a, b in pairwise(numbers))


def _limits(panels):
    return {name: ax["meshes"][0]["clim"] for name, ax in panels.items()}


def _bars(figure):
    ranges = {tuple(ax["clim"]) for ax in figure["axes"] if "clim" in ax}
    if not ranges:
        raise BadResult("the figure has no colour bar")
    return [list(limits) for limits in sorted(ranges)]


TIME = r"\b(time|(time ?)?steps?|t)\b"
UNIT = r"\b(units?|hidden|neurons?)\b"


def _labels(panels):
    labels = {}
    for name, ax in panels.items():
        x, y = ax["xlabel"].strip().lower(), ax["ylabel"].strip().lower()
        swapped = _about(x, UNIT, not_about=TIME) and _about(y, TIME, not_about=UNIT)
        labels[name] = {
            "x axis is labelled": bool(x),
            "y axis is labelled": bool(y),
            "labels are swapped": swapped,
        }
    return labels


def _about(label, word, not_about):
    return bool(re.search(word, label)) and not re.search(not_about, label)
