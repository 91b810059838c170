"""Which marks a regrade changed, and why."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.classroom.results import About, Change, Entry, StudentResult


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
    entries = before.entries
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
        rubric = _rubric_change(entries.get(slot), entry)
        why = _why(before.extra_data, now.extra_data, slot, files[slot], rubric)
        found.append(Change(slot, first, score, why))
    return tuple(found)


def _rubric_change(before: Entry | None, now: Entry) -> str:
    """How the rubric of a slot differs, in words; "" where it does not, or nobody can tell."""
    if before is None or before.score is None or now.score is None:
        return ""
    old, new = (
        [(demand.name, demand.max_score) for demand in entry.extra_data.demands]
        for entry in (before, now)
    )
    if old == new:
        return ""
    points = f": {now.max_score:g} instead of {before.max_score:g} points"
    return f"the rubric changed{points if now.max_score != before.max_score else ''}"


def _why(before: About, now: About, slot: str, file: str, rubric: str) -> str:
    """What differs between two gradings of a slot, in words."""
    old, new = before.made_of, now.made_of
    for made_of, when in ((old, "before"), (new, "now")):
        if not made_of.graders:
            return f"the grader failed {when}"
    reasons = []
    if old.submission.get(file) != new.submission.get(file):
        reasons.append(f"another {file} was handed in")
    if rubric:
        reasons.append(rubric)
    elif old.graders.get(file) != new.graders.get(file):
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
