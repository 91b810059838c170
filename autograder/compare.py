"""The comparisons that graders use: inputs go to the student, one of these judges the answer.

    same(answer, want)      the same structure, shapes, dtypes and, within rounding, numbers
    unmodified(answer)      the call left its arguments as they were
    undisturbed(answer)     the call left global settings and generators as they were
    expect(condition, fact) anything else

Numbers are compared result by result in norm, `|got - want| <= rtol |want| + atol scale`, with
`scale` the largest norm among the results of the answer. Elementwise relative error would punish
saturated units, where 1 - h**2 is exactly 0 and the truth is 1e-16.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.failure import CheckFailed, Failure, harmless
from autograder.probing import kind
from autograder.wire import Opaque, Tensor

# Correct float64 programs differ by up to 2e-15 in norm, float32 arithmetic in between costs
# 3e-8: 1e-10 is more than two decades from both. In float32, correct programs differ by up to
# 5e-7 and wrong ones by 1e-2 and more.
RTOL = {"float64": 1e-10, "complex128": 1e-10, "float32": 1e-4, "complex64": 1e-4, "float16": 1e-2}
ATOL = {"float64": 1e-12, "complex128": 1e-12, "float32": 1e-6, "complex64": 1e-6, "float16": 1e-3}


@dataclass
class Log:
    """What one run of one check asked and compared; diagnosis and public checks live on it.

    `margin` is the largest error over its tolerance so far: None before numbers were compared.
    """

    calls: list[Any] = field(default_factory=list)  # of program.Call
    comparisons: list[dict[str, Any]] = field(default_factory=list)
    margin: float | None = None


@dataclass(frozen=True)
class Answer:
    """A value that came back from a program, and what the call did besides.

    Indexing gives a part, as an Answer again.
    """

    value: Any
    mutated: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    log: Log | None = None
    call: int = 0
    path: tuple[Any, ...] = ()

    def __getitem__(self, key: Any) -> Answer:
        try:
            part = self.value[key]
        except (KeyError, IndexError, TypeError):
            fact = f"the result is {_kind(self.value)} without [{key!r}]"
            raise CheckFailed(Failure("wrong", fact)) from None
        return Answer(part, self.mutated, self.touched, self.log, self.call, (*self.path, key))

    def array(self) -> np.ndarray:
        """The value as a numpy array of numbers. Fails the check where it is none."""
        if not isinstance(self.value, (np.ndarray, np.generic, float)):
            fact = f"the result is {_kind(self.value)} where numbers were expected"
            raise CheckFailed(Failure("wrong", fact))
        return np.asarray(self.value)


def expect(condition: bool, fact: str, *details: str) -> None:
    """Fail the check with `fact` unless `condition` holds."""
    if not condition:
        raise CheckFailed(Failure("wrong", fact, details))


def unmodified(answer: Answer) -> None:
    """Fail the check if the call changed one of its arguments."""
    _record(answer, {"do": "unmodified"})
    if answer.mutated:
        fact = f"the call changed its argument {', '.join(map(harmless, answer.mutated[:3]))}"
        raise CheckFailed(Failure("wrong", fact, ("arguments are not to be modified",)))


def undisturbed(answer: Answer, *but: str) -> None:
    """Fail the check if the call changed global state, other than what `but` names."""
    _record(answer, {"do": "undisturbed", "but": list(but)})
    touched = [name for name in answer.touched if name not in but]
    if touched:
        fact = f"the call changed the global {', '.join(map(harmless, touched[:3]))}"
        raise CheckFailed(Failure("wrong", fact, ("no function changes global state",)))


def same(
    answer: Any,
    want: Any,
    *,
    names: Sequence[str] = (),
    rtol: float | None = None,
    extra_keys: bool = False,
) -> None:
    """Fail the check unless `answer` is `want`.

    Args:
        answer: an Answer, or a plain value.
        want: an Answer of the reference, or a plain value. A list or tuple admits a list, tuple
            or array of that length.
        names: what the parts of a tuple are called, for messages.
        rtol: relative tolerance in norm; by default the one of the dtype of `want`.
        extra_keys: whether a dict may have keys that `want` has not.
    """
    wanted = want.value if isinstance(want, Answer) else want
    log = None
    if isinstance(answer, Answer):
        note = {"do": "same", "want": wanted, "names": list(names)}
        _record(answer, {**note, "rtol": rtol, "extra_keys": extra_keys})
        answer, log = answer.value, answer.log
    found = judged(answer, wanted, names=names, rtol=rtol, extra_keys=extra_keys)
    if log is not None:
        log.margin = _larger(log.margin, found.margin)
    if found.failure is not None:
        raise CheckFailed(found.failure)


def _record(answer: Answer, comparison: dict[str, Any]) -> None:
    if answer.log is not None:
        place = {"call": answer.call, "path": list(answer.path)}
        answer.log.comparisons.append({**comparison, **place})


# ------------------------------------------------------------------------------ difference


@dataclass(frozen=True)
class Judged:
    """A comparison: what is wrong, or None, and how near it was.

    `margin` is the largest error over its tolerance: None where no floating-point numbers were
    compared, infinite where it is not their size that is wrong.
    """

    failure: Failure | None
    margin: float | None = None


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
    norms = [_norm(leaf.want) for leaf in leaves if isinstance(leaf.want, (np.ndarray, float))]
    scale = max([n for n in norms if math.isfinite(n)], default=0.0) or 1.0
    parts = {leaf.name: _leaf_judged(leaf, rtol, scale) for leaf in leaves}
    margin: float | None = None
    for part in parts.values():
        margin = _larger(margin, part.margin)
    wrong = [name for name, part in parts.items() if part.failure is not None]
    if not wrong:
        return Judged(None, margin)
    right = tuple(name for name in parts if name not in wrong)
    first = parts[wrong[0]].failure
    assert first is not None
    failure = Failure(
        first.verdict, first.fact, first.details, (*_together(right, wrong), *first.right)
    )
    return Judged(failure, margin)


def _larger(margin: float | None, other: float | None) -> float | None:
    if margin is None or other is None:
        return other if margin is None else margin
    return max(margin, other)


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
            raise _Unlike(Failure("wrong", fact, _pair(want.on, got.on)))
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
        raise _Unlike(Failure("wrong", fact, (f"it has {_keys(got) or 'none'}",)))
    if extra and not extra_keys:
        fact = f"{_called(name)} has a key that was not asked for: {_keys(extra)}"
        raise _Unlike(Failure("wrong", fact, (f"asked for: {_keys(want)}",)))
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
    fact = f"{_called(name)} is {_kind(got)} where {expected} was expected"
    raise _Unlike(Failure("wrong", fact, ("is a return missing?",) if got is None else ()))


def _unlike_length(name: str, got: int | None, want: int) -> None:
    fact = f"{_called(name)} has the wrong length"
    raise _Unlike(Failure("wrong", fact, _pair(str(want), str(got))))


def _leaf_judged(leaf: _Leaf, rtol: float | None, scale: float) -> Judged:
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
    bad = np.argwhere(~np.isfinite(got) & np.isfinite(want))
    if len(bad):
        place = f" at {_index(bad[0])}" if want.ndim else ""
        fact = f"{name} contains {got[tuple(bad[0])]}{place}"
        return Judged(Failure("wrong", fact), math.inf)
    return _values_judged(name, got, want, rtol, scale)


def _unlike_leaf(fact: str, want: str, got: str) -> Judged:
    return Judged(Failure("wrong", fact, _pair(want, got)), math.inf)


def _values_judged(name: str, got: Any, want: Any, rtol: float | None, scale: float) -> Judged:
    dtype = want.dtype.name
    wrong: Any  # a mask; numpy types a comparison too narrowly
    margin = math.inf
    if dtype not in RTOL:
        wrong = got != want
        if not wrong.any():
            return Judged(None)
    else:
        with np.errstate(all="ignore"):
            exact = np.complex128 if want.dtype.kind == "c" else np.float64
            gap = np.abs(got.astype(exact) - want.astype(exact))
        gap = np.where(got == want, 0.0, gap)  # infinities that agree
        relative = RTOL[dtype] if rtol is None else rtol
        tolerance = relative * _norm(want) + ATOL[dtype] * scale
        if np.isfinite(gap).all():
            error = _norm(gap)
            margin = _ratio(error, tolerance)
            if error <= tolerance:
                return Judged(None, margin)
        wrong = ~(gap <= tolerance / math.sqrt(max(gap.size, 1)))
    gaps = np.abs(got.astype(complex) - want)
    at = np.unravel_index(int(np.argmax(gaps)), want.shape)
    if want.ndim == 0:
        failure = Failure("wrong", f"{name} is wrong", _numbers(want[()], got[()]))
        return Judged(failure, margin)
    count = f"{int(wrong.sum())} of {want.size} entries differ; the largest gap is at {_index(at)}"
    fact = f"{name} has the right shape but wrong values"
    details = (count, *_numbers(want[at], got[at]))
    return Judged(Failure("wrong", fact, details, _prefix(name, wrong)), margin)


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


# ------------------------------------------------------------------------------ words


def _norm(value: Any) -> float:
    with np.errstate(all="ignore"):
        array = np.abs(np.asarray(value))
        array = array[np.isfinite(array)].astype(np.float64)
        largest = float(array.max(initial=0.0))
        if largest == 0.0:
            return 0.0
        return largest * float(np.sqrt(np.sum((array / largest) ** 2)))


def _called(name: str) -> str:
    return name or "the result"


def _kind(value: Any) -> str:
    if isinstance(value, Opaque):
        name = harmless(value.type_name, 60)
        return f"{'an' if name[:1].lower() in tuple('aeiou') else 'a'} {name}"
    if isinstance(value, Tensor):
        return f"a tensor of shape {value.shape}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    return kind(value)


def _keys(keys: Any) -> str:
    return ", ".join(harmless(str(key), 40) for key in list(keys)[:8])


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
        return harmless(repr(value), 80)
    return _kind(value)
