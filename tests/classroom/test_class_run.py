"""A run of `grade` proves the protection only if there is anything to grade."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.classroom import class_run, run_folder
from autograder.classroom.class_run import ClassRun
from autograder.classroom.job import Job, default_out
from autograder.classroom.result_cache import Outcome, ResultCache
from autograder.classroom.results import Part
from autograder.isolation.protection import Protection, RunProtection
from tests.classroom.examples import entry

HandIn = Callable[..., Path]
PROVED = RunProtection(Protection())


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The devices for which the protection was proved."""
    devices: list[str] = []

    def prove(device: str, weak: bool) -> RunProtection:
        devices.append(device)
        return PROVED

    monkeypatch.setattr(class_run, "prove_isolation", prove)
    return devices


@pytest.fixture
def grade(
    toy_course: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[list[Outcome], list[Outcome]]]:
    """Run `grade` on students; returns the unchanged and the graded ones, all right."""

    class Scheduler:
        def __init__(self, cache: ResultCache, on_start: Callable[[str], None]) -> None:
            self.cache = cache

        def grade(self, waiting: list[str]) -> list[Outcome]:
            slots = self.cache.assignment.slots
            part = Part({slot: entry(slot, 4.0) for slot in slots})
            drafts = [self.cache.draft(student) for student in waiting]
            return [self.cache.finish(draft, {"moves.py": part}, [], 1.0) for draft in drafts]

    monkeypatch.setattr(class_run, "Scheduler", Scheduler)

    def run(*students: str, seed: int = 1) -> tuple[list[Outcome], list[Outcome]]:
        out = default_out(toy_course, "toy")
        with run_folder.lock(out, "toy", seed) as folder:
            job = Job(toy_course, "toy", toy_course / "submitted", out, folder.seed)
            group = ClassRun(job, folder)
            unchanged = group.find_unchanged(students)
            graded = list(group.grade())
            folder.finish()
            return unchanged, graded

    return run


def test_unchanged_students_need_no_proof_and_no_process(
    grade: Callable[..., tuple[list[Outcome], list[Outcome]]], proofs: list[str], hand_in: HandIn
) -> None:
    hand_in("ada", "x = 1")
    unchanged, graded = grade("ada")
    assert (unchanged, [one.student for one in graded], proofs) == ([], ["ada"], ["cpu"])
    unchanged, graded = grade("ada")
    assert ([one.student for one in unchanged], graded, proofs) == (["ada"], [], ["cpu"])


def test_only_those_for_whom_something_changed_are_graded(
    grade: Callable[..., tuple[list[Outcome], list[Outcome]]], proofs: list[str], hand_in: HandIn
) -> None:
    for student in ("ada", "bob"):
        hand_in(student, f"x = '{student}'")
    grade("ada", "bob")
    hand_in("bob", "x = 2")
    unchanged, graded = grade("ada", "bob")
    assert [one.student for one in unchanged] == ["ada"]
    assert [one.student for one in graded] == ["bob"]
    assert proofs == ["cpu", "cpu"]


def test_another_protection_grades_everybody(
    grade: Callable[..., tuple[list[Outcome], list[Outcome]]],
    proofs: list[str],
    hand_in: HandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hand_in("ada", "x = 1")
    grade("ada")
    other = RunProtection(Protection(), open_device="cuda")
    monkeypatch.setattr(class_run, "prove_isolation", lambda device, weak: other)
    monkeypatch.setattr(run_folder, "_surroundings", lambda: "another machine")
    unchanged, graded = grade("ada")
    assert (unchanged, len(graded)) == ([], 1)
