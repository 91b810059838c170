"""The table of verdicts has what the views rely on."""

from __future__ import annotations

from collections import Counter

from autograder.judging.verdict import Verdict


def test_the_class_table_tells_all_verdicts_apart() -> None:
    signs = Counter(verdict.sign for verdict in Verdict)
    assert set(signs.values()) == {1}
    assert all(len(verdict.sign) == len(verdict.mark) == 1 for verdict in Verdict)


def test_a_verdict_is_its_text_in_result_files() -> None:
    assert Verdict("not_started") is Verdict.NOT_STARTED
    assert Verdict.NOT_STARTED == "not_started"
    assert Verdict.NOT_STARTED.words == "not started"


def test_verdicts_that_a_busy_machine_may_cause_do_not_last() -> None:
    fleeting = {verdict for verdict in Verdict if not verdict.lasting}
    assert fleeting == {Verdict.TIMEOUT, Verdict.CRASH, Verdict.UNGRADED}


def test_only_what_is_right_or_not_judged_has_no_fault_to_list() -> None:
    assert [verdict for verdict in Verdict if not verdict.severity] == [Verdict.CORRECT]
    assert {verdict.bar for verdict in Verdict} == {"right", "wrong", "absent", "ungraded"}
    assert {verdict.style for verdict in Verdict} == {"green", "red", "dim"}
