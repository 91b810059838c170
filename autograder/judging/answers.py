"""What comes back from a program: answers, and the log of one check's calls and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.isolation.wire import Opaque, Tensor
from autograder.judging.failure import CheckFailed, Failure
from autograder.judging.verdict import Verdict
from autograder.probing import kind
from autograder.text import printable


@dataclass
class Log:
    """What one run of one check asked and compared; diagnosis and public checks live on it.

    `margin` is the largest error over its tolerance so far, `rtol` the relative tolerance there:
    None before numbers were compared. `tell`, where the check failed, finds out how what was got
    relates to what was expected: the words are wanted of few failures, and cost most of the time.
    `mismatch`, there too, gives the numbers side by side, for a drawing.
    """

    calls: list[Any] = field(default_factory=list)  # of program.Call
    comparisons: list[dict[str, Any]] = field(default_factory=list)
    margin: float | None = None
    rtol: float | None = None
    tell: Callable[[], str] | None = None
    mismatch: Callable[[], Mismatch | None] | None = None


@dataclass(frozen=True)
class Mismatch:
    """The wrong result that a failure names: what was got, what was expected, which entries differ.

    All three are arrays of one shape. `series` tells that the first axis counts the arrays of a
    series, which is compared as a whole.
    """

    name: str
    got: np.ndarray
    want: np.ndarray
    wrong: np.ndarray
    series: bool


@dataclass(frozen=True)
class Answer:
    """A value that came back from a program, and what the call did besides.

    `mutated` names the arguments that it changed, `places` says which ones they are.
    Indexing gives a part, as an Answer again.
    """

    value: Any
    mutated: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    log: Log | None = None
    call: int = 0
    path: tuple[Any, ...] = ()

    def __getitem__(self, key: Any) -> Answer:
        try:
            part = self.value[key]
        except (KeyError, IndexError, TypeError):
            fact = f"the result is {described(self.value)} without [{key!r}]"
            raise CheckFailed(Failure(Verdict.WRONG, fact)) from None
        return replace(self, value=part, path=(*self.path, key))

    def array(self) -> np.ndarray:
        """The value as a numpy array of numbers. Fails the check where it is none."""
        if not isinstance(self.value, (np.ndarray, np.generic, float)):
            fact = f"the result is {described(self.value)} where numbers were expected"
            raise CheckFailed(Failure(Verdict.WRONG, fact))
        return np.asarray(self.value)


def unwrap(value: Any) -> Any:
    """The value of an Answer, and any other value as it is."""
    return value.value if isinstance(value, Answer) else value


def described(value: Any) -> str:
    if isinstance(value, Opaque):
        name = printable(value.type_name, 60)
        return f"{'an' if name[:1].lower() in tuple('aeiou') else 'a'} {name}"
    if isinstance(value, Tensor):
        return f"a tensor of shape {value.shape}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    return kind(value)
