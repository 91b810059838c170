"""Hidden graders of vanilla_rnn.py.

Probes: sizes all different and all equal, a state and biases that are not zero (zero hides
several mistakes), one case each with zero, saturated and huge pre-activations, float32.
"""

import numpy as np
import pytest

from autograder.grading import grades, public, same, undisturbed, unmodified


def step_case(rng, D, H, scale=0.5):
    """x, h_prev, W_xh, W_hh, b_h, none of them zero."""
    x, b_h = rng.standard_normal((D, 1)), scale * rng.standard_normal((H, 1))
    h_prev = rng.uniform(-0.9, 0.9, (H, 1))
    W_xh, W_hh = scale * rng.standard_normal((H, D)), scale * rng.standard_normal((H, H))
    return x, h_prev, W_xh, W_hh, b_h


def network(rng, D, H, O):
    """Weights of a contractive network, biases not zero."""
    return {
        "W_xh": 0.5 * rng.standard_normal((H, D)),
        "W_hh": 0.5 * rng.standard_normal((H, H)) / np.sqrt(H),
        "W_hy": rng.standard_normal((O, H)),
        "b_h": 0.3 * rng.standard_normal((H, 1)),
        "b_y": 0.3 * rng.standard_normal((O, 1)),
    }


def sequence(rng, T, D):
    return [rng.standard_normal((D, 1)) for _ in range(T)]


# ---------------------------------------------------------------- rnn_step


@public
@grades("rnn_step")
def test_one_step(student, reference, rng):
    """computes tanh(W_xh x + W_hh h_prev + b_h)"""
    case = step_case(rng, D=3, H=5)
    same(student.rnn_step(*case), reference.rnn_step(*case))


@public
@grades("rnn_step")
def test_no_history(student, reference, rng):
    """is right when the previous state is zero"""
    x, h_prev, *weights = step_case(rng, D=3, H=5)
    case = (x, 0 * h_prev, *weights)
    same(student.rnn_step(*case), reference.rnn_step(*case))


@public
@grades("rnn_step")
def test_arguments(student, reference, rng):
    """leaves its arguments as they were"""
    case = step_case(rng, D=3, H=5)
    unmodified(student.rnn_step(*case))


@grades("rnn_step")
@pytest.mark.parametrize("D, H", [(4, 4), (6, 2), (1, 1), (1, 7), (16, 16)])
def test_sizes(student, reference, rng, D, H):
    """is right for other sizes, equal ones and one unit included"""
    case = step_case(rng, D, H)
    same(student.rnn_step(*case), reference.rnn_step(*case))


@grades("rnn_step")
def test_saturated(student, reference, rng):
    """is right where units are saturated"""
    case = step_case(rng, D=3, H=5, scale=15.0)
    same(student.rnn_step(*case), reference.rnn_step(*case))


@grades("rnn_step")
def test_huge(student, reference, rng):
    """is finite and right for sums inside tanh of more than a thousand"""
    case = step_case(rng, D=3, H=5, scale=5000.0)
    same(student.rnn_step(*case), reference.rnn_step(*case))


@grades("rnn_step")
def test_tiny(student, reference, rng):
    """is right to rounding where the state is close to zero"""
    x, h_prev, W_xh, W_hh, b_h = step_case(rng, D=3, H=5)
    case = (1e-4 * x, 1e-4 * h_prev, W_xh, W_hh, 1e-4 * b_h)
    same(student.rnn_step(*case), reference.rnn_step(*case))


@grades("rnn_step")
def test_float32(student, reference, rng):
    """keeps the dtype of its arguments"""
    case = [a.astype(np.float32) for a in step_case(rng, D=3, H=5)]
    same(student.rnn_step(*case), reference.rnn_step(*case))


@grades("rnn_step")
def test_twice(student, reference, rng):
    """gives the same result when it is called again, and disturbs nothing"""
    first, second = step_case(rng, D=3, H=5), step_case(rng, D=3, H=5)
    student.rnn_step(*first)
    student.rnn_step(*second)
    again = student.rnn_step(*first)
    same(again, reference.rnn_step(*first))
    undisturbed(again)


# ---------------------------------------------------------------- VanillaRNN.forward

PARTS = ("outputs", "hidden_states")


@public
@grades("VanillaRNN.forward")
def test_three_steps(student, reference, rng):
    """runs over three steps from a given state"""
    case = network(rng, D=3, H=5, O=2), sequence(rng, 3, 3), rng.uniform(-0.9, 0.9, (5, 1))
    same(student.forward(*case), reference.forward(*case), names=PARTS)


@public
@grades("VanillaRNN.forward")
def test_zero_state(student, reference, rng):
    """starts from zeros when no state is given"""
    case = network(rng, D=3, H=5, O=2), sequence(rng, 3, 3)
    same(student.forward(*case), reference.forward(*case), names=PARTS)


@public
@grades("VanillaRNN.forward")
def test_arguments_of_forward(student, reference, rng):
    """leaves inputs, state and weights as they were"""
    case = network(rng, D=3, H=5, O=2), sequence(rng, 3, 3), rng.uniform(-0.9, 0.9, (5, 1))
    unmodified(student.forward(*case))


@grades("VanillaRNN.forward")
@pytest.mark.parametrize("T", [0, 1, 2, 7, 30, 200])
def test_lengths(student, reference, rng, T):
    """is right for every length, none included"""
    case = network(rng, D=3, H=5, O=2), sequence(rng, T, 3), rng.uniform(-0.9, 0.9, (5, 1))
    same(student.forward(*case), reference.forward(*case), names=PARTS)


@grades("VanillaRNN.forward")
def test_equal_sizes(student, reference, rng):
    """is right when all sizes are equal"""
    case = network(rng, D=4, H=4, O=4), sequence(rng, 4, 4), rng.uniform(-0.9, 0.9, (4, 1))
    same(student.forward(*case), reference.forward(*case), names=PARTS)


@grades("VanillaRNN.forward")
def test_float32_weights(student, reference, rng):
    """has the dtype of the weights, the initial state included"""
    weights = {name: w.astype(np.float32) for name, w in network(rng, D=3, H=5, O=2).items()}
    case = weights, [x.astype(np.float32) for x in sequence(rng, 4, 3)]
    same(student.forward(*case), reference.forward(*case), names=PARTS)


@grades("VanillaRNN.forward")
def test_second_sequence(student, reference, rng):
    """starts anew for a second sequence"""
    weights, h_prev = network(rng, D=3, H=5, O=2), rng.uniform(-0.9, 0.9, (5, 1))
    case = weights, sequence(rng, 3, 3), sequence(rng, 4, 3), h_prev
    answer = student.forward_twice(*case)
    same(answer, reference.forward_twice(*case), names=PARTS)
    undisturbed(answer, "numpy.random")
