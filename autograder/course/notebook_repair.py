"""A handed-in notebook as nbgrader can take it: the handout's graded cells, the student's texts.

No text of a student's is left out. An answer stands in its cell. Text from a cell that the handout
locks, from a duplicate and from another notebook stands near it as a cell of its own, in Markdown
without HTML. A question without an answer waits for a person if text of the student's may be one.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from autograder.course import student_text
from autograder.course.handout import PLACEHOLDER, Cell, Notebook
from autograder.course.student_text import Reach, plain, text_of
from autograder.files import digest, utf8

WAITS = "autograder"  # the key of a cell's metadata that says why its question waits
NO_ANSWER = "There is no answer in this cell."
BESIDE = f"{NO_ANSWER} A person looks at the text beside it."
ELSEWHERE = f"{NO_ANSWER} A person looks at the other texts of the notebook."


@dataclass(frozen=True)
class Source:
    """A notebook of a student's: its cells as `notebook_file` gives them, and its file's name.

    `problem` says why the file is no notebook; then the cells are texts that were found in it.
    """

    name: str
    cells: Sequence[Cell]
    problem: str = ""


@dataclass
class Repaired:
    """A repaired notebook, sentences about what is unusual in it, and why questions wait.

    `is_answered` tells whether all questions have answers.
    """

    notebook: Notebook
    notes: list[str] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    is_answered: bool = False


@dataclass
class Piece:
    """A cell of the repaired notebook.

    Attributes:
        known: the grade id of a cell of the handout that nbgrader knows, or "".
        is_theirs: whether it stands among the texts of the student's.
        reach: which questions its text may answer.
    """

    cell: Cell
    known: str = ""
    is_theirs: bool = False
    reach: Reach = Reach.NOTHING


class Handout:
    """The released notebook. `known` are its cells that nbgrader knows, by grade id."""

    def __init__(self, notebook: Notebook) -> None:
        cells = notebook["cells"]
        self.notebook = notebook
        self.known: dict[str, Cell] = {
            cell["metadata"]["nbgrader"]["grade_id"]: cell
            for cell in cells
            if "nbgrader" in cell["metadata"]
        }
        self._texts = {plain(text_of(cell)) for cell in cells}
        self._by_id = {cell["id"]: cell for cell in cells if "id" in cell}
        self._grade_ids = {plain(text_of(cell)): id for id, cell in self.known.items()}
        self._grade_ids.pop(PLACEHOLDER, None)
        self._verbatim = {text_of(cell) for cell in cells if cell["cell_type"] == "markdown"}

    def is_written(self, grade_id: str) -> bool:
        """Whether students write into a cell."""
        return bool(self.known[grade_id]["metadata"]["nbgrader"].get("solution"))

    def is_question(self, grade_id: str) -> bool:
        """Whether a cell is for the answer to a written question."""
        about = self.known[grade_id]["metadata"]["nbgrader"]
        return bool(about.get("solution") and about.get("grade"))

    def question_of(self, grade_id: str) -> str:
        """The question whose answer or whose text a cell is; "" for other cells."""
        if not grade_id or self.is_question(grade_id):
            return grade_id
        if self.known[grade_id]["metadata"]["nbgrader"].get("grade"):
            return ""
        order = list(self.known)
        following = order[order.index(grade_id) + 1 :][:1]
        return next((id for id in following if self.is_question(id)), "")

    def grade_id(self, cell: Cell) -> str:
        """The grade id of a student's cell: by its metadata or, if they are lost, id or text."""
        about = cell["metadata"].get("nbgrader")
        claimed = about.get("grade_id") if isinstance(about, dict) else None
        if isinstance(claimed, str) and claimed in self.known:
            return claimed
        ours = self._of_same_id(cell)
        if ours is not None and "nbgrader" in ours["metadata"]:
            return str(ours["metadata"]["nbgrader"]["grade_id"])
        return self._grade_ids.get(plain(text_of(cell)), "")

    def has(self, text: str) -> bool:
        """Whether a text is one of the handout's, or none."""
        return plain(text) in self._texts or not text.strip()

    def own_piece(self, cell: Cell) -> Piece:
        """A student's cell, as it may stand in the copy."""
        if cell["cell_type"] == "markdown" and text_of(cell) in self._verbatim:
            same: Cell = {"cell_type": "markdown", "metadata": {}, "source": text_of(cell)}
            return Piece(same | student_text.valid_id(cell))
        if cell["cell_type"] != "code":
            return self.text_piece(cell)
        kept: Cell = {"cell_type": "code", "metadata": {}, "source": text_of(cell)}

        kept |= {"outputs": [], "execution_count": None} | student_text.valid_id(cell)
        return Piece(kept, "", not self.has(text_of(cell)), self._reach(cell))

    def text_piece(self, cell: Cell) -> Piece:
        """A student's cell as text that a browser can show to the person who marks it."""
        shown = student_text.markdown_cell(cell)
        return Piece(shown, "", not self.has(text_of(cell)), self._reach(cell))

    def _of_same_id(self, cell: Cell) -> Cell | None:
        id = cell.get("id")
        return self._by_id.get(id) if isinstance(id, str) else None

    def _reach(self, cell: Cell) -> Reach:
        if self.has(text_of(cell)):
            return Reach.NOTHING
        ours = self._of_same_id(cell)
        if ours is not None and cell["cell_type"] == ours["cell_type"] == "code":
            return Reach.BESIDE if "nbgrader" in ours["metadata"] else Reach.NOTHING
        return student_text.reach(cell)


