"""Limits and how many processes grade at once."""

from __future__ import annotations

import os

import pytest

from autograder.limits import default_jobs


def test_there_are_as_many_jobs_as_cores_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 3, 5}, raising=False)
    assert default_jobs() == 3


def test_without_affinities_every_core_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert default_jobs() == 1
