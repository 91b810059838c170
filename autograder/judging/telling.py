"""Which failure of a slot is shown: the first that tells most, basic checks before exotic ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograder.judging.answers import Answer, Same, Unmodified
from autograder.judging.checks import CheckRun


def most_telling(failed: Sequence[CheckRun]) -> CheckRun:
    """The run to show, of those that failed.

    Degenerate cases come last: nothing in, single numbers in, zeros in or zeros out. Where the
    call of the shown one changed an argument, the check that forbids it comes first: the wrong
    value may be due to that.
    """
    shown = min(failed, key=_degenerate)  # of several, the first
    changes = any(isinstance(c.outcome, Answer) and c.outcome.mutated for c in shown.log.calls)
    forbidding = (run for run in failed if _forbids_changes(run))
    return next(forbidding, shown) if changes else shown


def _forbids_changes(run: CheckRun) -> bool:
    """Whether a run failed because a call changed an argument."""
    comparisons = run.log.comparisons
    if run.elsewhere:
        return any(isinstance(one, Unmodified) for one in comparisons)
    return bool(comparisons) and isinstance(comparisons[-1], Unmodified)


def _degenerate(run: CheckRun) -> int:
    """In how many ways the case of a run is degenerate."""
    if not run.log.calls:
        return 0
    call = run.log.calls[-1]
    given = list(_arrays([*call.args, *call.kwargs.values()]))
    sizes = [array.size for array in given]
    last = run.log.comparisons[-1:]
    wants = [array for one in last if isinstance(one, Same) for array in _arrays(one.want)]
    return (
        (0 in sizes or _has_empty_list([*call.args, *call.kwargs.values()]))
        + (bool(sizes) and max(sizes) <= 1)
        + (bool(given) and not any(array.any() for array in given))
        + (bool(wants) and not any(array.any() for array in wants))
    )


def _arrays(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _arrays(item)
    elif isinstance(value, (np.ndarray, np.generic, float)):
        array = np.asarray(value)
        if array.dtype.kind in "fc":
            yield array


def _has_empty_list(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_empty_list, value.values()))
    return isinstance(value, (list, tuple)) and (not value or any(map(_has_empty_list, value)))
