"""Checks of bptt.

Sizes are all different, equal in pairs, or all equal. h_0 and the biases are not zero, since zero
hides several mistakes. The loss is at every step or at one step only, very large or very small.
Units come close to their limits. One network neither forgets nor explodes, so that a gradient that
is cut off anywhere in 150 steps changes the result. Gradients of a few steps are small and those of
long sequences large, so that the draw does not decide which of them a clipped gradient fails.
"""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified

SMALL, LARGE = 0.05, 50.0  # of a loss


def network(rng, D=3, H=5, O=2):
    """Weights of a contractive network, biases not zero."""
    return {
        "W_xh": 0.5 * rng.standard_normal((H, D)),
        "W_hh": 0.6 * rng.standard_normal((H, H)) / np.sqrt(H),
        "W_hy": rng.standard_normal((O, H)),
        "b_h": 0.3 * rng.standard_normal((H, 1)),
        "b_y": 0.3 * rng.standard_normal((O, 1)),
    }


def long_memory_network(rng, D=3, H=5, O=2):
    """Weights that carry a gradient over hundreds of steps: W_hh is nearly orthogonal."""
    rotation = np.linalg.qr(rng.standard_normal((H, H)))[0]
    rnn = network(rng, D, H, O)
    return {**rnn, "W_hh": 0.99 * rotation, "W_xh": 0.02 * rnn["W_xh"], "b_h": 0.02 * rnn["b_h"]}


def sequence(rng, rnn, T, h_0=None, scale=1.0, loss=1.0):
    """Inputs, the hidden states they lead to, and dL/dy_t for every t."""
    (H, D), O = rnn["W_xh"].shape, len(rnn["b_y"])
    inputs = [scale * rng.standard_normal((D, 1)) for _ in range(T)]
    states = [rng.uniform(-0.9, 0.9, (H, 1)) if h_0 is None else h_0]
    for x in inputs:
        states.append(np.tanh(rnn["W_xh"] @ x + rnn["W_hh"] @ states[-1] + rnn["b_h"]))
    return inputs, states, [loss * rng.standard_normal((O, 1)) for _ in range(T)]


def loss_at_one_step(d_outputs, t):
    """The gradients of a loss at step t only."""
    return [dy if i == t else 0 * dy for i, dy in enumerate(d_outputs)]


def compare_gradients(student, reference, *case):
    """Compare all gradients; wrong gradients may be those of truncated backpropagation."""

    def truncated():
        for k in range(1, min(len(case[1]), 33)):
            steps = "1 step" if k == 1 else f"{k} steps"
            what = f"the gradient that each output sends {steps} back and no further"
            yield what, reference.oracle.truncated(*case, k)

    want = reference.probe.bptt(*case)
    same(student.probe.bptt(*case), want, extra_keys=True, lookalikes=truncated)


@demand("one_step")
@public
def test_one_step_only(student, reference, rng):
    """computes all gradients of a single step"""
    rnn = network(rng, D=2, H=3, O=1)
    compare_gradients(student, reference, rnn, *sequence(rng, rnn, 1, loss=SMALL))


@demand("a_few_steps")
@public
@pytest.mark.parametrize("T", [2, 3, 6])
def test_short_sequences(student, reference, rng, T):
    """computes all gradients of a short sequence"""
    rnn = network(rng, D=2, H=3, O=1)
    compare_gradients(student, reference, rnn, *sequence(rng, rnn, T, loss=SMALL))


@demand("any_case")
@public
def test_no_step(student, reference, rng):
    """returns zeros of the right shapes for an empty sequence"""
    rnn = network(rng, D=2, H=3, O=1)
    compare_gradients(student, reference, rnn, *sequence(rng, rnn, 0))


@demand("through_time")
@public
def test_two_dozen_steps(student, reference, rng):
    """carries gradients over two dozen steps"""
    rnn = long_memory_network(rng, D=1, H=2, O=1)
    compare_gradients(student, reference, rnn, *sequence(rng, rnn, 24, loss=LARGE))


@demand("a_few_steps")
@public
@pytest.mark.parametrize("t", [0, 3])
def test_one_loss(student, reference, rng, t):
    """is right when only one output enters the loss: the first or the last of four"""
    rnn = network(rng, D=2, H=3, O=1)
    inputs, states, d_outputs = sequence(rng, rnn, 4, loss=SMALL)
    case = rnn, inputs, states, loss_at_one_step(d_outputs, t)
    same(student.probe.bptt(*case), reference.probe.bptt(*case), extra_keys=True)


@demand("any_case")
@public
def test_large_loss(student, reference, rng):
    """is right where gradients are large"""
    rnn = network(rng, D=2, H=3, O=1)
    inputs, states, d_outputs = sequence(rng, rnn, 3)
    case = rnn, inputs, states, [1000.0 * dy for dy in d_outputs]
    same(student.probe.bptt(*case), reference.probe.bptt(*case), extra_keys=True)


@demand("harmless")
@public
def test_arguments(student, rng):
    """leaves the weights and the three lists as they were"""
    rnn = network(rng, D=2, H=3, O=1)
    case = rnn, *sequence(rng, rnn, 3)
    answer = student.probe.bptt_and_arguments(*case)
    unmodified(answer)
    same(answer["arguments"], list(case))


@demand("through_time")
def test_differences(student, reference, rng):
    """agrees with difference quotients over ten steps"""
    rnn = network(rng)
    inputs, states, d_outputs = sequence(rng, rnn, 10, loss=LARGE)
    want = reference.oracle.bptt_by_differences(rnn, inputs, states[0], d_outputs)
    # difference quotients are right to about 1e-10 here, wrong gradients to no better than 1e-4
    same(student.probe.bptt(rnn, inputs, states, d_outputs), want, rtol=1e-6, extra_keys=True)


