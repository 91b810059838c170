"""The form of JSON: the first misfit is named by its place."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

import pytest

from autograder.public.json_form import misfit


class Inner(TypedDict):
    kind: Literal["a", "b"]
    size: NotRequired[float | None]


class Outer(TypedDict, total=False):
    inner: list[Inner]
    names: dict[str, list[str]]
    value: Any


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"inner": [{"kind": "a"}, {"kind": "b", "size": None}, {"kind": "b", "size": 1}]},
        {"names": {"x": ["y"]}, "value": object(), "unknown": 1},
    ],
)
def test_what_has_the_form_has_no_misfit(value: Any) -> None:
    assert misfit(value, Outer) == ""


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([], "it is not an object"),
        ({"inner": {}}, "inner is not a list"),
        ({"inner": [{"kind": "a"}, {}]}, "inner[1].kind is missing"),
        ({"inner": [{"kind": "c"}]}, "inner[0].kind is not one of a, b"),
        ({"inner": [{"kind": "a", "size": "2"}]}, "inner[0].size is not a number"),
        ({"inner": [{"kind": "a", "size": True}]}, "inner[0].size is not a number"),
        ({"names": {"x": [1]}}, "names.x[0] is not a string"),
    ],
)
def test_a_misfit_is_named_by_its_place(value: Any, problem: str) -> None:
    assert misfit(value, Outer) == problem
