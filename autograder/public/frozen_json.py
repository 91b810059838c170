"""Public checks in JSON, as `checks/<file>.json` of a released folder holds them.

A hidden check is frozen to its calls, the comparisons of their answers, and expected numbers;
a misconception to what it answers to the frozen checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict

from autograder.assignment.model import KnownProgram
from autograder.isolation.worker_protocol import Function, Owner
from autograder.judging.answers import (
    Answer,
    Comparison,
    LeavesGlobalsAlone,
    Same,
    Unmodified,
    unwrap,
)
from autograder.judging.checks import Check, CheckRun
from autograder.judging.difference import difference
from autograder.judging.effects import effects
from autograder.judging.failure import Failure
from autograder.judging.fingerprints import Fingerprint, Outcome
from autograder.judging.tolerance import Tolerance
from autograder.judging.verdict import Verdict
from autograder.public.json_values import from_json, to_json


class CallNode(TypedDict):
    owner: Owner
    name: str
    args: Any  # as `json_values` writes values
    kwargs: Any


class ComparisonNode(TypedDict):
    do: Literal["same", "unmodified", "undisturbed"]
    call: int
    path: list[str | int]
    want: NotRequired[Any]
    names: NotRequired[list[str]]
    rtol: NotRequired[float | None]
    extra_keys: NotRequired[bool]
    lookalikes: NotRequired[list[list[Any]]]  # pairs: what a value is, and the value
    but: NotRequired[list[str]]


class CheckNode(TypedDict):
    slot: str
    name: str
    demand: str
    sentence: str
    params: dict[str, Any]
    calls: list[CallNode]
    comparisons: list[ComparisonNode]
    usual: list[str]


class OutcomeNode(TypedDict, total=False):
    """A failure (verdict, fact, exception), or a value and the effects of the call that gave it."""

    failure: list[str]
    value: Any
    mutated: list[str]
    touched: list[str]


class MisconceptionNode(TypedDict):
    id: str
    slot: str
    cause: str
    hint: str
    family: NotRequired[str]
    fingerprint: dict[str, list[OutcomeNode] | None]


class FileNode(TypedDict):
    """The public checks of one student file, and what each misconception answers to them."""

    file: str
    checks: list[CheckNode]
    misconceptions: list[MisconceptionNode]


# ------------------------------------------------------------------------------ checks


@dataclass(frozen=True)
class FrozenCall:
    """A call that a frozen check makes."""

    function: Function
    args: tuple[Any, ...]
    kwargs: Mapping[str, object]


@dataclass(frozen=True)
class FrozenCheck:
    """The body of a public check; `effects` are those that the reference's own calls have."""

    calls: Sequence[FrozenCall]
    comparisons: Sequence[Comparison]
    effects: frozenset[str]


def check_to_json(run: CheckRun) -> CheckNode:
    """The check that was run for the reference: its calls, and comparisons with its answers."""
    check = run.check
    return {
        "slot": check.slot,
        "name": check.name,
        "demand": check.demand,
        "sentence": check.sentence,
        "params": dict(check.params),
        "calls": [
            {
                "owner": call.function.owner,
                "name": call.function.name,
                "args": to_json(list(call.args)),
                "kwargs": to_json(dict(call.kwargs)),
            }
            for call in run.log.calls
        ],
        "comparisons": [_comparison_to_json(comparison) for comparison in run.log.comparisons],
        "usual": sorted({effect.name for effect in effects(run)}),
    }


def _comparison_to_json(comparison: Comparison) -> ComparisonNode:
    call, path = comparison.call, list(comparison.path)
    if isinstance(comparison, Unmodified):
        return {"do": "unmodified", "call": call, "path": path}
    if isinstance(comparison, LeavesGlobalsAlone):
        return {"do": "undisturbed", "but": list(comparison.but), "call": call, "path": path}
    tolerance = comparison.tolerance
    node: ComparisonNode = {
        "do": "same",
        "want": to_json(comparison.want, rounded=True),
        "names": list(tolerance.names),
        "rtol": tolerance.rtol,
        "extra_keys": tolerance.extra_keys,
        "call": call,
        "path": path,
    }
    lookalikes = comparison.lookalikes() if comparison.lookalikes is not None else ()
    values = [(text, unwrap(value)) for text, value in lookalikes]
    different = [  # a lookalike that equals the expected value tells nothing
        [text, to_json(value, rounded=True)]
        for text, value in values
        if difference(value, comparison.want, tolerance).failure is not None
    ]
    if different:
        node["lookalikes"] = different
    return node


def check_from_json(node: CheckNode) -> Check:
    """A public check, ready to be replayed."""
    calls = [
        FrozenCall(
            Function(call["owner"], call["name"]),
            tuple(from_json(call["args"])),
            from_json(call["kwargs"]),
        )
        for call in node["calls"]
    ]
    comparisons = [_comparison_from_json(comparison) for comparison in node["comparisons"]]
    body = FrozenCheck(calls, comparisons, frozenset(node["usual"]))
    slot, name, sentence, demand = node["slot"], node["name"], node["sentence"], node["demand"]
    return Check(slot, name, sentence, True, demand, node["params"], body)


def _comparison_from_json(node: ComparisonNode) -> Comparison:
    call, path = node["call"], tuple(node["path"])
    if node["do"] == "unmodified":
        return Unmodified(call, path)
    if node["do"] == "undisturbed":
        return LeavesGlobalsAlone(call, path, tuple(node["but"]))
    lookalikes = [(text, from_json(value)) for text, value in node.get("lookalikes", ())]
    tolerance = Tolerance(tuple(node["names"]), node["rtol"], node["extra_keys"])
    return Same(call, path, from_json(node["want"]), tolerance, lambda: lookalikes)


# ------------------------------------------------------------------------------ misconceptions


def misconception_to_json(known: KnownProgram, fingerprint: Fingerprint) -> MisconceptionNode:
    """A misconception, with what it answers to the public checks of its slot."""
    node: MisconceptionNode = {
        "id": known.id,
        "slot": known.slot,
        "cause": known.cause,
        "hint": known.hint,
        "fingerprint": {
            check: None if outcomes is None else [_outcome_to_json(one) for one in outcomes]
            for check, outcomes in fingerprint.items()
        },
    }
    return {**node, "family": known.family} if known.family else node


def _outcome_to_json(outcome: Outcome) -> OutcomeNode:
    if isinstance(outcome, Failure):
        return {"failure": [outcome.verdict, outcome.fact, outcome.raised]}
    node: OutcomeNode = {"value": to_json(outcome.value, rounded=True)}
    if outcome.places:
        node["mutated"] = list(outcome.places)
    if outcome.touched:
        node["touched"] = list(outcome.touched)
    return node


def misconception_from_json(node: MisconceptionNode) -> KnownProgram:
    """A misconception, without its edit: that is not released."""
    return KnownProgram(
        node["id"],
        node["slot"],
        cause=node["cause"],
        hint=node["hint"],
        family=node.get("family", ""),
    )


def fingerprint_from_json(node: MisconceptionNode) -> Fingerprint:
    """What a misconception answers to the public checks of its slot."""
    return {
        check: None if outcomes is None else [_outcome_from_json(one) for one in outcomes]
        for check, outcomes in node["fingerprint"].items()
    }


def _outcome_from_json(node: OutcomeNode) -> Outcome:
    if "failure" in node:
        verdict, fact, *raised = node["failure"]
        return Failure(Verdict(verdict), fact, raised="".join(raised))
    places, touched = tuple(node.get("mutated", ())), tuple(node.get("touched", ()))
    return Answer(from_json(node["value"]), places, places, touched)
