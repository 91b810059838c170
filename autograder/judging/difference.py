"""How an answer differs from what was expected: structure, shape, dtype, finite, values."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.isolation.wire import NAMES, Tensor
from autograder.judging.answers import Mismatch, described
from autograder.judging.failure import Failure
from autograder.judging.relations import relation, transposed
from autograder.judging.verdict import Verdict
from autograder.text import printable

# Correct float64 programs differ by up to 2e-15 in norm, float32 arithmetic in between costs
# 3e-8: 1e-10 is more than two decades from both. In float32, correct programs differ by up to
# 5e-7 and wrong ones by 1e-2 and more.
RTOL = {"float64": 1e-10, "complex128": 1e-10, "float32": 1e-4, "complex64": 1e-4, "float16": 1e-2}
NAMED = 4  # results, of many of which the same is said
ATOL = {"float64": 1e-12, "complex128": 1e-12, "float32": 1e-6, "complex64": 1e-6, "float16": 1e-3}


@dataclass(frozen=True)
class Judged:
    """A comparison: what is wrong, or None, and how near it was.

    `margin` is the largest error over its tolerance: None where no floating-point numbers were
    compared, infinite where it is not their size that is wrong. `wrong` masks the entries that
    differ: None where they do not, or cannot be compared.
    """

    failure: Failure | None
    margin: float | None = None
    rtol: float | None = None
    wrong: np.ndarray | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class _Leaf:
    name: str
    got: Any
    want: Any


class _Unlike(Exception):
    """The structures differ."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure


def difference(
    got: Any,
    want: Any,
    *,
    names: Sequence[str] = (),
    rtol: float | None = None,
    extra_keys: bool = False,
) -> Failure | None:
    """What is wrong with `got`, or None. The order: structure, shape, dtype, finite, values."""
    return judged(got, want, names=names, rtol=rtol, extra_keys=extra_keys).failure


def judged(
    got: Any,
    want: Any,
    *,
    names: Sequence[str] = (),
    rtol: float | None = None,
    extra_keys: bool = False,
) -> Judged:
    """The `difference`, and how near to the tolerance it is."""
    try:
        leaves = list(_leaves("", got, want, tuple(names), extra_keys))
    except _Unlike as unlike:
        return Judged(unlike.failure, math.inf)
    parts = _parts_judged(leaves, rtol)
    margin, at = None, None
    for part in parts.values():
        if part.margin is not None and (margin is None or part.margin >= margin):
            margin, at = part.margin, part.rtol
    wrong = [name for name, part in parts.items() if part.failure is not None]
    if not wrong:
        return Judged(None, margin, at)
    right = tuple(name for name in parts if name not in wrong)
    first = parts[wrong[0]].failure
    assert first is not None
    failure = Failure(
        first.verdict, first.fact, first.details, (*_together(right, wrong), *first.right)
    )
    return Judged(failure, margin, at)


def _parts_judged(leaves: Sequence[_Leaf], rtol: float | None) -> dict[str, Judged]:
    with np.errstate(all="ignore"):  # once: it takes longer than many a comparison
        numbers = (np.ndarray, float)
        norms = [_norm(leaf.want) if isinstance(leaf.want, numbers) else 0.0 for leaf in leaves]
        scale = max([n for n in norms if math.isfinite(n)], default=0.0) or 1.0
        return {
            leaf.name: _leaf_judged(leaf, rtol, norm, scale)
            for leaf, norm in zip(leaves, norms, strict=True)
        }


def related(
    got: Any,
    want: Any,
    *,
    names: Sequence[str] = (),
    rtol: float | None = None,
    extra_keys: bool = False,
    lengths: Collection[int] = (),
) -> str:
    """How what is wrong relates to what was expected, a series of arrays as a whole; or ""."""
    try:
        leaves = list(_leaves("", got, want, tuple(names), extra_keys))
    except _Unlike:
        return ""
    parts = _parts_judged(leaves, rtol)
    wrong = [name for name, part in parts.items() if part.failure is not None]
    groups: dict[str, list[_Leaf]] = {}
    for leaf in leaves:
        groups.setdefault(_series_of(leaf.name), []).append(leaf)
    found: dict[str, list[str]] = {}
    for base, group in groups.items():
        if any(leaf.name in wrong for leaf in group):
            found.setdefault(_relation_of(group, lengths), []).append(base)
    text, bases = next(iter(found.items()), ("", []))
    return text if not text or len(groups) == 1 else f"{_enumerated(bases)}: {text}"


