"""From the runs of a slot's checks to its verdict and points.

A check is tried with the program by itself and, where it fails, with stand-ins for the slots it
builds on: right either way is right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.assignment.model import Slot
from autograder.judging.checks import CheckRun, Runner
from autograder.judging.diagnosis import Library, Tried, ladder, recognise
from autograder.judging.difference import Difference
from autograder.judging.effects import with_effects
from autograder.judging.failure import Failure
from autograder.judging.program import Program
from autograder.judging.verdict import Verdict


@dataclass(frozen=True)
class CheckResult:
    """`passed` is None where the check was not run.

    `margin` is the largest error over its tolerance, None where no numbers were compared.
    """

    name: str
    sentence: str
    passed: bool | None
    message: str
    margin: float | None = None


@dataclass(frozen=True)
class SlotResult:
    """What is known of one slot of one submission.

    `score` is None where the slot is ungraded. `failure` belongs to the first check that failed,
    whose sentence is `sentence`; `facts` are about all checks together. `difference`, where that
    check compared values, has the numbers side by side: a drawing is made of them, nothing else.
    """

    slot: str
    file: str
    verdict: Verdict
    score: float | None
    max_score: float
    checks: tuple[CheckResult, ...]
    sentence: str = ""
    failure: Failure | None = None
    facts: tuple[str, ...] = ()
    line: int | None = None
    misconception: str | None = None
    second_misconception: str | None = None
    cause: str = ""
    hint: str = ""
    carried_forward: bool = False
    blocked_by: tuple[str, ...] = ()
    broken: str = ""
    printed: str = ""
    difference: Difference | None = field(default=None, compare=False, repr=False)


def judge(
    runner: Runner, program: Program, slots: Sequence[str], library: Library | None = None
) -> dict[str, SlotResult]:
    """The results of the given slots, in order. `library` names likely causes."""
    return decide(
        runner, program, {slot: try_slot(runner, program, slot) for slot in slots}, library
    )


def try_slot(runner: Runner, program: Program, slot: str) -> Tried:
    """Run the checks of a slot, each in one mode after the other until it passes."""
    modes = runner.modes(runner.assignment.slots[slot])
    tried = []
    for check in runner.checks[slot]:
        runs: list[CheckRun] = []
        for mode in modes:
            runs.append(runner.run(program, check, mode))
            if runs[-1].failure is None:
                break
        tried.append(runs)
    return tried


def decide(
    runner: Runner, program: Program, tried: Mapping[str, Tried], library: Library | None = None
) -> dict[str, SlotResult]:
    """The results of slots whose checks were tried."""
    slots = runner.assignment.slots
    wrong: set[str] = set()
    settled = dict(tried)
    for name in sorted(tried, key=lambda name: len(slots[name].builds_on)):
        if not wrong & set(slots[name].builds_on):  # else it may be the other slot's effect
            settled[name] = with_effects(tried[name], runner.usual)
        if not all(_passed(runs) for runs in settled[name]):
            wrong.add(name)
    tried = settled
    results = {}
    for name, runs in tried.items():
        slot = runner.assignment.slots[name]
        result = _result(slot, runs, tuple(other for other in slot.builds_on if other in wrong))
        result = replace(
            result,
            line=(result.failure.line if result.failure else None) or program.line(name),
            printed=program.printed.get(name, ""),
        )
        unlike = result.verdict not in (Verdict.WRONG, Verdict.ERROR) or not program.loads(name)
        if library is not None and not unlike:
            likely = recognise(runs, library, name)
            if likely:
                result = replace(
                    result,
                    misconception=likely[0].id,
                    second_misconception=likely[1].id if likely[1:] else None,
                    cause="; and ".join(one.cause for one in likely),
                    hint=likely[0].hint,
                )
        results[name] = result
    return results


def _passed(runs: Sequence[CheckRun]) -> bool:
    return runs[-1].passed or bool(runs[-1].skipped)


def _result(slot: Slot, tried: Tried, wrong: tuple[str, ...]) -> SlotResult:
    # With a slot it builds on being wrong, the run with stand-ins shows the slot's own mistake.
    shown = [runs[-1] if wrong or _passed(runs) else runs[0] for runs in tried]
    checks = tuple(
        CheckResult(
            run.check.name,
            run.check.sentence,
            None if run.skipped or run.broken else run.passed,
            run.skipped or (run.failure.fact if run.failure else ""),
            run.margin,
        )
        for run in shown
    )
    result = SlotResult(slot.name, slot.file, Verdict.CORRECT, slot.points, slot.points, checks)
    broken = next((run.broken for run in shown if run.broken), "")
    failed = [run for run in shown if run.failure is not None]
    if broken or not shown:
        return replace(
            result, verdict=Verdict.UNGRADED, score=None, broken=broken or "it has no check"
        )
    if not failed:
        carried = bool(wrong) and any(runs[-1].mode for runs in tried)
        return replace(result, carried_forward=carried)
    failures = [run.failure for run in failed if run.failure is not None]
    decisive = (Verdict.FORBIDDEN, Verdict.UNGRADED)
    first = next((f for f in failures if f.verdict in decisive), failures[0])
    shown_run = failed[failures.index(first)]
    sentence = shown_run.check.sentence
    if shown_run.log.relation is not None:
        first = replace(first, related=shown_run.log.relation())
    if first.verdict == Verdict.NOT_STARTED and any(run.passed for run in shown):
        fact = "not finished: a `raise NotImplementedError` is still in it"
        first = replace(first, verdict=Verdict.ERROR, fact=fact)
    verdict = first.verdict
    return replace(
        result,
        verdict=verdict,
        score=_score(slot, shown, verdict),
        sentence=sentence,
        failure=first,
        facts=tuple(ladder(shown)),
        carried_forward=bool(wrong) and any(r[-1].passed and r[-1].mode for r in tried),
        blocked_by=wrong,
        broken=first.fact if verdict == Verdict.UNGRADED else "",
        difference=shown_run.log.difference,
    )


def _score(slot: Slot, shown: Sequence[CheckRun], verdict: str) -> float | None:
    if verdict == Verdict.UNGRADED:
        return None
    if verdict == Verdict.FORBIDDEN or slot.all_or_nothing:
        return 0.0
    counted = [run for run in shown if not run.skipped]
    total = sum(run.check.weight(slot) for run in counted)
    earned = sum(run.check.weight(slot) for run in counted if run.passed)
    return round(slot.points * earned / total, 2) if total else 0.0


def total(results: Mapping[str, SlotResult]) -> float | None:
    """The sum of the scores; None while a slot is ungraded."""
    scores = [result.score for result in results.values()]
    return None if None in scores else round(sum(score or 0.0 for score in scores), 2)
