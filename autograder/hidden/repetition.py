"""Whether a check asks and expects the same each time it runs with a seed."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.hidden.places import place_of_check
from autograder.hidden.runner import HiddenChecks
from autograder.isolation.wire import encode
from autograder.judging.agreement import agree
from autograder.judging.answers import Answer, Call, Same
from autograder.judging.checks import CheckRun
from autograder.judging.program import Program


def changes(hidden: HiddenChecks, program: Program, run: CheckRun) -> Iterator[str]:
    """What is another in a second run of a check for the reference, with the file and line.

    Inputs that are drawn from elsewhere than `rng` could not be drawn again in a regrade, and a
    release would never be up to date.
    """
    again = hidden.run(program, run.check, anew=True)
    said = next(_changes(run, again), "")
    if said:
        yield f"{place_of_check(run.check, hidden.assignment)}: {run.check.name} {said}"


def _changes(run: CheckRun, again: CheckRun) -> Iterator[str]:
    """What is another in a second run, in words."""
    if [call.function for call in run.log.calls] != [call.function for call in again.log.calls]:
        yield "makes other calls in each run: draw its inputs from rng"
    for number, (one, other) in enumerate(zip(run.log.calls, again.log.calls, strict=False), 1):
        call = f"call {number} ({one.function.name})"
        for place in _arguments_that_differ(one, other):
            yield (
                f"draws its input from elsewhere than rng: in {call}, argument {place} is another "
                "in each run"
            )
        if not _same_outcome(one, other):
            yield (
                f"cannot expect one answer: in {call}, the reference answers otherwise in each "
                "run, with the same arguments"
            )
    for was, now in zip(run.log.comparisons, again.log.comparisons, strict=False):
        if isinstance(was, Same) and isinstance(now, Same) and not agree(was.want, now.want):
            yield f"expects another answer of call {was.call + 1} in each run: draw it from rng"
    if run.passed != again.passed:
        yield "passes in one run and not in the next: draw its inputs from rng"


def _arguments_that_differ(one: Call, other: Call) -> Iterator[str]:
    named = dict(enumerate(one.args, 1)) | dict(one.kwargs)
    others = dict(enumerate(other.args, 1)) | dict(other.kwargs)
    for name in dict.fromkeys((*named, *others)):
        if encode(named.get(name)) != encode(others.get(name)):
            yield str(name)


def _same_outcome(one: Call, other: Call) -> bool:
    if isinstance(one.outcome, Answer) and isinstance(other.outcome, Answer):
        return agree(one.outcome.value, other.outcome.value)
    return type(one.outcome) is type(other.outcome)
