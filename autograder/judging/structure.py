"""An answer and what was expected, walked side by side: the parts to compare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

import numpy as np

from autograder.isolation.wire import Tensor
from autograder.judging.failure import Failure
from autograder.judging.tolerance import Tolerance
from autograder.judging.value_words import called, described, keys_in_words
from autograder.judging.verdict import Verdict


class Pair(NamedTuple):
    """A part of the answer beside the part that was expected; both may still differ in shape."""

    name: str
    got: Any
    want: Any


class Unlike(Exception):
    """The structures differ: another type, length, key or device."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.fact)
        self.failure = failure


def pairs(got: Any, want: Any, tolerance: Tolerance) -> Iterator[Pair]:
    """The parts of `got` beside those of `want`, which says what structure is right.

    A list or tuple in `want` admits a list, tuple or array of that length. A number or truth value
    may be Python's or NumPy's; a truth value is no int, an int no float. Nothing else admits
    another type. (`diagnosis.agree` walks two answers of which neither is right, and takes lists
    and arrays for the same on both sides.)

    Raises Unlike where the structures differ.
    """
    return _pairs("", got, want, tolerance.names, tolerance.extra_keys)


def _pairs(
    name: str, got: Any, want: Any, names: tuple[str, ...], extra_keys: bool
) -> Iterator[Pair]:
    if isinstance(want, dict):
        yield from _dict_pairs(name, got, want, extra_keys)
    elif isinstance(want, (list, tuple)):
        count = _length(got)
        if count is None:
            _wrong_type(name, got, f"a list or tuple of {len(want)}")
        if count != len(want):
            _unlike(f"{called(name)} has the wrong length", (), str(len(want)), str(count))
        for i, item in enumerate(want):
            part = names[i] if i < len(names) else f"{name or 'result'}[{i}]"
            yield from _pairs(part, got[i], item, (), extra_keys)
    elif isinstance(want, Tensor):
        if not isinstance(got, Tensor):
            _wrong_type(name, got, "a tensor")
        if got.on != want.on:
            _unlike(f"{called(name)} is on the wrong device", (), want.on, got.on)
        yield Pair(name, got, want)
    elif isinstance(want, np.ndarray):
        if not isinstance(got, np.ndarray) or isinstance(got, Tensor):
            _wrong_type(name, got, "an array")
        yield Pair(name, got, want)
    elif isinstance(want, (float, np.floating)):
        if not isinstance(got, (float, np.floating)):
            _wrong_type(name, got, "a float")
        yield Pair(name, float(got), float(want))
    elif isinstance(want, (complex, np.complexfloating)):
        if not isinstance(got, (complex, np.complexfloating)):
            _wrong_type(name, got, "a complex number")
        yield Pair(name, complex(got), complex(want))
    elif isinstance(want, (bool, np.bool_)):
        if not isinstance(got, (bool, np.bool_)):
            _wrong_type(name, got, "a truth value")
        yield Pair(name, bool(got), bool(want))
    elif isinstance(want, (int, np.integer)):
        if isinstance(got, bool) or not isinstance(got, (int, np.integer)):
            _wrong_type(name, got, "an int")
        yield Pair(name, int(got), int(want))
    else:
        yield Pair(name, got, want)


def _dict_pairs(name: str, got: Any, want: dict[Any, Any], extra_keys: bool) -> Iterator[Pair]:
    if not isinstance(got, dict):
        _wrong_type(name, got, f"a dict with the keys {keys_in_words(want)}")
    missing = [key for key in want if key not in got]
    extra = [key for key in got if key not in want]
    if missing:
        fact = f"{called(name)} lacks the key {keys_in_words(missing)}"
        _unlike(fact, (f"it has {keys_in_words(got) or 'none'}",))
    if extra and not extra_keys:
        fact = f"{called(name)} has a key that was not asked for: {keys_in_words(extra)}"
        _unlike(fact, (f"asked for: {keys_in_words(want)}",))
    for key, item in want.items():
        part = f"{name}[{key!r}]" if name else str(key)
        yield from _pairs(part, got[key], item, (), extra_keys)


def _length(value: Any) -> int | None:
    """The length of a list, tuple or array; None for anything else."""
    if isinstance(value, (list, tuple)):
        return len(value)
    if isinstance(value, np.ndarray) and not isinstance(value, Tensor) and value.ndim:
        return len(value)
    return None


def _wrong_type(name: str, got: Any, expected: str) -> NoReturn:
    fact = f"{called(name)} is {described(got)} where {expected} was expected"
    if got is None:
        raise Unlike(Failure(Verdict.WRONG, fact, ("is a return missing?",)))
    _unlike(fact)


def _unlike(
    fact: str, details: tuple[str, ...] = (), expected: str = "", got: str = ""
) -> NoReturn:
    brief = "the result is of another kind or shape than expected"
    raise Unlike(Failure(Verdict.WRONG, fact, details, expected=expected, got=got, brief=brief))