def is_answered(cell: Cell) -> bool:
    return text_of(cell).strip() not in ("", PLACEHOLDER)


# ------------------------------------------------------------------------------ repairing


def repair(sources: Sequence[Source], template: Notebook, name: str) -> Repaired:
    """Put the texts of a student's notebooks into the released one.

    Args:
        sources: the student's notebooks. The first is taken as it is, as far as it can be; from the
            others come answers that it lacks, and their other texts.
        template: the released notebook.
        name: its name, for the notes.
    """
    handout = Handout(template)
    first = sources[0] if sources else Source(name, ())
    pieces, notes = _first(first, handout, name)
    for other in sources[1:]:
        notes += _add(pieces, other, handout, name)
    waiting = _waiting(pieces, handout)
    unanswered = _unanswered(pieces, handout)
    for source in sources:
        if source.problem:
            why = f"{NO_ANSWER} A person looks at {source.name}, which {source.problem}."
            waiting = dict.fromkeys(unanswered, why)
    if waiting:
        texts = digest(*(utf8(text_of(piece.cell)) for piece in pieces if piece.is_theirs))
        for piece in pieces:
            if piece.known in waiting:
                piece.cell["metadata"][WAITS] = {"waits": waiting[piece.known], "texts": texts}
        notes.append(f"{name} has no answer to {listed(waiting)}, which a person has to look at")
    cells = _with_unique_ids([piece.cell for piece in pieces])
    return Repaired({**template, "cells": cells}, notes, waiting, not unanswered)


def listed(names: Iterable[str], most: int = 8) -> str:
    """The names, separated by commas, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _first(source: Source, handout: Handout, name: str) -> tuple[list[Piece], list[str]]:
    """The pieces of a student's notebook with the handout's cells in it, and notes."""
    if source.problem or not any(map(handout.grade_id, source.cells)):
        pieces = _handed_out(handout)
        return pieces, _add(pieces, source, handout, name)
    notes, changed = [], []
    places: dict[str, list[int]] = {grade_id: [] for grade_id in handout.known}
    groups = [[handout.own_piece(cell)] for cell in source.cells]
    for number, cell in enumerate(source.cells):
        grade_id = handout.grade_id(cell)
        if grade_id:
            places[grade_id].append(number)
            groups[number] = [handout.text_piece(cell)]
    for grade_id, numbers in places.items():
        if not numbers:
            continue
        answers = [n for n in numbers if is_answered(source.cells[n])]
        is_written = handout.is_written(grade_id)
        chosen = answers[0] if is_written and answers else numbers[0]
        if is_written and len(answers) > 1:
            notes.append(f"{name} has {len(answers)} answers to {grade_id}: look at all of them")
        ours, (theirs,) = Piece(copy.deepcopy(handout.known[grade_id]), grade_id), groups[chosen]
        groups[chosen] = [ours]
        if is_written:
            _answer(ours, theirs)
        elif theirs.is_theirs:
            groups[chosen] = [ours, theirs]
            changed.append(grade_id)
    missing = [grade_id for grade_id, numbers in places.items() if not numbers]
    pieces = _with_missing([piece for group in groups for piece in group], handout, missing)
    if changed:
        notes.append(f"{name} has text in locked cells ({listed(changed)}): it stands below them")
    if missing:
        notes.append(f"{name} lacks {len(missing)} cells of the handout, which were put back")
    return pieces, notes


def _answer(question: Piece, theirs: Piece) -> None:
    """Put a student's text and its pictures into the cell of a question."""
    question.cell |= {
        key: theirs.cell[key] for key in ("source", "attachments") if key in theirs.cell
    }


def _handed_out(handout: Handout) -> list[Piece]:
    """The handout's cells as they were handed out."""
    return [
        Piece(copy.deepcopy(cell), cell["metadata"].get("nbgrader", {}).get("grade_id", ""))
        for cell in handout.notebook["cells"]
    ]


