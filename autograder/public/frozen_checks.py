"""Public checks: hidden checks frozen to inputs, expected numbers and nothing else.

`checks/<file>.json` of a released folder has the frozen checks of a student file, and what each
misconception answers them. They are replayed without pytest and without a reference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.assignment.model import Assignment, KnownProgram, Slot
from autograder.isolation.messages import Function
from autograder.judging.answers import (
    Answer,
    Comparison,
    Log,
    Same,
    Undisturbed,
    Unmodified,
    unwrap,
)
from autograder.judging.checks import Check, CheckRun
from autograder.judging.comparison import repeat
from autograder.judging.diagnosis import Fingerprint, Made, Outcome
from autograder.judging.difference import difference
from autograder.judging.effects import effects
from autograder.judging.failure import CheckFailed, Failure
from autograder.judging.program import Caller, Program
from autograder.judging.question import Mode, Question
from autograder.judging.tolerance import Tolerance
from autograder.judging.verdict import Verdict
from autograder.public.json_values import from_json, to_json
from autograder.public.released_folder import Released

# ------------------------------------------------------------------------------ checks


@dataclass(frozen=True)
class FrozenCheck:
    """The calls of a check, the comparisons of their answers, and the effects they may have."""

    calls: Sequence[tuple[Function, tuple[Any, ...], Mapping[str, Any]]]
    comparisons: Sequence[Comparison]
    usual: frozenset[str] = frozenset()


def freeze(run: CheckRun) -> dict[str, Any]:
    """A run of the reference as JSON: the check's calls and comparisons."""
    calls = [
        {
            "owner": c.function.owner,
            "name": c.function.name,
            "args": to_json(list(c.args)),
            "kwargs": to_json(dict(c.kwargs)),
        }
        for c in run.log.calls
    ]
    comparisons = [_freeze_comparison(comparison) for comparison in run.log.comparisons]
    check = run.check
    return {
        "slot": check.slot,
        "name": check.name,
        "sentence": check.sentence,
        "params": dict(check.params),
        "calls": calls,
        "comparisons": comparisons,
        "usual": sorted({effect.name for effect in effects(run)}),
    }


def _freeze_comparison(comparison: Comparison) -> dict[str, Any]:
    place = {"call": comparison.call, "path": list(comparison.path)}
    if isinstance(comparison, Unmodified):
        return {"do": "unmodified", **place}
    if isinstance(comparison, Undisturbed):
        return {"do": "undisturbed", "but": list(comparison.but), **place}
    tolerance = comparison.tolerance
    node = {
        "do": "same",
        "want": to_json(comparison.want, rounded=True),
        "names": list(tolerance.names),
        "rtol": tolerance.rtol,
        "extra_keys": tolerance.extra_keys,
        **place,
    }
    lookalikes = comparison.lookalikes() if comparison.lookalikes is not None else ()
    values = [(text, unwrap(value)) for text, value in lookalikes]
    unlike = [  # a lookalike that is as expected would tell nothing
        [text, to_json(value, rounded=True)]
        for text, value in values
        if difference(value, comparison.want, tolerance).failure is not None
    ]
    return {**node, "lookalikes": unlike} if unlike else node


def thaw(node: Mapping[str, Any]) -> Check:
    """A frozen check, ready to be replayed."""
    calls = [
        (
            Function(call["owner"], call["name"]),
            tuple(from_json(call["args"])),
            from_json(call["kwargs"]),
        )
        for call in node["calls"]
    ]
    comparisons = [_thaw_comparison(comparison) for comparison in node["comparisons"]]
    body = FrozenCheck(calls, comparisons, frozenset(node.get("usual", ())))
    return Check(node["slot"], node["name"], node["sentence"], True, node["params"], body)


def _thaw_comparison(node: Mapping[str, Any]) -> Comparison:
    call, path = node["call"], tuple(node["path"])
    if node["do"] == "unmodified":
        return Unmodified(call, path)
    if node["do"] == "undisturbed":
        return Undisturbed(call, path, tuple(node["but"]))
    lookalikes = [(text, from_json(value)) for text, value in node.get("lookalikes", ())]
    tolerance = Tolerance(tuple(node["names"]), node["rtol"], node["extra_keys"])
    return Same(call, path, from_json(node["want"]), tolerance, lambda: lookalikes)


