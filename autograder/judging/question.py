"""Questions to a program, and its responses, in the form in which they cross to a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from autograder.assignment.model import Slot
from autograder.errors import GraderFault
from autograder.isolation.wire import Encoded, WireError, decode
from autograder.isolation.worker_protocol import CallAnswer, Function, call_request, read_answer
from autograder.judging.answers import Answer
from autograder.judging.failure import CheckFailed, Failure
from autograder.judging.plain_data import cannot_cross, mend_of
from autograder.judging.verdict import Verdict

StandIns = tuple[str, ...]  # the slots that stand-ins replace; none for the program by itself


class Question(NamedTuple):
    """One call of a function or probe. Questions are equal if the same bytes cross.

    Attributes:
        slot: the slot whose file, time and memory the call uses.
        function: what is called; dots in its name lead to a method.
        stand_ins: the slots that stand-ins replace.
        device: where tensors among the arguments are put.
        request: the function and the arguments, encoded.
    """

    slot: str
    function: Function
    stand_ins: StandIns
    device: str
    request: Encoded

    @classmethod
    def of(
        cls,
        slot: Slot,
        function: Function,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        stand_ins: StandIns = (),
        device: str = "cpu",
    ) -> Question:
        """The question that a call is.

        Raises CheckFailed where the arguments are too large to cross, as only those can be that
        are made of a student's own results; GraderFault where they cannot cross whole.
        """
        try:
            request = call_request(slot.name, function, args, kwargs, slot.limits)
        except WireError as error:
            fact = f"{function.name} cannot be called with these arguments: {error}"
            raise CheckFailed(Failure(Verdict.WRONG, fact)) from None
        for lost in request.lost[:1]:
            mend = f"pass {mend_of(lost)}"
            what = cannot_cross(request.lost)
            raise GraderFault(f"an argument of {function.name} {what} passed: {mend}")
        return cls(slot.name, function, stand_ins, device, request)


class Response(NamedTuple):
    """A program's response to a question.

    `encoded` is the answer as it crossed: None where there was no answer, where it is large, or
    where the call also printed something. `outcome` is None where `encoded` is an answer that the
    asker knows.
    """

    question: Question
    outcome: Answer | Failure | None
    encoded: Encoded | None = None

    def decoded(self) -> Answer | Failure:
        """The outcome, decoded if that was not done yet."""
        if self.outcome is not None:
            return self.outcome
        assert self.encoded is not None
        return answer_of(read_answer(decode(self.encoded)), self.encoded.decoded_size)


def answer_of(content: CallAnswer, size: int = 0) -> Answer:
    """The Answer that a worker's reply holds; it takes `size` bytes."""
    return Answer(content.value, content.mutated, content.places, content.touched, size=size)
