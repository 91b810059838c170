"""Checks of rnn_step_backward.

Sizes are all different or equal in pairs. No state is zero, since zero hides several mistakes. The
gradient dh is very large or very small, and units come close to their limits.
"""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified


def step_case(rng, D=3, H=5):
    """dh, x, h_prev, h, W_xh, W_hh. Every h in (-1, 1) is the result of some bias."""
    dh, x = rng.standard_normal((H, 1)), rng.standard_normal((D, 1))
    h_prev, h = rng.uniform(-0.9, 0.9, (H, 1)), rng.uniform(-0.9, 0.9, (H, 1))
    return dh, x, h_prev, h, rng.standard_normal((H, D)), 0.5 * rng.standard_normal((H, H))


STEP = ("dx", "dh_prev", "dW_xh", "dW_hh", "db_h")


@demand("gradients")
@public
def test_one_step_back(student, reference, rng):
    """computes the five gradients of one step"""
    case = step_case(rng, D=2, H=3)
    same(student.rnn_step_backward(*case), reference.rnn_step_backward(*case), names=STEP)


@demand("at_rest")
@pytest.mark.parametrize("D, H", [(2, 3), (4, 4)])
def test_new_state_of_zero(student, reference, rng, D, H):
    """computes the five gradients where the new state is zero"""
    dh, x, h_prev, h, *weights = step_case(rng, D, H)
    case = dh, x, h_prev, 0 * h, *weights
    same(student.rnn_step_backward(*case), reference.rnn_step_backward(*case), names=STEP)


@demand("gradients")
@public
def test_equal_sizes_step(student, reference, rng):
    """is right when D and H are equal"""
    case = step_case(rng, D=3, H=3)
    same(student.rnn_step_backward(*case), reference.rnn_step_backward(*case), names=STEP)


@demand("harmless")
@public
def test_arguments_of_step(student, rng):
    """leaves its arguments as they were"""
    unmodified(student.rnn_step_backward(*step_case(rng, D=2, H=3)))


@demand("gradients")
@pytest.mark.parametrize("D, H", [(3, 5), (6, 2), (1, 1), (1, 7), (16, 16)])
def test_sizes_of_step(student, reference, rng, D, H):
    """is right for other sizes, also for a single unit"""
    case = step_case(rng, D, H)
    same(student.rnn_step_backward(*case), reference.rnn_step_backward(*case), names=STEP)


@demand("gradients")
def test_differences_of_step(student, reference, rng):
    """agrees with difference quotients"""
    dh, x, h_prev, _, W_xh, W_hh = step_case(rng)
    b_h = 0.3 * rng.standard_normal((5, 1))
    W_xh = 0.3 * W_xh
    h = np.tanh(W_xh @ x + W_hh @ h_prev + b_h)
    want = reference.oracle.step_by_differences(dh, x, h_prev, W_xh, W_hh, b_h)
    # difference quotients are right to about 1e-12, wrong gradients to no better than 1e-3
    same(student.rnn_step_backward(dh, x, h_prev, h, W_xh, W_hh), want, names=STEP, rtol=1e-6)


@demand("any_case")
@pytest.mark.parametrize("zero", ["x", "h_prev"])
def test_zeros_of_step(student, reference, rng, zero):
    """is right where the input or the state before the step is zero"""
    case = step_case(rng)
    case[("dh", "x", "h_prev").index(zero)][:] = 0.0
    same(student.rnn_step_backward(*case), reference.rnn_step_backward(*case), names=STEP)


@demand("any_case")
@pytest.mark.parametrize("scale", [0.0, 1e-140, 1e3, 1e100])
def test_scale_of_step(student, reference, rng, scale):
    """is right for a loss gradient of any size"""
    dh, *rest = step_case(rng)
    case = scale * dh, *rest
    same(student.rnn_step_backward(*case), reference.rnn_step_backward(*case), names=STEP)


@demand("any_case")
def test_large_step(student, reference, rng):
    """is right for a large input and a large initial state"""
    dh, x, h_prev, h, W_xh, W_hh = step_case(rng)
    case = dh, 1e3 * x, 4.0 * h_prev, h, 1e-3 * W_xh, W_hh
    same(student.rnn_step_backward(*case), reference.rnn_step_backward(*case), names=STEP)


@demand("any_case")
def test_quiet_step(student, reference, rng):
    """is right to rounding where states are close to zero"""
    dh, x, h_prev, h, W_xh, W_hh = step_case(rng)
    case = dh, x, 1e-3 * h_prev, 1e-3 * h, W_xh, W_hh
    same(student.rnn_step_backward(*case), reference.rnn_step_backward(*case), names=STEP)


@demand("any_case")
def test_some_saturated(student, reference, rng):
    """is right where some units are saturated"""
    dh, x, h_prev, h, *weights = step_case(rng)
    h[:3] = [[1.0], [-1.0], [-0.9999]]
    case = dh, x, h_prev, h, *weights
    same(student.rnn_step_backward(*case), reference.rnn_step_backward(*case), names=STEP)


@demand("any_case")
@pytest.mark.parametrize("limit", [0.999, 1.0])
def test_all_saturated(student, reference, rng, limit):
    """is right where all units are close to their limits, or at them"""
    dh, x, h_prev, h, *weights = step_case(rng)
    case = dh, x, h_prev, limit * np.sign(h), *weights
    same(student.rnn_step_backward(*case), reference.rnn_step_backward(*case), names=STEP)


@demand("any_case")
def test_near_the_limits(student, reference, rng):
    """is right where units come closer and closer to their limits: 0.99, 0.999, and so on"""
    dh, x, h_prev, h, *weights = step_case(rng, H=9)
    limits = 1.0 - 10.0 ** -np.arange(2, 11)[:, None]
    case = dh, x, h_prev, limits * np.sign(h), *weights
    same(student.rnn_step_backward(*case), reference.rnn_step_backward(*case), names=STEP)


@demand("form")
@public
def test_float32_step(student, reference, rng):
    """keeps the dtype of its arguments"""
    # at these sizes the norm of a gradient is hardly ever near zero, where rounding would count
    case = [a.astype(np.float32) for a in step_case(rng, D=5, H=6)]
    same(student.rnn_step_backward(*case), reference.rnn_step_backward(*case), names=STEP)


@demand("harmless")
@public
def test_steps_in_turn(student, reference, rng):
    """returns new arrays that later calls do not overwrite, and changes no global setting"""
    case = step_case(rng, D=1, H=2), step_case(rng, D=1, H=2)
    answer = student.probe.three_steps_back(*case)
    same(answer, reference.probe.three_steps_back(*case), names=("first", "second", "third"))
    leaves_globals_alone(answer)
