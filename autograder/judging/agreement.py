"""Whether two programs gave the same answers, of which neither need be right.

Where a check says what it expects, its parts are compared one by one. Two wrong numbers are the
same where they agree to rounding, and where they do so more closely than either agrees with what
was expected: of errors that are small, a nearly equal one is another one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.isolation.wire import NAMES, Opaque
from autograder.judging.answers import Answer, LeavesGlobalsAlone, Same, Unmodified
from autograder.judging.checks import CheckRun
from autograder.judging.difference import difference
from autograder.judging.failure import Failure
from autograder.judging.fingerprints import Outcome, Outcomes, outcomes
from autograder.judging.tolerance import Tolerance

# Correct programs differ by 2e-15 (float64) and 5e-7 (float32); another mistake by far more. A
# float64 number may have been computed in float32.
CLOSE, CLOSE_DEFAULT = {"float32": 1e-6, "complex64": 1e-6, "float16": 1e-3}, 1e-9
AGREE, AGREE_DEFAULT = {"float32": 1e-4, "complex64": 1e-4, "float16": 1e-2}, 1e-6
OF_ERROR = 1e-2  # beyond CLOSE, the largest gap over the error
OF_SCALE = 1e-3  # what is smaller than this, over the largest number expected, may be rounding

UNKNOWN = Opaque("what was expected is not known")
ABSENT = Opaque("no such part")
ENTRIES = Opaque("the keys of a dict")


class Part(NamedTuple):
    """A part of an answer, as far as a check compares it.

    Attributes:
        ours: the part, or the Failure of the call.
        want: what was expected; UNKNOWN where the check does not say it.
        wrong: whether the check fails for it.
        scale: the size of the largest numbers that were expected in the call.
        rtol: the relative tolerance of the check, where it has one of its own.
        call: the number of the call.
        path: leads from the value of the call to the part; None for the effects of the call.
    """

    ours: Any
    want: Any
    wrong: bool
    scale: float
    call: int
    path: tuple[Any, ...] | None = ()
    rtol: float = 0.0


def parts_of(run: CheckRun) -> list[Part]:
    """The parts of the answers in a run that failed."""
    found: list[Part] = []
    for number, outcome in enumerate(outcomes(run)):
        if isinstance(outcome, Failure):
            found.append(Part(outcome, UNKNOWN, True, 0.0, number))
            continue
        compared = [one for one in run.log.comparisons if one.call == number]
        wants = [one for one in compared if isinstance(one, Same)]
        last = compared[-1:] if number == len(run.log.calls) - 1 else []
        forbids = any(isinstance(one, (Unmodified, LeavesGlobalsAlone)) for one in last)
        found.append(Part(_effects(outcome), UNKNOWN, forbids, 0.0, number, None))
        scale = max((_largest(one.want) for one in wants), default=0.0) or 1.0
        for one in wants:
            value = _at(outcome.value, one.path)
            for path, want in _leaves(one.want, value, one.path, one.tolerance.extra_keys):
                ours = _at(outcome.value, path)
                wrong = _is_wrong(ours, want, one.tolerance)
                ours, want = _leaf(_joined(ours)), _leaf(_joined(want))
                rtol = one.tolerance.rtol or 0.0
                found.append(Part(ours, want, wrong, scale, number, path, rtol))
        if not wants:
            found.append(Part(outcome.value, UNKNOWN, not forbids, 0.0, number))
        elif all(one.path for one in wants):  # the check may compare the rest after its failure
            found.append(Part(outcome.value, UNKNOWN, False, 0.0, number))
    return found


class Likeness(NamedTuple):
    """How another program's answer relates to a part: equal to it, and itself wrong."""

    same: bool
    wrong: bool


def likeness(part: Part, theirs: Outcomes) -> Likeness:
    """How the answers of another program to the same check relate to a part."""
    if theirs is None:  # it passes, so all its parts are right
        return Likeness(not part.wrong, False)
    if part.call >= len(theirs):  # it failed before
        return Likeness(not part.wrong, False)
    outcome = theirs[part.call]
    if isinstance(outcome, Failure) or isinstance(part.ours, Failure):
        return Likeness(same_outcome(part.ours, outcome), isinstance(outcome, Failure))
    if part.path is None:
        other = _effects(outcome)
        return Likeness(part.ours == other, bool(part.wrong or other != part.ours))
    value = _leaf(_joined(_at(outcome.value, part.path)))
    if isinstance(part.want, Opaque) and part.want is UNKNOWN:
        same = agree(part.ours, value)
        return Likeness(same, part.wrong or not same)
    if not part.wrong:  # what is right agrees to the check's tolerance
        same = _close(value, part.want, part.scale, part.rtol)
        return Likeness(same, not same)
    same = _close(part.ours, value, part.scale) and (
        not _another_error(part, value) or _in_float32(part.ours) is _in_float32(value) is True
    )
    return Likeness(same, same or not _close(value, part.want, part.scale, part.rtol))