def _with_missing(pieces: list[Piece], handout: Handout, missing: Collection[str]) -> list[Piece]:
    """The pieces, with each missing cell behind the known cell that precedes it.

    A question's text goes before the question.
    """
    behind: dict[str, list[Piece]] = {}
    before: dict[str, list[Piece]] = {}
    last = ""
    for grade_id, cell in handout.known.items():
        question = handout.question_of(grade_id)
        if grade_id not in missing:
            last = grade_id
        elif question and question not in missing:
            before[question] = [Piece(copy.deepcopy(cell), grade_id)]
        else:
            behind.setdefault(last, []).append(Piece(copy.deepcopy(cell), grade_id))
    return [*behind.get("", []), *_interleaved(pieces, behind, before)]


def _interleaved(
    pieces: Iterable[Piece],
    behind: Mapping[str, list[Piece]],
    before: Mapping[str, list[Piece]] = MappingProxyType({}),
) -> Iterator[Piece]:
    """The pieces, with more of them around the known cells."""
    for piece in pieces:
        yield from before.get(piece.known, [])
        yield piece
        if piece.known:
            yield from behind.get(piece.known, [])


def _add(pieces: list[Piece], other: Source, handout: Handout, name: str) -> list[str]:
    """Add the texts of another notebook of the student's to the pieces. Returns notes."""
    questions = {piece.known: piece for piece in pieces if piece.known}
    present = {plain(text_of(piece.cell)) for piece in pieces}
    taken, different, last = [], [], ""
    behind: dict[str, list[Piece]] = {}
    for cell in other.cells:
        grade_id = handout.grade_id(cell)
        last = grade_id or last
        piece = handout.text_piece(cell) if grade_id else handout.own_piece(cell)
        if not piece.is_theirs or plain(text_of(piece.cell)) in present:
            continue
        present.add(plain(text_of(piece.cell)))
        if grade_id and handout.is_written(grade_id):
            if not is_answered(questions[grade_id].cell):
                _answer(questions[grade_id], piece)
                taken.append(grade_id)
                continue
            different.append(grade_id)
        behind.setdefault(last, []).append(piece)
    for grade_id, found in behind.items():
        found.insert(0, Piece(student_text.label(other.name), is_theirs=bool(grade_id)))
    pieces[:] = [*_interleaved(pieces, behind), *behind.get("", [])]
    notes = []
    if other.problem:
        notes.append(f"{other.name} {other.problem}")
    if taken:
        notes.append(f"{name}: {listed(taken)} taken from {other.name}")
    if different:
        notes.append(f"{name}: {other.name} has other answers to {listed(different)}: look at both")
    if behind and not different and other.name != name:
        notes.append(f"{name}: texts of {other.name} were put in")
    return notes


# ------------------------------------------------------------------------------ waiting


def _unanswered(pieces: Iterable[Piece], handout: Handout) -> list[str]:
    """The questions without an answer."""
    known = [piece for piece in pieces if piece.known and handout.is_question(piece.known)]
    return [piece.known for piece in known if not is_answered(piece.cell)]


def _waiting(pieces: Sequence[Piece], handout: Handout) -> dict[str, str]:
    """Why questions without an answer wait for a person, by grade id."""
    unanswered = _unanswered(pieces, handout)
    found: dict[str, str] = {}
    is_elsewhere = False
    number = 0
    while number < len(pieces):
        start = number
        while number < len(pieces) and pieces[number].is_theirs:
            number += 1
        reach = max((piece.reach for piece in pieces[start:number]), default=Reach.NOTHING)
        around = [
            piece.known for piece in (*pieces[start - 1 : start], *pieces[number : number + 1])
        ]
        beside = set(map(handout.question_of, around)) - {""}
        if reach > Reach.NOTHING and beside:
            found |= {id: BESIDE for id in unanswered if id in beside}
        is_elsewhere |= reach == Reach.ANYTHING and not beside
        number += 1
    if is_elsewhere:
        found = {id: found.get(id, ELSEWHERE) for id in unanswered}
    return {id: found[id] for id in unanswered if id in found}


def _with_unique_ids(cells: list[Cell]) -> list[Cell]:
    taken: set[str] = set()
    ours = {cell.get("id") for cell in cells if "nbgrader" in cell["metadata"]}
    for number, cell in enumerate(cells):
        id = cell.get("id")
        is_ours = "nbgrader" in cell["metadata"]
        if not isinstance(id, str) or id in taken or (id in ours and not is_ours):
            cell["id"] = f"handed-in-{number}"
        taken.add(cell["id"])
    return cells
