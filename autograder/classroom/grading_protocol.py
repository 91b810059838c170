"""The messages between a run of `grade` and its grading processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.classroom.results import Part
from autograder.course.student_file import Source


@dataclass(frozen=True)
class Request:
    """A part of one submission to grade.

    Attributes:
        part: its name, by which a process that ends at it is counted.
        sources: the student files in it.
        folder: the hand-in's folder, where its notebook is to be looked at.
        used: the seconds of the submission's time that its other parts have taken.
    """

    student: str
    part: str
    sources: Mapping[str, Source]
    folder: Path | None
    used: float = 0.0

    @property
    def key(self) -> tuple[str, str]:
        return self.student, self.part


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The graders are collected, under conditions with this digest."""

    conditions: str


class Stopped(msgspec.Struct, frozen=True, tag=True):
    """Grading cannot go on: the text and exit status of a KitError."""

    text: str
    exit_code: int


class Graded(msgspec.Struct, frozen=True, tag=True):
    """The answer to a request: student file -> part, and notes if a folder was looked at.

    `used` is the part of the submission's time that it took, `seconds` how long grading took.
    """

    parts: dict[str, Part]
    notes: tuple[str, ...] | None
    seconds: float
    used: float = 0.0


Message = Ready | Stopped | Graded  # of a grading process


def encode(message: Message) -> bytes:
    return msgspec.msgpack.encode(message)


def decode(data: bytes) -> Message:
    return msgspec.msgpack.decode(data, type=Message)
