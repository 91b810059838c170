"""What an interpreter is started with."""

from __future__ import annotations

import pytest

from autograder.isolation import interpreter


def test_a_set_of_libraries_has_one_name() -> None:
    assert interpreter.named(["torch", "numpy"]) == interpreter.named({"numpy", "torch"})
    assert interpreter.named(["torch"]) != interpreter.named(["numpy", "torch"])


def test_its_environment_holds_nothing_that_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "token")
    monkeypatch.setenv("HOME", "/home/ada")
    environment = dict(interpreter.environment("cpu"))
    assert environment["HOME"] == "/home/ada"
    assert "A_SECRET" not in environment
    assert "PYTHONPATH" not in environment


def test_only_a_run_on_cuda_sees_the_devices() -> None:
    assert dict(interpreter.environment("cpu"))["CUDA_VISIBLE_DEVICES"] == ""
    assert "CUDA_VISIBLE_DEVICES" not in dict(interpreter.environment("cuda"))


def test_none_is_begun_for_a_missing_library() -> None:
    assert interpreter.begin([["no_such_library"], ["numpy", "no_such_library"]]) == []
