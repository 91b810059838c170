"""What went wrong, from numbers: certain facts, and a likely cause where the numbers match one.

A misconception is recognised when it passes and fails the very checks that the submission passes
and fails, and gave the same numbers (to rounding) in those that fail. Two misconceptions that
both match leave the cause open. Where none matches, two of them made at once are tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from autograder.assignment.model import KnownProgram
from autograder.isolation.wire import Opaque
from autograder.judging.answers import Answer
from autograder.judging.checks import CheckRun
from autograder.judging.failure import Failure
from autograder.judging.question import Mode

# Correct programs differ by 2e-15 (float64) and 5e-7 (float32); another mistake by far more.
AGREE = {"float32": 1e-4, "complex64": 1e-4, "float16": 1e-2}
AGREE_DEFAULT = 1e-9

FEW = 2  # candidates that are looked at whole, without asking more single checks first

Outcome = Answer | Failure
Tried = Sequence[Sequence[CheckRun]]  # for each check of a slot, its runs in the modes tried
Fingerprint = Mapping[str, Sequence[Outcome] | None]  # check -> outcomes of its calls; None: passed
Made = tuple[str, ...]  # ids of the misconceptions of one slot that a program makes: one or two


class Library(Protocol):
    """The known misconceptions and what they answer."""

    def singles(self, slot: str) -> Sequence[Made]:
        """The misconceptions of the slot."""
        ...

    def pairs(self, slot: str) -> Sequence[Made]:
        """The pairs of misconceptions of the slot that can be made at once, as far as known."""
        ...

    def answers(
        self, slot: str, check: str, mode: Mode, programs: Sequence[Made]
    ) -> Iterator[Sequence[Outcome] | None]:
        """For each program, the outcomes of the check's calls; None where it passes."""
        ...

    def fingerprint(self, slot: str, mode: Mode, id: str) -> Fingerprint:
        """What a misconception answers to all checks of the slot."""
        ...

    def known(self, id: str) -> KnownProgram: ...


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
    likely = _left(tried, library, slot, library.singles(slot), few=FEW)
    ids = [id for (id,) in likely if _is_it(tried, library, slot, id)]
    if not ids:
        failing = next((r[-1].check.name for r in tried if _fails_with_numbers(r)), None)
        pairs = library.pairs(slot) if failing else ()
        if failing and pairs:  # two mistakes of which neither fails the check pass it together
            singles = library.singles(slot)
            answers = library.answers(slot, failing, (), singles)
            tripping = {
                id for (id,), print_ in zip(singles, answers, strict=True) if print_ is not None
            }
            pairs = [pair for pair in pairs if tripping.intersection(pair)]
        ids = _common(_left(tried, library, slot, pairs))
    elif len(ids) > 1:
        ids = []
    return tuple(library.known(id) for id in ids)


def _left(
    tried: Tried, library: Library, slot: str, programs: Sequence[Made], few: int = 0
) -> Sequence[Made]:
    """The programs that answer as this one did, until `few` are left.

    Each check leaves fewer of them to be run; those that fail tell most.
    """
    left = programs
    for runs in sorted(tried, key=lambda runs: runs[-1].failure is None):
        if len(left) <= few:
            break
        if runs[-1].elsewhere:  # it takes all checks to see that, and programs are run one by one
            continue
        name = runs[-1].check.name
        if runs[-1].failure is None:
            prints = library.answers(slot, name, (), left)
            left = [made for made, print_ in zip(left, prints, strict=True) if print_ is None]
            continue
        matching: set[Made] = set()
        for run in runs:
            prints = library.answers(slot, name, run.mode, left)
            ours = outcomes(run)
            matching |= {
                made
                for made, theirs in zip(left, prints, strict=True)
                if _same_outcomes(ours, theirs)
            }
        left = [made for made in left if made in matching]
    return left


def _fails_with_numbers(runs: Sequence[CheckRun]) -> bool:
    """Whether a check fails by itself, with an answer in which there is something to compare."""
    if runs[-1].failure is None or runs[-1].elsewhere:
        return False
    answers = [outcome for outcome in outcomes(runs[-1]) if isinstance(outcome, Answer)]
    return any(isinstance(_leaf(ours), np.ndarray) for a in answers for ours in _leaves(a.value))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value


def _is_it(tried: Tried, library: Library, slot: str, id: str) -> bool:
    """Whether a misconception passes and fails the same checks, with the same numbers."""
    modes = {run.mode for runs in tried for run in runs}
    prints = {mode: library.fingerprint(slot, mode, id) for mode in modes}
    return all(_check_matches(runs, prints) for runs in tried)


def _common(pairs: Sequence[Made]) -> list[str]:
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
