"""An assignment as staff wrote it: `solutions/<name>/assignment.toml` and the files beside it.

For a student file `moves.py` staff write

    moves.py        the whole file, answers between region markers
    moves.toml      hints, misconceptions and correct variants
    test_moves.py   its hidden graders
    probe_moves.py  optional: turns objects into numbers beside the student's code; released
    stand_in_moves.py  optional: put under a name that another slot builds on; holds no answer
    oracle_moves.py  optional: independent truths, run beside the reference only

and, where people mark written answers, `questions.toml` beside them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.assignment import solution_file as source
from autograder.errors import AssignmentError, UsageError
from autograder.limits import Limits


@dataclass(frozen=True)
class Slot:
    name: str
    file: str
    points: float
    builds_on: tuple[str, ...]
    weights: Mapping[str, float]
    forbids: tuple[str, ...]
    all_or_nothing: bool
    hints: tuple[str, ...]
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class StudentFile:
    name: str
    libraries: tuple[str, ...]
    text: str
    graders: Path
    probe: str
    stand_in: str
    oracle: str

    @property
    def stem(self) -> str:
        return self.name.removesuffix(".py")


@dataclass(frozen=True)
class KnownProgram:
    """A known program: the reference with an edit in one slot.

    A misconception is wrong and has a `cause` (a statement) and a `hint` (a question); a variant
    is right and has neither. `precision` marks a misconception that is wrong in its last digits
    only: numbers in float32, rounded, or with an epsilon.
    """

    id: str
    slot: str
    edits: tuple[source.Edit, ...]
    answers: tuple[str, ...]
    cause: str = ""
    hint: str = ""
    precision: bool = False


@dataclass(frozen=True)
class Equivalent:
    """A mutant of a slot that is right for all that is allowed, and why.

    `before` and `after` are the lines in which it differs from the reference.
    """

    slot: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class Question:
    """A written question of the notebook, marked by a person; `id` is its cell's grade id.

    `answer` is a model answer, `scheme` says what earns which part of the points.
    """

    id: str
    points: float
    asks: str
    answer: str
    scheme: tuple[str, ...]


@dataclass(frozen=True)
class Assignment:
    name: str
    folder: Path
    title: str
    libraries: tuple[str, ...]
    files: Mapping[str, StudentFile]
    slots: Mapping[str, Slot]
    idioms: tuple[str, ...] = ()  # lines of answers that are nobody's secret
    misconceptions: tuple[KnownProgram, ...] = field(default=())
    variants: tuple[KnownProgram, ...] = field(default=())
    questions: tuple[Question, ...] = field(default=())
    equivalents: tuple[Equivalent, ...] = field(default=())

    @property
    def points(self) -> float:
        """The automatic points; those of the questions come on top."""
        return sum(slot.points for slot in self.slots.values())

    def slots_of(self, file: str) -> list[Slot]:
        return [slot for slot in self.slots.values() if slot.file == file]

    def blocked(self, file: str) -> tuple[str, ...]:
        """Libraries of the course and sibling files that `file` may not use."""
        absent = [name for name in self.libraries if name not in self.files[file].libraries]
        siblings = [other.stem for other in self.files.values() if other.name != file]
        return (*absent, *siblings)

    def reference(self) -> dict[str, bytes]:
        """file name -> the solution."""
        return {file.name: file.text.encode() for file in self.files.values()}

    def stubs(self) -> dict[str, bytes]:
        """file name -> what students get."""
        return {
            file.name: source.stub(file.text, file.name, self.slots).encode()
            for file in self.files.values()
        }

    def edited(self, program: KnownProgram) -> str:
        """The text of the slot's file with the program's edit. Raises AssignmentError."""
        file = self.files[self.slots[program.slot].file]
        try:
            return source.edit(
                file.text, file.name, self.slots, program.slot, program.edits, program.answers
            )
        except AssignmentError as error:
            raise AssignmentError(f"{file.stem}.toml: {program.id}: {error}") from None

    def slot(self, name: str) -> Slot:
        """The slot called `name`, or by the last part of its name. Raises UsageError."""
        matches = [s for s in self.slots.values() if name in (s.name, s.name.rpartition(".")[2])]
        if len(matches) != 1:
            raise UsageError(f"no slot {name}; the slots are: {', '.join(self.slots)}")
        return matches[0]


# ------------------------------------------------------------------------------ reading
