"""How much of a wrong answer is right: named results, their numbers and their form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.isolation.wire import Opaque, tensor
from autograder.judging.share import Share, share
from autograder.judging.tolerance import Tolerance

COLUMN = np.array([[0.25], [-1.5], [2.0]])
GRADIENTS = {"W": np.eye(2), "b": np.ones(2), "h_0": np.full(2, 1e-3), "inputs": [np.ones(2)] * 3}


@pytest.mark.parametrize(
    ("got", "want", "names", "said"),
    [
        # one result: its numbers are right in another form
        (COLUMN.ravel(), COLUMN, (), Share(0, 1, 0)),
        (COLUMN.astype(np.float32), COLUMN, (), Share(0, 1, 0)),
        (COLUMN.tolist(), COLUMN, (), Share(0, 1, 0)),
        (tensor(COLUMN), COLUMN, (), Share(0, 1, 0)),
        (tensor(2.5), 2.5, (), Share(0, 1, 0)),
        (2, 2.0, (), Share(0, 1, 0)),
        (tensor(COLUMN, "meta"), tensor(COLUMN), (), Share(0, 1, 0)),
        # one result: wrong numbers, of whatever form, cost no more than themselves
        (COLUMN + 1e-6, COLUMN, (), Share(0, 0, 1)),
        (COLUMN.T @ COLUMN, COLUMN, (), Share(0, 0, 1)),
        (COLUMN[::-1].T, COLUMN, (), Share(0, 0, 1)),
        (np.full((3, 1), np.nan), COLUMN, (), Share(0, 0, 1)),
        (np.array([[0.25], [-1.5], [np.inf]]), COLUMN, (), Share(0, 0, 1)),
        (None, COLUMN, (), Share(0, 0, 1)),
        (Opaque("set"), 3, (), Share(0, 0, 1)),
        ([[1.0], [2.0, 3.0]], COLUMN, (), Share(0, 0, 1)),
        # keys of a dict
        ({**GRADIENTS, "b": np.zeros(2)}, GRADIENTS, (), Share(3 / 4, 3 / 4, 1)),
        ({"W": np.eye(2), "b": np.ones((2, 1))}, GRADIENTS, (), Share(1 / 4, 1 / 2, 3 / 4)),
        ({**GRADIENTS, "h_0": np.zeros(2)}, GRADIENTS, (), Share(3 / 4, 3 / 4, 1)),
        ({**GRADIENTS, "more": 1.0}, GRADIENTS, (), Share(0, 1, 0)),
        ({}, GRADIENTS, (), Share(0, 0, 1)),
        (7.0, GRADIENTS, (), Share(0, 0, 1)),
        # entries of a tuple
        ((1.0, 3.0), (1.0, 2.0), (), Share(1 / 2, 1 / 2, 1)),
        ((2.0, 1.0), (1.0, 2.0), (), Share(0, 0, 1)),
        (([COLUMN], COLUMN.ravel()), ([COLUMN], COLUMN), (), Share(1 / 2, 1, 1 / 2)),
        ([COLUMN], ([COLUMN], COLUMN), (), Share(0, 0, 1)),
        # a list is one result, unless its entries have names
        ([1.0, 3.0], [1.0, 2.0], (), Share(0, 0, 1)),
        ([1.0, 3.0], [1.0, 2.0], ("loss", "norm"), Share(1 / 2, 1 / 2, 1)),
    ],
)
def test_the_share_of_an_answer(got: Any, want: Any, names: tuple[str, ...], said: Share) -> None:
    assert share(got, want, Tolerance(names)) == said


def test_small_results_are_judged_on_the_scale_of_the_large_ones() -> None:
    want = {"large": np.ones(3), "zero": np.zeros(3)}
    got = {"large": np.zeros(3), "zero": np.full(3, 1e-14)}
    assert share(got, want, Tolerance()) == Share(1 / 2, 1 / 2, 1)
