"""An assignment in memory, in two halves: what students may know, and what staff know as well.

`PublicAssignment` is what a released folder says of itself; `Assignment` adds the answers, the
hidden graders and everything else of `solutions/<assignment>/`:

    assignment.toml     files, slots and points
    questions.toml      optional: the written questions, which people mark
    moves/              a folder for the student file moves.py
        moves.py        the whole file, answers between region markers
        probes.py       optional: returns facts about objects, beside the student's code; released
        readings.py     optional: says what these facts mean, in the grader's process; released
        oracle.py       optional: independent truths; run beside the reference only
        stand_ins.py    optional: take the place of slots that others build on; hold no answer
        double.toml     hints, misconceptions and variants of the slot `double`
        test_double.py  its hidden checks
        cases.py        other modules, which the checks import: `from .cases import network`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from autograder.assignment import solution_file
from autograder.errors import AssignmentError, UsageError
from autograder.limits import MINUTES, Limits


@dataclass(frozen=True)
class Demand:
    """A line of a slot's rubric.

    Attributes:
        sentence: finishes "it ...".
        needs: the demand whose share this one's cannot exceed, or "". What a wrong computation
            leaves alone is worth little.
        form: whether it takes what is wrong with the shape, dtype, type or device of results
            whose numbers are right; a slot has one such demand at most.
        all_or_nothing: whether one check costs all of its points, where it fails by more than is
            wrong in the demand that this one needs.
    """

    name: str
    sentence: str
    points: float
    needs: str = ""
    form: bool = False
    all_or_nothing: bool = False


@dataclass(frozen=True)
class Slot:
    """A function, method or class that students write, and what it is worth.

    `builds_on` names the slots whose place a stand-in may take; `forbids` has patterns of names of
    the libraries that the slot may not use. `demands` share the points.
    """

    name: str
    file: str
    points: float
    builds_on: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    demands: tuple[Demand, ...] = ()

    @property
    def form_demand(self) -> Demand | None:
        """The demand that takes what is wrong with the form of results."""
        return next((demand for demand in self.demands if demand.form), None)

    @property
    def stem(self) -> str:
        """The slot's name in the names of its files, without dots."""
        return self.name.replace(".", "_")


# ------------------------------------------------------------------------------ public


@dataclass(frozen=True)
class StudentFile:
    """A file that students fill in.

    `probes` and `readings` are the sources of its probes and of their readings, "" without any.
    """

    name: str
    libraries: tuple[str, ...]
    probes: str
    readings: str

    @property
    def stem(self) -> str:
        return self.name.removesuffix(".py")


@dataclass(frozen=True)
class PublicAssignment:
    """What students may know of an assignment.

    `minutes` is the time that the processes of one submission may take in all; `python` the version
    with which the course grades, such as "3.11", or "" where it does not say.
    """

    name: str
    title: str
    libraries: tuple[str, ...]
    files: Mapping[str, StudentFile]
    slots: Mapping[str, Slot]
    minutes: float = field(default=MINUTES, kw_only=True)
    python: str = field(default="", kw_only=True)

    @property
    def points(self) -> float:
        """The automatic points; those of the questions come on top."""
        return sum(slot.points for slot in self.slots.values())

    def slots_of(self, file: str) -> list[Slot]:
        return [slot for slot in self.slots.values() if slot.file == file]

    def blocked(self, file: str) -> tuple[str, ...]:
        """The libraries of the course and the other student files, which `file` may not import."""
        absent = [name for name in self.libraries if name not in self.files[file].libraries]
        siblings = [other.stem for other in self.files.values() if other.name != file]
        return (*absent, *siblings)

    def slot(self, name: str) -> Slot:
        """The slot called `name`, or by the last part of its name. Raises UsageError."""
        matches = [s for s in self.slots.values() if name in (s.name, s.name.rpartition(".")[2])]
        if len(matches) != 1:
            raise UsageError(f"no slot {name}; the slots are: {', '.join(self.slots)}")
        return matches[0]


# ------------------------------------------------------------------------------ staff


