"""What grading processes say arrives as it was, and nothing else is understood."""

from __future__ import annotations

import pytest

from autograder.classroom import grading_protocol
from autograder.classroom.grading_protocol import Graded, Message, Ready, Stopped
from autograder.classroom.results import Part
from tests.classroom.examples import entry


@pytest.mark.parametrize(
    "message",
    [
        Ready("digest"),
        Stopped("no room", 1),
        Graded({"moves.py": Part({"double": entry("double", 4.0)})}, ("a note",), 0.5),
        Graded({}, None, 0.0),
    ],
)
def test_a_message_arrives_as_it_was(message: Message) -> None:
    assert grading_protocol.decode(grading_protocol.encode(message)) == message


def test_another_message_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Invalid|Expected"):
        grading_protocol.decode(b"\x81\xa4type\xa5Other")
