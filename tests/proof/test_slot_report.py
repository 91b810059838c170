"""Reports add up, and keep the margins that are nearest to the tolerance."""

from __future__ import annotations

import math

from autograder.proof.slot_report import Margin, SlotReport


def test_reports_of_two_shares_add_up() -> None:
    report = SlotReport("double", 4.0, checks=2, caught=3, problems=["one"])
    report.add(SlotReport("double", 4.0, caught=4, mutants=5, problems=["two"]))
    assert (report.checks, report.caught, report.mutants) == (2, 7, 5)
    assert report.points == 4.0
    assert report.problems == ["one", "two"]


def test_the_nearer_margin_is_kept_on_either_side() -> None:
    report = SlotReport("double", 4.0)
    report.note("same", Margin(1e-10, correct=1e-5, correct_by="reference"))
    report.note("same", Margin(1e-10, correct=1e-4, correct_by="variant", wrong=1e6, wrong_by="D1"))
    report.note("same", Margin(1e-10, wrong=1e-3, wrong_by="D2"))  # wrong, and passes
    margin = report.margins["same"]
    assert (margin.correct_by, margin.wrong_by) == ("variant", "D2")
    assert Margin(1.0).worse(Margin(1.0)).wrong == math.inf
