"""The texts that staff must write about a slot: checks, hints, misconceptions, and its TODO."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from autograder.assignment import solution_file as source
from autograder.assignment.model import Assignment, Slot
from autograder.assignment.reader import MAX_HINT_WORDS
from autograder.judging.checks import Check

HINTS = 3


def missing(assignment: Assignment, slot: Slot, checks: Sequence[Check]) -> Iterator[str]:
    """What is missing or unfit, in sentences, each a reason not to release the slot."""
    if not checks:
        yield "it has no check"
    if not any(check.public for check in checks):
        yield "it has no public check"
    everywhere = {check.demand for check in checks if check.params.get("device", "cpu") == "cpu"}
    for demand in slot.demands:
        if demand.name not in everywhere and not demand.form:
            yield f"its demand {demand.name} has no check that runs on every machine"
    if len(slot.hints) != HINTS:
        yield f"it has {len(slot.hints)} hints instead of {HINTS}"
    file = assignment.files[slot.file]
    answers = source.answer_lines(file.text, file.name, assignment.slots).values()
    code = [line.strip() for lines in answers for line in lines if len(line.strip()) > 10]
    known = [k for k in assignment.misconceptions if k.slot == slot.name]
    texts = [(f"hint {i + 1}", hint) for i, hint in enumerate(slot.hints)]
    texts += [(f"the hint of {k.id}", k.hint) for k in known]
    yield from _hint_problems(texts, code)
    if not known:
        yield "it has no misconception"
    for program in (*known, *(v for v in assignment.variants if v.slot == slot.name)):
        try:
            ast.parse(assignment.edited(program))
        except SyntaxError as error:  # any check would catch it, so it would prove nothing
            yield f"{program.id} is not valid Python: {error.msg}"
    stub = assignment.stubs()[file.name].decode()
    if f'raise NotImplementedError("{slot.name}")' in stub and not _has_todo(stub, slot.name):
        yield f"{file.name} has no TODO line for it"


def _has_todo(stub: str, slot: str) -> bool:
    """Whether a TODO stands right above the slot's first placeholder."""
    before = stub.partition(f'raise NotImplementedError("{slot}")')[0]
    return "# TODO" in before.rpartition("def ")[2]


def _hint_problems(texts: Sequence[tuple[str, str]], code: Sequence[str]) -> Iterator[str]:
    for where, text in texts:
        if not text.strip():
            yield f"{where} is empty"
        if len(re.findall(r"\S+", text)) > MAX_HINT_WORDS:
            yield f"{where} has more than {MAX_HINT_WORDS} words"
        if any(line in text for line in code):
            yield f"{where} contains code of the reference"
