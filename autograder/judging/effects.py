"""What calls did besides answering: arguments they changed, global state they touched.

A worker reports both of every call. A slot that forbids them says so in one check (`unmodified`,
`undisturbed`), and that check speaks for the calls of all its checks: a function that writes on
its arguments for one size or dtype only is found by the check that has this size or dtype.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from autograder.judging.answers import Answer
from autograder.judging.checks import Check, CheckRun
from autograder.judging.comparison import modifies, touches

Usual = Callable[[Check], Collection[str]]  # what the reference's own calls in a check do


def effects(run: CheckRun) -> Iterator[tuple[str, str]]:
    """("mutated" or "touched", name) of each effect of a run's calls."""
    for call in run.log.calls:
        if isinstance(call.outcome, Answer):
            yield from (("mutated", name) for name in call.outcome.mutated)
            yield from (("touched", name) for name in call.outcome.touched)


def with_effects(tried: Sequence[Sequence[CheckRun]], usual: Usual) -> list[list[CheckRun]]:
    """The runs of a slot's checks, where those that forbid an effect fail if any call had it."""
    return [[*runs[:-1], _judged(runs[-1], tried, usual)] for runs in tried]


def _judged(run: CheckRun, tried: Sequence[Sequence[CheckRun]], usual: Usual) -> CheckRun:
    if not run.passed:
        return run
    forbidden: dict[str, Any] = {"unmodified": "mutated", "undisturbed": "touched"}
    for comparison in run.log.comparisons:
        kind = forbidden.get(comparison["do"])
        if kind is None:
            continue
        names, other = _found(kind, comparison.get("but", ()), tried, usual)
        if names:
            failure = modifies(names) if kind == "mutated" else touches(names)
            if other.name != run.check.name:
                detail = f"seen where it {other.sentence}"
                failure = replace(failure, details=(*failure.details, detail))
            return replace(run, failure=failure, elsewhere=True)
    return run


def _found(
    kind: str, but: Collection[str], tried: Sequence[Sequence[CheckRun]], usual: Usual
) -> tuple[list[str], Check]:
    """What the calls of the first check that has such an effect do, and that check."""
    for runs in tried:
        names = [name for what, name in effects(runs[-1]) if what == kind and name not in but]
        if names:
            unusual = [name for name in names if name not in usual(runs[-1].check)]
            if unusual:
                return list(dict.fromkeys(unusual)), runs[-1].check
    return [], tried[0][-1].check
