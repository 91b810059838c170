"""Right whole programs keep their points; the headers of all say what there is to say."""

from __future__ import annotations

import pytest

from autograder.assignment import reader
from autograder.isolation.pool import Workers
from tests.conftest import ROOT
from tests.whole_programs import collection
from tests.whole_programs.measurement import measure

ASSIGNMENT = reader.load("rnn_fundamentals", ROOT)


@pytest.mark.parametrize("slot", collection.slots())
def test_headers_name_misconceptions_of_the_slot(slot: str) -> None:
    known = {one.id for one in ASSIGNMENT.misconceptions if one.slot == slot}
    programs = collection.programs(slot)
    assert len(programs) >= 10
    for one in programs:
        assert known.issuperset([*one.grade, *one.check]), one.name
        assert (one.keeps == "all") == one.right, one.name
        assert one.idea, one.name


@pytest.mark.parametrize("slot", collection.slots())
def test_right_programs_keep_all_points(slot: str) -> None:
    right = [one for one in collection.programs(slot) if one.right]
    with Workers() as workers:
        measured = list(measure(ASSIGNMENT, workers, slot, right))
    assert [(one.program.name, one.misjudged) for one in measured if one.misjudged] == []
    assert all(one.share == 1.0 for one in measured)
