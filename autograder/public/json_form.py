"""The form of JSON from files, checked against TypedDicts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

NAMES = {dict: "an object", list: "a list", str: "a string", float: "a number", NoneType: "null"}


def misfit(value: Any, form: Any, place: str = "") -> str:
    """The first place where a JSON value does not have a form, in words; "" if it has the form.

    Args:
        form: a TypedDict, `list[...]`, `dict[str, ...]`, a Literal, a union of forms, a plain type
            or Any. An integer is a number, too; true and false are not.
        place: the name of the value in messages.
    """
    if form is Any:
        return ""
    origin, arguments = _parts(form)
    if origin is Literal:
        return "" if value in arguments else f"{place} is not one of {', '.join(arguments)}"
    if origin in (Union, UnionType):
        problems = [misfit(value, argument, place) for argument in arguments]
        return "" if "" in problems else problems[0]
    kind = dict if is_typeddict(form) else origin or form
    numbers = (int, float) if kind is float else kind
    if not isinstance(value, numbers) or (isinstance(value, bool) and kind is not bool):
        return f"{place or 'it'} is not {NAMES.get(kind, kind.__name__)}"
    return next(filter(None, _misfits_inside(value, form, place)), "")


def _misfits_inside(value: Any, form: Any, place: str) -> Iterator[str]:
    origin, arguments = _parts(form)
    if is_typeddict(form):
        for key, (inner, is_required) in _keys(form).items():
            inside = f"{place}.{key}".lstrip(".")
            if key in value:
                yield misfit(value[key], inner, inside)
            elif is_required:
                yield f"{inside} is missing"
    elif origin is list:
        for i, item in enumerate(value):
            yield misfit(item, arguments[0], f"{place}[{i}]")
    elif origin is dict:
        for key, item in value.items():
            yield misfit(item, arguments[1], f"{place}.{key}")


@cache  # a file has thousands of values of a few forms
def _parts(form: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(form), get_args(form)


@cache
def _keys(form: Any) -> dict[str, tuple[Any, bool]]:
    """The keys of a TypedDict: each one's form, and whether it is required."""
    keys = {}
    for key, inner in get_type_hints(form, include_extras=True).items():
        optional = get_origin(inner) is NotRequired
        keys[key] = get_args(inner)[0] if optional else inner, form.__total__ and not optional
    return keys