@demand("any_case")
@pytest.mark.parametrize(
    "D, H, O",
    [(1, 1, 1), (1, 7, 2), (6, 2, 3), (3, 5, 3), (4, 4, 2), (2, 4, 4), (16, 16, 16)],
)
def test_sizes(student, reference, rng, D, H, O):
    """is right for other sizes, also equal sizes and a single unit"""
    rnn = network(rng, D, H, O)
    case = rnn, *sequence(rng, rnn, 4)
    same(student.probe.bptt(*case), reference.probe.bptt(*case), extra_keys=True)


@demand("any_case")
def test_zero_state(student, reference, rng):
    """is right when the initial state is zero"""
    rnn = network(rng)
    case = rnn, *sequence(rng, rnn, 4, h_0=np.zeros((5, 1)))
    same(student.probe.bptt(*case), reference.probe.bptt(*case), extra_keys=True)


@demand("any_case")
@pytest.mark.parametrize("scale", [0.0, 1e-140, 1e100])
def test_scale(student, reference, rng, scale):
    """is right for a loss of any size"""
    rnn = network(rng)
    inputs, states, d_outputs = sequence(rng, rnn, 5)
    case = rnn, inputs, states, [scale * dy for dy in d_outputs]
    same(student.probe.bptt(*case), reference.probe.bptt(*case), extra_keys=True)


@demand("any_case")
def test_saturated(student, reference, rng):
    """is right where some units are saturated, or almost"""
    rnn = network(rng)
    # two states are exactly 1 and -1, whatever the input; one is within 1e-7 of 1
    rnn["b_h"][:3] = [[40.0], [-2000.0], [9.0]]
    case = rnn, *sequence(rng, rnn, 5)
    same(student.probe.bptt(*case), reference.probe.bptt(*case), extra_keys=True)


@demand("any_case")
def test_large_numbers(student, reference, rng):
    """is right for large inputs and a large initial state"""
    rnn = network(rng)
    rnn["W_xh"] *= 1e-3
    case = rnn, *sequence(rng, rnn, 4, h_0=rng.uniform(-4.0, 4.0, (5, 1)), scale=1e3)
    same(student.probe.bptt(*case), reference.probe.bptt(*case), extra_keys=True)


@demand("form")
@public
@pytest.mark.parametrize("T", [0, 1, 3])
def test_float32(student, reference, rng, T):
    """keeps the dtype of its arguments"""
    rnn = network(rng, D=4, H=5, O=3)
    # States are neither small nor saturated, and gradients are small: in float32, rounding might
    # hide a wrong slope or an entry that is barely clipped.
    rnn |= {name: 0.4 * rnn[name] for name in ("W_xh", "W_hh")}
    rnn["b_h"] = 0.6 * np.sign(rnn["b_h"])
    inputs, states, d_outputs = sequence(rng, rnn, T)
    lists = inputs, states, [0.2 * dy for dy in d_outputs]
    case = [{name: weight.astype(np.float32) for name, weight in rnn.items()}]
    case += [[a.astype(np.float32) for a in arrays] for arrays in lists]
    same(student.probe.bptt(*case), reference.probe.bptt(*case), extra_keys=True)


@demand("harmless")
@public
def test_in_turn(student, reference, rng):
    """returns new arrays, uses the current weights, and changes no global setting"""
    first, second = network(rng, D=1, H=2, O=1), network(rng, D=1, H=2, O=1)
    case = first, sequence(rng, first, 2), second, sequence(rng, second, 2)
    answer, names = student.probe.three_bptt_calls(*case), ("first", "second", "third")
    same(answer, reference.probe.three_bptt_calls(*case), names=names, extra_keys=True)
    leaves_globals_alone(answer)


@demand("through_time")
@pytest.mark.parametrize("T", [7, 30, 70])
def test_lengths(student, reference, rng, T):
    """is right for every length"""
    rnn = long_memory_network(rng)
    compare_gradients(student, reference, rnn, *sequence(rng, rnn, T, loss=LARGE))


@demand("through_time")
def test_at_rest(student, reference, rng):
    """is right over 40 steps in which all inputs and states are zero"""
    rnn = {name: 0 * w if name == "b_h" else w for name, w in long_memory_network(rng).items()}
    T, dy, rest = 40, LARGE * rng.standard_normal((2, 1)), [np.zeros((5, 1))]
    d_outputs = loss_at_one_step([dy] * T, T - 1)
    answer = student.probe.bptt(rnn, [np.zeros((3, 1))] * T, rest * (T + 1), d_outputs)
    back, dh = np.linalg.matrix_power(rnn["W_hh"].T, T - 1), rnn["W_hy"].T @ dy
    same(answer["h_0"], rnn["W_hh"].T @ back @ dh)
    same(answer["inputs"][0], rnn["W_xh"].T @ back @ dh)
    # the sum of a geometric series
    same(answer["b_h"], np.linalg.solve(np.eye(5) - rnn["W_hh"].T, dh - rnn["W_hh"].T @ back @ dh))


@demand("through_time")
def test_long_way(student, reference, rng):
    """carries the gradient of the last of 150 outputs back to the beginning"""
    rnn = long_memory_network(rng)
    inputs, states, d_outputs = sequence(rng, rnn, 150, loss=LARGE)
    case = rnn, inputs, states, loss_at_one_step(d_outputs, 149)
    same(student.probe.bptt(*case), reference.probe.bptt(*case), extra_keys=True)
