"""The message of `%check` as text and as HTML, from made-up results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.assignment.model import Demand
from autograder.judging.difference import difference
from autograder.judging.failure import Failure
from autograder.judging.judgement import CheckResult, SlotResult
from autograder.judging.message import check_lines
from autograder.judging.rubric import DemandResult
from autograder.judging.verdict import Verdict
from autograder.student.notebook_message import message_html, message_text

WANT = np.zeros((2, 3))
GOT = WANT + np.eye(2, 3)


def result(verdict: Verdict, **details: Any) -> SlotResult:
    checks = (CheckResult("values", "right", "doubles", verdict == Verdict.CORRECT, ""),)
    failure = None
    if verdict not in (Verdict.CORRECT, Verdict.UNGRADED):
        failure = Failure(verdict, "wrong <values>")
    known = {"sentence": "doubles", "failure": failure, "line": 3, **details}
    return SlotResult("double", "moves.py", verdict, 0.0, 1.0, checks, **known)


def views(*results: SlotResult, all_messages: bool = True) -> tuple[str, str]:
    named = {one.slot: one for one in results}
    lines = list(check_lines(named, all_messages, "%check"))
    return message_text(lines, named), message_html(lines, named)


def test_the_drawing_is_between_the_facts_and_the_advice() -> None:
    found = difference(GOT, WANT)
    assert found is not None
    wrong = result(Verdict.WRONG, difference=found, cause="x is added twice", hint="How often?")
    text, html = views(wrong)
    for view in (text, html):
        order = ["values", "got minus expected", "over half of the largest gap", "Likely cause"]
        places = [view.index(words) for words in order]
        assert places == sorted(places)
    assert "\n\n  Likely cause: x is added twice.\n  Ask yourself: How often?\n" in text
    assert "<strong>Likely cause:</strong> x is added twice.</div>" in html
    assert "<code>moves.py:3</code>&emsp;more: <code>autograder hint double</code>" in html


def test_the_rubric_stands_above_the_facts_and_the_drawing() -> None:
    main, harmless = Demand("main", "doubles", 3), Demand("harmless", "is <tidy>", 1)
    demands = (DemandResult(main, 0.5), DemandResult(harmless, 1.0))
    found = difference(GOT, WANT)
    text, html = views(result(Verdict.WRONG, difference=found, demands=demands))
    assert text.startswith(
        "✗ double   0 of 1 checks pass, 2.5 of 4 points\n"
        "  ✗ 1.5 of 3  doubles\n"
        "  ✓ 1 of 1    is <tidy>\n\n"
        "  ✗ it doubles\n"
    )
    order = ["is &lt;tidy&gt;</pre>", "it doubles", "wrong &lt;values", "got minus expected"]
    places = [html.index(words) for words in order]
    assert places == sorted(places)


def test_without_a_drawing_the_text_is_that_of_the_command() -> None:
    wrong = result(Verdict.WRONG, printed="x is 3\n")
    text, html = views(wrong)
    assert text.splitlines()[:3] == [
        "✗ double   0 of 1 checks pass",
        "  ✗ it doubles",
        "    wrong <values>",
    ]
    assert "wrong &lt;values&gt;" in html
    assert "<div>your code printed:</div>" in html
    assert ">x is 3</pre>" in html


@pytest.mark.parametrize(
    ("verdict", "words", "colour"),
    [
        (Verdict.CORRECT, "✓ <code>double</code></strong> correct: all 1 checks pass", "150"),
        (Verdict.WRONG, "✗ <code>double</code></strong> wrong: 0 of 1 checks pass", "220"),
        (Verdict.TIMEOUT, "✗ <code>double</code></strong> timeout<", "220"),
        (Verdict.NOT_STARTED, "○ <code>double</code></strong> not started<", "130"),
        (Verdict.UNGRADED, "? <code>double</code></strong> not checked: no torch<", "130"),
    ],
)
def test_a_headline_says_the_verdict_once(verdict: Verdict, words: str, colour: str) -> None:
    broken = "no torch" if verdict == Verdict.UNGRADED else ""
    html = views(result(verdict, broken=broken))[1]
    assert words in html
    assert colour in html[html.index("border-left") :][:40]
