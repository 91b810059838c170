"""Side effects of calls: arguments that they changed, global state that they touched.

A worker reports both of every call. A slot that forbids them says so in one check (`unmodified`,
`undisturbed`), and that check speaks for the calls of all its checks: a function that writes on
its arguments for one size or dtype only is found by the check that has this size or dtype.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import NamedTuple

from autograder.judging.answers import Answer, Undisturbed, Unmodified
from autograder.judging.checks import Check, CheckRun
from autograder.judging.comparison import changes_arguments, changes_globals

Usual = Callable[[Check], Collection[str]]  # names of the effects of the reference's own calls


class Kind(Enum):
    """What an effect changes."""

    ARGUMENT = auto()
    GLOBAL = auto()


class Effect(NamedTuple):
    """A side effect of a call: the kind of thing that it changed, and its name."""

    kind: Kind
    name: str


def effects(run: CheckRun) -> Iterator[Effect]:
    """The side effects of a run's calls."""
    for call in run.log.calls:
        if isinstance(call.outcome, Answer):
            yield from (Effect(Kind.ARGUMENT, name) for name in call.outcome.mutated)
            yield from (Effect(Kind.GLOBAL, name) for name in call.outcome.touched)


def with_effects(tried: Sequence[Sequence[CheckRun]], usual: Usual) -> list[list[CheckRun]]:
    """The runs of a slot's checks; those that forbid an effect fail if any call had it."""
    return [[*runs[:-1], _judged(runs[-1], tried, usual)] for runs in tried]


def _judged(run: CheckRun, tried: Sequence[Sequence[CheckRun]], usual: Usual) -> CheckRun:
    if not run.passed:
        return run
    for comparison in run.log.comparisons:
        if isinstance(comparison, Unmodified):
            names, other = _found(Kind.ARGUMENT, (), tried, usual)
            failure = changes_arguments(names)
        elif isinstance(comparison, Undisturbed):
            names, other = _found(Kind.GLOBAL, comparison.but, tried, usual)
            failure = changes_globals(names)
        else:
            continue
        if names:
            if other.name != run.check.name:
                detail = f"seen where it {other.sentence}"
                failure = replace(failure, details=(*failure.details, detail))
            return replace(run, failure=failure, elsewhere=True)
    return run


def _found(
    kind: Kind, but: Collection[str], tried: Sequence[Sequence[CheckRun]], usual: Usual
) -> tuple[list[str], Check]:
    """The forbidden effects in the first check that has any, by name, and that check."""
    for runs in tried:
        names = [name for what, name in effects(runs[-1]) if what == kind and name not in but]
        if names:
            unusual = [name for name in names if name not in usual(runs[-1].check)]
            if unusual:
                return list(dict.fromkeys(unusual)), runs[-1].check
    return [], tried[0][-1].check
