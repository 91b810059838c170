"""Checks of quadruple."""

from autograder.grading import public, same


@public
def test_four(student, reference, rng):
    """quadruples"""
    x = rng.standard_normal(4)
    same(student.quadruple(x), reference.quadruple(x))
