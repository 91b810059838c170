"""The likely cause of a failure, where the numbers match a known misconception.

A misconception is recognised if it passes and fails the very checks that the submission passes and
fails, and gave the same numbers (to rounding) in those that fail. Two misconceptions that both
match leave the cause open. Where none matches, two misconceptions in one program are tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from autograder.assignment.model import KnownProgram
from autograder.isolation.wire import Opaque
from autograder.judging.answers import Answer
from autograder.judging.checks import CheckRun, SlotRuns
from autograder.judging.failure import Failure
from autograder.judging.question import StandIns

# Correct programs differ by 2e-15 (float64) and 5e-7 (float32); another mistake by far more.
AGREE = {"float32": 1e-4, "complex64": 1e-4, "float16": 1e-2}
AGREE_DEFAULT = 1e-9

FEW = 2  # candidates that are compared in all checks, without filtering them by single checks

Outcome = Answer | Failure
# check -> outcomes of its calls; None where it passes
Fingerprint = Mapping[str, Sequence[Outcome] | None]
Mistakes = tuple[str, ...]  # ids of the misconceptions of one slot in one program: one or two


class Library(Protocol):
    """The known misconceptions and what they answer."""

    def singles(self, slot: str) -> Sequence[Mistakes]:
        """The misconceptions of the slot."""
        ...

    def pairs(self, slot: str) -> Sequence[Mistakes]:
        """The pairs of misconceptions of the slot that fit into one program, as far as known."""
        ...

    def answers(
        self, slot: str, check: str, stand_ins: StandIns, programs: Sequence[Mistakes]
    ) -> Iterator[Sequence[Outcome] | None]:
        """For each program, the outcomes of the check's calls; None where it passes."""
        ...

    def fingerprint(self, slot: str, stand_ins: StandIns, id: str) -> Fingerprint:
        """What a misconception answers to all checks of the slot."""
        ...

    def known(self, id: str) -> KnownProgram: ...


def fingerprint(runs: SlotRuns) -> dict[str, Sequence[Outcome] | None]:
    """The fingerprint of a program, of each check by its last attempt."""
    return {run.check.name: None if run.failure is None else outcomes(run) for *_, run in runs}


def outcomes(run: CheckRun) -> list[Outcome]:
    """The outcomes of the calls of a run."""
    return [call.outcome for call in run.log.calls]


def recognise(runs: SlotRuns, library: Library, slot: str) -> tuple[KnownProgram, ...]:
    """The one misconception whose numbers these are, or the two in one program, or none.

    Where several pairs give these numbers, the misconceptions that all of them contain.
    """
    likely = _matching(runs, library, slot, library.singles(slot), few=FEW)
    ids = [id for (id,) in likely if _matches(runs, library, slot, id)]
    if not ids:
        failing = next((r[-1].check.name for r in runs if _fails_with_numbers(r)), None)
        pairs = library.pairs(slot) if failing else ()
        if failing and pairs:  # two mistakes of which neither fails the check pass it together
            singles = library.singles(slot)
            answers = library.answers(slot, failing, (), singles)
            failed = {
                id for (id,), answer in zip(singles, answers, strict=True) if answer is not None
            }
            pairs = [pair for pair in pairs if failed.intersection(pair)]
        ids = _common(_matching(runs, library, slot, pairs))
    elif len(ids) > 1:
        ids = []
    return tuple(library.known(id) for id in ids)


def _matching(
    runs: SlotRuns, library: Library, slot: str, programs: Sequence[Mistakes], few: int = 0
) -> Sequence[Mistakes]:
    """The programs that answer as this one did, or the first `few` or less that remain.

    Each check leaves fewer programs to be run; checks that fail tell most.
    """
    left = programs
    for attempts in sorted(runs, key=lambda attempts: attempts[-1].failure is None):
        if len(left) <= few:
            break
        last = attempts[-1]
        if last.elsewhere:  # takes the calls of all checks, and programs are run check by check
            continue
        if last.failure is None:
            answers = library.answers(slot, last.check.name, (), left)
            left = [one for one, answer in zip(left, answers, strict=True) if answer is None]
            continue
        matching: set[Mistakes] = set()
        for run in attempts:
            ours = outcomes(run)
            answers = library.answers(slot, last.check.name, run.stand_ins, left)
            matching |= {
                one
                for one, theirs in zip(left, answers, strict=True)
                if _same_outcomes(ours, theirs)
            }
        left = [one for one in left if one in matching]
    return left


def _fails_with_numbers(attempts: Sequence[CheckRun]) -> bool:
    """Whether a check fails by its own calls, with an answer that has numbers to compare."""
    if attempts[-1].failure is None or attempts[-1].elsewhere:
        return False
    answers = [outcome for outcome in outcomes(attempts[-1]) if isinstance(outcome, Answer)]
    return any(isinstance(_leaf(part), np.ndarray) for a in answers for part in _leaves(a.value))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value


def _matches(runs: SlotRuns, library: Library, slot: str, id: str) -> bool:
    """Whether a misconception passes and fails the same checks, with the same numbers."""
    used = {run.stand_ins for attempts in runs for run in attempts}
    fingerprints = {stand_ins: library.fingerprint(slot, stand_ins, id) for stand_ins in used}
    return all(_check_matches(attempts, fingerprints) for attempts in runs)


def _common(pairs: Sequence[Mistakes]) -> list[str]:
    """The ids that all pairs contain."""
    if not pairs:
        return []
    return [id for id in pairs[0] if all(id in pair for pair in pairs)]


def _check_matches(
    attempts: Sequence[CheckRun], fingerprints: Mapping[StandIns, Fingerprint]
) -> bool:
    name = attempts[-1].check.name
    if attempts[-1].failure is None:
        return fingerprints[()].get(name, None) is None
    return any(
        _same_outcomes(outcomes(run), fingerprints[run.stand_ins].get(name)) for run in attempts
    )


def _same_outcomes(ours: Sequence[Outcome], theirs: Sequence[Outcome] | None) -> bool:
    if theirs is None or not ours or len(ours) != len(theirs):
        return False
    return all(_same_outcome(a, b) for a, b in zip(ours, theirs, strict=True))


def _same_outcome(ours: Outcome, theirs: Outcome) -> bool:
    if isinstance(ours, Failure) and isinstance(theirs, Failure):
        return (ours.verdict, ours.fact) == (theirs.verdict, theirs.fact)
    if isinstance(ours, Failure) or isinstance(theirs, Failure):
        return False
    if set(ours.places) != set(theirs.places) or set(ours.touched) != set(theirs.touched):
        return False
    return agree(ours.value, theirs.value)


def agree(ours: Any, theirs: Any) -> bool:
    """Whether two answers are equal to rounding.

    Neither need be right, so that lists, tuples and arrays of arrays count as the same on both
    sides, which `structure.pairs` does not allow; the order of keys does not count.
    """
    pairs = list(_pairs(ours, theirs))
    numbers = [their for _, their in pairs if isinstance(their, np.ndarray)]
    scale = max(map(_size, numbers), default=0.0)
    return all(_leaves_agree(our, their, scale) for our, their in pairs)


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
    """Sentences that say for which sizes a parametrized check is right and for which wrong."""
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
        sizes = ", ".join(map(str, right))
        if max(right) < min(wrong):
            yield f"right for {name} = {sizes}; wrong from {name} = {min(wrong)} on"
        else:
            yield f"right for {name} = {sizes}; wrong for {', '.join(map(str, wrong))}"
