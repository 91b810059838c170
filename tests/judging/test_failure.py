"""The failures behind unreadable files and the errors of workers."""

from __future__ import annotations

import pytest

from autograder.course.student_file import Reason, Unreadable
from autograder.isolation.worker_protocol import ErrorKind, RaisedError
from autograder.judging.failure import Failure, from_error, unloaded
from autograder.judging.verdict import Verdict


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [
        (Reason.MISSING, Verdict.MISSING),
        (Reason.BROKEN, Verdict.ERROR),
        (Reason.GRADER, Verdict.UNGRADED),
    ],
)
def test_an_unreadable_file_fails_every_check(reason: Reason, verdict: Verdict) -> None:
    source = Unreadable(reason, "a.py is odd", ("very",), line=3)
    assert unloaded(source) == Failure(verdict, "a.py is odd", ("very",), line=3, loading=True)


def failure(kind: ErrorKind, name: str = "ValueError", message: str = "") -> Failure:
    error = RaisedError(kind, name, message, line=7, printed="")
    return from_error(error, "calling f", "f", "a.py", ("f", "g"))


@pytest.mark.parametrize(
    ("name", "message", "verdict", "fact"),
    [
        ("ValueError", "no", Verdict.ERROR, "calling f raised ValueError: no"),
        ("ValueError", "", Verdict.ERROR, "calling f raised ValueError"),
        ("NotImplementedError", "f", Verdict.NOT_STARTED, "not started yet"),
        ("NotImplementedError", "g", Verdict.ERROR, "it needs g, which is not started yet"),
        ("NotImplementedError", "h", Verdict.ERROR, "calling f raised NotImplementedError: h"),
        ("SyntaxError", "bad", Verdict.ERROR, "a.py is not valid Python: bad"),
    ],
)
def test_an_exception_is_told_by_its_name(
    name: str, message: str, verdict: Verdict, fact: str
) -> None:
    found = failure("raised", name, message)
    assert (found.verdict, found.fact, found.line) == (verdict, fact, 7)


def test_of_an_exception_little_may_be_said_that_the_student_chose() -> None:
    assert failure("raised", "KeyError", "secret").brief == "calling f raised KeyError"
    assert failure("raised", "S3cret", "secret").brief == "calling f raised an exception"
    assert failure("result", message="secret").brief == "the result cannot be used"
    assert "secret" not in failure("forbidden", message="secret").brief


def test_other_errors_have_verdicts_of_their_own() -> None:
    assert failure("missing").verdict == Verdict.MISSING
    assert failure("missing").fact == "a.py has no f"
    assert failure("forbidden", message="nn.RNN").verdict == Verdict.FORBIDDEN
    assert failure("result", message="no tuple").verdict == Verdict.WRONG
