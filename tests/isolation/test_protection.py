"""Protections as values: their tiers, their words, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.isolation.protection import (
    NAMESPACES,
    Protection,
    RunProtection,
    WeakIsolation,
)

FULL = Protection(NAMESPACES, 7, True, {"read a file": True, "fork": True})


@pytest.mark.parametrize(
    ("changes", "tier"),
    [
        ({}, "A"),
        ({"landlock": 0}, "B"),
        ({"namespaces": NAMESPACES[:-1]}, "B"),
        ({"landlock": 0, "namespaces": NAMESPACES[:-1]}, "D"),
        ({"seccomp": False}, "D"),
        ({"attempts": {"read a file": True, "fork": False}}, "D"),
        ({"attempts": None}, "D"),
    ],
)
def test_a_tier_needs_every_attempt_blocked_and_files_out_of_reach(
    changes: dict[str, object], tier: str
) -> None:
    assert replace(FULL, **changes).tier == tier


def test_below_b_it_is_refused_and_names_what_is_missing() -> None:
    FULL.require()
    replace(FULL, landlock=0).require()
    with pytest.raises(WeakIsolation, match=r"Landlock is missing.*--allow-weak-isolation"):
        replace(FULL, landlock=0, namespaces=()).require()
    with pytest.raises(WeakIsolation, match="install libseccomp"):
        replace(FULL, seccomp=False).require()


def test_the_line_names_what_got_through() -> None:
    assert FULL.line == f"A: {','.join(NAMESPACES)}; landlock 7; seccomp; limits; 2 probes blocked"
    through = replace(FULL, attempts={"read a file": True, "fork": False})
    assert through.line.endswith("1 probes blocked; NOT blocked: fork")


def test_a_device_without_a_sandbox_stands_in_the_line() -> None:
    assert RunProtection(FULL).line == FULL.line
    assert RunProtection(FULL, "cuda").line == f"{FULL.line}; cuda: D, a process of its own"
    assert RunProtection(FULL, "cuda").sandbox == RunProtection(FULL).sandbox
