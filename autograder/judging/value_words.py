"""Values, names and places in the words of messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from autograder.isolation.wire import Opaque, Tensor
from autograder.probing import kind
from autograder.text import printable

LONG_BITS = 200  # an int of more is not written out
NAMED = 4  # of so many names at most are all written out


def described(value: Any) -> str:
    """What kind of value it is: "an array of shape (2, 3)"."""
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


def literal(value: Any) -> str:
    """A number or text as Python writes it; of another value, its kind."""
    if isinstance(value, int) and value.bit_length() > LONG_BITS:
        return f"an int of {value.bit_length()} bits"
    if isinstance(value, (bool, int, float, complex, str, bytes)):
        return printable(repr(value), 80)
    return described(value)


def called(name: str) -> str:
    """The name of a part of an answer; the whole answer has none."""
    return name or "the result"


def keys_in_words(keys: Iterable[Any]) -> str:
    """The first eight keys of a dict."""
    first = list(keys)[:8]
    words = (described(key) if isinstance(key, Opaque) else str(key) for key in first)
    return ", ".join(printable(word, 40) for word in words)


def index_in_words(at: Iterable[Any]) -> str:
    """`[1, 0]`; "" for the index of a scalar."""
    indices = ", ".join(str(int(i)) for i in at)
    return f"[{indices}]" if indices else ""


def aligned(want: Any, got: Any) -> tuple[str, str]:
    """Two numbers, right-aligned, with as many digits as it takes to tell them apart."""
    texts = [f"{want:.7g}", f"{got:.7g}"]
    if texts[0] == texts[1]:
        texts = [f"{want:.17g}", f"{got:.17g}"]
    width = max(map(len, texts))
    return texts[0].rjust(width), texts[1].rjust(width)


def enumerated(names: Sequence[str]) -> str:
    """The names, separated by commas; of many only the first, so that the line stays short."""
    if len(names) <= NAMED + 1:
        return ", ".join(names)
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} others"


def series_of(name: str) -> str:
    """The name of the series that a part belongs to: "inputs" for "inputs[3]"."""
    base, index = _split(name)
    return name if index is None else base


def right_together(right: Iterable[str], wrong: Sequence[str]) -> Iterator[str]:
    """Names of right results, each series in one: "inputs", "inputs[0] to [3]", "2 of inputs"."""
    series: dict[str, list[int]] = {}
    for name in right:
        base, index = _split(name)
        if index is None:
            yield name
        else:
            series.setdefault(base, []).append(index)
    for base, indices in series.items():
        if len(indices) == 1:
            yield f"{base}[{indices[0]}]"
        elif indices == list(range(indices[0], indices[-1] + 1)):
            whole = not any(_split(name)[0] == base for name in wrong)
            yield base if whole else f"{base}[{indices[0]}] to [{indices[-1]}]"
        else:
            yield f"{len(indices)} of {base}"


def _split(name: str) -> tuple[str, int | None]:
    """ "inputs[3]" as ("inputs", 3); (name, None) where the name ends in no index."""
    base, bracket, index = name.rpartition("[")
    return (base, int(index[:-1])) if bracket and index[:-1].isdigit() else (name, None)
