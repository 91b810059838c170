"""Probes of hidden_states.py: make a network, read figures. Released; holds no answer."""

import re
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from autograder.figures import describe
from autograder.probing import BadResult


class Network:
    """A network that has forward, and no other attribute of VanillaRNN.

    h_t = 0.75 roll(h_{t-1}) + A x_t, where roll moves each unit down by one. States go beyond 1,
    the initial state is not zero, and outputs are as large as states.
    """

    def __init__(self, A, h_0, container):
        self._A, self._h_0, self._container = A, h_0, container

    def forward(self, inputs, h_prev=None):
        states = [self._h_0 if h_prev is None else h_prev]
        for x in inputs:
            decay = states[-1].dtype.type(0.75)
            states.append(decay * np.roll(states[-1], 1, axis=0) + self._A @ x)
        outputs = [-h for h in states[1:]]
        if self._container == "array":
            return np.array(outputs), np.array(states)
        return (tuple(outputs), tuple(states)) if self._container == "tuple" else (outputs, states)


def state_matrix(module, A, h_0, inputs, container="list"):
    """Return hidden_state_matrix of a network whose forward returns a list, a tuple or an array."""
    return module.hidden_state_matrix(Network(A, h_0, container), inputs)


def state_matrix_twice(module, A, B, h_0, first, second):
    """Call hidden_state_matrix twice with one network and list, which change in between."""
    network, inputs = Network(A, h_0, "list"), list(first)
    attributes = list(vars(network))
    results = [module.hidden_state_matrix(rnn=network, inputs=inputs)]
    network._A = B
    inputs[:] = second
    results.append(module.hidden_state_matrix(rnn=network, inputs=inputs))
    if list(vars(network)) != attributes:
        raise BadResult("the call changed its argument rnn")
    return results


# ---------------------------------------------------------------- figures


def heat_maps(module, states):
    """Return title -> the values of the heat map; row i, column j is unit i at time j."""
    return _values(_draw(module, states))


def colour_limits(module, states):
    """Return title -> [lowest, highest]."""
    return _limits(_draw(module, states))


def axis_labels(module, states):
    """Return title -> which axes have a label, and whether the two labels are swapped."""
    return _labels(_draw(module, states))


def colour_bars(module, states):
    """Return the different ranges of the figure's colour bars."""
    return _bars(_draw(module, states))


def whole_figure(module, states):
    """Return heat maps, colour limits, axis labels and colour bars of one figure."""
    figure = _draw(module, states)
    return {
        "heat maps": _values(figure),
        "colour limits": _limits(figure),
        "axis labels": _labels(figure),
        "colour bars": _bars(figure),
    }


def two_figures(module, first, second):
    """Draw two figures while the caller has one open; then return the heat maps of the two."""
    other = plt.figure("the caller's")
    other.text(0, 0, "drawn before")
    second = {name: np.asfortranarray(matrix) for name, matrix in second.items()}
    figures = [module.plot_hidden_states(states=states) for states in (first, second)]
    if not plt.fignum_exists("the caller's"):
        raise BadResult("the call closed a figure that was there before")
    if other.axes or len(other.texts) != 1:
        raise BadResult("the call changed a figure that was there before")
    return [_values(describe(figure)) for figure in figures]


def _draw(module, states):
    names = list(states)
    description = describe(module.plot_hidden_states(states))
    if list(states) != names:
        raise BadResult("the call changed its argument states")
    return description


def _panels(figure):
    """Return title -> the Axes with a heat map. Raises BadResult."""
    panels = {}
    for ax in figure["axes"]:
        if not ax["meshes"]:
            continue
        title = ax["title"]
        if len(ax["meshes"]) > 1:
            raise BadResult(f"there is more than one heat map in the Axes titled {title!r}")
        if title in panels:
            raise BadResult(f"there is more than one heat map with the title {title!r}")
        panels[title] = ax
    if not panels:
        raise BadResult("the figure has no heat map")
    return panels


def _values(figure):
    return {title: _in_order(ax) for title, ax in _panels(figure).items()}


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


def _limits(figure):
    return {title: ax["meshes"][0]["clim"] for title, ax in _panels(figure).items()}


def _bars(figure):
    ranges = {tuple(ax["clim"]) for ax in figure["axes"] if "clim" in ax}
    if not ranges:
        raise BadResult("the figure has no colour bar")
    return [list(limits) for limits in sorted(ranges)]


TIME = r"\b(time|(time ?)?steps?|t)\b"
UNIT = r"\b(units?|hidden|neurons?)\b"


def _labels(figure):
    labels = {}
    for title, ax in _panels(figure).items():
        x, y = ax["xlabel"].strip().lower(), ax["ylabel"].strip().lower()
        swapped = _about(x, UNIT, not_about=TIME) and _about(y, TIME, not_about=UNIT)
        labels[title] = {
            "x axis is labelled": bool(x),
            "y axis is labelled": bool(y),
            "labels are swapped": swapped,
        }
    return labels


def _about(label, word, not_about):
    return bool(re.search(word, label)) and not re.search(not_about, label)
