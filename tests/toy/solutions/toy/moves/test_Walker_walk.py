"""Checks of Walker.walk."""

import numpy as np
import pytest

from autograder.grading import public, same


@public
@pytest.mark.parametrize("T", [0, 1, 3, 5])
def test_walk(student, reference, rng, T):
    """walks any number of steps"""
    case = rng.standard_normal(2), [rng.standard_normal(2) for _ in range(T)]
    same(student.probe.walk(*case), reference.probe.walk(*case))


def test_device(student, reference, rng, device):
    """walks on every device"""
    case = np.ones(2), [np.ones(2)]
    same(student.probe.walk(*case), reference.probe.walk(*case))
