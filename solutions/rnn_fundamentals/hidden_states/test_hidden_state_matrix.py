"""Hidden graders of hidden_states.py.

The network is a rule of the probe's own, so that only its `forward` is of use; its initial state
is not zero and its states leave [-1, 1]. Sizes are all different, and some coincide (T + 1 = H,
T = H), where a transposed result has the right shape. Figures are read, not rendered. What lies
beyond [-1, 1] may be drawn as it is or cut off there, which looks the same: only the limits count.
"""

import numpy as np
import pytest

from autograder.grading import grades, public, same, undisturbed, unmodified


def network_case(rng, T, D, H):
    """A, h_0 and inputs of the probe's network."""
    inputs = [rng.standard_normal((D, 1)) for _ in range(T)]
    return rng.standard_normal((H, D)), rng.standard_normal((H, 1)), inputs


def rows(A, h_0, inputs):
    """The states of the probe's network, one a row."""
    states = [h_0]
    for x in inputs:
        states.append(0.75 * np.roll(states[-1], 1, axis=0) + A @ x)
    return np.concatenate(states, axis=1).T.copy()


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


# ---------------------------------------------------------------- hidden_state_matrix


@public
@grades("hidden_state_matrix")
def test_rows(student, reference, rng):
    """has the hidden state after t steps in row t, the initial state in row 0"""
    case = network_case(rng, T=3, D=2, H=5)
    same(student.probe.state_matrix(*case), reference.probe.state_matrix(*case))


@public
@grades("hidden_state_matrix")
def test_one_unit(student, reference, rng):
    """has two axes also for one hidden unit"""
    case = network_case(rng, T=3, D=2, H=1)
    same(student.probe.state_matrix(*case), reference.probe.state_matrix(*case))


@public
@grades("hidden_state_matrix")
def test_as_many_units_as_states(student, reference, rng):
    """does not mix up time and units where there are as many of both"""
    case = network_case(rng, T=3, D=2, H=4)
    same(student.probe.state_matrix(*case), reference.probe.state_matrix(*case))


@public
@grades("hidden_state_matrix")
@pytest.mark.parametrize("T", [0, 4])
def test_float32_states(student, reference, rng, T):
    """keeps the dtype of the states, also where there is the initial one only"""
    A, h_0, inputs = network_case(rng, T, D=3, H=2)
    inputs = [x.astype(np.float32) for x in inputs]
    case = A.astype(np.float32), h_0.astype(np.float32), inputs
    same(student.probe.state_matrix(*case), reference.probe.state_matrix(*case))


@grades("hidden_state_matrix")
@pytest.mark.parametrize("T", [0, 1, 2, 5, 30, 150])
def test_lengths(student, rng, T):
    """is right for every length, none included"""
    case = network_case(rng, T, D=3, H=5)
    same(student.probe.state_matrix(*case), rows(*case))


@grades("hidden_state_matrix")
@pytest.mark.parametrize("container", ["tuple", "array"])
def test_containers(student, rng, container):
    """takes the states from a tuple or an array as well as from a list"""
    case = network_case(rng, T=4, D=3, H=2)
    same(student.probe.state_matrix(*case, container), rows(*case))


@grades("hidden_state_matrix")
@pytest.mark.parametrize("T, D, H", [(0, 1, 1), (3, 1, 16), (16, 16, 16)])
def test_sizes_of_network(student, rng, T, D, H):
    """is right for small and large networks"""
    case = network_case(rng, T, D, H)
    same(student.probe.state_matrix(*case), rows(*case))


@grades("hidden_state_matrix")
@pytest.mark.parametrize("scale", [1e-140, 1e100])
def test_scales(student, rng, scale):
    """has the states as they are, tiny or huge"""
    A, h_0, inputs = network_case(rng, T=3, D=2, H=5)
    case = scale * A, scale * h_0, inputs
    same(student.probe.state_matrix(*case), rows(*case))


@public
@grades("hidden_state_matrix")
def test_two_calls(student, reference, rng):
    """is right again where network and inputs have changed, and leaves both as they are"""
    A, h_0, first = network_case(rng, T=2, D=2, H=3)
    B, _, second = network_case(rng, T=2, D=2, H=3)
    answer = student.probe.state_matrix_twice(A, B, h_0, first, second)
    same(answer, reference.probe.state_matrix_twice(A, B, h_0, first, second))
    unmodified(answer)
    undisturbed(answer)


# ---------------------------------------------------------------- plot_hidden_states