def _enumerated(names: Sequence[str]) -> str:
    """Names, of many the first ones: what is said of them has to fit behind."""
    if len(names) <= NAMED + 1:
        return ", ".join(names)
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} others"


def mismatch(
    got: Any,
    want: Any,
    *,
    names: Sequence[str] = (),
    rtol: float | None = None,
    extra_keys: bool = False,
) -> Mismatch | None:
    """The result that the `difference` is about, or the series it is in; None without numbers."""
    try:
        leaves = list(_leaves("", got, want, tuple(names), extra_keys))
    except _Unlike:
        return None
    parts = _parts_judged(leaves, rtol)
    first = next((leaf for leaf in leaves if parts[leaf.name].failure is not None), None)
    if first is None or parts[first.name].wrong is None:
        return None
    base = _series_of(first.name)
    group = [leaf for leaf in leaves if _series_of(leaf.name) == base]
    shapes = {np.shape(value) for leaf in group for value in (leaf.got, leaf.want)}
    judged_by_entry = all(
        parts[leaf.name].failure is None or parts[leaf.name].wrong is not None for leaf in group
    )
    series = base != first.name and len(group) > 1 and len(shapes) == 1 and judged_by_entry
    if not series:
        group, base = [first], first.name
    masks = [parts[leaf.name].wrong for leaf in group]
    got, want, wrong = (
        np.stack(side) if series else np.asarray(side[0])
        for side in (
            [np.asarray(leaf.got) for leaf in group],
            [np.asarray(leaf.want) for leaf in group],
            [np.zeros(np.shape(group[0].want), bool) if m is None else m for m in masks],
        )
    )
    return Mismatch(_called(base), got, want, wrong, series)


def _series_of(name: str) -> str:
    base, bracket, index = name.rpartition("[")
    return base if bracket and index[:-1].isdigit() else name


def _relation_of(group: Sequence[_Leaf], lengths: Collection[int]) -> str:
    pairs = [(np.asarray(leaf.got), np.asarray(leaf.want)) for leaf in group]
    shapes = {(a.shape, a.dtype) for pair in pairs for a in pair}
    if len(shapes) == 1:
        got, want = (
            np.stack(side) if len(group) > 1 else side[0] for side in zip(*pairs, strict=True)
        )
        text = relation(got, want, lengths)
        return text.replace(" along axis 0", "") if len(group) > 1 else text
    if len(group) == 1 and transposed(*pairs[0]):
        return "it is transposed"
    return ""


def _leaves(
    name: str, got: Any, want: Any, names: tuple[str, ...], extra_keys: bool
) -> Iterator[_Leaf]:
    if isinstance(want, dict):
        yield from _dict_leaves(name, got, want, extra_keys)
    elif isinstance(want, (list, tuple)):
        count = _length(got)
        if count is None:
            _unlike(name, got, f"a list or tuple of {len(want)}")
        if count != len(want):
            _unlike_length(name, count, len(want))
        for i, item in enumerate(want):
            part = names[i] if i < len(names) else f"{name or 'result'}[{i}]"
            yield from _leaves(part, got[i], item, (), extra_keys)
    elif isinstance(want, Tensor):
        if not isinstance(got, Tensor):
            _unlike(name, got, "a tensor")
        if got.on != want.on:
            fact = f"{_called(name)} is on the wrong device"
            raise _Unlike(Failure(Verdict.WRONG, fact, _pair(want.on, got.on)))
        yield _Leaf(name, got, want)
    elif isinstance(want, np.ndarray):
        if not isinstance(got, np.ndarray) or isinstance(got, Tensor):
            _unlike(name, got, "an array")
        yield _Leaf(name, got, want)
    elif isinstance(want, (float, np.floating)):
        if not isinstance(got, (float, np.floating)):
            _unlike(name, got, "a float")
        yield _Leaf(name, float(got), float(want))
    else:
        yield _Leaf(name, got, want)


