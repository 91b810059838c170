"""Checks of VanillaRNN.forward."""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified

from .cases import sequence


def network(rng, D, H, O):
    """Weights of a contractive network, biases not zero."""
    return {
        "W_xh": 0.5 * rng.standard_normal((H, D)),
        "W_hh": 0.5 * rng.standard_normal((H, H)) / np.sqrt(H),
        "W_hy": rng.standard_normal((O, H)),
        "b_h": 0.3 * rng.standard_normal((H, 1)),
        "b_y": 0.3 * rng.standard_normal((O, 1)),
    }


PARTS = ("outputs", "hidden_states")


@demand("given_state")
@public
def test_three_steps(student, reference, rng):
    """runs over three steps from a given state"""
    case = network(rng, D=3, H=5, O=2), sequence(rng, 3, 3), rng.uniform(-0.9, 0.9, (5, 1))
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@demand("run")
@public
def test_zero_state(student, reference, rng):
    """starts from zeros when no state is given"""
    case = network(rng, D=2, H=3, O=1), sequence(rng, 3, 2)
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@demand("harmless")
@public
def test_arguments_of_forward(student, rng):
    """leaves inputs, state and weights as they were"""
    case = network(rng, D=3, H=5, O=2), sequence(rng, 3, 3), rng.uniform(-0.9, 0.9, (5, 1))
    unmodified(student.probe.forward(*case))


@demand("run")
@pytest.mark.parametrize("T", [2, 7, 30, 150])
def test_lengths(student, reference, rng, T):
    """is right for every length"""
    case = network(rng, D=3, H=5, O=2), sequence(rng, T, 3)
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@demand("any_case")
@pytest.mark.parametrize("T", [0, 1])
def test_short(student, reference, rng, T):
    """is right for an empty sequence and for a single step"""
    case = network(rng, D=3, H=5, O=2), sequence(rng, T, 3), rng.uniform(-0.9, 0.9, (5, 1))
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@demand("run")
@pytest.mark.parametrize(
    "D, H, O",
    [(1, 1, 1), (1, 7, 2), (6, 2, 3), (2, 5, 1), (3, 5, 3), (4, 4, 2), (2, 4, 4), (16, 16, 16)],
)
def test_sizes_of_forward(student, reference, rng, D, H, O):
    """is right for other sizes, also equal sizes and a single unit"""
    case = network(rng, D, H, O), sequence(rng, 3, D)
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@demand("form")
@public
@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("T", [0, 2])
def test_float32_weights(student, reference, rng, T, given):
    """returns arrays of the weights' dtype, also the initial state"""
    # at these sizes the norm of a result is hardly ever near zero, where rounding would count
    weights = {name: w.astype(np.float32) for name, w in network(rng, D=2, H=5, O=5).items()}
    case = [weights, [x.astype(np.float32) for x in sequence(rng, T, 2)]]
    case += [rng.uniform(-0.9, 0.9, (5, 1)).astype(np.float32)] * given
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@demand("run")
@public
@pytest.mark.parametrize("bias", [0.0, 1.0])
def test_zero_inputs(student, reference, rng, bias):
    """takes a step for every input, also for an input of zeros"""
    weights = network(rng, D=2, H=3, O=1)
    case = {**weights, "b_h": bias * weights["b_h"]}, [0 * x for x in sequence(rng, 3, 2)]
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@demand("given_state")
def test_large_numbers(student, reference, rng):
    """is right for large inputs, outputs, recurrent weights and a large initial state"""
    weights = network(rng, D=3, H=5, O=2)
    for name, factor in (("W_xh", 1e-3), ("W_hh", 4.0), ("W_hy", 100.0)):
        weights[name] *= factor
    case = weights, [1e3 * x for x in sequence(rng, 3, 3)], rng.uniform(-4.0, 4.0, (5, 1))
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@demand("any_case")
def test_fading(student, reference, rng):
    """is right to rounding while the state fades away, without inputs and bias"""
    weights = network(rng, D=3, H=5, O=2)
    rotation = np.linalg.qr(rng.standard_normal((5, 5)))[0]  # all units fade alike, down to 1e-13
    weights |= {"W_hh": 0.3 * rotation, "b_h": 0 * weights["b_h"]}
    case = weights, [0 * x for x in sequence(rng, 24, 3)], rng.uniform(-0.9, 0.9, (5, 1))
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@demand("any_case")
def test_saturated_units(student, reference, rng):
    """is right where all units are close to their limits"""
    weights = network(rng, D=3, H=5, O=2)
    weights["b_h"] = 6.0 * np.sign(weights["b_h"])
    case = weights, sequence(rng, 3, 3)
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@demand("harmless")
@public
def test_second_sequence(student, reference, rng):
    """starts again for every sequence, returns new arrays, and changes no global setting"""
    weights, h_prev = network(rng, D=1, H=2, O=3), rng.uniform(-0.9, 0.9, (2, 1))
    case = weights, sequence(rng, 2, 1), sequence(rng, 2, 1), h_prev
    answer = student.probe.runs_of_one_network(*case)
    same(answer, reference.probe.runs_of_one_network(*case))
    leaves_globals_alone(answer)


@demand("harmless")
@public
def test_changed_weights(student, reference, rng):
    """uses the weights that the network has at the time of the call"""
    before, after = network(rng, D=1, H=2, O=3), network(rng, D=1, H=2, O=3)
    case = before, after, sequence(rng, 2, 1), rng.uniform(-0.9, 0.9, (2, 1))
    same(student.probe.forward_after_changes(*case), reference.probe.forward_after_changes(*case))
