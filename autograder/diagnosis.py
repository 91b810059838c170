"""What went wrong, from numbers: certain facts, and a likely cause where the numbers match one.

A misconception is recognised when it passes and fails the very checks that the submission passes
and fails, and gave the same numbers (to rounding) in those that fail. Two misconceptions that
both match leave the cause open. Where none matches, two of them made at once are tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from autograder.assignment import KnownProgram
from autograder.checks import CheckRun
from autograder.compare import Answer
from autograder.failure import Failure
from autograder.program import Mode
from autograder.wire import Opaque

# Correct programs differ by 2e-15 (float64) and 5e-7 (float32); another mistake by far more.
AGREE = {"float32": 1e-4, "complex64": 1e-4, "float16": 1e-2}
AGREE_DEFAULT = 1e-9

Outcome = Answer | Failure
Tried = Sequence[Sequence[CheckRun]]  # for each check of a slot, its runs in the modes tried
Fingerprint = Mapping[str, Sequence[Outcome] | None]  # check -> outcomes of its calls; None: passed
Pair = tuple[str, str]  # ids of two misconceptions of one slot


class Library(Protocol):
    """The known misconceptions and what they answer."""

    def fingerprints(self, slot: str, mode: Mode) -> Mapping[str, Fingerprint]:
        """id -> fingerprint of each misconception of the slot."""
        ...

    def known(self, id: str) -> KnownProgram: ...

    def pairs(self, slot: str) -> Sequence[Pair]:
        """The pairs of misconceptions of the slot that can be made at once, as far as known."""
        ...

    def answers(
        self, slot: str, check: str, mode: Mode, pairs: Sequence[Pair]
    ) -> Iterator[Sequence[Outcome] | None]:
        """For each pair, the outcomes of the check's calls; None where it passes."""
        ...


def fingerprint(tried: Tried) -> dict[str, Sequence[Outcome] | None]:
    """The fingerprint of a program's runs, each check in its last mode."""
    return {
        runs[-1].check.name: None if runs[-1].failure is None else outcomes(runs[-1])
        for runs in tried
    }


def outcomes(run: CheckRun) -> list[Outcome]:
    return [call.outcome for call in run.log.calls]


def recognise(tried: Tried, library: Library, slot: str) -> tuple[KnownProgram, ...]:
    """The one misconception whose numbers these are, or the two that were made at once, or none.

    Where several pairs give these numbers, what they have in common.
    """
    modes = {run.mode for runs in tried for run in runs}
    by_mode = {mode: library.fingerprints(slot, mode) for mode in modes}
    matching = []
    for known in by_mode.get((), {}):
        prints = {mode: fingerprints[known] for mode, fingerprints in by_mode.items()}
        if all(_check_matches(runs, prints) for runs in tried):
            matching.append(known)
    if not matching:
        matching = _common(_matching_pairs(tried, library, slot))
    elif len(matching) > 1:
        matching = []
    return tuple(library.known(id) for id in matching)


def _matching_pairs(tried: Tried, library: Library, slot: str) -> Sequence[Pair]:
    """The pairs that answer as the program did; each check leaves fewer of them to be run.

    Two mistakes together fail, as good as always, wherever one of the two does: pairs that would
    be an exception are not run.
    """
    failing = {runs[-1].check.name for runs in tried if runs[-1].failure is not None}
    trips = {
        id: {check for check, answers in print_.items() if answers is not None}
        for id, print_ in library.fingerprints(slot, ()).items()
    }
    left = [(a, b) for a, b in library.pairs(slot) if trips[a] <= failing or trips[b] <= failing]
    for runs in sorted(tried, key=lambda runs: runs[-1].failure is None):
        if not left:
            break
        if runs[-1].elsewhere:  # it takes all checks to see that, and pairs are run one by one
            continue
        name = runs[-1].check.name
        if runs[-1].failure is None:
            prints = library.answers(slot, name, (), left)
            left = [pair for pair, print_ in zip(left, prints, strict=True) if print_ is None]
            continue
        matching: set[Pair] = set()
        for run in runs:
            prints = library.answers(slot, name, run.mode, left)
            ours = outcomes(run)
            matching |= {
                pair
                for pair, theirs in zip(left, prints, strict=True)
                if _same_outcomes(ours, theirs)
            }
        left = [pair for pair in left if pair in matching]
    return left


def _common(pairs: Sequence[Pair]) -> list[str]:
    """The ids that all pairs have."""
    if not pairs:
        return []
    return [id for id in pairs[0] if all(id in pair for pair in pairs)]


