"""Hidden inputs are drawn: no hidden check asks the same questions whatever the seed."""

from __future__ import annotations

from autograder.assignment import reader
from autograder.hidden.collection import collect
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.pool import Workers
from tests.conftest import ROOT

SEEDS = (1, 2)


def test_the_inputs_of_each_hidden_check_depend_on_the_seed() -> None:
    assignment = reader.load("rnn_fundamentals", ROOT)
    checks = [check for check in collect(assignment) if not check.public]
    asked: dict[str, set[str]] = {}
    with (
        Workers() as workers,
        HiddenChecks(assignment, workers, checks, seed=0) as hidden,
        hidden.program(assignment.reference()) as program,
    ):
        for seed in SEEDS:
            with hidden.seeded(seed):
                for check in checks:
                    run = hidden.run(program, check)
                    if not run.skipped and run.log.calls:
                        calls = [(call.args, sorted(call.kwargs.items())) for call in run.log.calls]
                        asked.setdefault(f"{check.slot}: {check.name}", set()).add(repr(calls))
    constant = [name for name, questions in asked.items() if len(questions) < len(SEEDS)]
    assert asked
    assert constant == []
