"""Which marks a regrade changed, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.classroom.results import StudentResult


def read_one(out: Path, folder: str) -> dict[str, Any] | None:
    """The result that a student's folder had before; None where there is none to be read."""
    try:
        result: dict[str, Any] = json.loads((out / "results" / f"{folder}.json").read_text("utf-8"))
        whole = all({"name", "score"} <= set(test) for test in result["tests"])
        return result if whole and isinstance(result["extra_data"], dict) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def changes(
    before: Mapping[str, Any] | None,
    now: StudentResult,
    files: Mapping[str, str],
    going_on: bool = False,
) -> list[dict[str, Any]]:
    """Which slots have another score than before, and why: `{slot, before, after, why}`.

    `files` says in which file a slot stands. Where a run goes on with one that did not come to its
    end, what that one changed is counted as changed by this one.
    """
    if before is None:
        return []
    old = {test["name"]: test["score"] for test in before["tests"]}
    about = before["extra_data"]
    earlier = {one["slot"]: one for one in about.get("changed", ()) if going_on}
    found = []
    for slot, entry in now.entries.items():
        score = entry["score"]
        first = earlier[slot]["before"] if slot in earlier else old.get(slot)
        if first == score and slot in old:
            continue
        if slot in earlier and old.get(slot) == score:
            found.append(dict(earlier[slot]))
            continue
        why = _why(about, now, slot, files[slot])
        found.append({"slot": slot, "before": first, "after": score, "why": why})
    return found


def _why(before: Mapping[str, Any], now: StudentResult, slot: str, file: str) -> str:
    """What differs between two gradings of a slot, in words."""
    old = before.get("made_of")
    if not isinstance(old, dict):
        return "it was graded by an older version of the kit"
    if not old or not now.made_of:
        return f"the grader failed {'now' if old else 'before'}"
    reasons = []
    if old.get("submission", {}).get(file) != now.made_of.get("submission", {}).get(file):
        reasons.append(f"another {file} was handed in")
    if old.get("graders", {}).get(file) != now.made_of.get("graders", {}).get(file):
        reasons.append(f"the graders or the points of {file} were changed")
    if before.get("seed") != now.seed:
        reasons.append(f"another seed: {now.seed} instead of {before.get('seed')}")
    reasons += [
        f"{name} {version} instead of {before.get('versions', {}).get(name, 'none')}"
        for name, version in now.versions.items()
        if before.get("versions", {}).get(name) != version
    ]
    if slot in now.faults:
        reasons.append("the grader failed")
    elif slot in before.get("faults", {}):
        reasons.append("the grader failed before")
    return "; ".join(reasons) or "nothing that is recorded: grade it once more and look at it"
