"""What probes are given to take a student's objects apart."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from autograder.probing import BadResult, attribute, kind, unpack


@pytest.mark.parametrize("value", [(1.0, 2.0), [1.0, 2.0], np.array([1.0, 2.0])])
def test_a_tuple_list_or_array_of_the_right_length_is_unpacked(value: object) -> None:
    assert unpack(value, 2, "f") == (1.0, 2.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "f returned nothing (None) where a tuple of 2 was expected"),
        ((1,), "f returned 1 values where 2 were expected"),
        (np.zeros((2, 2)), "f returned a ndarray where a tuple of 2 was expected"),
    ],
)
def test_another_structure_is_named(value: object, text: str) -> None:
    with pytest.raises(BadResult) as raised:
        unpack(value, 2, "f")
    assert str(raised.value) == text


def test_an_attribute_may_lie_deeper() -> None:
    owner = SimpleNamespace(cell=SimpleNamespace(weight=3))
    assert attribute(owner, "cell.weight") == 3
    with pytest.raises(BadResult, match=r"SimpleNamespace has no attribute cell\.bias"):
        attribute(owner, "cell.bias")


def test_a_kind_has_its_article() -> None:
    assert [kind(value) for value in (None, 1, [])] == ["nothing (None)", "an int", "a list"]
