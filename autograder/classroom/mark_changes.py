"""Which marks a regrade changed, and why."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.classroom.results import About, Change, StudentResult


def changes(
    before: StudentResult | None,
    now: StudentResult,
    files: Mapping[str, str],
    resumed: bool = False,
) -> tuple[Change, ...]:
    """The slots whose score differs from the one before.

    Args:
        before: the student's earlier result, or None without one.
        files: slot -> the student file that it belongs to.
        resumed: whether this run resumes one that was stopped. What that run changed then counts
            as changed by this one.
    """
    if before is None:
        return ()
    old = {entry.name: entry.score for entry in before.tests}
    stopped_run = {change.slot: change for change in before.extra_data.changed if resumed}
    found = []
    for entry in now.tests:
        slot, score = entry.name, entry.score
        earlier = stopped_run.get(slot)
        first = earlier.before if earlier else old.get(slot)
        if first == score and slot in old:
            continue
        if earlier and old.get(slot) == score:
            found.append(earlier)
            continue
        why = _why(before.extra_data, now.extra_data, slot, files[slot])
        found.append(Change(slot, first, score, why))
    return tuple(found)


def _why(before: About, now: About, slot: str, file: str) -> str:
    """What differs between two gradings of a slot, in words."""
    old, new = before.made_of, now.made_of
    for made_of, when in ((old, "before"), (new, "now")):
        if not made_of.graders:
            return f"the grader failed {when}"
    reasons = []
    if old.submission.get(file) != new.submission.get(file):
        reasons.append(f"another {file} was handed in")
    if old.graders.get(file) != new.graders.get(file):
        reasons.append(f"the graders or the points of {file} were changed")
    if before.seed != now.seed:
        reasons.append(f"another seed: {now.seed} instead of {before.seed}")
    reasons += [
        f"{name} {version} instead of {before.versions.get(name, 'none')}"
        for name, version in now.versions.items()
        if before.versions.get(name) != version
    ]
    if slot in now.faults:
        reasons.append("the grader failed")
    elif slot in before.faults:
        reasons.append("the grader failed before")
    return "; ".join(reasons) or "nothing that is recorded: grade it once more and look at it"