def _dict_leaves(name: str, got: Any, want: dict[Any, Any], extra_keys: bool) -> Iterator[_Leaf]:
    if not isinstance(got, dict):
        _unlike(name, got, f"a dict with the keys {_keys(want)}")
    missing = [key for key in want if key not in got]
    extra = [key for key in got if key not in want]
    if missing:
        fact = f"{_called(name)} lacks the key {_keys(missing)}"
        raise _Unlike(Failure(Verdict.WRONG, fact, (f"it has {_keys(got) or 'none'}",)))
    if extra and not extra_keys:
        fact = f"{_called(name)} has a key that was not asked for: {_keys(extra)}"
        raise _Unlike(Failure(Verdict.WRONG, fact, (f"asked for: {_keys(want)}",)))
    for key, item in want.items():
        part = f"{name}[{key!r}]" if name else str(key)
        yield from _leaves(part, got[key], item, (), extra_keys)


def _length(value: Any) -> int | None:
    if isinstance(value, (list, tuple)):
        return len(value)
    if isinstance(value, np.ndarray) and not isinstance(value, Tensor) and value.ndim:
        return len(value)
    return None


def _unlike(name: str, got: Any, expected: str) -> None:
    fact = f"{_called(name)} is {described(got)} where {expected} was expected"
    raise _Unlike(Failure(Verdict.WRONG, fact, ("is a return missing?",) if got is None else ()))


def _unlike_length(name: str, got: int | None, want: int) -> None:
    fact = f"{_called(name)} has the wrong length"
    raise _Unlike(Failure(Verdict.WRONG, fact, _pair(str(want), str(got))))


def _leaf_judged(leaf: _Leaf, rtol: float | None, norm: float, scale: float) -> Judged:
    name, got, want = _called(leaf.name), leaf.got, leaf.want
    if not isinstance(want, (np.ndarray, float)):
        if type(got) is type(want) and got == want:
            return Judged(None)
        return _unlike_leaf(f"{name} is not what was expected", _plain(want), _plain(got))
    if isinstance(want, np.ndarray):
        if got.shape != want.shape:
            return _unlike_leaf(f"{name} has the wrong shape", str(want.shape), str(got.shape))
        if got.dtype != want.dtype:
            return _unlike_leaf(f"{name} has the wrong dtype", want.dtype.name, got.dtype.name)
    got, want = np.asarray(got), np.asarray(want)
    dtype = NAMES.get(want.dtype, "")
    if dtype not in RTOL:
        return _exactly(name, got, want)
    relative = RTOL[dtype] if rtol is None else rtol
    tolerance = relative * norm + ATOL[dtype] * scale
    exact = np.complex128 if want.dtype.kind == "c" else np.float64
    gap = got.astype(exact, copy=False) - want.astype(exact, copy=False)
    error = _plain_norm(gap)
    if error is not None and error <= tolerance:  # so all numbers are finite
        return Judged(None, _ratio(error, tolerance), relative)
    gap = np.abs(gap)
    if not np.isfinite(gap).all():
        gap = np.where(got == want, 0.0, gap)  # infinities that agree
    wrong = ~(gap <= tolerance / math.sqrt(max(gap.size, 1)))
    if not np.isfinite(got).all() and (~np.isfinite(got) & np.isfinite(want)).any():
        bad = np.argwhere(~np.isfinite(got) & np.isfinite(want))
        place = f" at {_index(bad[0])}" if want.ndim else ""
        fact = f"{name} contains {got[tuple(bad[0])]}{place}"
        return Judged(Failure(Verdict.WRONG, fact), math.inf, wrong=wrong)
    margin = math.inf
    if np.isfinite(gap).all():
        error = _norm(gap)
        margin = _ratio(error, tolerance)
        if error <= tolerance:
            return Judged(None, margin, relative)
    return Judged(_differs(name, got, want, wrong), margin, relative, wrong)


def _exactly(name: str, got: Any, want: Any) -> Judged:
    """Numbers that admit no rounding: whole ones, and truth values."""
    wrong: Any = got != want  # a mask; numpy types a comparison too narrowly
    if not wrong.any():
        return Judged(None)
    return Judged(_differs(name, got, want, wrong), math.inf, wrong=wrong)


