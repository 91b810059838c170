"""The nine verdicts on a slot, and what every view shows of each."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What grading says of a slot; the text of a member is what result files hold.

    Attributes:
        mark: one character in front of a message's headline.
        sign: one character in the class table, where verdicts must differ at a glance.
        style: how a terminal shows it: "green", "red" or "dim".
        severity: how bad it is in the words of editors; "" where there is nothing to list.
        bar: which bar of the report's charts counts it: right, wrong, absent or ungraded.
        lasting: whether grading the same files again would give the same verdict. Where a busy
            machine or the grader may be to blame, it need not.
    """

    mark: str
    sign: str
    style: str
    severity: str
    bar: str
    lasting: bool

    def __new__(
        cls,
        value: str,
        mark: str = "",
        sign: str = "",
        style: str = "",
        severity: str = "",
        bar: str = "",
        lasting: bool = True,
    ) -> Verdict:
        member = str.__new__(cls, value)
        member._value_ = value
        member.mark, member.sign, member.style = mark, sign, style
        member.severity, member.bar, member.lasting = severity, bar, lasting
        return member

    # name      value          mark sign style    severity   bar         lasting
    CORRECT = "correct", "✓", "✓", "green", "", "right", True
    WRONG = "wrong", "✗", "✗", "red", "error", "wrong", True
    ERROR = "error", "✗", "E", "red", "error", "wrong", True
    TIMEOUT = "timeout", "✗", "T", "red", "error", "wrong", False
    CRASH = "crash", "✗", "C", "red", "error", "wrong", False
    FORBIDDEN = "forbidden", "✗", "F", "red", "error", "wrong", True
    NOT_STARTED = "not_started", "○", "○", "dim", "info", "absent", True
    MISSING = "missing", "○", "–", "dim", "error", "absent", True
    UNGRADED = "ungraded", "?", "?", "dim", "warning", "ungraded", False

    @property
    def words(self) -> str:
        """The verdict as a person reads it."""
        return self.value.replace("_", " ")
