"""Questions to a program, and its responses, in the form in which they cross to a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.assignment.model import Slot
from autograder.isolation.client import Function, calling
from autograder.isolation.wire import Encoded, WireError, decode, encode
from autograder.judging.answers import Answer
from autograder.judging.failure import CheckFailed, Failure
from autograder.judging.verdict import Verdict

EFFECTS = ("mutated", "places", "touched")  # of a call, as a worker reports them
Mode = tuple[str, ...]  # the slots that are replaced by stand-ins; () is the program by itself


@dataclass(frozen=True)
class Question:
    """One call of a function or probe. Questions are equal if the same bytes cross.

    Attributes:
        slot: the slot whose file, time and memory the call uses.
        function: what is called; dots in its name lead to a method.
        mode: the slots that are replaced by stand-ins.
        device: where tensors among the arguments are put.
        request: the function and the arguments, encoded.
    """

    slot: str
    function: Function
    mode: Mode
    device: str
    request: Encoded

    @classmethod
    def of(
        cls,
        slot: Slot,
        function: Function,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        mode: Mode = (),
        device: str = "cpu",
    ) -> Question:
        """The question that a call is.

        Raises CheckFailed where the arguments are too large to cross, as only those can be that
        are made of a student's own results.
        """
        try:
            request = encode(calling(function, args, kwargs, slot))
        except WireError as error:
            fact = f"{function.name} cannot be called with these arguments: {error}"
            raise CheckFailed(Failure(Verdict.WRONG, fact)) from None
        return cls(slot.name, function, mode, device, request)


@dataclass(frozen=True)
class Response:
    """A program's response to a question.

    `encoded` is the answer as it crossed: None where there was no answer, or where the call also
    printed something. `outcome` is None where `encoded` is an answer that the asker knows.
    """

    question: Question
    outcome: Answer | Failure | None
    encoded: Encoded | None = None

    def decoded(self) -> Answer | Failure:
        """The outcome, decoded if that was not done yet."""
        if self.outcome is not None:
            return self.outcome
        assert self.encoded is not None
        return answer_of(decode(self.encoded))


def answer_of(body: Mapping[str, Any]) -> Answer:
    """The Answer in the body of a worker's reply."""
    mutated, places, touched = (body.get(name, ()) for name in EFFECTS)
    return Answer(body.get("value"), tuple(mutated), tuple(places), tuple(touched))