def _unlike_leaf(fact: str, want: str, got: str) -> Judged:
    return Judged(Failure(Verdict.WRONG, fact, _pair(want, got)), math.inf)


def _differs(name: str, got: Any, want: Any, wrong: Any) -> Failure:
    """What is told of entries that are `wrong`, a mask."""
    gaps = np.abs(got.astype(complex) - want)
    at = np.unravel_index(int(np.argmax(gaps)), want.shape)
    if want.ndim == 0:
        return Failure(Verdict.WRONG, f"{name} is wrong", _numbers(want[()], got[()]))
    count = f"{int(wrong.sum())} of {want.size} entries differ"
    first = np.unravel_index(int(np.argmax(wrong)), want.shape)
    if first == at:
        count += f"; the first and largest gap is at {_index(at)}"
    else:
        count += f", the first at {_index(first)}; the largest gap is at {_index(at)}"
    fact = f"{name} has the right shape but wrong values"
    details = (count, *_numbers(want[at], got[at]))
    return Failure(Verdict.WRONG, fact, details, _prefix(name, wrong))


def _ratio(error: float, tolerance: float) -> float:
    """Never nan, whatever a student's numbers are."""
    if error == 0.0:
        return 0.0
    ratio = error / float(tolerance) if tolerance else math.inf
    return math.inf if math.isnan(ratio) else ratio


def _prefix(name: str, wrong: np.ndarray) -> tuple[str, ...]:
    """Where an array is right up to an index of one axis and wrong from there on."""
    for axis in range(wrong.ndim):
        others = tuple(i for i in range(wrong.ndim) if i != axis)
        along: Any = wrong.any(axis=others)
        first = int(np.argmax(along))
        if along.size > 2 and first > 0 and along[first:].all():
            colons = [":"] * wrong.ndim
            colons[axis] = f":{first}"
            return (f"{name}[{', '.join(colons)}]",)
    return ()


def _together(right: tuple[str, ...], wrong: Sequence[str]) -> Iterator[str]:
    """Names of right results, with series such as inputs[0], inputs[1] drawn together."""
    series: dict[str, list[int]] = {}
    for name in right:
        base, bracket, index = name.rpartition("[")
        if bracket and index[:-1].isdigit():
            series.setdefault(base, []).append(int(index[:-1]))
        else:
            yield name
    for base, indices in series.items():
        if len(indices) == 1:
            yield f"{base}[{indices[0]}]"
        elif indices == list(range(indices[0], indices[-1] + 1)):
            whole = not any(name.rpartition("[")[0] == base for name in wrong)
            yield base if whole else f"{base}[{indices[0]}] to [{indices[-1]}]"
        else:
            yield f"{len(indices)} of {base}"


def _norm(value: Any) -> float:
    """The 2-norm of what is finite in it, also where squares would not be."""
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
    """The 2-norm of real numbers whose squares are; None where something is not finite, too."""
    if array.dtype.kind != "f":
        return None
    plain = array.astype(np.float64, copy=False).ravel()
    square = float(plain @ plain)
    if 1e-200 < square < 1e200:  # which no square of an infinity or of nan is
        return math.sqrt(square)
    return 0.0 if square == 0.0 and not plain.any() else None


def _called(name: str) -> str:
    return name or "the result"


def _keys(keys: Any) -> str:
    return ", ".join(printable(str(key), 40) for key in list(keys)[:8])


def _index(at: Any) -> str:
    return f"[{', '.join(str(int(i)) for i in at)}]" if len(at) else ""


def _pair(want: str, got: str) -> tuple[str, str]:
    return (f"  expected   {want}", f"  got        {got}")


def _numbers(want: Any, got: Any) -> tuple[str, ...]:
    texts = [f"{want:.7g}", f"{got:.7g}"]
    if texts[0] == texts[1]:
        texts = [f"{want:.17g}", f"{got:.17g}"]
    width = max(map(len, texts))
    return _pair(texts[0].rjust(width), texts[1].rjust(width))


def _plain(value: Any) -> str:
    if isinstance(value, (bool, int, float, str)):
        return printable(repr(value), 80)
    return described(value)