@dataclass(frozen=True)
class StaffFile(StudentFile):
    """A student file with what staff wrote about it.

    `text` is the solution; `hidden` has the sources of the other modules in its folder, by name:
    graders, what they import, oracle and stand-ins.
    """

    folder: Path
    text: str
    hidden: Mapping[str, str]

    @property
    def oracle(self) -> str:
        return self.hidden.get("oracle.py", "")

    @property
    def stand_ins(self) -> str:
        return self.hidden.get("stand_ins.py", "")

    def grader(self, slot: Slot) -> Path:
        """The file with the slot's checks."""
        return self.folder / f"test_{slot.stem}.py"


class Keeps(StrEnum):
    """What a fair person would leave a misconception of a slot's points.

    MOST: one demand is missed and all else is right. HALF: much is right, and much is not.
    LITTLE: a main computation is wrong beyond trivial inputs. NOTHING: nothing is usable.
    """

    MOST = "most"
    HALF = "half"
    LITTLE = "little"
    NOTHING = "nothing"

    @property
    def band(self) -> tuple[float, float]:
        """The least share of the points, and the one that is too much."""
        return BANDS[self]

    def allows(self, share: float) -> bool:
        """Whether a share of the points lies in the band."""
        least, too_much = self.band
        return least <= share < too_much


BANDS = {
    Keeps.MOST: (0.60, 1.00),
    Keeps.HALF: (0.35, 0.75),
    Keeps.LITTLE: (0.00, 0.45),
    Keeps.NOTHING: (0.00, 0.10),
}


@dataclass(frozen=True)
class KnownProgram:
    """A known program: the reference with an edit in one slot.

    A misconception is wrong and has a `cause` (a statement) and a `hint` (a question); a variant
    is right and has neither. `keeps` is what a misconception's mark must be, None where staff did
    not say. `precision` marks a misconception that is wrong in its last digits
    only: numbers in float32, rounded, or with an epsilon. `kin` are the ids of larger or smaller
    forms of a misconception, whose cause and hint are true of it, too. `family` is the id of the
    misconception of which it is a form with another constant, or "".
    """

    id: str
    slot: str
    edits: tuple[solution_file.Edit, ...] = ()
    answers: tuple[str, ...] = ()
    cause: str = ""
    hint: str = ""
    precision: bool = False
    keeps: Keeps | None = None
    kin: tuple[str, ...] = ()
    family: str = ""

    @property
    def mistake(self) -> str:
        """The id by which it is named."""
        return self.family or self.id


@dataclass(frozen=True)
class Equivalent:
    """A mutant of a slot that is right for every legal input, and why.

    `before` and `after` are the lines in which it differs from the reference.
    """

    slot: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class WrittenQuestion:
    """A written question of the notebook, marked by a person; `id` is its cell's grade id.

    `answer` is a model answer, `scheme` says what earns which part of the points.
    """

    id: str
    points: float
    asks: str
    answer: str
    scheme: tuple[str, ...]


@dataclass(frozen=True)
class Assignment(PublicAssignment):
    """All that staff wrote. `idioms` are lines of answers that may stand in a release."""

    files: Mapping[str, StaffFile]
    folder: Path
    idioms: tuple[str, ...] = ()
    misconceptions: tuple[KnownProgram, ...] = field(default=())
    variants: tuple[KnownProgram, ...] = field(default=())
    questions: tuple[WrittenQuestion, ...] = field(default=())
    equivalents: tuple[Equivalent, ...] = field(default=())

    def reference(self) -> dict[str, bytes]:
        """file name -> the solution."""
        return {file.name: file.text.encode() for file in self.files.values()}

    def stubs(self) -> dict[str, bytes]:
        """file name -> what students get."""
        return {
            file.name: solution_file.stub(file.text, file.name, self.slots).encode()
            for file in self.files.values()
        }

    def edited(self, program: KnownProgram, text: str = "") -> str:
        """The text of the slot's file with the program's edit. Raises AssignmentError.

        `text` is the file with an edit in another slot; without it, the solution is edited.
        """
        slot = self.slots[program.slot]
        file = self.files[slot.file]
        try:
            return solution_file.edit(
                text or file.text, file.name, self.slots, slot.name, program.edits, program.answers
            )
        except AssignmentError as error:
            where = f"{file.stem}/{slot.stem}.toml"
            raise AssignmentError(f"{where}: {program.id}: {error}") from None