def same_outcome(ours: Any, theirs: Outcome) -> bool:
    """Whether two outcomes of one call are the same, of which one is a Failure.

    Of exceptions the type counts: their words are often those of a library's version.
    """
    if not isinstance(ours, Failure) or not isinstance(theirs, Failure):
        return False
    if ours.raised or theirs.raised:
        return (ours.verdict, ours.raised) == (theirs.verdict, theirs.raised)
    return (ours.verdict, ours.fact) == (theirs.verdict, theirs.fact)


def identical(ours: Sequence[Outcome], theirs: Outcomes) -> bool:
    """Whether all answers are the same, in whole, with the words of exceptions."""
    if theirs is None or len(ours) != len(theirs):
        return False
    return all(map(_identical, ours, theirs))


def _identical(ours: Outcome, theirs: Outcome) -> bool:
    if isinstance(ours, Failure) or isinstance(theirs, Failure):
        return same_outcome(ours, theirs) and getattr(ours, "fact", 0) == getattr(theirs, "fact", 1)
    return _effects(ours) == _effects(theirs) and agree(ours.value, theirs.value)


def _effects(answer: Answer) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(answer.places), frozenset(answer.touched)


# ------------------------------------------------------------------------------ values


def agree(ours: Any, theirs: Any) -> bool:
    """Whether two values are equal to rounding.

    Neither need be right, so that lists, tuples and arrays of arrays count as the same on both
    sides, which `structure.pairs` does not allow; the order of keys does not count.
    """
    pairs = list(_pairs(ours, theirs))
    scale = max((_size(their) for _, their in pairs if isinstance(their, np.ndarray)), default=0.0)
    return all(_leaves_agree(our, their, scale) for our, their in pairs)


def _close(x: Any, y: Any, scale: float, rtol: float = 0.0) -> bool:
    """Whether two parts are equal to rounding, with numbers of size `scale` beside them."""
    if isinstance(x, np.ndarray) and isinstance(y, np.ndarray):
        name = NAMES.get(x.dtype, "")
        return _arrays_agree(x, y, scale, max(AGREE.get(name, AGREE_DEFAULT), rtol))
    return all(_leaves_agree(*pair, scale) for pair in _pairs(x, y))


def _in_float32(value: Any) -> bool:
    """Whether float64 numbers are numbers of float32, up to the rounding of frozen ones."""
    if not isinstance(value, np.ndarray) or value.dtype != np.float64:
        return False
    with np.errstate(all="ignore"):
        cast = value.astype(np.float32).astype(np.float64)
        return bool(value.any()) and bool((np.abs(cast - value) <= 1e-11 * np.abs(value)).all())


def _another_error(part: Part, theirs: Any) -> bool:
    """Whether a value that is close to a part is as close to what was expected."""
    if not all(isinstance(one, np.ndarray) for one in (part.ours, theirs, part.want)):
        return False
    name = NAMES.get(theirs.dtype, "")
    if _arrays_agree(part.ours, theirs, part.scale, CLOSE.get(name, CLOSE_DEFAULT)):
        return False
    return _gap(part.ours, theirs) > OF_ERROR * _gap(theirs, part.want)


