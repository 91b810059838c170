"""Freeze the hidden checks that are public: what `release` ships is what `verify` proves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.errors import AssignmentError, GraderFault
from autograder.hidden.known_programs import sources_of
from autograder.hidden.repetition import changes
from autograder.hidden.runner import HiddenChecks
from autograder.judging.checks import SlotRuns
from autograder.judging.effects import with_effects
from autograder.judging.fingerprints import fingerprint
from autograder.public.frozen_checks import public_checks
from autograder.public.frozen_json import (
    CheckNode,
    FileNode,
    check_to_json,
    misconception_to_json,
)

PUBLIC_SEED = 0  # of the inputs of public checks, whatever the seed of a class


@dataclass(frozen=True)
class Frozen:
    """The public checks of some slots of a file, in JSON.

    `runs` has, for each misconception, the runs of the frozen checks of its slot, from which its
    fingerprint was taken.
    """

    node: FileNode
    runs: Mapping[str, SlotRuns]


def freeze(hidden: HiddenChecks, file: str, slots: Sequence[str]) -> Frozen:
    """Freeze the public checks of some slots of a file, and what misconceptions answer to them.

    The frozen checks are replayed as students read them: rounded, and out of JSON.

    Raises GraderFault where the reference fails a check, AssignmentError where a check is broken,
    compares nothing that can be frozen, or asks something else each time.
    """
    assignment = hidden.assignment
    with hidden.seeded(PUBLIC_SEED):
        checks = _checks(hidden, slots)
    node: FileNode = {"file": file, "checks": checks, "misconceptions": []}
    runner, _ = public_checks(assignment, [json.loads(json.dumps(node))])
    runs: dict[str, SlotRuns] = {}
    with hidden.program({}) as program:
        for known in assignment.misconceptions:
            if known.slot in slots:
                program.change(sources_of(assignment, known))
                found = [[runner.run(program, check)] for check in runner.checks[known.slot]]
                runs[known.id] = with_effects(found, runner.reference_effects)
                answers = fingerprint(runs[known.id])
                node["misconceptions"].append(misconception_to_json(known, answers))
    return Frozen(json.loads(json.dumps(node)), runs)


def _checks(hidden: HiddenChecks, slots: Sequence[str]) -> list[CheckNode]:
    nodes = []
    with hidden.program(hidden.assignment.reference()) as reference:
        for check in (check for slot in slots for check in hidden.checks[slot] if check.public):
            run = hidden.run(reference, check)
            if run.broken:
                raise AssignmentError(f"{check.slot}: {run.broken}")
            if not run.passed:
                raise GraderFault(f"{check.slot}.{check.name} fails the reference")
            if not run.log.comparisons:
                raise AssignmentError(
                    f"{check.slot}.{check.name} is public and compares nothing that can "
                    "be frozen: use same, unmodified or leaves_globals_alone on an answer"
                )
            for change in changes(hidden, reference, run):
                raise AssignmentError(f"{check.slot}: {change}")
            nodes.append(check_to_json(run))
    return nodes