class FrozenChecks:
    """Runs public checks; a `checks.Runner`."""

    def __init__(self, assignment: Assignment, checks: Sequence[Check]) -> None:
        self.assignment = assignment
        self.checks: dict[str, list[Check]] = {slot: [] for slot in assignment.slots}
        for check in checks:
            self.checks[check.slot].append(check)

    def modes(self, slot: Slot) -> list[Mode]:
        return [()]

    def usual(self, check: Check) -> Collection[str]:
        used: frozenset[str] = check.body.usual
        return used

    def run(self, program: Program, check: Check, mode: Mode = ()) -> CheckRun:
        """Replay the calls in order, and after each its comparisons."""
        log = Log()

        def ask(function: Function, args: Any, kwargs: Any) -> Answer | Failure:
            slot = self.assignment.slots[check.slot]
            return program.call(Question.of(slot, function, args, kwargs, mode))

        caller = Caller(ask, log)
        try:
            for number, (function, args, kwargs) in enumerate(check.body.calls):
                answer = caller.call(function, *args, **kwargs)
                for comparison in check.body.comparisons:
                    if comparison.call == number:
                        repeat(comparison, answer)
        except CheckFailed as failed:
            return CheckRun(check, mode, failed.failure, log)
        return CheckRun(check, mode, None, log)


# ------------------------------------------------------------------------------ misconceptions


def freeze_fingerprint(fingerprint: Fingerprint) -> dict[str, Any]:
    """What a misconception answers to the public checks, as JSON."""
    return {
        check: None if outcomes is None else [_freeze_outcome(outcome) for outcome in outcomes]
        for check, outcomes in fingerprint.items()
    }


def _freeze_outcome(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Failure):
        return {"failure": [outcome.verdict, outcome.fact]}
    done = {"mutated": list(outcome.places), "touched": list(outcome.touched)}
    effects = {what: names for what, names in done.items() if names}
    return {"value": to_json(outcome.value, rounded=True), **effects}


def _thaw_outcome(node: Mapping[str, Any]) -> Outcome:
    if "failure" in node:
        verdict, fact = node["failure"]
        return Failure(Verdict(verdict), fact)
    places, touched = tuple(node.get("mutated", ())), tuple(node.get("touched", ()))
    return Answer(from_json(node["value"]), places, places, touched)


@dataclass
class FrozenLibrary:
    """The misconceptions of a released folder; a `diagnosis.Library`."""

    nodes: Mapping[str, Mapping[str, Any]]
    thawed: dict[str, Fingerprint] = field(default_factory=dict)

    def singles(self, slot: str) -> Sequence[Made]:
        return [(id,) for id, node in self.nodes.items() if node["slot"] == slot]

    def pairs(self, slot: str) -> Sequence[Made]:
        return ()  # there is no reference here to make two mistakes in

    def answers(
        self, slot: str, check: str, mode: Mode, programs: Sequence[Made]
    ) -> Iterator[Sequence[Outcome] | None]:
        return (self.fingerprint(slot, mode, id)[check] for (id,) in programs)

    def fingerprint(self, slot: str, mode: Mode, id: str) -> Fingerprint:
        if id not in self.thawed:
            self.thawed[id] = {
                check: None if nodes is None else [_thaw_outcome(one) for one in nodes]
                for check, nodes in self.nodes[id]["fingerprint"].items()
            }
        return self.thawed[id]

    def known(self, id: str) -> KnownProgram:
        node = self.nodes[id]
        return KnownProgram(id, node["slot"], (), (), node["cause"], node["hint"])


# ------------------------------------------------------------------------------ a released folder


def public_checks(released: Released, files: Sequence[str]) -> tuple[FrozenChecks, FrozenLibrary]:
    """The public checks and misconceptions of some files. Raises KitError."""
    nodes = [released.checks(file) for file in files]
    checks = [thaw(check) for node in nodes for check in node["checks"]]
    known = {entry["id"]: entry for node in nodes for entry in node["misconceptions"]}
    return FrozenChecks(released.assignment, checks), FrozenLibrary(known)
