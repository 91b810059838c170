"""From the runs of a slot's checks to its verdict and points.

A check is tried with the program by itself and, where it fails, with stand-ins for the slots it
builds on: right either way is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from autograder.assignment.model import Slot
from autograder.judging.certainty import Certainty
from autograder.judging.checks import CheckRun, Runner, SlotRuns
from autograder.judging.diagnosis import Diagnosis, ladder, recognise
from autograder.judging.difference import Difference
from autograder.judging.effects import with_effects
from autograder.judging.failure import Failure
from autograder.judging.fingerprints import Library
from autograder.judging.program import Program
from autograder.judging.retention import Room
from autograder.judging.rubric import DemandResult, counted_share, demand_of, score_demands, total
from autograder.judging.telling import most_telling
from autograder.judging.verdict import Verdict


@dataclass(frozen=True)
class CheckResult:
    """The result of one check.

    Attributes:
        demand: the name of the one that it counts for.
        passed: None where it was not run.
        margin: the largest error over its tolerance; None where no numbers were compared.
        share: how much of a check that failed counts all the same.
    """

    name: str
    demand: str
    sentence: str
    passed: bool | None
    message: str
    margin: float | None = None
    share: float = 0.0


@dataclass(frozen=True)
class SlotResult:
    """The result of one slot of one submission.

    Attributes:
        score: None where the slot is ungraded; the sum of the scores of its `demands`.
        sentence, failure: of the failed check that tells most.
        facts: sentences about all checks together.
        line: of the failure, or of the slot, in the student's file.
        misconception: id of the likely one; `second_misconception` of one beside it.
        certainty: how sure they are.
        carried_forward: whether a check passed only with a stand-in for a wrong slot.
        blocked_by: the wrong slots that this one builds on.
        broken: the grader's own error, where the slot is ungraded.
        printed: what the student's code printed.
        difference: has the numbers of the failed check side by side, for a drawing.
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
    certainty: Certainty = Certainty.EXACT
    cause: str = ""
    hint: str = ""
    carried_forward: bool = False
    blocked_by: tuple[str, ...] = ()
    broken: str = ""
    printed: str = ""
    demands: tuple[DemandResult, ...] = ()
    difference: Difference | None = field(default=None, compare=False, repr=False)


def judge(
    runner: Runner, program: Program, slots: Sequence[str], library: Library | None = None
) -> dict[str, SlotResult]:
    """Grade the given slots, in order. `library` names likely causes."""
    runs = {slot: _run_slot(runner, program, slot) for slot in slots}
    wrong = _settle_effects(runner, runs)
    results = {}
    for name, slot_runs in runs.items():
        slot = runner.assignment.slots[name]
        result = _result(slot, slot_runs, tuple(s for s in slot.builds_on if s in wrong))
        result = replace(
            result,
            line=program.line(name, result.failure.line if result.failure else None),
            printed=program.printed.get(name, ""),
        )
        has_numbers = result.verdict in (Verdict.WRONG, Verdict.ERROR) and program.loads(name)
        if library is not None and has_numbers:
            result = _with_cause(result, recognise(slot_runs, library, name))
        results[name] = result
    return results


def _run_slot(runner: Runner, program: Program, slot: str) -> SlotRuns:
    """Run the checks of a slot, each until an attempt passes."""
    attempts = runner.attempts(runner.assignment.slots[slot])
    slot_runs = []
    room = Room()
    for check in runner.checks[slot]:
        runs: list[CheckRun] = []
        for stand_ins in attempts:
            runs.append(room.keep(runner.run(program, check, stand_ins)))
            if runs[-1].failure is None:
                break
        slot_runs.append(runs)
    return slot_runs


def _settle_effects(runner: Runner, runs: dict[str, SlotRuns]) -> set[str]:
    """Let side effects fail the checks that forbid them, in `runs`. Returns the wrong slots.

    Where a slot builds on a wrong one, an effect may be the other slot's, and fails no check.
    """
    slots = runner.assignment.slots
    wrong: set[str] = set()
    for name in sorted(runs, key=lambda name: len(slots[name].builds_on)):
        if not wrong & set(slots[name].builds_on):
            runs[name] = with_effects(runs[name], runner.reference_effects)
        if not all(_passed(attempts) for attempts in runs[name]):
            wrong.add(name)
    return wrong


def _with_cause(result: SlotResult, likely: Diagnosis) -> SlotResult:
    known = likely.known
    if not known:
        return result
    return replace(
        result,
        misconception=known[0].id,
        second_misconception=known[1].id if known[1:] else None,
        certainty=likely.certainty,
        cause="; and ".join(one.cause for one in known),
        hint=" ".join(dict.fromkeys(one.hint for one in known)),
    )


def _passed(attempts: Sequence[CheckRun]) -> bool:
    return attempts[-1].passed or bool(attempts[-1].skipped)


def _result(slot: Slot, runs: SlotRuns, wrong: tuple[str, ...]) -> SlotResult:
    """The result of a slot; `wrong` are the wrong slots that it builds on."""
    # With a slot it builds on being wrong, the run with stand-ins shows the slot's own mistake.
    shown = [attempts[-1] if wrong or _passed(attempts) else attempts[0] for attempts in runs]
    checks = tuple(_check_result(slot, run) for run in shown)
    demands = score_demands(slot, shown)
    result = SlotResult(
        *(slot.name, slot.file, Verdict.CORRECT, slot.points, slot.points, checks), demands=demands
    )
    broken = next((run.broken for run in shown if run.broken), "")
    failed = [(run, run.failure) for run in shown if run.failure is not None]
    if broken or not shown:
        return replace(
            result, verdict=Verdict.UNGRADED, score=None, broken=broken or "it has no check"
        )
    if not failed:
        carried = bool(wrong) and any(attempts[-1].stand_ins for attempts in runs)
        return replace(result, carried_forward=carried)
    decisive = (Verdict.FORBIDDEN, Verdict.UNGRADED)
    run = next((run for run, failure in failed if failure.verdict in decisive), None)
    run = run or most_telling([run for run, _ in failed])
    failure = next(failure for one, failure in failed if one is run)
    if not run.check.public:
        failure = failure.shortened()
    if run.log.relation is not None:
        failure = replace(failure, related=run.log.relation())
    if failure.verdict == Verdict.NOT_STARTED and any(run.passed for run in shown):
        fact = "not finished: a `raise NotImplementedError` is still in it"
        failure = replace(failure, verdict=Verdict.ERROR, fact=fact)
    verdict = failure.verdict
    return replace(
        result,
        verdict=verdict,
        score=None if verdict == Verdict.UNGRADED else total(demands),
        sentence=run.check.sentence,
        failure=failure,
        facts=tuple(ladder(shown)),
        carried_forward=bool(wrong) and any(r[-1].passed and r[-1].stand_ins for r in runs),
        blocked_by=wrong,
        broken=failure.fact if verdict == Verdict.UNGRADED else "",
        difference=run.log.difference,
    )


def _check_result(slot: Slot, run: CheckRun) -> CheckResult:
    """The result of a check. Of hidden ones, only the message of the slot has the student's words.

    Student code knows the hidden inputs, and could send them home in what it raises or returns.
    """
    message, share = run.skipped, 0.0
    if run.failure is not None:
        failure = run.failure
        share = counted_share(slot, run)
        message = failure.fact if run.check.public else failure.without_their_words
    return CheckResult(
        run.check.name,
        demand_of(slot, run),
        run.check.sentence,
        None if run.skipped or run.broken else run.passed,
        message,
        run.margin,
        share,
    )
