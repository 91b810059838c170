"""The record of proofs: it holds as long as nothing changes that a proof depends on."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.proof import proof_record


def test_a_proof_is_remembered_until_a_staff_file_changes(
    toy: Assignment, toy_course: Path
) -> None:
    assert not proof_record.is_proved(toy, toy_course)
    proof_record.record(toy, toy_course, True)
    assert proof_record.is_proved(toy, toy_course)
    settings = toy.folder / "assignment.toml"
    settings.write_text(settings.read_text() + "\n")
    assert not proof_record.is_proved(reader.load("toy", toy_course), toy_course)


def test_a_proof_that_failed_is_none(toy: Assignment, toy_course: Path) -> None:
    proof_record.record(toy, toy_course, True)
    proof_record.record(toy, toy_course, False)
    assert not proof_record.is_proved(toy, toy_course)


@pytest.mark.parametrize("name", ["engine_digest", "versions"])
def test_another_engine_or_library_needs_another_proof(
    toy: Assignment, toy_course: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    proof_record.record(toy, toy_course, True)
    other = {"python": "4.0"} if name == "versions" else "another"
    monkeypatch.setattr(proof_record, name, lambda: other)
    assert not proof_record.is_proved(toy, toy_course)
