"""Whether checks look at answers at all, and ask the same each time they run with a seed."""

from __future__ import annotations

import ast
from collections.abc import Container

from autograder.assignment.model import Assignment, PublicAssignment
from autograder.files import digest
from autograder.hidden.places import place_of_check
from autograder.hidden.repetition import changes
from autograder.isolation.wire import Encoded, Opaque, encode
from autograder.judging.answers import Answer
from autograder.judging.program import Program
from autograder.judging.question import Question, Response
from autograder.proof.slot_proof import SlotProof

WRONG = Answer(
    Opaque("value that equals nothing"), ("everything",), ("everything",), ("everything",)
)


class WrongProgram(Program):
    """A program that answers every question wrong: in value, arguments and global state."""

    def __init__(self, assignment: PublicAssignment) -> None:
        self.assignment = assignment

    def ask(self, question: Question, known: Container[Encoded] = ()) -> Response:
        return Response(question, WRONG)


def prove_soundness(proof: SlotProof, reference: Program) -> bool:
    """Each check fails a program that is wrong in everything, and repeats itself."""
    before = len(proof.report.problems)
    wrong = WrongProgram(proof.assignment)
    for check in proof.checks:
        answered_wrong = proof.hidden.run(wrong, check)
        if answered_wrong.broken:
            proof.problem(
                f"{answered_wrong.broken}: an answer of another type breaks {check.name}: "
                "use same(answer, want) or answer.array()"
            )
        if answered_wrong.passed:
            place = place_of_check(check, proof.assignment)
            proof.problem(
                f"{place}: {check.name} passes whatever the program answers: compare an answer "
                "of the student's in it, by same(answer, want)"
            )
        run = proof.hidden.run(reference, check)
        for change in changes(proof.hidden, reference, run):
            proof.problem(change)
    note_inputs(proof, reference)
    return len(proof.report.problems) == before


def note_inputs(proof: SlotProof, reference: Program) -> None:
    """Note a digest of what each check passes, to be compared with that of another process."""
    for check in proof.checks:
        calls = proof.hidden.run(reference, check).log.calls
        passed = [encode([list(call.args), dict(call.kwargs)]) for call in calls]
        place = place_of_check(check, proof.assignment)
        parts = [part for body in passed for part in (body.tree, body.arrays)]
        proof.report.inputs[f"{place}: {check.name}"] = digest(*parts)


def loops_over_sets(assignment: Assignment, slot: str) -> bool:
    """Whether a slot's checks may depend on the order of a set, another in each process."""
    file = assignment.files[assignment.slots[slot].file]
    graders = {file.grader(other).name for other in assignment.slots_of(file.name)}
    others = graders - {file.grader(assignment.slots[slot]).name}
    names = file.hidden.keys() - others - {"oracle.py", "stand_ins.py"}
    texts = [file.hidden[name] for name in names]
    return any(_is_set(node) for text in texts for node in ast.walk(ast.parse(text)))


def _is_set(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    named = isinstance(called, ast.Name) and called.id in ("set", "frozenset", "hash", "id")
    return isinstance(node, (ast.Set, ast.SetComp)) or named