def _check_matches(runs: Sequence[CheckRun], prints: Mapping[Mode, Fingerprint]) -> bool:
    name = runs[-1].check.name
    if runs[-1].failure is None:
        return prints[()].get(name, None) is None
    return any(_same_outcomes(outcomes(run), prints[run.mode].get(name)) for run in runs)


def _same_outcomes(ours: Sequence[Outcome], theirs: Sequence[Outcome] | None) -> bool:
    if theirs is None or not ours or len(ours) != len(theirs):
        return False
    return all(_agree(a, b) for a, b in zip(ours, theirs, strict=True))


def _agree(ours: Outcome, theirs: Outcome) -> bool:
    if isinstance(ours, Failure) and isinstance(theirs, Failure):
        return (ours.verdict, ours.fact) == (theirs.verdict, theirs.fact)
    if isinstance(ours, Failure) or isinstance(theirs, Failure):
        return False
    if set(ours.places) != set(theirs.places) or set(ours.touched) != set(theirs.touched):
        return False
    return agree(ours.value, theirs.value)


def agree(ours: Any, theirs: Any) -> bool:
    """Equal to rounding, whatever the containers and the order of keys."""
    pairs = list(_pairs(ours, theirs))
    numbers = [their for _, their in pairs if isinstance(their, np.ndarray)]
    scale = max(map(_size, numbers), default=0.0)
    return all(_leaves_agree(our, their, scale) for our, their in pairs)


def _pairs(ours: Any, theirs: Any) -> Iterator[tuple[Any, Any]]:
    """The leaves of two values side by side; where the structures differ, a pair that does."""
    if isinstance(theirs, dict) and isinstance(ours, dict) and theirs.keys() == ours.keys():
        for key, their in theirs.items():
            yield from _pairs(ours[key], their)
    elif _is_series(ours, theirs) and len(ours) == len(theirs):
        for our, their in zip(ours, theirs, strict=True):
            yield from _pairs(our, their)
    else:
        yield _leaf(ours), _leaf(theirs)


def _is_series(ours: Any, theirs: Any) -> bool:
    """Two lists or tuples, or one of them and an array of as many."""
    plain = (list, tuple)
    if isinstance(ours, plain):
        return isinstance(theirs, plain) or (isinstance(theirs, np.ndarray) and theirs.ndim > 0)
    return isinstance(theirs, plain) and isinstance(ours, np.ndarray) and ours.ndim > 0


def _leaf(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    if isinstance(value, (float, np.floating)):
        return np.asarray(value, dtype=np.float64)
    return value.type_name if isinstance(value, Opaque) else value


def _leaves_agree(x: Any, y: Any, scale: float) -> bool:
    if not (isinstance(x, np.ndarray) and isinstance(y, np.ndarray)):
        plain = not isinstance(x, (list, tuple, dict, np.ndarray))  # else: of another structure
        return plain and type(x) is type(y) and bool(x == y)
    if x.shape != y.shape or x.dtype != y.dtype:
        return False
    if x.dtype.kind not in "fc":
        return bool((x == y).all())
    finite = np.isfinite(x)
    if not (finite == np.isfinite(y)).all():
        return False
    relative = AGREE.get(x.dtype.name, AGREE_DEFAULT)
    with np.errstate(all="ignore"):
        gap = float(np.linalg.norm((x - y)[finite]))
        return gap <= relative * (float(np.linalg.norm(y[finite])) + 1e-3 * scale)


def _size(array: np.ndarray) -> float:
    if array.dtype.kind not in "fc":
        return 0.0
    with np.errstate(all="ignore"):
        return float(np.linalg.norm(array[np.isfinite(array)]))


def ladder(runs: Sequence[CheckRun]) -> Iterator[str]:
    """For checks of one kind at several sizes: which sizes are right and which are wrong."""
    groups: dict[tuple[str, str], list[tuple[int, bool]]] = {}
    for run in runs:
        if len(run.check.params) == 1 and not run.skipped and not run.broken:
            ((name, value),) = run.check.params.items()
            if isinstance(value, int):  # a size; of other numbers it would say little
                groups.setdefault((run.check.base, name), []).append((value, run.passed))
    for (_, name), entries in groups.items():
        entries.sort()
        right = [value for value, passed in entries if passed]
        wrong = [value for value, passed in entries if not passed]
        if not right or not wrong:
            continue
        said = ", ".join(map(str, right))
        if max(right) < min(wrong):
            yield f"right for {name} = {said}; wrong from {name} = {min(wrong)} on"
        else:
            yield f"right for {name} = {said}; wrong for {', '.join(map(str, wrong))}"
