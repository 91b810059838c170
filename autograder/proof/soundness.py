"""Whether checks look at answers at all, and ask the same each time they run with a seed."""

from __future__ import annotations

from collections.abc import Container

from autograder.assignment.model import PublicAssignment
from autograder.hidden.places import place_of_check
from autograder.hidden.repetition import changes
from autograder.isolation.wire import Encoded, Opaque
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
    return len(proof.report.problems) == before
