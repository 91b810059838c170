"""Warming up never stops an interpreter from starting."""

from __future__ import annotations

import pytest

from autograder.isolation import warmup


def test_a_use_that_fails_does_not_keep_others_from_being_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used = []

    def fail() -> None:
        used.append("old")
        raise AttributeError("a version that nobody has tried")

    monkeypatch.setattr(warmup, "USES", {"old": fail, "new": lambda: used.append("new")})
    warmup.warm_up(["old", "unknown", "new"])
    assert used == ["old", "new"]


@pytest.mark.parametrize("library", sorted(warmup.USES))
def test_every_use_works_with_the_versions_that_are_installed(library: str) -> None:
    """A use that fails is left out in silence, and every file of every student pays for it."""
    warmup.USES[library]()
