"""Simple relations between wrong numbers and right numbers, whatever the exercise.

    relation(-want, want)  ->  "it has the opposite sign"

A relation is named only if it holds to rounding and the numbers could not have it by chance: for a
single number, only a whole factor is named.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

HOLDS = {"float32": 1e-5, "complex64": 1e-5, "float16": 1e-2}
HOLDS_DEFAULT = 1e-9
SINGLE = (5e-9, 1e-6)  # relative errors between which float64 numbers are right in float32 only
NEARLY = 1e-4  # relative error below which the message says how many digits agree
FACTORS = 1000  # the largest whole factor that is named


def relation(
    got: np.ndarray, want: np.ndarray, lengths: Collection[int] = (), *, series: bool = False
) -> str:
    """The first relation that holds between two arrays of one shape, or "".

    Args:
        got, want: float arrays of one shape and dtype; they differ.
        lengths: of the sequences in the call; the words say so if a factor is one of them.
        series: whether the first axis counts the arrays of a series; then it is not named.
    """
    if want.dtype.kind != "f" or got.shape != want.shape:
        return ""
    holds = HOLDS.get(want.dtype.name, HOLDS_DEFAULT)
    got, want = got.astype(np.float64), want.astype(np.float64)
    if not (np.isfinite(got).all() and np.isfinite(want).all()) or not want.any():
        return ""
    with np.errstate(all="ignore"):
        error, size = _norm(got - want), _norm(want)
        if error < NEARLY * size:
            return _nearly(error / size) if holds == HOLDS_DEFAULT else ""
        for text, value in _candidates(got, want, lengths, series):
            size = _norm(value)
            if math.isfinite(size) and _norm(got - value) <= holds * size:
                return text
    return ""


def _nearly(error: float) -> str:
    """A small relative error, larger than rounding, in words."""
    if error == 0.0:
        return ""
    if SINGLE[0] < error < SINGLE[1]:
        return "it is right in float32 only: about seven digits agree"
    return f"it is nearly right: about {-math.log10(error):.0f} digits agree"


def transposed(got: np.ndarray, want: np.ndarray) -> bool:
    """Whether an array of another shape has the right numbers with its axes swapped."""
    return (
        got.ndim == 2
        and want.ndim == 2
        and got.dtype == want.dtype
        and got.shape == want.shape[::-1]
        and bool(np.allclose(got.T, want, rtol=1e-5, atol=1e-12))
    )


def _norm(array: np.ndarray) -> float:
    return float(np.linalg.norm(array))


def _candidates(
    got: np.ndarray, want: np.ndarray, lengths: Collection[int], series: bool
) -> Iterator[tuple[str, np.ndarray]]:
    """Pairs (relation, the numbers that `got` would have by it), the plainest first."""
    if not got.any():
        if want.size > 1:
            yield "it is zero everywhere", got
        return
    yield "it has the opposite sign", -want
    yield from _factors(got, want, lengths)
    if want.size < 3:
        return
    if want.ndim == 2 and want.shape[0] == want.shape[1] > 1:
        yield "it is transposed", want.T
        yield "it is transposed and has the opposite sign", -want.T
    for axis in range(want.ndim):
        named = want.ndim > 1 and not (series and axis == 0)
        yield from _along(got, want, axis, f" along axis {axis}" if named else "")
    yield "it is off by one constant, the same for every entry", want + np.mean(got - want)
    yield "it has the right sizes without their signs", np.abs(want)
    yield "its entries are the squares of what was expected", want**2
    yield "its entries are the square roots of what was expected", np.sqrt(np.abs(want))
    if len(np.unique(want)) > 2:
        order = np.empty_like(want).ravel()
        order[np.argsort(got, axis=None)] = np.sort(want, axis=None)
        yield "it has the right numbers in another order", order.reshape(want.shape)


def _factors(
    got: np.ndarray, want: np.ndarray, lengths: Collection[int]
) -> Iterator[tuple[str, np.ndarray]]:
    ratio = float(np.vdot(want, got) / np.vdot(want, want))
    for size, words in ((abs(ratio), "large"), (1 / abs(ratio) if ratio else 0.0, "small")):
        if 1.5 < size < FACTORS and math.isclose(size, round(size), rel_tol=1e-6):
            whole = round(size)
            text = f"it is {whole} times too {words}"
            if ratio < 0:
                text += " and has the opposite sign"
            if whole in lengths:
                text += f"; {whole} is a length in this call"
            value = want * (whole if words == "large" else 1 / whole)
            yield text, value if ratio > 0 else -value
    if want.size >= 3 and np.count_nonzero(want) >= 3 and abs(ratio - 1) > NEARLY:
        yield f"every entry is {ratio:.6g} times what was expected", ratio * want


def _along(
    got: np.ndarray, want: np.ndarray, axis: int, where: str
) -> Iterator[tuple[str, np.ndarray]]:
    """Relations along an axis, which the words call `where`."""
    count = want.shape[axis]
    if count < 2 or want.size // count * (count - 1) < 2:
        return
    yield f"it is reversed{where}", np.flip(want, axis)
    if count > 2 and np.ptp(want, axis).any():
        earlier = np.take(got, [0], axis), np.take(want, range(count - 1), axis)
        later = np.take(want, range(1, count), axis), np.take(got, [count - 1], axis)
        for parts, name in ((earlier, "before"), (later, "after")):
            shifted = np.concatenate(parts, axis)
            yield f"each entry is the one expected {name} it{where}", shifted
    yield f"it is the running sum{where}", np.cumsum(want, axis)
    from_end = np.flip(np.cumsum(np.flip(want, axis), axis), axis)
    yield f"it is the running sum from the end{where}", from_end
    for index, name in ((count - 1, "last"), (0, "first")):
        repeated = np.repeat(np.take(want, [index], axis), count, axis)
        yield f"every entry is the {name} one expected{where}", repeated


def lengths_in(values: Any) -> set[int]:
    """The lengths above one of the lists and of all axes of the arrays in a call."""
    found: set[int] = set()
    stack = [values]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, (list, tuple)):
            found.add(len(value))
            stack.extend(value)
        elif isinstance(value, np.ndarray):
            found.update(value.shape)
    return {length for length in found if length > 1}
