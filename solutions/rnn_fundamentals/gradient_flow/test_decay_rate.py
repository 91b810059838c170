"""Checks of decay_rate."""

import numpy as np
import pytest

from autograder.grading import demand, leaves_globals_alone, public, same, unmodified

from .cases import noisy_decay

# Right programs differ by rounding: 2e-11 where they solve normal equations, 1e-15 elsewhere.
# Wrong programs differ by 1e-6 or more.
FIT = 1e-8


def slope(lengths, norms):
    """The least-squares slope of log10(norm), from deviations."""
    x, y = np.array(lengths, float), np.log10(norms)
    x = x - x.mean()
    return float(x @ (y - y.mean()) / (x @ x))


@demand("slope")
@public
def test_line(student, reference, rng):
    """gives the decades per step of norms that decay evenly"""
    case = [1, 2, 5, 10], [0.3 * 10.0 ** (-0.25 * n) for n in (1, 2, 5, 10)]
    same(student.decay_rate(*case), reference.decay_rate(*case), rtol=FIT)


@demand("slope")
@public
def test_noisy(student, reference, rng):
    """fits scattered norms by least squares of their log10"""
    lengths = [5, 10, 20, 50, 100]
    case = lengths, noisy_decay(rng, lengths)
    same(student.decay_rate(*case), reference.decay_rate(*case), rtol=FIT)


@demand("slope")
@public
def test_unsorted(student, reference, rng):
    """fits lengths in any order, repeats included"""
    lengths = [20, 3, 7, 7, 50]
    case = lengths, noisy_decay(rng, lengths, rate=0.05)
    same(student.decay_rate(*case), reference.decay_rate(*case), rtol=FIT)


@demand("any_case")
@public
@pytest.mark.parametrize(
    "lengths, norms",
    [
        ([9, 1], [1e-9, 1.0]),
        ([1, 9], [1e-200, 1e200]),
        ([1, 5, 9], [1e-200, 3.0, 1e200]),
        ([20, 21], [1.0, 2.0]),
        ([1, 300], [1.0, 1.01]),
        ([1, 2, 3], [1.0, 1e-30, 1e-62]),
        ([1, 2, 60, 90, 150], [1.0, 0.1, 1e-60, 1e-70, 1e-120]),
    ],
)
def test_slopes(student, reference, rng, lengths, norms):
    """fits flat and steep lines, near and far lengths, small and large norms"""
    same(student.decay_rate(lengths, norms), slope(lengths, norms), rtol=FIT)


@demand("slope")
@pytest.mark.parametrize("rate", [-0.2, -0.01, 0.0, 0.2])
def test_geometric(student, reference, rng, rate):
    """gives the decades per step of a geometric sequence, growing or shrinking"""
    lengths, rate = [1, 4, 9, 16, 25, 100], float(rate * rng.uniform(0.7, 1.3))
    start = 10 ** rng.uniform(-2.0, 2.0)
    norms = [start * norm for norm in noisy_decay(rng, lengths, rate, noise=0.0)]
    same(student.decay_rate(lengths, norms), rate, rtol=FIT)


@demand("slope")
@pytest.mark.parametrize("n", [2, 3, 4, 10, 150])
def test_counts(student, reference, rng, n):
    """fits any number of points, two or many"""
    lengths = sorted(rng.choice(np.arange(1, 200), n, replace=False).tolist())
    norms = noisy_decay(rng, lengths)
    same(student.decay_rate(lengths, norms), slope(lengths, norms), rtol=FIT)


@demand("any_case")
def test_repeats(student, reference, rng):
    """counts every point, however often a length occurs"""
    lengths = [30, 10, 10, 10, 10, 80, 30, 2]
    norms = noisy_decay(rng, lengths)
    same(student.decay_rate(lengths, norms), slope(lengths, norms), rtol=FIT)


@demand("any_case")
@pytest.mark.parametrize("sign", [-1, 1])
def test_far_away(student, reference, rng, sign):
    """fits norms from 1e-200 to 1e200"""
    lengths = [10, 50, 100, 150, 200]
    norms = noisy_decay(rng, lengths, rate=sign * 0.95)
    same(student.decay_rate(lengths, norms), slope(lengths, norms), rtol=FIT)


@demand("any_case")
def test_tiny(student, reference, rng):
    """fits norms that are all tiny"""
    lengths = [100, 110, 120, 130, 150]
    norms = [1e-180 * norm for norm in noisy_decay(rng, lengths, rate=-0.02)]
    same(student.decay_rate(lengths, norms), slope(lengths, norms), rtol=FIT)


@demand("harmless")
def test_decay_again(student, reference, rng):
    """is right when it is called again with other norms, and changes nothing"""
    lengths = [9, 3, 5, 3]
    norms, others = ([1e-9 * norm for norm in noisy_decay(rng, lengths)] for _ in range(2))
    student.decay_rate(lengths, others)
    answer = student.decay_rate(lengths, norms)
    same(answer, slope(lengths, norms), rtol=FIT)
    leaves_globals_alone(answer)
    unmodified(answer)
