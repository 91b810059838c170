"""Relations between wrong numbers and right ones: told where they hold, and only there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.judging.difference import difference
from autograder.judging.relations import lengths_in, relation, transposed

RNG = np.random.default_rng(5)
W = RNG.standard_normal((4, 4))
SERIES = [RNG.standard_normal((3, 1)) for _ in range(5)]


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (-W, "it has the opposite sign"),
        (W.T, "it is transposed"),
        (-W.T, "it is transposed and has the opposite sign"),
        (7 * W, "it is 7 times too large; 7 is a length in this call"),
        (W / 12, "it is 12 times too small"),
        (-3 * W, "it is 3 times too large and has the opposite sign"),
        (0.37 * W, "every entry is 0.37 times what was expected"),
        (W + 0.5, "it is off by one constant, the same for every entry"),
        (W.astype(np.float32).astype(float), "it is right in float32 only: about seven digits"),
        (W * (1 + 1e-9), "it is nearly right: about 9 digits agree"),
        (np.round(W, 5), "it is nearly right: about 6 digits agree"),
        (0 * W, "it is zero everywhere"),
        (np.abs(W), "it has the right sizes without their signs"),
        (W**2, "its entries are the squares"),
        (np.cumsum(W, axis=0), "it is the running sum along axis 0"),
        (W[::-1], "it is reversed along axis 0"),
        (W[[2, 0, 3, 1]], "it has the right numbers in another order"),
        (np.vstack([0 * W[:1], W[:-1]]), "each entry is the one expected before it along axis 0"),
        (np.vstack([W[1:], 9 + W[:1]]), "each entry is the one expected after it along axis 0"),
    ],
)
def test_a_relation_that_holds_is_told(got: np.ndarray, said: str) -> None:
    assert relation(got, W, {7}).startswith(said)
    noisy = W + RNG.standard_normal(W.shape)
    assert relation(got + noisy, W, {7}) == ""


def test_a_single_number_has_relations_of_whole_numbers_only() -> None:
    one = np.array(2.5)
    assert relation(np.array(5.0), one) == "it is 2 times too large"
    assert relation(np.array(-2.5), one) == "it has the opposite sign"
    assert relation(np.array(3.1), one) == ""
    assert relation(np.array(0.0), one) == ""


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_has_no_relation(bad: float) -> None:
    assert relation(np.full((2, 2), bad), np.ones((2, 2))) == ""
    assert relation(np.full((2, 2), 1e308), np.full((2, 2), 1e-308)) == ""


def test_a_transposed_shape_is_seen() -> None:
    rectangle = RNG.standard_normal((2, 3))
    assert transposed(rectangle.T, rectangle)
    assert not transposed(rectangle.T + 1, rectangle)
    assert difference(rectangle.T, rectangle).relation() == "it is transposed"


def test_a_series_is_looked_at_as_a_whole() -> None:
    late = [0 * SERIES[0], *SERIES[:-1]]
    want = {"states": SERIES, "W": W}
    said = difference({"states": late, "W": W}, want).relation()
    assert said == "states: each entry is the one expected before it"
    assert difference({"states": [-s for s in SERIES], "W": -W}, want).relation() == (
        "states, W: it has the opposite sign"
    )
    assert difference(SERIES[::-1], SERIES).relation() == "it is reversed"


def test_of_many_results_a_few_are_named_so_that_what_is_said_of_them_fits_behind() -> None:
    five = dict.fromkeys("abcde", W)
    assert (
        difference(dict.fromkeys(five, -W), five).relation()
        == "a, b, c, d, e: it has the opposite sign"
    )
    six = five | {"f": W}
    assert difference(dict.fromkeys(six, -W), six).relation() == (
        "a, b, c, d and 2 others: it has the opposite sign"
    )


def test_lengths_are_those_of_the_lists_and_arrays_of_a_call() -> None:
    assert lengths_in([{"W": np.ones((5, 3))}, [np.ones((2, 1))] * 7]) == {5, 3, 2, 7}


@pytest.mark.parametrize("factor", [1 + 1e-8, 3.0, -1.0])
def test_words_do_not_decide(factor: float) -> None:
    assert difference(factor * W, W).failure is not None
    assert difference(W * (1 + 1e-13), W).failure is None


def test_where_values_differ_first_is_said() -> None:
    got: Any = W.copy()
    got[1, 2] += 1e-3
    got[3, 1] += 1.0
    failure = difference(got, W).failure
    assert failure is not None
    assert failure.details[0] == (
        "2 of 16 entries differ, the first at [1, 2]; the largest gap is at [3, 1]"
    )
