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

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograder.judging.answers import Answer, unwrap
from autograder.judging.difference import difference, judged, mismatch, related
from autograder.judging.failure import CheckFailed, Failure
from autograder.judging.relations import lengths_in
from autograder.judging.verdict import Verdict
from autograder.text import printable

Lookalikes = Callable[[], Iterable[tuple[str, Any]]]


def expect(condition: bool, fact: str, *details: str) -> None:
    """Fail the check with `fact` unless `condition` holds."""
    if not condition:
        raise CheckFailed(Failure(Verdict.WRONG, fact, details))


def unmodified(answer: Answer) -> None:
    """Fail the check if the call changed one of its arguments."""
    _record(answer, {"do": "unmodified"})
    if answer.mutated:
        raise CheckFailed(modifies(answer.mutated))


def undisturbed(answer: Answer, *but: str) -> None:
    """Fail the check if the call changed global state, other than what `but` names."""
    _record(answer, {"do": "undisturbed", "but": list(but)})
    touched = [name for name in answer.touched if name not in but]
    if touched:
        raise CheckFailed(touches(touched))


def modifies(names: Sequence[str]) -> Failure:
    """The failure of a call that changed arguments."""
    fact = f"the call changed its argument {', '.join(map(printable, names[:3]))}"
    return Failure(Verdict.WRONG, fact, ("arguments are not to be modified",))


def touches(names: Sequence[str]) -> Failure:
    """The failure of a call that changed global state."""
    fact = f"the call changed the global {', '.join(map(printable, names[:3]))}"
    return Failure(Verdict.WRONG, fact, ("no function changes global state",))


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

    Args:
        answer: an Answer, or a plain value.
        want: an Answer of the reference, or a plain value. A list or tuple admits a list, tuple
            or array of that length.
        names: what the parts of a tuple are called, for messages.
        rtol: relative tolerance in norm; by default the one of the dtype of `want`.
        extra_keys: whether a dict may have keys that `want` has not.
        lookalikes: called where the answer is wrong; gives pairs (what it is, the value). The
            first that the answer agrees with is told: "it is the gradient cut off after 2 steps".
    """
    wanted, log, whole = unwrap(want), None, answer
    if isinstance(answer, Answer):
        note = {"do": "same", "want": wanted, "names": list(names), "rtol": rtol}
        _record(answer, {**note, "extra_keys": extra_keys, "lookalikes": lookalikes})
        log, answer = answer.log, answer.value
    options: dict[str, Any] = {"names": names, "rtol": rtol, "extra_keys": extra_keys}
    found = judged(answer, wanted, **options)
    if (
        log is not None
        and found.margin is not None
        and (log.margin is None or found.margin >= log.margin)
    ):
        log.margin, log.rtol = found.margin, found.rtol
    if found.failure is not None:
        if log is not None:
            log.tell = lambda: (
                _alike(answer, wanted, lookalikes, options)
                or related(answer, wanted, lengths=_lengths(whole), **options)
            )
            log.mismatch = lambda: mismatch(answer, wanted, **options)
        raise CheckFailed(found.failure)


def _lengths(answer: Answer) -> set[int]:
    if answer.log is None or answer.call >= len(answer.log.calls):
        return set()
    call = answer.log.calls[answer.call]
    return lengths_in([*call.args, *call.kwargs.values()])


def _alike(answer: Any, want: Any, lookalikes: Lookalikes | None, options: dict[str, Any]) -> str:
    if lookalikes is None:
        return ""
    for text, value in lookalikes():
        other = unwrap(value)
        if difference(answer, other, **options) is None:
            return "" if difference(want, other, **options) is None else f"it is {text}"
    return ""


def _record(answer: Answer, comparison: dict[str, Any]) -> None:
    if answer.log is not None:
        place = {"call": answer.call, "path": list(answer.path)}
        answer.log.comparisons.append({**comparison, **place})


# ------------------------------------------------------------------------------ difference


# ------------------------------------------------------------------------------ words
