"""The comparisons that graders use: each judges an answer, and is recorded in the check's log.

    same(answer, want)            the same structure, shapes, dtypes and, to rounding, numbers
    unmodified(answer)            the call changed no argument
    leaves_globals_alone(answer)  the call changed no global setting and no random generator
    expect(condition, fact)       anything else

`difference` says what rounding is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from autograder.isolation.wire import lost_in
from autograder.judging import plain_data
from autograder.judging.answers import (
    Answer,
    Comparison,
    LeavesGlobalsAlone,
    Lookalikes,
    Same,
    Unmodified,
    unwrap,
)
from autograder.judging.difference import Difference, difference
from autograder.judging.failure import CheckFailed, Failure
from autograder.judging.relations import lengths_in
from autograder.judging.share import share
from autograder.judging.tolerance import Tolerance
from autograder.judging.verdict import Verdict
from autograder.text import printable


def expect(condition: bool, fact: str, *details: str) -> None:
    """Fail the check with `fact` unless `condition` holds."""
    if not condition:
        raise CheckFailed(Failure(Verdict.WRONG, fact, details))


def unmodified(answer: Answer) -> None:
    """Fail the check if the call changed one of its arguments."""
    _record(answer, Unmodified(answer.call, answer.path))
    if answer.mutated:
        raise CheckFailed(changes_arguments(answer.mutated))


def leaves_globals_alone(answer: Answer, *but: str) -> None:
    """Fail the check if the call changed global state, other than what `but` names."""
    _record(answer, LeavesGlobalsAlone(answer.call, answer.path, but))
    touched = [name for name in answer.touched if name not in but]
    if touched:
        raise CheckFailed(changes_globals(touched))


def changes_arguments(names: Sequence[str]) -> Failure:
    """The failure of a call that changed arguments."""
    fact = f"the call changed its argument {', '.join(map(printable, names[:3]))}"
    details = ("no call may change its arguments",)
    return Failure(Verdict.WRONG, fact, details, brief="the call changed an argument")


def changes_globals(names: Sequence[str]) -> Failure:
    """The failure of a call that changed global state."""
    fact = f"the call changed the global {', '.join(map(printable, names[:3]))}"
    details = ("no function may change global state",)
    return Failure(Verdict.WRONG, fact, details, brief="the call changed global state")


def same(
    answer: Any,
    want: Any,
    *,
    names: Sequence[str] = (),
    rtol: float | None = None,
    extra_keys: bool = False,
    lookalikes: Lookalikes | None = None,
) -> None:
    """Fail the check unless `answer` is `want`.

    Raises GraderFault where `want` has parts of which no more than the types can be compared.

    Args:
        answer: an Answer, or a plain value.
        want: an Answer of the reference, or a plain value. A list or tuple admits a list, tuple
            or array of that length.
        names: what the parts of a tuple are called, for messages.
        rtol: relative tolerance in norm; by default that of the dtype of `want`.
        extra_keys: whether a dict may have keys that `want` has not.
        lookalikes: called if the answer is wrong; gives pairs (what a value is, the value). The
            message names the first that agrees with the answer: "it is the gradient cut off after
            2 steps".
    """
    wanted, tolerance = unwrap(want), Tolerance(tuple(names), rtol, extra_keys)
    _demand_whole(want)
    if not isinstance(answer, Answer):
        found = difference(answer, wanted, tolerance)
        if found.failure is not None:
            raise CheckFailed(found.failure)
        return
    _judge(answer, Same(answer.call, answer.path, wanted, tolerance, lookalikes))


def _demand_whole(want: Any) -> None:
    """Raise the error of whoever gave what was expected, where it is not whole."""
    if not isinstance(want, Answer) or want.expected:
        of = "the reference's result" if isinstance(want, Answer) else "what `same` expects"
        plain_data.demand_whole(unwrap(want), of, "compared", "let it, or a probe, return")
        return
    lost = lost_in(want.value)
    if lost:  # the student's own result
        fact = f"a result {plain_data.cannot_cross(lost, want.value)} compared"
        raise CheckFailed(Failure(Verdict.WRONG, fact))


def repeat(comparison: Comparison, answer: Answer) -> None:
    """Make a recorded comparison with the answer to another call; fail the check as it does."""
    part = answer
    for key in comparison.path:
        part = part[key]
    if isinstance(comparison, Unmodified):
        unmodified(part)
    elif isinstance(comparison, LeavesGlobalsAlone):
        leaves_globals_alone(part, *comparison.but)
    else:
        _judge(part, comparison)


def _judge(answer: Answer, expected: Same) -> None:
    _record(answer, expected)
    found, log = difference(answer.value, expected.want, expected.tolerance), answer.log
    if log is not None and found.margin is not None and found.margin >= (log.margin or 0.0):
        log.margin, log.rtol = found.margin, found.rtol
    if found.failure is not None:
        if log is not None:
            log.difference = found
            log.relation = lambda: _relation(answer, expected, found)
        part = share(answer.value, expected.want, expected.tolerance)
        raise CheckFailed(replace(found.failure, share=part))


def _relation(answer: Answer, expected: Same, found: Difference) -> str:
    """What a wrong answer is instead, or how it relates to what was expected; or ""."""
    for text, value in expected.lookalikes() if expected.lookalikes is not None else ():
        other = unwrap(value)
        if difference(answer.value, other, expected.tolerance).failure is None:
            if difference(expected.want, other, expected.tolerance).failure is not None:
                return f"it is {text}"
            break
    return found.relation(_lengths(answer))


def _lengths(answer: Answer) -> set[int]:
    """The lengths of the sequences that the call was given."""
    if answer.log is None or answer.call >= len(answer.log.calls):
        return set()
    call = answer.log.calls[answer.call]
    return lengths_in([*call.args, *call.kwargs.values()])


def _record(answer: Answer, comparison: Comparison) -> None:
    if answer.log is not None:
        answer.log.comparisons.append(comparison)
