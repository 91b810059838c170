"""Values of checks as JSON: arrays, tensors, scalars and containers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.isolation.wire import Opaque, Tensor, tensor

# Significant digits of expected numbers, two decades beyond the tolerances (`tolerance.RTOL`): the
# last bits of one machine's arithmetic are not released.
DIGITS = {"float64": 12, "complex128": 12, "float32": 7, "complex64": 7}


def to_json(value: Any, rounded: bool = False) -> Any:
    """A value as JSON; if `rounded`, floats keep DIGITS significant digits.

    Raises TypeError for a value that is no array, tensor, scalar, string, bytes or container of
    them.
    """
    if isinstance(value, float) and not isinstance(value, np.generic):
        return {"float": _number(value, 12 if rounded else 17)}
    if isinstance(value, complex) and not isinstance(value, np.generic):
        return {"complex": _number(value, 12 if rounded else 17)}
    if isinstance(value, bytes) and not isinstance(value, np.generic):
        return {"bytes": value.hex()}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        digits = DIGITS.get(array.dtype.name, 17) if rounded else 17
        numbers = [_number(x, digits) for x in array.ravel().tolist()]
        kind = "scalar" if isinstance(value, np.generic) else "array"
        node = {kind: numbers, "shape": list(array.shape), "dtype": array.dtype.name}
        return {**node, "device": value.on} if isinstance(value, Tensor) else node
    if isinstance(value, list):
        return [to_json(item, rounded) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [to_json(item, rounded) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[to_json(key), to_json(item, rounded)] for key, item in value.items()]}
    if isinstance(value, Opaque):
        return {"opaque": value.type_name}
    raise TypeError(f"{type(value).__name__} cannot be frozen")


def from_json(node: Any) -> Any:
    """The value that `to_json` wrote."""
    if isinstance(node, list):
        return [from_json(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "float" in node:
        return float(node["float"])
    if "tuple" in node:
        return tuple(from_json(item) for item in node["tuple"])
    if "dict" in node:
        return {from_json(key): from_json(item) for key, item in node["dict"]}
    if "complex" in node:
        return complex(node["complex"])
    if "bytes" in node:
        return bytes.fromhex(node["bytes"])
    if "opaque" in node:
        return Opaque(node["opaque"])
    entries = node["array"] if "array" in node else node["scalar"]
    numbers = [complex(x) if isinstance(x, str) and "j" in x else x for x in entries]
    array = np.array(numbers, dtype=node["dtype"]).reshape(node["shape"])
    if "scalar" in node:
        return array[()]
    return tensor(array, node["device"]) if "device" in node else array


def _number(value: Any, digits: int) -> Any:
    if isinstance(value, complex):
        return str(complex(*(float(f"{part:.{digits}g}") for part in (value.real, value.imag))))
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if math.isfinite(value) else str(value)
    return value
