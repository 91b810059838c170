"""One comparison gives the failure, its margin, and the numbers side by side."""

from __future__ import annotations

import math

import numpy as np

from autograder.judging.difference import difference
from autograder.judging.tolerance import Tolerance

W = np.arange(1.0, 7.0).reshape(2, 3)


def test_the_margin_is_the_largest_error_over_its_tolerance() -> None:
    exact = difference([W, 2.0], [W, 2.0])
    assert (exact.failure, exact.margin, exact.rtol) == (None, 0.0, 1e-10)
    near = difference([W * (1 + 5e-11), 2.0], [W, 2.0])
    assert near.failure is None
    assert near.margin is not None
    assert math.isclose(near.margin, 0.5, rel_tol=0.02)
    wider = difference(W * (1 + 1e-4), W, Tolerance(rtol=1e-3))
    assert (wider.failure, wider.rtol) == (None, 1e-3)


def test_without_floating_point_numbers_there_is_no_margin() -> None:
    assert difference((1, "a", True), (1, "a", True)).margin is None
    assert difference(np.array([1, 2]), np.array([1, 3])).margin == math.inf
    assert difference([W], [W, W]).margin == math.inf


def test_a_mismatch_has_the_first_wrong_result() -> None:
    wrong = W.copy()
    wrong[0, 1] = 0.0
    found = difference((W, wrong, W + 1), (W, W, W), Tolerance(names=("a", "b", "c"))).mismatch()
    assert found is not None
    assert (found.name, found.series) == ("b", False)
    assert found.wrong.tolist() == [[False, True, False], [False, False, False]]


def test_a_mismatch_in_a_series_has_the_whole_series() -> None:
    found = difference({"h": [W, W + 1, W]}, {"h": [W, W, W]}).mismatch()
    assert found is not None
    assert (found.name, found.series, found.wrong.shape) == ("h", True, (3, 2, 3))
    assert found.wrong.any(axis=(1, 2)).tolist() == [False, True, False]


def test_what_cannot_be_compared_by_entry_has_no_mismatch() -> None:
    assert difference(W.T, W).mismatch() is None
    assert difference([W], [W, W]).mismatch() is None
    assert difference(W, W).mismatch() is None
    assert difference("a", "b").mismatch() is None


def test_a_number_that_is_not_finite_is_named_with_its_place() -> None:
    bad = W.copy()
    bad[1, 2] = np.nan
    found = difference(bad, W)
    assert found.failure is not None
    assert found.failure.fact == "the result contains nan at [1, 2]"
    assert found.margin == math.inf


def test_a_ragged_list_has_no_relation_to_a_truth_value() -> None:
    for want in (True, 3, "a", None):
        found = difference([W, [[1.0], [1.0, 2.0]]], [W, want])
        assert found.failure is not None
        assert found.relation() == ""
