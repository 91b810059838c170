"""Hidden graders of vanilla_rnn.py.

Probes: sizes all different, equal in pairs and all equal; a state and biases that are not zero
(zero hides several mistakes), and cases in which they are; sums inside tanh that are tiny, large
and huge; float32; calls in turn, whose results have to last.
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


def step_with_sums(rng, sums, scale=0.5):
    """A step whose sums inside tanh are these: the bias sees to it."""
    sums = np.array(sums, dtype=float)[:, None]
    x, h_prev, W_xh, W_hh, _ = step_case(rng, D=2, H=len(sums), scale=scale)
    return x, h_prev, W_xh, W_hh, sums - W_xh @ x - W_hh @ h_prev


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
@pytest.mark.parametrize("zero", ["h_prev", "x"])
def test_zeros(student, reference, rng, zero):
    """is right when the previous state or the input is zero"""
    case = step_case(rng, D=3, H=5)
    case[("x", "h_prev").index(zero)][:] = 0.0
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
    """is right to the last digits where units are saturated"""
    case = step_with_sums(rng, [a * (-1) ** a for a in range(5, 20)])
    # tanh(14) is 1 - 1e-12, and right programs differ by 1e-16 here
    same(student.rnn_step(*case), reference.rnn_step(*case), rtol=1e-12)


@public
@grades("rnn_step")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_huge(student, reference, rng, dtype):
    """is finite and right for sums inside tanh of a hundred and far more"""
    case = step_with_sums(rng, [100.0, -400.0, 3000.0, -1e6])
    case = [a.astype(dtype) for a in case]
    same(student.rnn_step(*case), reference.rnn_step(*case))


@grades("rnn_step")
def test_cancelling(student, reference, rng):
    """is right where large terms add up to a small sum"""
    case = step_with_sums(rng, [0.3, -0.7, 1.2], scale=100.0)
    same(student.rnn_step(*case), reference.rnn_step(*case))


@grades("rnn_step")
def test_large(student, reference, rng):
    """is right for a large input and a large initial state"""
    x, h_prev, W_xh, W_hh, b_h = step_case(rng, D=3, H=5)
    case = 1e7 * x, 4.0 * h_prev, 1e-7 * W_xh, W_hh, b_h
    same(student.rnn_step(*case), reference.rnn_step(*case))


@grades("rnn_step")
def test_tiny(student, reference, rng):
    """is right to rounding where the state is close to zero"""
    x, h_prev, W_xh, W_hh, b_h = step_case(rng, D=3, H=5)
    # no smaller: a tanh made of exponentials is right to 1e-16, and to 1e-13 of a state of 1e-3
    case = 1e-3 * x, 1e-3 * h_prev, W_xh, W_hh, 1e-3 * b_h
    same(student.rnn_step(*case), reference.rnn_step(*case))


@public
@grades("rnn_step")
def test_float32(student, reference, rng):
    """keeps the dtype of its arguments"""
    case = [a.astype(np.float32) for a in step_case(rng, D=2, H=3)]
    same(student.rnn_step(*case), reference.rnn_step(*case))


@public
@grades("rnn_step")
def test_in_turn(student, reference, rng):
    """gives results that last, whatever is called later, and disturbs nothing"""
    case = step_case(rng, D=2, H=3), step_case(rng, D=2, H=3)
    answer = student.probe.steps_in_turn(*case)
    same(answer, reference.probe.steps_in_turn(*case))
    undisturbed(answer)


@grades("rnn_step")
def test_walk(student, reference, rng):
    """gives results that last over a dozen steps, each from the state before"""
    _, h_0, *weights = step_case(rng, D=3, H=4)
    case = sequence(rng, 12, 3), h_0, *weights
    same(student.probe.walk(*case), reference.probe.walk(*case))


# ---------------------------------------------------------------- VanillaRNN.forward

PARTS = ("outputs", "hidden_states")


@public
@grades("VanillaRNN.forward")
def test_three_steps(student, reference, rng):
    """runs over three steps from a given state"""
    case = network(rng, D=3, H=5, O=2), sequence(rng, 3, 3), rng.uniform(-0.9, 0.9, (5, 1))
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@public
@grades("VanillaRNN.forward")
def test_zero_state(student, reference, rng):
    """starts from zeros when no state is given"""
    case = network(rng, D=2, H=3, O=1), sequence(rng, 3, 2)
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@public
@grades("VanillaRNN.forward")
def test_arguments_of_forward(student, reference, rng):
    """leaves inputs, state and weights as they were"""
    case = network(rng, D=3, H=5, O=2), sequence(rng, 3, 3), rng.uniform(-0.9, 0.9, (5, 1))
    unmodified(student.probe.forward(*case))


@grades("VanillaRNN.forward")
@pytest.mark.parametrize("T", [0, 1, 2, 7, 30, 150])
def test_lengths(student, reference, rng, T):
    """is right for every length, none included"""
    case = network(rng, D=3, H=5, O=2), sequence(rng, T, 3), rng.uniform(-0.9, 0.9, (5, 1))
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@grades("VanillaRNN.forward")
@pytest.mark.parametrize(
    "D, H, O",
    [(1, 1, 1), (1, 7, 2), (6, 2, 3), (2, 5, 1), (3, 5, 3), (4, 4, 2), (2, 4, 4), (16, 16, 16)],
)
def test_sizes_of_forward(student, reference, rng, D, H, O):
    """is right for other sizes, equal ones and one unit included"""
    case = network(rng, D, H, O), sequence(rng, 3, D), rng.uniform(-0.9, 0.9, (H, 1))
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@public
@grades("VanillaRNN.forward")
@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("T", [0, 2])
def test_float32_weights(student, reference, rng, T, given):
    """has the dtype of the weights, the initial state included"""
    # sizes at which the norm of a result is hardly ever near zero, where rounding would show
    weights = {name: w.astype(np.float32) for name, w in network(rng, D=2, H=5, O=5).items()}
    case = [weights, [x.astype(np.float32) for x in sequence(rng, T, 2)]]
    case += [rng.uniform(-0.9, 0.9, (5, 1)).astype(np.float32)] * given
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@public
@grades("VanillaRNN.forward")
@pytest.mark.parametrize("bias", [0.0, 1.0])
def test_zero_inputs(student, reference, rng, bias):
    """takes a step for every input, those of zeros included"""
    weights = network(rng, D=2, H=3, O=1)
    case = {**weights, "b_h": bias * weights["b_h"]}, [0 * x for x in sequence(rng, 3, 2)]
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@grades("VanillaRNN.forward")
def test_large_numbers(student, reference, rng):
    """is right for large inputs, outputs, recurrent weights and a large initial state"""
    weights = network(rng, D=3, H=5, O=2)
    for name, factor in (("W_xh", 1e-3), ("W_hh", 4.0), ("W_hy", 100.0)):
        weights[name] *= factor
    case = weights, [1e3 * x for x in sequence(rng, 3, 3)], rng.uniform(-4.0, 4.0, (5, 1))
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@grades("VanillaRNN.forward")
def test_fading(student, reference, rng):
    """is right to rounding while the state fades away, without inputs and bias"""
    weights = network(rng, D=3, H=5, O=2)
    rotation = np.linalg.qr(rng.standard_normal((5, 5)))[0]  # all units fade alike, down to 1e-13
    weights |= {"W_hh": 0.3 * rotation, "b_h": 0 * weights["b_h"]}
    case = weights, [0 * x for x in sequence(rng, 24, 3)], rng.uniform(-0.9, 0.9, (5, 1))
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@grades("VanillaRNN.forward")
def test_saturated_units(student, reference, rng):
    """is right where all units are close to their limits"""
    weights = network(rng, D=3, H=5, O=2)
    weights["b_h"] = 6.0 * np.sign(weights["b_h"])
    case = weights, sequence(rng, 3, 3)
    same(student.probe.forward(*case), reference.probe.forward(*case), names=PARTS)


@public
@grades("VanillaRNN.forward")
def test_second_sequence(student, reference, rng):
    """starts anew for every sequence, gives results that last, and disturbs nothing"""
    weights, h_prev = network(rng, D=1, H=2, O=3), rng.uniform(-0.9, 0.9, (2, 1))
    case = weights, sequence(rng, 2, 1), sequence(rng, 2, 1), h_prev
    answer = student.probe.forward_in_turn(*case)
    same(answer, reference.probe.forward_in_turn(*case))
    undisturbed(answer)


@public
@grades("VanillaRNN.forward")
def test_changed_weights(student, reference, rng):
    """reads the weights as they are when it is called"""
    before, after = network(rng, D=1, H=2, O=3), network(rng, D=1, H=2, O=3)
    case = before, after, sequence(rng, 2, 1), rng.uniform(-0.9, 0.9, (2, 1))
    same(student.probe.forward_after_changes(*case), reference.probe.forward_after_changes(*case))
