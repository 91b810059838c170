"""The result cache: who needs no grading, and which parts come from other results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom import result_cache, results
from autograder.classroom.result_cache import NOTES, ResultCache
from autograder.classroom.results import Part
from autograder.course import submissions
from autograder.errors import NoRoom
from tests.classroom.examples import entry

HandIn = Callable[..., Path]
Cache = Callable[..., ResultCache]
SLOTS = ("double", "quadruple", "Walker.walk")


def grade(cache: ResultCache, student: str, *scores: float | None) -> None:
    """Write a result with these scores, as if a grading process had found them."""
    entries = {slot: entry(slot, score) for slot, score in zip(SLOTS, scores, strict=True)}
    graded = {"moves.py": Part(entries)}
    cache.finish(cache.draft(student), graded, [], 1.0)


def test_a_student_without_a_result_has_everything_missing(cache: Cache, hand_in: HandIn) -> None:
    hand_in("ada", "x = 1")
    assert cache().unchanged("ada") is None
    draft = cache().draft("ada")
    assert (draft.missing, draft.notes, draft.is_complete) == ({"moves.py": b"x = 1"}, None, False)


def test_the_same_files_are_unchanged_and_others_are_not(cache: Cache, hand_in: HandIn) -> None:
    hand_in("ada", "x = 1")
    grade(cache(), "ada", 4.0, 2.0, 1.0)
    outcome = cache().unchanged("ada")
    assert outcome is not None
    assert (outcome.score, outcome.unchanged) == (7.0, True)
    assert cache(seed=2).unchanged("ada") is None
    assert cache(fresh=True).unchanged("ada") is None
    hand_in("ada", "x = 2")
    assert cache().unchanged("ada") is None


def test_the_same_bytes_are_graded_once(cache: Cache, hand_in: HandIn) -> None:
    for student in ("ada", "bob"):
        hand_in(student, "x = 1")
    running = cache()
    grade(running, "ada", 4.0, 2.0, 1.0)
    draft = running.draft("bob")
    assert draft.is_complete
    outcome = running.finish(draft, {}, None, 0.0)
    assert (outcome.student, outcome.score) == ("bob", 7.0)
    bob = results.read(running.job.out, "bob", only_intact=True)
    assert bob is not None
    assert [one.name for one in bob.tests] == list(SLOTS)


def test_an_ungraded_part_is_graded_again(cache: Cache, hand_in: HandIn) -> None:
    hand_in("ada", "x = 1")
    grade(cache(), "ada", 4.0, None, 1.0)
    summary = results.read_summaries(cache().job.out)["ada"]
    assert list(summary.extra_data.made_of.keys) == [NOTES]
    draft = cache().draft("ada")
    assert (list(draft.missing), draft.notes) == (["moves.py"], ())


def test_an_edited_result_is_not_believed(cache: Cache, hand_in: HandIn) -> None:
    hand_in("ada", "x = 1")
    grade(cache(), "ada", 4.0, 2.0, 1.0)
    path = results.result_path(cache().job.out, "ada")
    running = cache()
    path.write_bytes(path.read_bytes().replace(b"2.0", b"4.0"))
    assert running.draft("ada").missing
    assert cache().unchanged("ada") is None


def test_changes_are_shown_until_the_next_run(cache: Cache, hand_in: HandIn) -> None:
    hand_in("ada", "x = 1")
    grade(cache(), "ada", 4.0, 2.0, 1.0)
    hand_in("ada", "x = 2")
    grade(cache(), "ada", 1.0, 2.0, 1.0)
    assert cache().unchanged("ada") is None  # the changes are to be removed
    outcome = cache(resumed=True).unchanged("ada")
    assert outcome is not None
    assert [change.slot for change in outcome.changed] == ["double"]


def test_who_cannot_be_graded_is_left_to_a_person(cache: Cache, hand_in: HandIn) -> None:
    hand_in("ada", "x = 1")
    outcome = cache().give_up("ada", "it\nfailed")
    assert (outcome.score, outcome.fault) == (None, "it failed")
    assert cache().unchanged("ada") is None
    assert cache().draft("ada").missing


def test_a_full_disk_stops_the_run_and_another_failure_one_student(
    cache: Cache, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("ada", "x = 1")
    outcome = cache().give_up("x" * 255, "why")  # too long for the name of a file
    assert "cannot be written" in outcome.fault

    def full(*_: object) -> None:
        raise NoRoom("no room")

    monkeypatch.setattr(results, "write", full)
    with pytest.raises(NoRoom):
        cache().give_up("ada", "why")


def test_a_changed_submission_is_read_once(
    cache: Cache, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("ada", "x = 1")
    grade(cache(), "ada", 4.0, 2.0, 1.0)
    hand_in("ada", "x = 2")
    running = cache()
    read: list[str] = []
    plain = submissions.read

    def counted(folder: Path, student: str, *known: Any) -> submissions.Submission:
        read.append(student)
        return plain(folder, student, *known)

    monkeypatch.setattr(submissions, "read", counted)
    assert running.unchanged("ada") is None
    assert running.draft("ada").missing == {"moves.py": b"x = 2"}
    assert read == ["ada"]


def test_without_room_a_changed_submission_is_read_again(
    cache: Cache, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_cache, "SUBMISSIONS_BYTES", 3)
    hand_in("ada", "x = 1")
    grade(cache(), "ada", 4.0, 2.0, 1.0)
    hand_in("ada", "x = 2")
    running = cache()
    assert running.unchanged("ada") is None
    hand_in("ada", "x = 3")
    assert running.draft("ada").missing == {"moves.py": b"x = 3"}
