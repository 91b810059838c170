"""Moves."""

import numpy as np


def double(x):
    """Twice x, an array."""
    # TODO: double it (about 1 line).
    ### BEGIN SOLUTION
    return x + x
    ### END SOLUTION


def quadruple(x):
    """Four times x, an array."""
    # TODO: quadruple it (about 1 line).
    ### BEGIN SOLUTION
    return double(double(x))
    ### END SOLUTION


class Walker:
    """Walks."""

    def __init__(self, start):
        """(Given.)"""
        self.start = start

    def walk(self, steps):
        """The positions after each of the steps, a list."""
        # TODO: walk (about 5 lines).
        ### BEGIN SOLUTION
        position = self.start
        positions = []
        for step in steps:
            position = np.add(position, step)
            positions.append(position)
        return positions
        ### END SOLUTION