@public
@grades("plot_hidden_states")
def test_heat_maps(student, reference, rng):
    """draws one heat map a name, titled with it, time on x and hidden units on y"""
    states = {"echo": picture(rng, 4, 3), "noise": picture(rng, 2, 4)}
    same(student.probe.heat_maps(states), reference.probe.heat_maps(states))


@public
@grades("plot_hidden_states")
def test_colour_limits(student, reference, rng):
    """has the colour limits -1 and 1 in every heat map"""
    # an initial state, or a network of another kind, may leave [-1, 1]
    states = {"strong": picture(rng, 4, 3, scale=2.5), "weak": picture(rng, 4, 3, scale=0.1)}
    same(student.probe.colour_limits(states), reference.probe.colour_limits(states))


@public
@grades("plot_hidden_states")
def test_axis_labels(student, reference, rng):
    """labels both axes of every heat map"""
    states = {"echo": picture(rng, 4, 3), "noise": picture(rng, 4, 3)}
    same(student.probe.axis_labels(states), reference.probe.axis_labels(states))


@public
@grades("plot_hidden_states")
def test_colour_bar(student, reference, rng):
    """has a colour bar, from -1 to 1"""
    states = {"echo": picture(rng, 4, 3), "noise": picture(rng, 4, 3)}
    same(student.probe.colour_bars(states), reference.probe.colour_bars(states))


@public
@grades("plot_hidden_states")
def test_one_name(student, reference, rng):
    """draws one name as it draws several"""
    states = {"echo": picture(rng, 3, 2)}
    same(student.probe.whole_figure(states), reference.probe.whole_figure(states))


@grades("plot_hidden_states")
def test_many_names(student, rng):
    """draws seven names as it draws two, each with exactly its name as its title"""
    names = ["my_RNN", "LSTM, forget bias 1.5", "a", "A", " a", "run 3", "run 1"]
    states = {name: picture(rng, 4, 3) for name in names}
    same(student.probe.whole_figure(states), whole(states))


@grades("plot_hidden_states")
def test_square(student, rng):
    """does not mix up time and units where there are as many of both"""
    states = {"square": picture(rng, 4, 5)}
    same(student.probe.heat_maps(states), values(states))


@grades("plot_hidden_states")
@pytest.mark.parametrize("T, H", [(7, 1), (0, 1), (150, 16)])
def test_sizes(student, rng, T, H):
    """draws other sizes, one unit and the initial state alone included"""
    states = {"one": picture(rng, T, H)}
    same(student.probe.heat_maps(states), values(states))


@grades("plot_hidden_states")
def test_different_sizes(student, rng):
    """draws networks and sequences of different sizes side by side"""
    states = {"short": picture(rng, 2, 6), "long": picture(rng, 9, 4), "small": picture(rng, 5, 2)}
    same(student.probe.whole_figure(states), whole(states))


@grades("plot_hidden_states")
def test_limits_of_small_states(student, rng):
    """has the colour limits -1 and 1 where all states are small"""
    tiny = picture(rng, 4, 3, scale=1e-3)
    states = {"tiny": tiny, "positive": abs(tiny)}
    same(student.probe.whole_figure(states), whole(states))


@grades("plot_hidden_states")
def test_limits_of_saturated_states(student, rng):
    """has the colour limits -1 and 1 where units are saturated"""
    signs = np.sign(picture(rng, 4, 3))
    states = {"at one": abs(signs), "far": 0.9 * signs}
    same(student.probe.whole_figure(states), whole(states))


@grades("plot_hidden_states")
def test_float32_states_drawn(student, rng):
    """draws float32 states"""
    states = {f"T = {T}": picture(rng, T, 3).astype(np.float32) for T in (4, 0)}
    same(student.probe.heat_maps(states), values(states))


@public
@grades("plot_hidden_states")
def test_arguments_and_settings(student, rng):
    """leaves the states and matplotlib's settings as they were"""
    answer = student.probe.heat_maps({"echo": 2 + picture(rng, 1, 2)})
    unmodified(answer)
    undisturbed(answer)


@public
@grades("plot_hidden_states")
def test_new_figure(student, reference, rng):
    """draws each time into a new figure and leaves others alone"""
    first = {"echo": picture(rng, 2, 2), "noise": picture(rng, 1, 2)}
    second = {"echo": picture(rng, 3, 2), "other": picture(rng, 1, 3)}
    same(student.probe.two_figures(first, second), reference.probe.two_figures(first, second))
