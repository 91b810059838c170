"""Graders of the toy."""

import numpy as np
import pytest

from autograder.grading import grades, public, same, unmodified


@public
@grades("double")
def test_twice_two(student, reference, rng):
    """doubles"""
    x = rng.standard_normal((2, 3))
    same(student.double(x), reference.double(x))


@public
@grades("double")
def test_argument(student, rng):
    """leaves x alone"""
    unmodified(student.double(rng.standard_normal(3)))


@public
@grades("quadruple")
def test_four(student, reference, rng):
    """quadruples"""
    x = rng.standard_normal(4)
    same(student.quadruple(x), reference.quadruple(x))


@public
@grades("Walker.walk")
@pytest.mark.parametrize("T", [0, 1, 3, 5])
def test_walk(student, reference, rng, T):
    """walks any number of steps"""
    case = rng.standard_normal(2), [rng.standard_normal(2) for _ in range(T)]
    same(student.probe.walk(*case), reference.probe.walk(*case))


@grades("Walker.walk")
def test_device(student, reference, rng, device):
    """walks on every device"""
    case = np.ones(2), [np.ones(2)]
    same(student.probe.walk(*case), reference.probe.walk(*case))
