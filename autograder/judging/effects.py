"""Side effects of calls: arguments that they changed, global state that they changed.

A worker reports both for every call. A slot forbids them in one check (`unmodified`,
`leaves_globals_alone`), and that check judges the calls of all checks of the slot: a function that
writes on its arguments for one size or dtype only is found by the check with this size or dtype.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from enum import Enum, auto
from typing import NamedTuple

from autograder.judging.answers import Answer, LeavesGlobalsAlone, Unmodified
from autograder.judging.checks import Check, CheckRun, SlotRuns
from autograder.judging.comparison import changes_arguments, changes_globals
from autograder.judging.verdict import Verdict

ReferenceEffects = Callable[[Check], Collection[str]]  # see `checks.Runner`


class EffectKind(Enum):
    """What an effect changes."""

    ARGUMENT = auto()
    GLOBAL = auto()


class Effect(NamedTuple):
    """A side effect of a call: the kind of thing that it changed, and its name."""

    kind: EffectKind
    name: str


def effects(run: CheckRun) -> Iterator[Effect]:
    """The side effects of a run's calls."""
    for call in run.log.calls:
        if isinstance(call.outcome, Answer):
            yield from (Effect(EffectKind.ARGUMENT, name) for name in call.outcome.mutated)
            yield from (Effect(EffectKind.GLOBAL, name) for name in call.outcome.touched)


def with_effects(runs: SlotRuns, allowed: ReferenceEffects) -> list[list[CheckRun]]:
    """The runs of a slot's checks; those that forbid an effect fail if any call had it.

    A check that fails with wrong values tells first which arguments its calls changed, where the
    slot forbids that. Effects that the reference has in the same check are `allowed`.
    """
    forbids = any(isinstance(one, Unmodified) for *_, run in runs for one in run.log.comparisons)
    return [
        [
            *((_told_first(run, allowed) if forbids else run) for run in attempts[:-1]),
            _judged(_told_first(attempts[-1], allowed) if forbids else attempts[-1], runs, allowed),
        ]
        for attempts in runs
    ]


def _told_first(run: CheckRun, allowed: ReferenceEffects) -> CheckRun:
    """The run; where values are wrong and calls changed arguments, with the arguments first."""
    failure = run.failure
    if failure is None or failure.verdict != Verdict.WRONG:
        return run
    changed = [effect.name for effect in effects(run) if effect.kind == EffectKind.ARGUMENT]
    names = [n for n in dict.fromkeys(changed) if n not in allowed(run.check)]
    told = changes_arguments(names)
    if not names or failure.brief == told.brief:
        return run
    details = (f"after that, {failure.fact}", *failure.details)
    return replace(run, failure=replace(failure, fact=told.fact, details=details, brief=told.brief))


def _judged(run: CheckRun, runs: SlotRuns, allowed: ReferenceEffects) -> CheckRun:
    if not run.passed:
        return run
    for comparison in run.log.comparisons:
        if isinstance(comparison, Unmodified):
            names, check = _forbidden(EffectKind.ARGUMENT, (), runs, allowed)
            failure = changes_arguments(names)
        elif isinstance(comparison, LeavesGlobalsAlone):
            names, check = _forbidden(EffectKind.GLOBAL, comparison.but, runs, allowed)
            failure = changes_globals(names)
        else:
            continue
        if names:
            if check.name != run.check.name:
                detail = f"seen where it {check.sentence}"
                failure = replace(failure, details=(*failure.details, detail))
            return replace(run, failure=failure, elsewhere=True)
    return run


def _forbidden(
    kind: EffectKind, but: Collection[str], runs: SlotRuns, allowed: ReferenceEffects
) -> tuple[list[str], Check]:
    """The names of the forbidden effects in the first check that has any, and that check."""
    for *_, run in runs:
        names = [effect.name for effect in effects(run) if effect.kind == kind]
        names = [name for name in names if name not in but]
        if names:
            forbidden = [name for name in names if name not in allowed(run.check)]
            if forbidden:
                return list(dict.fromkeys(forbidden)), run.check
    return [], runs[0][-1].check