def _leaves(
    want: Any, ours: Any, path: tuple[Any, ...], extra_keys: bool
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The parts of what was expected that stand for themselves, and where they are.

    A part of another structure than expected is one part.
    """
    if isinstance(want, dict) and want and isinstance(ours, dict):
        if not extra_keys:
            yield (*path, ENTRIES), _entries(want)
        for key, item in want.items():
            yield from _leaves(item, _at(ours, (key,)), (*path, key), extra_keys)
    elif isinstance(want, (list, tuple)) and _joined(want) is want and _fits(ours, want):
        for index, item in enumerate(want):
            yield from _leaves(item, ours[index], (*path, index), extra_keys)
    else:
        yield path, want


def _fits(ours: Any, want: Sequence[Any]) -> bool:
    """Whether a value has as many entries as a list or tuple that is not empty."""
    is_series = isinstance(ours, (list, tuple)) or (isinstance(ours, np.ndarray) and ours.ndim > 0)
    return is_series and len(ours) == len(want) > 0


def _joined(value: Any) -> Any:
    """The arrays of a series as one array; any other value as it is."""
    if not isinstance(value, (list, tuple)) or not value or not isinstance(value[0], np.ndarray):
        return value
    kinds = {(type(one), getattr(one, "shape", ()), getattr(one, "dtype", None)) for one in value}
    return np.array(value) if len(kinds) == 1 else value


def _entries(value: Any) -> Any:
    """The keys of a dict, as a text."""
    return ", ".join(sorted(map(repr, value))) if isinstance(value, dict) else ABSENT


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        try:
            value = _entries(value) if key is ENTRIES else value[key]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return value


def _is_wrong(got: Any, want: Any, tolerance: Tolerance) -> bool:
    return difference(got, want, tolerance._replace(names=())).failure is not None


def _pairs(ours: Any, theirs: Any) -> Iterator[tuple[Any, Any]]:
    """The leaves of two values side by side; where the structures differ, an unlike pair."""
    if isinstance(theirs, dict) and isinstance(ours, dict) and theirs.keys() == ours.keys():
        for key, their in theirs.items():
            yield from _pairs(ours[key], their)
    elif _is_series(ours, theirs) and len(ours) == len(theirs):
        for our, their in zip(ours, theirs, strict=True):
            yield from _pairs(our, their)
    else:
        yield _leaf(ours), _leaf(theirs)


def _is_series(ours: Any, theirs: Any) -> bool:
    """Whether both are lists or tuples, or one of them is and the other an array."""
    plain = (list, tuple)
    if isinstance(ours, plain):
        return isinstance(theirs, plain) or (isinstance(theirs, np.ndarray) and theirs.ndim > 0)
    return isinstance(theirs, plain) and isinstance(ours, np.ndarray) and ours.ndim > 0


def _leaf(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    if isinstance(value, (float, np.floating)):
        return np.asarray(value, dtype=np.float64)
    if isinstance(value, (complex, np.complexfloating)):
        return np.asarray(value, dtype=np.complex128)
    if isinstance(value, (np.bool_, np.integer)):
        return value.item()
    return value.type_name if isinstance(value, Opaque) else value


def _leaves_agree(x: Any, y: Any, scale: float) -> bool:
    if not (isinstance(x, np.ndarray) and isinstance(y, np.ndarray)):
        plain = not isinstance(x, (list, tuple, dict, np.ndarray))  # else: of another structure
        return plain and type(x) is type(y) and bool(x == y)
    relative = AGREE.get(NAMES.get(x.dtype, ""), CLOSE_DEFAULT)
    return _arrays_agree(x, y, scale, relative)


def _arrays_agree(x: np.ndarray, y: np.ndarray, scale: float, relative: float) -> bool:
    if x.shape != y.shape or x.dtype != y.dtype:
        return False
    if x.dtype.kind not in "fc":
        return bool((x == y).all())
    near = CLOSE.get(NAMES.get(x.dtype, ""), CLOSE_DEFAULT) * OF_SCALE * scale
    with np.errstate(all="ignore"):
        gap, size = _norm(x - y), _norm(y)
        if math.isfinite(gap) and math.isfinite(size):
            return gap <= relative * size + near
        finite = np.isfinite(x)
        if not (finite == np.isfinite(y)).all():
            return False
        return _norm((x - y)[finite]) <= relative * _norm(y[finite]) + near


def _norm(array: np.ndarray) -> float:
    """The 2-norm, also where squares overflow or underflow."""
    flat = array.ravel()
    square = float(np.vdot(flat, flat).real)
    if 1e-30 < square < 1e30:
        return math.sqrt(square)
    sizes = np.abs(flat).astype(np.float64)
    largest = float(sizes.max(initial=0.0))
    if largest == 0.0 or not math.isfinite(largest):
        return largest
    return largest * math.sqrt(float(np.sum((sizes / largest) ** 2)))


def _gap(x: Any, y: Any) -> float:
    """The distance of two leaves; infinite where they are not arrays of one shape."""
    numbers = isinstance(x, np.ndarray) and isinstance(y, np.ndarray)
    if not numbers or x.shape != y.shape or x.dtype.kind not in "fc":
        return math.inf
    with np.errstate(all="ignore"):
        gap = np.abs(x.astype(complex) - y)
        return _norm(gap[np.isfinite(gap)])


def _largest(want: Any) -> float:
    return max((_size(leaf) for _, leaf in _pairs(want, want)), default=0.0)


def _size(array: Any) -> float:
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fc":
        return 0.0
    with np.errstate(all="ignore"):
        size = _norm(array)
        return size if math.isfinite(size) else _norm(array[np.isfinite(array)])
