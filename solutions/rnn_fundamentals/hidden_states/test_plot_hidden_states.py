"""Checks of plot_hidden_states.

Figures are read, not rendered. A value beyond [-1, 1] may be drawn as it is or cut off, which looks
the same: only the colour limits count.
"""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified


def draw_states(rng, T, H, scale=0.8):
    """A (T + 1, H) matrix of states that stay away from -1 and 1."""
    return rng.uniform(-scale, scale, (T + 1, H))


def heat_map_values(states):
    """The values that the heat maps should show: a row for each unit, a column for each time."""
    return {name: matrix.T.astype(np.float64) for name, matrix in states.items()}


def expected_figure(states):
    """The contents that the figure should have."""
    labels = {"x axis is labelled": True, "y axis is labelled": True, "labels are swapped": False}
    return {
        "heat maps": heat_map_values(states),
        "titles": sorted(states),
        "colour limits": {name: [-1.0, 1.0] for name in states},
        "axis labels": dict.fromkeys(states, labels),
        "colour bars": [[-1.0, 1.0]],
    }


@demand("heat_maps")
@public
def test_heat_maps(student, reference, rng):
    """draws one heat map for each name, with time on x and hidden units on y"""
    states = {"echo": draw_states(rng, 4, 3), "noise": draw_states(rng, 2, 4)}
    same(student.probe.heat_maps(states), reference.probe.heat_maps(states))


@demand("titles")
@public
def test_titles(student, reference, rng):
    """titles each heat map with exactly its name"""
    states = {"echo": draw_states(rng, 3, 2), "a_noise": draw_states(rng, 2, 2)}
    same(student.probe.titles(states), reference.probe.titles(states))


@demand("colour_limits")
@public
def test_colour_limits(student, reference, rng):
    """has the colour limits -1 and 1 in every heat map"""
    # an initial state, or a network of another kind, may leave [-1, 1]
    states = {
        "strong": draw_states(rng, 4, 3, scale=2.5),
        "weak": draw_states(rng, 4, 3, scale=0.1),
    }
    same(student.probe.colour_limits(states), reference.probe.colour_limits(states))


@demand("axis_labels")
@public
def test_axis_labels(student, reference, rng):
    """labels both axes of every heat map"""
    states = {"echo": draw_states(rng, 4, 3), "noise": draw_states(rng, 4, 3)}
    same(student.probe.axis_labels(states), reference.probe.axis_labels(states))


@demand("colour_bar")
@public
def test_colour_bar(student, reference, rng):
    """has a colour bar, from -1 to 1"""
    states = {"echo": draw_states(rng, 4, 3), "noise": draw_states(rng, 4, 3)}
    same(student.probe.colour_bars(states), reference.probe.colour_bars(states))


@demand("heat_maps")
@public
def test_one_name(student, reference, rng):
    """draws a single name as it draws several"""
    states = {"echo": draw_states(rng, 3, 2)}
    same(student.probe.whole_figure(states), reference.probe.whole_figure(states))


@demand("heat_maps")
def test_many_names(student, rng):
    """draws seven names as it draws two, each with exactly its name as its title"""
    names = ["my_RNN", "LSTM, forget bias 1.5", "a", "A", " a", "run 3", "run 1"]
    states = {name: draw_states(rng, 4, 3) for name in names}
    same(student.probe.whole_figure(states), expected_figure(states))


@demand("heat_maps")
def test_square(student, rng):
    """does not mix up time and units where there are as many of both"""
    states = {"square": draw_states(rng, 4, 5)}
    same(student.probe.heat_maps(states), heat_map_values(states))


@demand("heat_maps")
@pytest.mark.parametrize("T, H", [(7, 1), (0, 1), (150, 16)])
def test_sizes(student, rng, T, H):
    """draws other sizes, also a single unit and the initial state alone"""
    states = {"one": draw_states(rng, T, H)}
    same(student.probe.heat_maps(states), heat_map_values(states))


@demand("heat_maps")
def test_different_sizes(student, rng):
    """draws networks and sequences of different sizes side by side"""
    states = {
        "short": draw_states(rng, 2, 6),
        "long": draw_states(rng, 9, 4),
        "small": draw_states(rng, 5, 2),
    }
    same(student.probe.whole_figure(states), expected_figure(states))


@demand("colour_limits")
def test_limits_of_small_states(student, rng):
    """has the colour limits -1 and 1 where all states are small"""
    tiny = draw_states(rng, 4, 3, scale=1e-3)
    states = {"tiny": tiny, "positive": abs(tiny)}
    same(student.probe.colour_limits(states), expected_figure(states)["colour limits"])


@demand("colour_limits")
def test_limits_of_saturated_states(student, rng):
    """has the colour limits -1 and 1 where units are saturated"""
    signs = np.sign(draw_states(rng, 4, 3))
    states = {"at one": abs(signs), "far": 0.9 * signs}
    same(student.probe.colour_limits(states), expected_figure(states)["colour limits"])


@demand("heat_maps")
def test_float32_states_drawn(student, rng):
    """draws float32 states"""
    states = {f"T = {T}": draw_states(rng, T, 3).astype(np.float32) for T in (4, 0)}
    same(student.probe.heat_maps(states), heat_map_values(states))


@demand("harmless")
@public
def test_arguments_and_settings(student, rng):
    """draws the states, and leaves them and matplotlib's settings as they were"""
    matrix = draw_states(rng, 2, 2)
    matrix[1] += 2.0
    answer = student.probe.cells_at_all({"echo": matrix})
    same(answer, np.sort(np.clip(matrix.ravel(), -1, 1)))
    unmodified(answer)
    leaves_globals_alone(answer)


@demand("harmless")
@public
def test_new_figure(student, reference, rng):
    """draws into a new figure each time and leaves other figures alone"""
    first = {"echo": draw_states(rng, 2, 2), "noise": draw_states(rng, 1, 2)}
    second = {"echo": draw_states(rng, 3, 2), "other": draw_states(rng, 1, 3)}
    same(student.probe.two_figures(first, second), reference.probe.two_figures(first, second))
