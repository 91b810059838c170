"""What cannot be compared, and what to return in its place."""

from __future__ import annotations

import collections
import datetime
import fractions
from typing import Any

import numpy as np
import pytest
import torch

from autograder.errors import GraderFault
from autograder.judging.answers import Answer
from autograder.judging.comparison import same
from autograder.judging.failure import CheckFailed
from autograder.judging.plain_data import demand_whole


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({1}, "is a set, which cannot be compared: return a sorted list of it"),
        ([iter(())], "holds a tuple_iterator, which cannot be compared: return list(...) of it"),
        (range(2), "is a range, which cannot be compared: return list(...) of it"),
        (
            fractions.Fraction(1),
            "is a Fraction, which cannot be compared: return its numerator and denominator",
        ),
        (
            {"a": datetime.timedelta(1)},
            "holds a timedelta, which cannot be compared: return its total_seconds()",
        ),
        (collections.deque(), "is a deque, which cannot be compared: return list(...) of it"),
        (np.longdouble(1), 'with 0 axes, which cannot be compared: return its astype("float64")'),
        (np.zeros(1, "m8[s]"), 'which cannot be compared: return its astype("int64")'),
        (np.zeros(1, [("a", int)]), "which cannot be compared: return a dict of its fields"),
        (torch.ones(1, dtype=torch.bfloat16), "tensor of dtype bfloat16, which cannot be"),
        (torch.ones(1).to_sparse(), "which cannot be compared: return its to_dense()"),
        (torch.ones(1, device="meta"), "which cannot be compared: return its shape and dtype"),
        (object(), "return numbers, texts, arrays, or lists and dicts of them"),
    ],
)
def test_the_mend_is_named(value: Any, said: str) -> None:
    with pytest.raises(GraderFault) as fault:
        demand_whole(value, "it", "compared", "return")
    assert said in str(fault.value)


def test_plain_data_is_whole() -> None:
    demand_whole([1, 2.0, {"a": (None, b"c", np.ones(2), torch.ones(1))}], "it", "compared", "")


def test_who_gave_what_cannot_be_compared_pays_for_it() -> None:
    with pytest.raises(GraderFault, match="the reference's result is a set"):
        same(Answer({1}), Answer({1}, expected=True))
    with pytest.raises(GraderFault, match="what `same` expects holds a set"):
        same(Answer([1]), [{1}])
    with pytest.raises(CheckFailed, match="a result is a set, which cannot be compared"):
        same(Answer(1), Answer({1}))
    with pytest.raises(GraderFault, match="the reference's result is an int without"):
        Answer(1, expected=True)["a"]
    with pytest.raises(CheckFailed, match="the result is an int where numbers were expected"):
        Answer(1).array()
