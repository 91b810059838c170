"""Checks of double."""

from autograder.grading import demand, public, same, unmodified


@demand("product")
@public
def test_twice_two(student, reference, rng):
    """doubles"""
    x = rng.standard_normal((2, 3))
    same(student.double(x), reference.double(x))


@demand("argument")
@public
def test_argument(student, rng):
    """leaves x alone"""
    unmodified(student.double(rng.standard_normal(3)))
