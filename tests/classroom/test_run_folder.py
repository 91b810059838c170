"""The output folder: its seed, its lock, and what it remembers of the run before."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from autograder.classroom import run_folder
from autograder.classroom.run_folder import lock
from autograder.errors import KitError, UsageError
from autograder.isolation.protection import Protection, RunProtection

PROVED = RunProtection(Protection(("user",), 7, True, {"fork": True}), open_device="cuda")


def test_a_seed_is_drawn_once_and_replaced_when_asked_for(tmp_path: Path) -> None:
    with lock(tmp_path, "toy") as folder:
        drawn = folder.seed
    with lock(tmp_path, "toy") as folder:
        assert folder.seed == drawn
    with lock(tmp_path, "toy", seed=5) as folder:
        assert folder.seed == 5
    with lock(tmp_path, "toy") as folder:
        assert folder.seed == 5


def test_one_student_is_not_graded_with_another_seed(tmp_path: Path) -> None:
    with lock(tmp_path, "toy", seed=5):
        pass
    with lock(tmp_path, "toy", seed=5, whole_class=False):
        pass
    with pytest.raises(UsageError, match="graded with seed 5"), lock(tmp_path, "toy", 6, False):
        pass


def test_one_run_has_a_folder_at_a_time(tmp_path: Path) -> None:
    refused = pytest.raises(KitError, match="in use by another run")
    with lock(tmp_path, "toy"), refused, lock(tmp_path, "toy"):
        pass
    with lock(tmp_path, "toy"):
        pass


def test_the_lock_keeps_no_other_account_out(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with lock(tmp_path, "toy"):
            pass
    finally:
        os.umask(before)
    assert (tmp_path / ".lock").stat().st_mode & 0o777 == 0o666


def test_a_run_that_was_stopped_is_resumed(tmp_path: Path) -> None:
    with lock(tmp_path, "toy") as folder:
        assert not folder.resumed
        folder.begin()
    with lock(tmp_path, "toy", whole_class=False) as folder:
        assert folder.resumed
        folder.finish()  # of one student, which does not complete the class
    with lock(tmp_path, "toy") as folder:
        assert folder.resumed
        folder.finish()
    with lock(tmp_path, "toy") as folder:
        assert not folder.resumed


def test_a_proof_holds_in_the_same_surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lock(tmp_path, "toy") as folder:
        assert folder.proved_isolation() is None
        folder.note_proof(PROVED)
    with lock(tmp_path, "toy") as folder:
        assert folder.proved_isolation() == PROVED
    monkeypatch.setattr(run_folder, "_surroundings", lambda: "others")
    with lock(tmp_path, "toy") as folder:
        assert folder.proved_isolation() is None


def test_a_folder_of_another_assignment_is_refused(tmp_path: Path) -> None:
    with lock(tmp_path, "toy"):
        pass
    with pytest.raises(UsageError, match="holds the results of toy"), lock(tmp_path, "other"):
        pass


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"assignment": "toy", "seed": "5"})])
def test_a_damaged_record_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(KitError, match=r"run\.json cannot be read"), lock(tmp_path, "toy"):
        pass


@pytest.mark.parametrize("isolation", ["A: landlock 7; seccomp; limits; 21 probes blocked", {}])
def test_a_proof_of_another_version_is_made_again_and_the_seed_kept(
    tmp_path: Path, isolation: object
) -> None:
    proof = {"isolation": isolation, "surroundings": run_folder._surroundings()}
    record = {"assignment": "toy", "seed": 5, "proof": proof, "finished": False}
    (tmp_path / "run.json").write_text(json.dumps(record))
    with lock(tmp_path, "toy") as folder:
        assert (folder.seed, folder.resumed) == (5, True)
        assert folder.proved_isolation() is None


def test_half_written_files_are_removed(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    for folder in (tmp_path, tmp_path / "results"):
        (folder / ".123.tmp").touch()
    with lock(tmp_path, "toy"):
        assert not list(tmp_path.rglob("*.tmp"))
