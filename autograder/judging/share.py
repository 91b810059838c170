"""How much of a wrong answer is right: the share of its named results.

The named results are the keys of a dict, or the entries of a tuple, and likewise inside each of
them; any other answer is one result. An answer's share is the mean of its results'.
A result counts in two ways: its numbers may be right, and its form, which is everything that
`difference` demands beside them: shapes, dtypes, types and devices. The numbers of a result of
another form are compared all the same, where axes of length one, the kind of container and the
precision are all that differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.isolation.wire import NAMES, Opaque, Tensor
from autograder.judging.tolerance import ATOL, RTOL, Tolerance


class Share(NamedTuple):
    """Shares of the named results: right in all, in their numbers, and in their form."""

    right: float = 0.0
    numbers: float = 0.0
    form: float = 1.0


NONE, WHOLE = Share(), Share(1.0, 1.0, 1.0)


def share(got: Any, want: Any, tolerance: Tolerance) -> Share:
    """The share of a wrong answer that is right. Not all of it is."""
    scale = max([_norm(array) for array in _arrays(want)], default=0.0) or 1.0
    part = _share(got, want, tolerance, scale)
    # where every result is right, something else is wrong, such as a key that was not asked for
    return part if part.right < 1.0 else Share(0.0, 1.0, 0.0)


def _share(got: Any, want: Any, tolerance: Tolerance, scale: float) -> Share:
    results = _named_results(got, want, tolerance.names)
    if results is None:
        numbers = _numbers_agree(got, want, tolerance, scale)
        form = _form_agrees(got, want)
        # wrong numbers are not charged for their form as well
        return Share(float(numbers and form), float(numbers), float(form or not numbers))
    inner = tolerance._replace(names=())
    parts = [_share(part, wanted, inner, scale) for part, wanted in results]
    return Share(*(sum(column) / len(parts) for column in zip(*parts, strict=True)))


def _named_results(got: Any, want: Any, names: Sequence[str]) -> list[tuple[Any, Any]] | None:
    """The named results, each beside what was expected; None where the whole is one result."""
    if isinstance(want, dict) and want:
        given = got if isinstance(got, dict) else {}
        return [(given.get(key, MISSING), item) for key, item in want.items()]
    if isinstance(want, (list, tuple)) and len(want) > 1 and (names or isinstance(want, tuple)):
        items = _items(got)
        if items is None or len(items) != len(want):
            return [(MISSING, item) for item in want]
        return list(zip(items, want, strict=True))
    return None


MISSING = Opaque("missing")


def _items(value: Any) -> Sequence[Any] | None:
    """The entries of a list, tuple, array or tensor; None of anything else."""
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, np.ndarray) and value.ndim:
        return list(value)
    return None


def _arrays(want: Any) -> list[np.ndarray]:
    if isinstance(want, dict):
        return [array for item in want.values() for array in _arrays(item)]
    if isinstance(want, (list, tuple)):
        return [array for item in want for array in _arrays(item)]
    array = _numbers(want)
    return [] if array is None else [array]


def _numbers(value: Any) -> np.ndarray | None:
    """A leaf's numbers; None where it has none."""
    if isinstance(value, (bool, int, float, complex, np.generic, np.ndarray)):
        try:
            array = np.asarray(value)
        except (OverflowError, ValueError):
            return None
        return array.view(np.ndarray) if array.dtype.kind in "bifcu" else None
    return None


def _list_of_numbers(value: Any) -> np.ndarray | None:
    """The numbers of nested lists in place of an array; None where they make none."""
    if not isinstance(value, (list, tuple)):
        return _numbers(value)
    items = [_list_of_numbers(item) for item in value]
    arrays = [item for item in items if item is not None]
    if not arrays or len(arrays) < len(items) or len({array.shape for array in arrays}) > 1:
        return None
    return np.stack(arrays)


def _numbers_agree(got: Any, want: Any, tolerance: Tolerance, scale: float) -> bool:
    if isinstance(want, dict):
        return isinstance(got, dict) and all(
            key in got and _numbers_agree(got[key], item, tolerance, scale)
            for key, item in want.items()
        )
    if isinstance(want, (list, tuple)):
        items = _items(got)
        return (
            items is not None
            and len(items) == len(want)
            and all(
                _numbers_agree(*pair, tolerance, scale) for pair in zip(items, want, strict=True)
            )
        )
    wanted = _numbers(want)
    if wanted is None:
        return type(got) is type(want) and bool(got == want)
    given = _list_of_numbers(got)
    if given is None or _squeezed(given) != _squeezed(wanted):
        return False
    return _near(given.reshape(wanted.shape), wanted, tolerance, scale)


def _squeezed(array: np.ndarray) -> tuple[int, ...]:
    return tuple(length for length in array.shape if length != 1)


def _near(got: np.ndarray, want: np.ndarray, tolerance: Tolerance, scale: float) -> bool:
    """Whether numbers agree to the rounding of the less precise dtype."""
    dtypes = [NAMES.get(array.dtype, "") for array in (got, want)]
    if dtypes[1] not in RTOL:
        return bool(np.array_equal(got, want))
    rough = max((name for name in dtypes if name in RTOL), key=RTOL.__getitem__)
    finite = np.isfinite(want)
    with np.errstate(all="ignore"):
        if not bool(np.array_equal(got[~finite], want[~finite], equal_nan=True)):
            return False
        exact = np.complex128 if want.dtype.kind == "c" or got.dtype.kind == "c" else np.float64
        gap = got.astype(exact)[finite] - want.astype(exact)[finite]
        allowed = tolerance.relative(rough) * _norm(want) + ATOL[rough] * scale
    return bool(np.isfinite(gap).all()) and _norm(gap) <= allowed


def _norm(array: np.ndarray) -> float:
    """The 2-norm of the finite entries, also where their squares overflow or underflow."""
    with np.errstate(all="ignore"):
        sizes = np.abs(array[np.isfinite(array)]).astype(np.float64)
        largest = float(sizes.max(initial=0.0))
        return largest * float(np.sqrt(np.sum((sizes / largest) ** 2))) if largest else 0.0


def _form_agrees(got: Any, want: Any) -> bool:
    if isinstance(want, dict):
        return isinstance(got, dict) and all(
            key in got and _form_agrees(got[key], item) for key, item in want.items()
        )
    if isinstance(want, (list, tuple)):
        items = None if isinstance(got, Tensor) else _items(got)
        return (
            items is not None
            and len(items) == len(want)
            and all(_form_agrees(*pair) for pair in zip(items, want, strict=True))
        )
    if isinstance(want, np.ndarray):
        return (
            isinstance(got, np.ndarray)
            and isinstance(got, Tensor) == isinstance(want, Tensor)
            and (got.shape, got.dtype) == (want.shape, want.dtype)
            and getattr(got, "on", "") == getattr(want, "on", "")
        )
    if isinstance(want, (float, np.floating)):
        return isinstance(got, (float, np.floating))
    if isinstance(want, (bool, np.bool_)):
        return isinstance(got, (bool, np.bool_))
    if isinstance(want, (int, np.integer)):
        return isinstance(got, (int, np.integer)) and not isinstance(got, bool)
    return type(got) is type(want)
