"""Hidden graders of hidden_states.py.

The network is a rule of the probe's own, so that only its `forward` is of use; its initial state
is not zero and its states leave [-1, 1]. Sizes are all different, and some coincide (T + 1 = H,
T = H), where a transposed result has the right shape. Figures are read, not rendered. What lies
beyond [-1, 1] may be drawn as it is or cut off there, which looks the same: only the limits count.
"""

import numpy as np
import pytest

from autograder.grading import public, same, undisturbed, unmodified


def picture(rng, T, H, scale=0.8):
    """A (T + 1, H) matrix that comes nowhere near -1 and 1."""
    return rng.uniform(-scale, scale, (T + 1, H))


def values(states):
    """What the heat maps are to show: a row for each unit, a column for each time."""
    return {name: matrix.T.astype(np.float64) for name, matrix in states.items()}


def whole(states):
    """What is to be read off the figure."""
    labels = {"x axis is labelled": True, "y axis is labelled": True, "labels are swapped": False}
    return {
        "heat maps": values(states),
        "colour limits": {name: [-1.0, 1.0] for name in states},
        "axis labels": dict.fromkeys(states, labels),
        "colour bars": [[-1.0, 1.0]],
    }


@public
def test_heat_maps(student, reference, rng):
    """draws one heat map a name, titled with it, time on x and hidden units on y"""
    states = {"echo": picture(rng, 4, 3), "noise": picture(rng, 2, 4)}
    same(student.probe.heat_maps(states), reference.probe.heat_maps(states))


@public
def test_colour_limits(student, reference, rng):
    """has the colour limits -1 and 1 in every heat map"""
    # an initial state, or a network of another kind, may leave [-1, 1]
    states = {"strong": picture(rng, 4, 3, scale=2.5), "weak": picture(rng, 4, 3, scale=0.1)}
    same(student.probe.colour_limits(states), reference.probe.colour_limits(states))


@public
def test_axis_labels(student, reference, rng):
    """labels both axes of every heat map"""
    states = {"echo": picture(rng, 4, 3), "noise": picture(rng, 4, 3)}
    same(student.probe.axis_labels(states), reference.probe.axis_labels(states))


@public
def test_colour_bar(student, reference, rng):
    """has a colour bar, from -1 to 1"""
    states = {"echo": picture(rng, 4, 3), "noise": picture(rng, 4, 3)}
    same(student.probe.colour_bars(states), reference.probe.colour_bars(states))


@public
def test_one_name(student, reference, rng):
    """draws one name as it draws several"""
    states = {"echo": picture(rng, 3, 2)}
    same(student.probe.whole_figure(states), reference.probe.whole_figure(states))


def test_many_names(student, rng):
    """draws seven names as it draws two, each with exactly its name as its title"""
    names = ["my_RNN", "LSTM, forget bias 1.5", "a", "A", " a", "run 3", "run 1"]
    states = {name: picture(rng, 4, 3) for name in names}
    same(student.probe.whole_figure(states), whole(states))


def test_square(student, rng):
    """does not mix up time and units where there are as many of both"""
    states = {"square": picture(rng, 4, 5)}
    same(student.probe.heat_maps(states), values(states))


@pytest.mark.parametrize("T, H", [(7, 1), (0, 1), (150, 16)])
def test_sizes(student, rng, T, H):
    """draws other sizes, one unit and the initial state alone included"""
    states = {"one": picture(rng, T, H)}
    same(student.probe.heat_maps(states), values(states))


def test_different_sizes(student, rng):
    """draws networks and sequences of different sizes side by side"""
    states = {"short": picture(rng, 2, 6), "long": picture(rng, 9, 4), "small": picture(rng, 5, 2)}
    same(student.probe.whole_figure(states), whole(states))


def test_limits_of_small_states(student, rng):
    """has the colour limits -1 and 1 where all states are small"""
    tiny = picture(rng, 4, 3, scale=1e-3)
    states = {"tiny": tiny, "positive": abs(tiny)}
    same(student.probe.whole_figure(states), whole(states))


def test_limits_of_saturated_states(student, rng):
    """has the colour limits -1 and 1 where units are saturated"""
    signs = np.sign(picture(rng, 4, 3))
    states = {"at one": abs(signs), "far": 0.9 * signs}
    same(student.probe.whole_figure(states), whole(states))


def test_float32_states_drawn(student, rng):
    """draws float32 states"""
    states = {f"T = {T}": picture(rng, T, 3).astype(np.float32) for T in (4, 0)}
    same(student.probe.heat_maps(states), values(states))


@public
def test_arguments_and_settings(student, rng):
    """leaves the states and matplotlib's settings as they were"""
    answer = student.probe.heat_maps({"echo": 2 + picture(rng, 1, 2)})
    unmodified(answer)
    undisturbed(answer)


@public
def test_new_figure(student, reference, rng):
    """draws each time into a new figure and leaves others alone"""
    first = {"echo": picture(rng, 2, 2), "noise": picture(rng, 1, 2)}
    second = {"echo": picture(rng, 3, 2), "other": picture(rng, 1, 3)}
    same(student.probe.two_figures(first, second), reference.probe.two_figures(first, second))
