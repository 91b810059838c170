"""The answers of a program, and the log of the calls and comparisons of one check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from autograder.errors import GraderFault
from autograder.isolation.worker_protocol import Function
from autograder.judging.difference import Difference
from autograder.judging.failure import CheckFailed, Failure
from autograder.judging.tolerance import DEFAULT, Tolerance
from autograder.judging.value_words import described
from autograder.judging.verdict import Verdict
from autograder.limits import CHECK_MB

Keys = tuple[Any, ...]  # the keys and indices that lead from an answer to a part of it
Lookalikes = Callable[[], Iterable[tuple[str, Any]]]  # pairs (what a value is, the value)


@dataclass(frozen=True)
class Answer:
    """A value that a program returned, and the side effects of the call.

    Indexing gives a part of the value, as an Answer again.

    Attributes:
        mutated: names of the arguments that the call changed.
        places: positions or keywords of these arguments.
        touched: names of the global state that the call changed.
        log: the log of the check; `call` is the number of the call in it.
        path: leads from the value of the call to this part.
        size: the bytes that the value of the call takes, roughly.
        expected: whether the reference gave it.
    """

    value: Any
    mutated: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    log: Log | None = None
    call: int = 0
    path: Keys = ()
    size: int = 0
    expected: bool = field(default=False, compare=False)

    def __getitem__(self, key: Any) -> Answer:
        try:
            part = self.value[key]
        except (KeyError, IndexError, TypeError):
            raise self._unfit(f"is {described(self.value)} without [{key!r}]") from None
        return replace(self, value=part, path=(*self.path, key))

    def array(self) -> np.ndarray:
        """The value as an array of numbers. Raises CheckFailed where it holds no numbers."""
        if not isinstance(self.value, (np.ndarray, np.generic, float)):
            raise self._unfit(f"is {described(self.value)} where numbers were expected")
        return np.asarray(self.value)

    def _unfit(self, what: str) -> CheckFailed | GraderFault:
        """The error of whoever gave a value of which a check cannot take what it needs."""
        if self.expected:
            return GraderFault(f"the reference's result {what}")
        return CheckFailed(Failure(Verdict.WRONG, f"the result {what}"))


class Call(NamedTuple):
    """A call of a program and its outcome."""

    function: Function
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    outcome: Answer | Failure


class Unmodified(NamedTuple):
    """The comparison that forbids a call to change its arguments."""

    call: int
    path: Keys = ()


class LeavesGlobalsAlone(NamedTuple):
    """The comparison that forbids a call to change global state, except what `but` names."""

    call: int
    path: Keys = ()
    but: tuple[str, ...] = ()


class Same(NamedTuple):
    """The comparison of an answer, or a part of it, with `want`."""

    call: int
    path: Keys
    want: Any
    tolerance: Tolerance = DEFAULT
    lookalikes: Lookalikes | None = None


Comparison = Same | Unmodified | LeavesGlobalsAlone


@dataclass
class Log:
    """The calls and comparisons of one run of a check.

    Diagnosis reads it, and public checks are made of it.

    Attributes:
        margin: the largest error so far over its tolerance; None before numbers were compared.
        rtol: the relative tolerance of that error.
        difference: between the answer and what was expected, where that failed the check.
        relation: computes in words how that answer relates to what was expected. Few failures
            are shown, and these words take most of the time.
        size: the bytes of all answers, roughly.
    """

    calls: list[Call] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    margin: float | None = None
    rtol: float | None = None
    difference: Difference | None = None
    relation: Callable[[], str] | None = None
    size: int = 0

    def add(self, call: Call) -> None:
        """Record a call. Raises CheckFailed where the answers together are too large."""
        self.calls.append(call)
        if isinstance(call.outcome, Answer):
            self.size += call.outcome.size
            if self.size > CHECK_MB << 20:
                fact = f"its answers are too large: together more than {CHECK_MB} MB in one check"
                raise CheckFailed(Failure(Verdict.CRASH, fact))

    def clear(self) -> None:
        """Forget everything but the size."""
        self.calls, self.comparisons = [], []
        self.difference = self.relation = None


def unwrap(value: Any) -> Any:
    """The value of an Answer; any other value as it is."""
    return value.value if isinstance(value, Answer) else value
