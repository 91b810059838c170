"""Probes of hidden_states.py: make a network, tell a figure's artists. Released; holds no answer.

What the facts about a figure mean is decided in readings.py.
"""

import matplotlib.pyplot as plt
import numpy as np

from autograder.artists import read_artists
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


def drawing(module, states):
    """Return the artists of the figure, and the names in `states` after the call."""
    figure = module.plot_hidden_states(states)
    return {"figure": read_artists(figure), "names": list(states)}


heat_maps = titles = colour_limits = axis_labels = colour_bars = whole_figure = drawing
cells_at_all = drawing


def two_figures(module, first, second):
    """Draw two figures while the caller has one open; return their artists, and what is left of it.

    The second call gets arrays in Fortran order.
    """
    other = plt.figure("the caller's")
    other.text(0, 0, "drawn before")
    second = {name: np.asfortranarray(matrix) for name, matrix in second.items()}
    figures = [module.plot_hidden_states(states=states) for states in (first, second)]
    return {
        "figures": [read_artists(figure) for figure in figures],
        "the caller's is open": plt.fignum_exists("the caller's"),
        "the caller's": read_artists(other),
        "texts in the caller's": [text.get_text() for text in other.texts],
    }
