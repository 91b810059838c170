"""Checks of hidden_state_matrix.

The network is the probe's own, so that a program can use nothing but its `forward`. Its initial
state is not zero, and its states leave [-1, 1]. In some cases T + 1 = H or T = H, where a
transposed result has the right shape.
"""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified


def network_case(rng, T, D, H):
    """A, h_0 and inputs for the probe's network."""
    inputs = [rng.standard_normal((D, 1)) for _ in range(T)]
    return rng.standard_normal((H, D)), rng.standard_normal((H, 1)), inputs


def rows(A, h_0, inputs):
    """The states of the probe's network, one in each row."""
    states = [h_0]
    for x in inputs:
        states.append(0.75 * np.roll(states[-1], 1, axis=0) + A @ x)
    return np.concatenate(states, axis=1).T.copy()


@demand("initial_state")
@public
def test_rows(student, reference, rng):
    """has the hidden state after t steps in row t, the initial state in row 0"""
    case = network_case(rng, T=3, D=2, H=5)
    same(student.probe.state_matrix(*case), reference.probe.state_matrix(*case))


@demand("form")
@public
def test_one_unit(student, reference, rng):
    """returns two axes, also for one hidden unit"""
    case = network_case(rng, T=3, D=2, H=1)
    same(student.probe.state_matrix(*case), reference.probe.state_matrix(*case))


@demand("initial_state")
@public
def test_as_many_units_as_states(student, reference, rng):
    """does not mix up time and units where there are as many of both"""
    case = network_case(rng, T=3, D=2, H=4)
    same(student.probe.state_matrix(*case), reference.probe.state_matrix(*case))


@demand("form")
@public
@pytest.mark.parametrize("T", [0, 4])
def test_float32_states(student, reference, rng, T):
    """keeps the dtype of the states, also of the initial state alone"""
    A, h_0, inputs = network_case(rng, T, D=3, H=2)
    inputs = [x.astype(np.float32) for x in inputs]
    case = A.astype(np.float32), h_0.astype(np.float32), inputs
    same(student.probe.state_matrix(*case), reference.probe.state_matrix(*case))


@demand("steps")
@pytest.mark.parametrize("T", [1, 3, 4, 30])
def test_last_rows(student, rng, T):
    """has the state after the last step in the last row, and the others before it"""
    case = network_case(rng, T, D=2, H=5)
    same(student.probe.state_matrix(*case)[-T:], rows(*case)[-T:])


@demand("initial_state")
@pytest.mark.parametrize("T", [0, 1, 2, 5, 30, 150])
def test_lengths(student, rng, T):
    """is right for every length, also for an empty sequence"""
    case = network_case(rng, T, D=3, H=5)
    same(student.probe.state_matrix(*case), rows(*case))


@demand("initial_state")
@pytest.mark.parametrize("container", ["tuple", "array"])
def test_containers(student, rng, container):
    """takes the states from a tuple or an array as well as from a list"""
    case = network_case(rng, T=4, D=3, H=2)
    same(student.probe.state_matrix(*case, container), rows(*case))


@demand("initial_state")
@pytest.mark.parametrize("T, D, H", [(0, 1, 1), (3, 1, 16), (16, 16, 16)])
def test_sizes_of_network(student, rng, T, D, H):
    """is right for small and large networks"""
    case = network_case(rng, T, D, H)
    same(student.probe.state_matrix(*case), rows(*case))


@demand("initial_state")
@pytest.mark.parametrize("scale", [1e-140, 1e100])
def test_scales(student, rng, scale):
    """returns tiny and huge states without changing them"""
    A, h_0, inputs = network_case(rng, T=3, D=2, H=5)
    case = scale * A, scale * h_0, inputs
    same(student.probe.state_matrix(*case), rows(*case))


@demand("harmless")
@public
def test_two_calls(student, reference, rng):
    """is right again after network and inputs have changed, and changes neither of them"""
    A, h_0, first = network_case(rng, T=2, D=2, H=3)
    B, _, second = network_case(rng, T=2, D=2, H=3)
    answer = student.probe.state_matrix_twice(A, B, h_0, first, second)
    same(answer, reference.probe.state_matrix_twice(A, B, h_0, first, second))
    unmodified(answer)
    leaves_globals_alone(answer)
