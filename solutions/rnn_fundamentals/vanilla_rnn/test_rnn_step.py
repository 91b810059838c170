"""Checks of rnn_step."""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified

from .cases import sequence


def step_case(rng, D, H, scale=0.5):
    """x, h_prev, W_xh, W_hh, b_h, none of them zero."""
    x, b_h = rng.standard_normal((D, 1)), scale * rng.standard_normal((H, 1))
    h_prev = rng.uniform(-0.9, 0.9, (H, 1))
    W_xh, W_hh = scale * rng.standard_normal((H, D)), scale * rng.standard_normal((H, H))
    return x, h_prev, W_xh, W_hh, b_h


def step_with_sums(rng, sums, scale=0.5):
    """A step with the given sums inside tanh, by the choice of the bias."""
    sums = np.array(sums, dtype=float)[:, None]
    x, h_prev, W_xh, W_hh, _ = step_case(rng, D=2, H=len(sums), scale=scale)
    return x, h_prev, W_xh, W_hh, sums - W_xh @ x - W_hh @ h_prev


@demand("step")
@public
def test_one_step(student, reference, rng):
    """computes tanh(W_xh x + W_hh h_prev + b_h)"""
    case = step_case(rng, D=3, H=5)
    same(student.rnn_step(*case), reference.rnn_step(*case))


@demand("each_term")
@pytest.mark.parametrize("term", ["x", "h_prev", "b_h"])
def test_terms(student, reference, rng, term):
    """squashes a single term"""
    case = dict(zip(("x", "h_prev", "W_xh", "W_hh", "b_h"), step_case(rng, D=3, H=5), strict=True))
    for name in ("x", "h_prev", "b_h"):
        case[name] *= name == term
    same(student.rnn_step(*case.values()), reference.rnn_step(*case.values()))


@demand("any_case")
@public
@pytest.mark.parametrize("zero", ["h_prev", "x"])
def test_zeros(student, reference, rng, zero):
    """is right when the previous state or the input is zero"""
    case = step_case(rng, D=3, H=5)
    case[("x", "h_prev").index(zero)][:] = 0.0
    same(student.rnn_step(*case), reference.rnn_step(*case))


@demand("harmless")
@public
def test_arguments(student, rng):
    """leaves its arguments as they were"""
    unmodified(student.rnn_step(*step_case(rng, D=3, H=5)))


@demand("step")
@pytest.mark.parametrize("D, H", [(4, 4), (6, 2), (1, 1), (1, 7), (16, 16)])
def test_sizes(student, reference, rng, D, H):
    """is right for other sizes, also equal sizes and a single unit"""
    case = step_case(rng, D, H)
    same(student.rnn_step(*case), reference.rnn_step(*case))


@demand("any_case")
def test_saturated(student, reference, rng):
    """is right to the last digits where units are saturated"""
    case = step_with_sums(rng, [a * (-1) ** a for a in range(5, 20)])
    # tanh(14) is 1 - 1e-12, and right programs differ by 1e-16 here
    same(student.rnn_step(*case), reference.rnn_step(*case), rtol=1e-12)


@demand("any_case")
@public
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_huge(student, reference, rng, dtype):
    """is finite and right where the sum inside tanh is 100 or far more"""
    case = step_with_sums(rng, [100.0, -400.0, 3000.0, -1e6])
    case = [a.astype(dtype) for a in case]
    same(student.rnn_step(*case), reference.rnn_step(*case))


@demand("step")
def test_cancelling(student, reference, rng):
    """is right where large terms add up to a small sum"""
    case = step_with_sums(rng, [0.3, -0.7, 1.2], scale=100.0)
    same(student.rnn_step(*case), reference.rnn_step(*case))


@demand("any_case")
def test_large(student, reference, rng):
    """is right for a large input and a large initial state"""
    x, h_prev, W_xh, W_hh, b_h = step_case(rng, D=3, H=5)
    case = 1e7 * x, 4.0 * h_prev, 1e-7 * W_xh, W_hh, b_h
    same(student.rnn_step(*case), reference.rnn_step(*case))


@demand("any_case")
def test_tiny(student, reference, rng):
    """is right to rounding where the state is close to zero"""
    x, h_prev, W_xh, W_hh, b_h = step_case(rng, D=3, H=5)
    # no smaller: a tanh made of exponentials is right to 1e-16, and to 1e-13 of a state of 1e-3
    case = 1e-3 * x, 1e-3 * h_prev, W_xh, W_hh, 1e-3 * b_h
    same(student.rnn_step(*case), reference.rnn_step(*case))


@demand("form")
@public
def test_float32(student, reference, rng):
    """keeps the dtype of its arguments"""
    case = [a.astype(np.float32) for a in step_case(rng, D=2, H=3)]
    same(student.rnn_step(*case), reference.rnn_step(*case))


@demand("harmless")
@public
def test_in_turn(student, reference, rng):
    """returns new arrays that later calls do not overwrite, and changes no global setting"""
    case = step_case(rng, D=2, H=3), step_case(rng, D=2, H=3)
    answer = student.probe.three_steps(*case)
    same(answer, reference.probe.three_steps(*case))
    leaves_globals_alone(answer)


@demand("harmless")
def test_walk(student, reference, rng):
    """returns new arrays over a dozen steps, each step from the state before"""
    _, h_0, *weights = step_case(rng, D=3, H=4)
    case = sequence(rng, 12, 3), h_0, *weights
    same(student.probe.run_steps(*case), reference.probe.run_steps(*case))
