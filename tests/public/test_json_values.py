"""Values of checks survive JSON; expected numbers are rounded."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from autograder.isolation.wire import Opaque, Tensor, tensor
from autograder.public.json_values import from_json, to_json

VALUES = [
    None,
    True,
    3,
    0.1,
    float("-inf"),
    "text",
    [1, (2.5, "a")],
    {"a": 1, 2: [None], (0, 1): 2, b"k": 3, 0.5: 4},
    2**70,
    1 + 0.1j,
    complex("nan"),
    b"\x00a",
    np.arange(6, dtype=np.float32).reshape(2, 3) / 7,
    np.array([], dtype=np.int64),
    np.array([1.5 + 2j, complex("inf")]),
    np.float64(1 / 3),
    np.array([np.nan, np.inf, 1e-300]),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_survives_json(value: Any) -> None:
    again = from_json(json.loads(json.dumps(to_json(value))))
    assert type(again) is type(value)
    if isinstance(value, (np.ndarray, np.generic)):
        assert (again.dtype, again.shape) == (value.dtype, value.shape)
        assert np.array_equal(again, value, equal_nan=True)
    else:
        assert again == value or again != again


def test_a_tensor_keeps_its_device_and_an_opaque_its_type() -> None:
    again = from_json(to_json(tensor(np.ones(2), "cuda")))
    assert isinstance(again, Tensor)
    assert again.on == "cuda"
    opaque = from_json(to_json(Opaque("Thing")))
    assert isinstance(opaque, Opaque)
    assert opaque.type_name == "Thing"


def test_expected_numbers_are_rounded_to_their_dtype() -> None:
    assert to_json(np.array([1 / 3]), rounded=True)["array"] == [0.333333333333]
    assert to_json(np.array([1 / 3], dtype=np.float32), rounded=True)["array"] == [0.3333333]
    assert to_json(1 / 3, rounded=True) == {"float": 0.333333333333}
    assert to_json(1 / 3) == {"float": 1 / 3}
    assert to_json(1j / 3, rounded=True) == {"complex": "0.333333333333j"}
    assert to_json(np.array([1j / 3]), rounded=True)["array"] == ["0.333333333333j"]


def test_anything_else_cannot_be_frozen() -> None:
    with pytest.raises(TypeError, match="object cannot be frozen"):
        to_json([object()])
