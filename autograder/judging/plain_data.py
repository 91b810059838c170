"""What cannot be compared because it cannot cross whole, and what to do instead, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.errors import GraderFault
from autograder.isolation.wire import Opaque, lost_in
from autograder.judging.value_words import described

LIST = "list(...) of it"
MENDS = {
    "set": "a sorted list of it",
    "frozenset": "a sorted list of it",
    **dict.fromkeys(("generator", "range", "map", "filter", "zip", "enumerate"), LIST),
    **dict.fromkeys(("deque", "dict_keys", "dict_values", "dict_items", "chain"), LIST),
    "Fraction": "its numerator and denominator",
    "Decimal": "str(...) of it",
    **dict.fromkeys(("date", "datetime", "time", "Timestamp"), "its isoformat()"),
    "timedelta": "its total_seconds()",
    **dict.fromkeys(("Series", "Index", "RangeIndex"), "its to_numpy()"),
    "DataFrame": 'its to_dict("list")',
    "MaskedArray": "its filled(...) and its mask",
    "int of more": "the bytes or the text of it",
    "text of more": "the parts of it that matter",
    "tensor on meta,": "its shape and dtype",
    "tensor of dtype": "its float()",
    "tensor on": "its to_dense()",
}
DTYPES = {
    "datetime64": 'its astype("int64")',
    "timedelta64": 'its astype("int64")',
    "void": "a dict of its fields",
}
PLAIN = "numbers, texts, arrays, or lists and dicts of them"


def demand_whole(value: Any, of: str, verb: str, mend: str) -> None:
    """Raise GraderFault, with the mend, for a value that cannot cross whole.

    the reference's result is a set, which cannot be compared: let it return a sorted list of it
    ^ of                                             ^ verb    ^ mend
    """
    lost = lost_in(value)
    if lost:
        raise GraderFault(f"{of} {cannot_cross(lost, value)} {verb}: {mend} {mend_of(lost[0])}")


def cannot_cross(lost: Sequence[str], value: Any = None) -> str:
    """`is a set, which cannot be`, or `holds a set, which cannot be`, of `lost` from a value."""
    holds = isinstance(value, (list, tuple, dict))
    return f"{'holds' if holds else 'is'} {described(Opaque(lost[0]))}, which cannot be"


def mend_of(lost: str) -> str:
    """What to return or to pass in the place of a type that cannot cross."""
    if lost.startswith("tensor of dtype q"):  # quint8 and its kin
        return "its dequantize()"
    if lost.endswith("iterator"):
        return LIST
    if lost.startswith("array of dtype "):
        name = lost.split(" ")[3]
        kinds = (mend for start, mend in DTYPES.items() if name.startswith(start))
        return next(kinds, 'its astype("float64")')
    kinds = (mend for start, mend in MENDS.items() if lost == start or lost.startswith(f"{start} "))
    return next(kinds, PLAIN)
