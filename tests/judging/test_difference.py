"""Comparisons: what passes, what does not and how it is said; margins, and what is mismatched."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from autograder.isolation.wire import Opaque, tensor
from autograder.judging.difference import difference
from autograder.judging.failure import Failure
from autograder.judging.tolerance import Tolerance

W = np.random.default_rng(0).standard_normal((3, 4))


def failure(got: Any, want: Any, **options: Any) -> Failure:
    found = difference(got, want, Tolerance(**options)).failure
    assert found is not None
    return found


def agree(got: Any, want: Any, **options: Any) -> bool:
    return difference(got, want, Tolerance(**options)).failure is None


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (W * (1 + 1e-14), W),
        ((W, W), [W, W]),
        (np.stack([W, W]), [W, W]),
        (np.zeros((0, 3)), []),
        (np.float32(1.5), 1.5),
        (1.5, np.float64(1.5)),
        ({"a": W, "b": 1.0}, {"b": 1.0, "a": W}),
        (np.where(np.arange(3) == 1, 0.0, 1.0), np.where(np.arange(3) == 1, 1.3e-16, 1.0)),
        (W.astype(np.float32) * np.float32(1 + 1e-6), W.astype(np.float32)),
        (np.array([np.inf, 1.0]), np.array([np.inf, 1.0])),
        (tensor(W), tensor(W)),
        (True, True),
        (np.bool_(True), True),
        (True, np.bool_(True)),
        (np.int64(3), 3),
        (3, np.uint8(3)),
        (2**70, 2**70),
        (np.arange(3), [0, 1, 2]),
        ([np.int32(0), 1], [0, np.int64(1)]),
        (np.array([True, False]), [True, False]),
        ({np.int64(0): 1}, {0: 1}),
        (1 + 2j, np.complex128(1 + 2j * (1 + 1e-14))),
        (np.complex64(1j), 1j),
        (b"ab", b"ab"),
        ("log", "log"),
    ],
)
def test_what_is_right_passes(got: Any, want: Any) -> None:
    assert agree(got, want)


@pytest.mark.parametrize(
    ("got", "want", "fact"),
    [
        (None, W, "the result is nothing (None) where an array was expected"),
        (Opaque("Equal"), W, "the result is an Equal where an array was expected"),
        (tensor(W), W, "the result is a tensor of shape (3, 4) where an array was expected"),
        (W, tensor(W), "the result is an array of shape (3, 4) where a tensor was expected"),
        (tensor(W, "cuda"), tensor(W), "the result is on the wrong device"),
        ([W], [W, W], "the result has the wrong length"),
        (W.T, W, "the result has the wrong shape"),
        (W[:, :1], W, "the result has the wrong shape"),
        (W.astype(np.float32), W, "the result has the wrong dtype"),
        (W * np.nan, W, "the result contains nan at [0, 0]"),
        (W * (1 + 1e-8), W, "the result has the right shape but wrong values"),
        (np.round(W, 6), W, "the result has the right shape but wrong values"),
        (np.array(1.0), 1.0, "the result is an array of shape () where a float was expected"),
        (tensor(1.0), 1.0, "the result is a tensor of shape () where a float was expected"),
        (1, 1.0, "the result is an int where a float was expected"),
        (True, 1.0, "the result is a bool where a float was expected"),
        (float("nan"), 1.0, "the result contains nan"),
        (1, True, "the result is an int where a truth value was expected"),
        (True, 1, "the result is a bool where an int was expected"),
        (np.bool_(True), 1, "the result is a bool where an int was expected"),
        (1.0, 1, "the result is a float where an int was expected"),
        (np.array(1), 1, "the result is an array of shape () where an int was expected"),
        (np.arange(3.0), [0, 1, 2], "result[0] is a float64 where an int was expected"),
        (np.uint8(4), 3, "the result is not what was expected"),
        (2**70, 2**70 + 1, "the result is not what was expected"),
        (1.0, 1j, "the result is a float where a complex number was expected"),
        (1 + 1j, 1 + 2j, "the result is wrong"),
        (b"ab", "ab", "the result is not what was expected"),
        (Opaque("set"), [1], "the result is a set where a list or tuple of 1 was expected"),
        (Opaque("Fraction"), 1, "the result is a Fraction where an int was expected"),
        (Opaque("set"), Opaque("set"), "the result is not what was expected"),
        ({"a": W}, {"a": W, "b": W}, "the result lacks the key b"),
        ({"a": W, "b": W}, {"a": W}, "the result has a key that was not asked for: b"),
        (
            np.array([-np.inf]),
            np.array([np.inf]),
            "the result has the right shape but wrong values",
        ),
        (np.array([1e300]), np.array([1.0]), "the result has the right shape but wrong values"),
    ],
)
def test_what_is_wrong_is_named(got: Any, want: Any, fact: str) -> None:
    assert failure(got, want).fact == fact


def test_extra_keys_pass_where_they_may() -> None:
    assert agree({"a": W, "more": None}, {"a": W}, extra_keys=True)


def test_expected_and_got_are_aligned_and_right_results_are_named() -> None:
    want = W.copy()
    want[1, 2] = 1.25
    wrong = want.copy()
    wrong[1, 2] = -8.0625
    found = failure((W, wrong), (W, want), names=("dx", "dW_hh"))
    assert found.fact == "dW_hh has the right shape but wrong values"
    assert found.details == ("1 of 12 entries differ; the first and largest gap is at [1, 2]",)
    assert (found.expected, found.got) == ("   1.25", "-8.0625")
    assert found.right == ("dx",)


def test_the_first_wrong_step_of_a_series_is_named() -> None:
    states = [W + i for i in range(6)]
    wrong = [*states[:3], *(state + 1 for state in states[3:])]
    found = failure({"h": wrong}, {"h": states})
    assert found.fact == "h[3] has the right shape but wrong values"
    assert found.right == ("h[0] to [2]",)


def test_the_first_wrong_index_of_an_axis_is_named() -> None:
    wrong = W.copy()
    wrong[:, 2:] += 1
    assert failure(wrong, W).right == ("the result[:, :2]",)


def test_the_tolerance_is_in_norm_and_not_by_entry() -> None:
    want = np.array([1.0, 1e-14])
    assert agree(np.array([1.0, 2e-14]), want)
    assert not agree(np.array([1.0 + 1e-9, 1e-14]), want)


def test_results_are_judged_one_by_one() -> None:
    small, large = np.array([1e-4]), np.array([1e4])
    assert not agree([small * (1 + 1e-3), large], [small, large])


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
    assert np.argwhere(found.wrong).tolist() == [[0, 1]]


def test_a_mismatch_in_a_series_has_the_whole_series() -> None:
    found = difference({"h": [W, W + 1, W]}, {"h": [W, W, W]}).mismatch()
    assert found is not None
    assert (found.name, found.series, found.wrong.shape) == ("h", True, (3, 3, 4))
    assert found.wrong.any(axis=(1, 2)).tolist() == [False, True, False]


def test_what_cannot_be_compared_by_entry_has_no_mismatch() -> None:
    assert difference(W.T, W).mismatch() is None
    assert difference([W], [W, W]).mismatch() is None
    assert difference(W, W).mismatch() is None
    assert difference("a", "b").mismatch() is None


def test_a_ragged_list_has_no_relation_to_a_truth_value() -> None:
    for want in (True, 3, "a", None):
        found = difference([W, [[1.0], [1.0, 2.0]]], [W, want])
        assert found.failure is not None
        assert found.relation() == ""
