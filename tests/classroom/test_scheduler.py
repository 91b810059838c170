"""The scheduler, with grading processes that answer as the test says."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from multiprocessing import Pipe
from pathlib import Path

import msgspec
import pytest

from autograder.classroom import grading_process, grading_protocol, results
from autograder.classroom.grading_protocol import Graded, Message, Ready, Request, Stopped
from autograder.classroom.result_cache import NOTES, Outcome, ResultCache
from autograder.classroom.results import Part
from autograder.classroom.scheduler import Scheduler
from autograder.errors import GraderFault, KitError, UsageError
from tests.classroom.examples import entry

HandIn = Callable[..., Path]
Answer = Callable[[Request], Message | None]
ENDED = "2 grading processes ended while they graded moves.py, the second with no other at work"
SLOTS = ("double", "quadruple", "Walker.walk")


def right(request: Request) -> Message:
    if request.part == NOTES:
        return Graded({}, ("a note",), 0.25)
    part = Part({slot: entry(slot, 4.0) for slot in SLOTS})
    return Graded({request.part: part}, None, 0.5)


class Fake(grading_process.GradingProcess):
    """A grading process that answers at once; None stands for its end."""

    started = 0

    def __init__(self, first: Message, answer: Answer) -> None:
        Fake.started += 1
        self.pipe, self._theirs = Pipe()
        self.is_ready = False
        self.request = None
        self._answer = answer
        self._say(first)

    def _say(self, message: Message | None) -> None:
        if message is None:
            self._theirs.close()
        else:
            self._theirs.send_bytes(grading_protocol.encode(message))

    def grade(self, request: Request) -> None:
        self.request = request
        self._say(self._answer(request))

    def terminate(self) -> None:
        self.pipe.close()

    def wait(self) -> None:
        pass


@pytest.fixture
def grade(
    cache: Callable[..., ResultCache], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[Outcome]]:
    """Grade students with processes that answer each request so."""

    def run(*students: str, answer: Answer = right, first: Message | None = None) -> list[Outcome]:
        cached = cache()
        ready = first or Ready(cached.conditions.digest)
        monkeypatch.setattr(grading_process, "GradingProcess", lambda *_: Fake(ready, answer))
        monkeypatch.setattr(Fake, "started", 0)
        return list(Scheduler(cached, lambda _: None).grade(deque(students)))

    return run


def test_the_parts_of_a_student_are_put_together(
    grade: Callable[..., list[Outcome]], hand_in: HandIn, toy_course: Path
) -> None:
    hand_in("ada", "x = 1")
    (outcome,) = grade("ada")
    assert (outcome.score, outcome.fault) == (12.0, "")
    written = results.read(toy_course / "out", "ada", only_intact=True)
    assert written is not None
    assert written.extra_data.notes == ("a note",)
    assert written.extra_data.seconds == 0.75
    assert Fake.started == 1


def test_who_ends_every_process_is_left_to_a_person_and_the_others_are_graded(
    grade: Callable[..., list[Outcome]], hand_in: HandIn, toy_course: Path
) -> None:
    """However many they are: no run ends because of them."""
    bad = [f"bad{i}" for i in range(12)]
    good = [f"good{i}" for i in range(3)]
    for student in (*bad, *good):
        hand_in(student, f"x = '{student}'")

    def answer(request: Request) -> Message | None:
        ends = request.student in bad and request.part != NOTES
        return None if ends else right(request)

    found = grade(*bad, *good, answer=answer)
    assert [outcome.student for outcome in found][:3] == good  # nobody waits for those
    outcomes = {outcome.student: outcome for outcome in found}
    for student in bad:
        assert outcomes[student].fault == ENDED
        assert outcomes[student].score is None
        written = results.read(toy_course / "out", student, only_intact=True)
        assert written is not None
        assert written.extra_data.notes == ("a note",)  # which no process ended at
    assert all(outcomes[student].score == 12.0 for student in good)


def test_who_loses_a_process_is_graded_again_alone(
    grade: Callable[..., list[Outcome]], hand_in: HandIn
) -> None:
    for student in ("ada", "bob", "eve"):
        hand_in(student, f"x = '{student}'")
    asked: list[str] = []

    def answer(request: Request) -> Message | None:
        asked.append(request.student)
        return None if asked == ["ada"] else right(request)

    outcomes = {one.student: one for one in grade("ada", "bob", "eve", answer=answer)}
    assert all(outcome.score == 12.0 for outcome in outcomes.values())
    assert asked[0] == "ada"
    assert set(asked[-2:]) == {"ada"}
    assert set(asked[1:-2]) == {"bob", "eve"}


def test_the_parts_of_a_student_share_the_students_time(
    grade: Callable[..., list[Outcome]], hand_in: HandIn
) -> None:
    for student in ("ada", "bob"):
        hand_in(student, f"x = '{student}'")
    used: list[float] = []

    def answer(request: Request) -> Message:
        used.append(request.used)
        return msgspec.structs.replace(right(request), used=40.0)

    grade("ada", "bob", answer=answer)
    assert used == [0.0, 40.0, 0.0]  # the notes of both are the same


def test_a_notebook_that_ends_processes_costs_no_points(
    grade: Callable[..., list[Outcome]], hand_in: HandIn, toy_course: Path
) -> None:
    hand_in("ada", "x = 1")
    (outcome,) = grade("ada", answer=lambda r: None if r.part == NOTES else right(r))
    assert outcome.score == 12.0
    written = results.read(toy_course / "out", "ada", only_intact=True)
    assert written is not None
    assert written.extra_data.notes == (ENDED.replace("moves.py", NOTES),)


def test_processes_that_end_before_they_are_ready_end_the_run(
    grade: Callable[..., list[Outcome]], hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("ada", "x = 1")
    monkeypatch.setattr(Fake, "receive", lambda self: None)
    with pytest.raises(GraderFault, match="grading processes end while they start"):
        grade("ada")


def test_an_assignment_that_changes_meanwhile_ends_the_run(
    grade: Callable[..., list[Outcome]], hand_in: HandIn
) -> None:
    hand_in("ada", "x = 1")
    with pytest.raises(KitError, match="changed meanwhile"):
        grade("ada", first=Ready("another digest"))


@pytest.mark.parametrize("kind", [KitError, UsageError, GraderFault])
def test_an_error_of_a_process_keeps_its_exit_status(
    grade: Callable[..., list[Outcome]], hand_in: HandIn, kind: type[KitError]
) -> None:
    hand_in("ada", "x = 1")
    with pytest.raises(KitError, match="why") as raised:
        grade("ada", first=Stopped("why", kind.exit_code))
    assert raised.value.exit_code == kind.exit_code
