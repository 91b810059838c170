"""Values, names and numbers in words."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.isolation.wire import Opaque, tensor
from autograder.judging.value_words import (
    aligned,
    described,
    index_in_words,
    right_together,
    series_of,
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros((2, 3)), "an array of shape (2, 3)"),
        (tensor(np.zeros(2)), "a tensor of shape (2,)"),
        ([1, 2], "a list of 2"),
        ((), "a tuple of 0"),
        (Opaque("Iterator"), "an Iterator"),
        (None, "nothing (None)"),
    ],
)
def test_a_value_is_described_by_its_kind(value: object, words: str) -> None:
    assert described(value) == words


def test_numbers_are_aligned_and_have_the_digits_that_differ() -> None:
    assert aligned(1.25, -8.0625) == ("   1.25", "-8.0625")
    want, got = aligned(0.1, 0.1 + 1e-16 * 2)
    assert want != got


def test_right_results_of_a_series_are_drawn_together() -> None:
    series = [f"h[{i}]" for i in range(4)]
    assert list(right_together(["dW", *series], [])) == ["dW", "h"]
    assert list(right_together(series[:3], series[3:])) == ["h[0] to [2]"]
    assert list(right_together(series[:1], series[1:])) == ["h[0]"]
    assert list(right_together([series[0], series[2]], [series[1]])) == ["2 of h"]


def test_names_and_indices() -> None:
    assert [series_of(name) for name in ("h[3]", "h", "h['a']", "")] == ["h", "h", "h['a']", ""]
    assert index_in_words((1, 0)) == "[1, 0]"
    assert index_in_words(()) == ""
