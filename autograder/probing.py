"""For probe files: what runs beside the student's code and turns objects into numbers."""

from __future__ import annotations

from typing import Any

import numpy as np


class BadResult(Exception):
    """Student code returned something of another structure than asked for; says what."""


def unpack(value: Any, count: int, call: str) -> tuple[Any, ...]:
    """The `count` parts of a returned tuple, list or array. Raises BadResult, naming `call`."""
    if isinstance(value, np.ndarray) and value.ndim == 1:
        value = tuple(value)  # "where a list or tuple is returned, an array of that length will do"
    if not isinstance(value, (tuple, list)):
        raise BadResult(f"{call} returned {kind(value)} where a tuple of {count} was expected")
    if len(value) != count:
        raise BadResult(f"{call} returned {len(value)} values where {count} were expected")
    return tuple(value)


def attribute(owner: Any, path: str) -> Any:
    """`owner.path`, dots allowed. Raises BadResult where there is none."""
    found = owner
    for part in path.split("."):
        if not hasattr(found, part):
            raise BadResult(f"{type(owner).__name__} has no attribute {path}")
        found = getattr(found, part)
    return found


def kind(value: Any) -> str:
    """What a value is, in words: 'nothing (None)', 'a list', 'an int'."""
    if value is None:
        return "nothing (None)"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
