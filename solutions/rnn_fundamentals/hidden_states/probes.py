"""Runs beside the student's code: makes a network, turns a figure into numbers. Holds no answer."""

import re
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from autograder.figures import describe
from autograder.probing import BadResult


class Network:
    """Something with forward, and nothing else of a VanillaRNN's.

    Its rule, h_t = decay * h_{t-1} moved down by one unit + A x_t, has states beyond 1 and an
    initial state that is not zero. Its outputs are as large as its states.
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
    """hidden_state_matrix of a network that returns its states in a list, a tuple or an array."""
    return module.hidden_state_matrix(Network(A, h_0, container), inputs)


def state_matrix_twice(module, A, B, h_0, first, second):
    """One network and one list, which hold other numbers the second time: both results."""
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
    """Title -> what the heat map shows: row i, column j is unit i at time j."""
    return _values(_draw(module, states))


def colour_limits(module, states):
    """Title -> [lowest, highest]."""
    return _limits(_draw(module, states))


def axis_labels(module, states):
    """Title -> which axes are labelled, and whether the labels are those of the other axis."""
    return _labels(_draw(module, states))


def colour_bars(module, states):
    """The different ranges of the figure's colour bars."""
    return _bars(_draw(module, states))


def whole_figure(module, states):
    """All of it."""
    figure = _draw(module, states)
    return {
        "heat maps": _values(figure),
        "colour limits": _limits(figure),
        "axis labels": _labels(figure),
        "colour bars": _bars(figure),
    }


def two_figures(module, first, second):
    """Draw twice beside a figure of the caller's, then look at all three."""
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
    """Title -> the Axes with a heat map."""
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
    """First unit and first time first, also where tick labels count the other way."""
    mesh = ax["meshes"][0]
    values = mesh["values"][_in_view(mesh["y"], ax["ylim"])][:, _in_view(mesh["x"], ax["xlim"])]
    if _descending(ax["yticks"]):
        values = values[::-1]
    return values[:, ::-1] if _descending(ax["xticks"]) else values


def _in_view(centres, limits):
    """Which cells are shown: those whose centres are within the limits of the axis."""
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
