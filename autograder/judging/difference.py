"""How an answer differs from what was expected.

Numbers are compared part by part in norm, `|got - want| <= rtol |want| + atol scale`, with `scale`
the largest norm among the parts of the answer. Elementwise relative error would punish saturated
units, where 1 - h**2 is exactly 0 and the truth is 1e-16.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from autograder.isolation.wire import NAMES
from autograder.judging.failure import Failure
from autograder.judging.relations import relation, transposed
from autograder.judging.structure import Pair, Unlike, pairs
from autograder.judging.tolerance import ATOL, DEFAULT, RTOL, Tolerance
from autograder.judging.value_words import (
    aligned,
    called,
    enumerated,
    index_in_words,
    literal,
    right_together,
    series_of,
)
from autograder.judging.verdict import Verdict

NUMBERS = (np.ndarray, float, complex)  # an expected part of another type is compared by ==


class ComparedPart(NamedTuple):
    """A compared part of an answer; see `Difference` for `margin` and `rtol`.

    `wrong` masks the entries that differ: None where none does, or where they cannot be compared.
    """

    pair: Pair
    failure: Failure | None
    margin: float | None = None
    rtol: float | None = None
    wrong: np.ndarray | None = None


class Mismatch(NamedTuple):
    """The wrong result that a failure names: what was got, what was expected, which entries differ.

    All three are arrays of one shape. Where `series` holds, the first axis counts the arrays of a
    series, which is compared as a whole.
    """

    name: str
    got: np.ndarray
    want: np.ndarray
    wrong: np.ndarray
    series: bool


class Difference(NamedTuple):
    """The result of comparing an answer with what was expected.

    Attributes:
        failure: what is wrong; None where nothing is.
        margin: the largest error over its tolerance. None where no floating-point numbers were
            compared; infinite where something other than their size is wrong.
        rtol: the relative tolerance of that error.
        parts: empty where the structures differ.
    """

    failure: Failure | None
    margin: float | None = None
    rtol: float | None = None
    parts: Sequence[ComparedPart] = ()

    def relation(self, lengths: Collection[int] = ()) -> str:
        """How the wrong parts relate to what was expected, in words; "" where no relation holds.

        A series of arrays is looked at as a whole. `lengths` are as in `relations.relation`.
        """
        series = _in_series(self.parts)
        found: dict[str, list[str]] = {}
        for name, parts in series.items():
            if any(part.failure is not None for part in parts):
                text = _relation([part.pair for part in parts], lengths)
                found.setdefault(text, []).append(name)
        text, names = next(iter(found.items()), ("", []))
        return text if not text or len(series) == 1 else f"{enumerated(names)}: {text}"

    def mismatch(self) -> Mismatch | None:
        """The numbers that the failure is about; None where they cannot be put side by side."""
        first = next((part for part in self.parts if part.failure is not None), None)
        if first is None or first.wrong is None:
            return None
        name = series_of(first.pair.name)
        parts = _in_series(self.parts)[name]
        shapes = {np.shape(value) for part in parts for value in (part.pair.got, part.pair.want)}
        by_entry = all(part.failure is None or part.wrong is not None for part in parts)
        series = name != first.pair.name and len(parts) > 1 and len(shapes) == 1 and by_entry
        if not series:
            parts, name = [first], first.pair.name
        right = np.zeros(np.shape(parts[0].pair.want), bool)
        got, want, wrong = (
            np.stack(arrays) if series else np.asarray(arrays[0])
            for arrays in (
                [np.asarray(part.pair.got) for part in parts],
                [np.asarray(part.pair.want) for part in parts],
                [right if part.wrong is None else part.wrong for part in parts],
            )
        )
        return Mismatch(called(name), got, want, wrong, series)


def difference(got: Any, want: Any, tolerance: Tolerance = DEFAULT) -> Difference:
    """Compare structure, shape, dtype, finiteness and values, in this order."""
    try:
        found = list(pairs(got, want, tolerance))
    except Unlike as unlike:
        return Difference(unlike.failure, math.inf)
    parts = _compared(found, tolerance)
    margin, rtol = None, None
    for part in parts:
        if part.margin is not None and (margin is None or part.margin >= margin):
            margin, rtol = part.margin, part.rtol
    first = next((part.failure for part in parts if part.failure is not None), None)
    if first is None:
        return Difference(None, margin, rtol, parts)
    wrong = [part.pair.name for part in parts if part.failure is not None]
    right = [part.pair.name for part in parts if part.failure is None]
    named = (*right_together(right, wrong), *first.right)
    return Difference(replace(first, right=named), margin, rtol, parts)


def _compared(found: Sequence[Pair], tolerance: Tolerance) -> list[ComparedPart]:
    with np.errstate(all="ignore"):  # once: it takes longer than many a comparison
        norms = [_norm(pair.want) if isinstance(pair.want, NUMBERS) else 0.0 for pair in found]
        scale = max([n for n in norms if math.isfinite(n)], default=0.0) or 1.0
        return [
            _part(pair, tolerance, norm, scale) for pair, norm in zip(found, norms, strict=True)
        ]


def _part(pair: Pair, tolerance: Tolerance, norm: float, scale: float) -> ComparedPart:
    """Compare one part. `norm` is that of `pair.want`, `scale` the largest of all parts."""
    name, got, want = pair
    if not isinstance(want, NUMBERS):
        if type(got) is type(want) and got == want:
            return ComparedPart(pair, None)
        return _unlike(pair, "is not what was expected", literal(want), literal(got))
    if isinstance(want, np.ndarray):
        if got.shape != want.shape:
            return _unlike(pair, "has the wrong shape", str(want.shape), str(got.shape))
        if got.dtype != want.dtype:
            return _unlike(pair, "has the wrong dtype", want.dtype.name, got.dtype.name)
    got, want = np.asarray(got), np.asarray(want)
    dtype = NAMES.get(want.dtype, "")
    if dtype not in RTOL:
        return _compared_exactly(pair, got, want)
    rtol = tolerance.relative(dtype)
    allowed = rtol * norm + ATOL[dtype] * scale
    exact = np.complex128 if want.dtype.kind == "c" else np.float64
    gap = got.astype(exact, copy=False) - want.astype(exact, copy=False)
    error = _plain_norm(gap)
    if error is not None and error <= allowed:  # so all numbers are finite
        return ComparedPart(pair, None, _ratio(error, allowed), rtol)
    gap = np.abs(gap)
    if not np.isfinite(gap).all():
        gap = np.where(got == want, 0.0, gap)  # infinities that agree
    wrong = ~(gap <= allowed / math.sqrt(max(gap.size, 1)))
    bad = ~np.isfinite(got) & np.isfinite(want)
    if bad.any():
        at = np.argwhere(bad)[0]
        place = f" at {index_in_words(at)}" if want.ndim else ""
        fact = f"{called(name)} contains {got[tuple(at)]}{place}"
        return ComparedPart(pair, Failure(Verdict.WRONG, fact), math.inf, wrong=wrong)
    margin = math.inf
    if np.isfinite(gap).all():
        error = _norm(gap)
        margin = _ratio(error, allowed)
        if error <= allowed:
            return ComparedPart(pair, None, margin, rtol)
    return ComparedPart(pair, _differs(called(name), got, want, wrong), margin, rtol, wrong)


def _compared_exactly(pair: Pair, got: np.ndarray, want: np.ndarray) -> ComparedPart:
    """Compare numbers that admit no rounding: integers and truth values."""
    wrong: Any = got != want  # a mask; numpy types a comparison too narrowly
    if not wrong.any():
        return ComparedPart(pair, None)
    return ComparedPart(pair, _differs(called(pair.name), got, want, wrong), math.inf, wrong=wrong)


def _unlike(pair: Pair, what: str, want: str, got: str) -> ComparedPart:
    fact = f"{called(pair.name)} {what}"
    return ComparedPart(pair, Failure(Verdict.WRONG, fact, expected=want, got=got), math.inf)


def _differs(name: str, got: Any, want: Any, wrong: Any) -> Failure:
    """The failure of an array whose entries are wrong where the mask `wrong` is true."""
    gaps = np.abs(got.astype(complex) - want)
    at = np.unravel_index(int(np.argmax(gaps)), want.shape)
    if want.ndim == 0:
        expected, given = aligned(want[()], got[()])
        return Failure(Verdict.WRONG, f"{name} is wrong", expected=expected, got=given)
    count = f"{int(wrong.sum())} of {want.size} entries differ"
    first = np.unravel_index(int(np.argmax(wrong)), want.shape)
    if first == at:
        count += f"; the first and largest gap is at {index_in_words(at)}"
    else:
        count += f", the first at {index_in_words(first)}"
        count += f"; the largest gap is at {index_in_words(at)}"
    fact = f"{name} has the right shape but wrong values"
    expected, given = aligned(want[at], got[at])
    right = _right_start(name, wrong)
    return Failure(Verdict.WRONG, fact, (count,), right, expected=expected, got=given)


def _right_start(name: str, wrong: np.ndarray) -> tuple[str, ...]:
    """`name[:3, :]` where an array is right up to an index of one axis and wrong from there on."""
    for axis in range(wrong.ndim):
        others = tuple(i for i in range(wrong.ndim) if i != axis)
        along: Any = wrong.any(axis=others)
        first = int(np.argmax(along))
        if along.size > 2 and first > 0 and along[first:].all():
            colons = [":"] * wrong.ndim
            colons[axis] = f":{first}"
            return (f"{name}[{', '.join(colons)}]",)
    return ()


def _in_series(parts: Sequence[ComparedPart]) -> dict[str, list[ComparedPart]]:
    """The parts by the name of their series; a part of no series by its own name."""
    series: dict[str, list[ComparedPart]] = {}
    for part in parts:
        series.setdefault(series_of(part.pair.name), []).append(part)
    return series


def _relation(series: Sequence[Pair], lengths: Collection[int]) -> str:
    """The relation of a part, or of a series of arrays of one shape as a whole."""
    if not all(isinstance(pair.want, NUMBERS) for pair in series):
        return ""  # then `got` may be anything, such as a ragged list, of which no array is made
    sides = [(np.asarray(pair.got), np.asarray(pair.want)) for pair in series]
    shapes = {(array.shape, array.dtype) for side in sides for array in side}
    if len(series) == 1:
        if len(shapes) == 1:
            return relation(*sides[0], lengths)
        return "it is transposed" if transposed(*sides[0]) else ""
    if len(shapes) > 1:
        return ""
    got, want = (np.stack(arrays) for arrays in zip(*sides, strict=True))
    return relation(got, want, lengths, series=True)


def _ratio(error: float, allowed: float) -> float:
    """Never nan, whatever a student's numbers are."""
    if error == 0.0:
        return 0.0
    ratio = error / float(allowed) if allowed else math.inf
    return math.inf if math.isnan(ratio) else ratio


def _norm(value: Any) -> float:
    """The 2-norm of the finite entries, also where their squares overflow or underflow."""
    array = np.asarray(value)
    plain = _plain_norm(array)
    if plain is not None:
        return plain
    array = np.abs(array)
    array = array[np.isfinite(array)].astype(np.float64)
    largest = float(array.max(initial=0.0))
    if largest == 0.0:
        return 0.0
    return largest * float(np.sqrt(np.sum((array / largest) ** 2)))


def _plain_norm(array: np.ndarray) -> float | None:
    """The 2-norm of real numbers; None where an entry or the sum of squares is not finite."""
    if array.dtype.kind != "f":
        return None
    plain = array.astype(np.float64, copy=False).ravel()
    square = float(plain @ plain)
    if 1e-200 < square < 1e200:  # which no square of an infinity or of nan is
        return math.sqrt(square)
    return 0.0 if square == 0.0 and not plain.any() else None
