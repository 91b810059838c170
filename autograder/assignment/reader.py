"""Read `solutions/<assignment>/` into an `Assignment`; errors name file, key and mend."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from autograder.assignment import solution_file as source
from autograder.assignment.model import (
    Assignment,
    Equivalent,
    KnownProgram,
    Question,
    Slot,
    StudentFile,
)
from autograder.errors import AssignmentError, UsageError
from autograder.limits import Limits

MAX_HINT_WORDS = 80
MAX_MEMORY_MB = 16 * 1024
T = TypeVar("T")


def load(name: str, course: Path) -> Assignment:
    """Read `course/solutions/<name>`. Raises UsageError or AssignmentError, with the mend."""
    folder = course / "solutions" / name
    if not (folder / "assignment.toml").is_file():
        known = sorted(p.parent.name for p in (course / "solutions").glob("*/assignment.toml"))
        there = f"; there is: {', '.join(known)}" if known else " (is this the course folder?)"
        raise UsageError(f"no assignment solutions/{name}/assignment.toml{there}")
    top = _read(folder / "assignment.toml")
    libraries = top.texts("libraries")
    files = {
        file: _file(folder, file, table)
        for file, table in top.tables("files").items()
        if table.only("libraries")
    }
    details = {file: _read(folder / f"{_stem(file)}.toml") for file in files}
    hints = {
        slot: table.texts("hints")
        for toml in details.values()
        for slot, table in toml.tables("slots").items()
    }
    slots = {slot: _slot(slot, table, files, hints) for slot, table in top.tables("slots").items()}
    title = top.get("title", str)
    top.only("title", "libraries", "idioms", "files", "slots")
    for slot in slots.values():
        for other in slot.builds_on:
            if other not in slots or slots[other].file != slot.file:
                raise AssignmentError(
                    f"assignment.toml: {slot.name} builds on {other}, no slot of {slot.file}"
                )
    for slot_name in hints:
        if slot_name not in slots:
            raise AssignmentError(f"hints for {slot_name}, which is no slot of assignment.toml")
    for file in files.values():
        present = {region.slot for region in source.regions(file.text, file.name, slots)}
        for slot in slots.values():
            if slot.file == file.name and slot.name not in present:
                raise AssignmentError(f"{file.name}: no region for the slot {slot.name}")
    misconceptions = _programs(details, "misconceptions", slots)
    variants = _programs(details, "variants", slots)
    assignment = Assignment(
        name=name,
        folder=folder,
        title=title,
        libraries=libraries,
        files=files,
        slots=slots,
        idioms=top.texts("idioms"),
        misconceptions=misconceptions,
        variants=variants,
        questions=_questions(folder / "questions.toml"),
        equivalents=tuple(_equivalents(details.values(), slots)),
    )
    for program in (*misconceptions, *variants):
        assignment.edited(program)  # one that no longer applies fails here, and not in the middle
    return assignment


def _questions(path: Path) -> tuple[Question, ...]:
    if not path.is_file():
        return ()
    toml = _read(path)
    toml.only("questions")
    questions: list[Question] = []
    for table in toml.list_of_tables("questions"):
        table.only("id", "points", "asks", "answer", "scheme")
        question = Question(
            id=table.get("id", str),
            points=table.get("points", float),
            asks=table.get("asks", str),
            answer=table.get("answer", str),
            scheme=table.texts("scheme"),
        )
        if any(question.id == other.id for other in questions):
            raise AssignmentError(f"{table.where}: a second {question.id}")
        if not question.scheme:
            raise AssignmentError(f"{table.where} ({question.id}): scheme is missing")
        questions.append(question)
    return tuple(questions)


def _equivalents(tomls: Iterable[_Table], slots: Mapping[str, Slot]) -> Iterator[Equivalent]:
    for toml in tomls:
        for table in toml.list_of_tables("equivalents"):
            table.only("slot", "before", "after", "reason")
            one = Equivalent(
                *(table.get(key, str) for key in ("slot", "before", "after", "reason"))
            )
            if one.slot not in slots:
                raise AssignmentError(f"{table.where}: {one.slot} is no slot")
            yield one


def _stem(file: str) -> str:
    return file.removesuffix(".py")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise AssignmentError(f"{path.name} is missing beside assignment.toml") from None
    except UnicodeDecodeError:
        raise AssignmentError(f"{path.name} is not UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise AssignmentError(f"{path.name} cannot be read: {error.strerror}") from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise AssignmentError(f"{path.name} is no valid TOML: {error}") from None


class _Table:
    """A TOML table whose readers name file and key when something is not as expected."""

    def __init__(self, data: dict[str, Any], where: str) -> None:
        self.data = data
        self.where = where

    def get(self, key: str, kind: type[T], default: T | None = None) -> T:
        value = self.data.get(key, default)
        if kind is float and type(value) is int:
            value = float(value)
        if not isinstance(value, kind):
            said = "is missing" if value is None else f"must be a {kind.__name__}, not {value!r}"
            raise AssignmentError(f"{self.where}: {key} {said}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.get(key, list, [])
        if not all(isinstance(item, str) for item in value):
            raise AssignmentError(f"{self.where}: {key} must be a list of strings")
        return tuple(value)

    def tables(self, key: str) -> dict[str, _Table]:
        where = f"{self.where}: {key}"
        value = self.get(key, dict, {})
        return {name: self._table(item, f"{where}.{name}") for name, item in value.items()}

    def list_of_tables(self, key: str) -> list[_Table]:
        value = self.get(key, list, [])
        return [self._table(item, f"{self.where}: {key} {i + 1}") for i, item in enumerate(value)]

    @staticmethod
    def _table(item: Any, where: str) -> _Table:
        if not isinstance(item, dict):
            raise AssignmentError(f"{where} must be a table")
        return _Table(item, where)

    def only(self, *keys: str) -> bool:
        unknown = [key for key in self.data if key not in keys]
        if unknown:
            raise AssignmentError(
                f"{self.where}: unknown key {unknown[0]}; known are {', '.join(keys)}"
            )
        return True


def _read(path: Path) -> _Table:
    return _Table(_toml(path), path.name)


def _file(folder: Path, name: str, table: _Table) -> StudentFile:
    stem = _stem(name)
    for needed in (name, f"test_{name}"):
        if not (folder / needed).is_file():
            raise AssignmentError(f"{needed} is missing beside assignment.toml")

    def text(file: str) -> str:
        path = folder / file
        return _text(path) if path.is_file() else ""

    return StudentFile(
        name=name,
        libraries=table.texts("libraries"),
        text=text(name),
        graders=folder / f"test_{name}",
        probe=text(f"probe_{stem}.py"),
        stand_in=text(f"stand_in_{stem}.py"),
        oracle=text(f"oracle_{stem}.py"),
    )


def _slot(
    name: str, table: _Table, files: Mapping[str, StudentFile], hints: Mapping[str, tuple[str, ...]]
) -> Slot:
    table.only(
        *("file", "points", "seconds", "memory_mb", "output_mb"),
        *("builds_on", "weights", "forbids", "all_or_nothing"),
    )
    file = table.get("file", str)
    if file not in files:
        raise AssignmentError(f"{table.where}: file {file} is not among [files]")
    weights = table.get("weights", dict, {})
    if not all(isinstance(w, (int, float)) and w >= 0 for w in weights.values()):
        raise AssignmentError(f"{table.where}: weights must be numbers, none below zero")
    return Slot(
        name=name,
        file=file,
        points=table.get("points", float),
        builds_on=table.texts("builds_on"),
        weights={check: float(weight) for check, weight in weights.items()},
        forbids=table.texts("forbids"),
        all_or_nothing=table.get("all_or_nothing", bool, False),
        hints=hints.get(name, ()),
        limits=Limits(
            seconds=table.get("seconds", float, Limits.seconds),
            memory_mb=_between(table, "memory_mb", Limits.memory_mb, MAX_MEMORY_MB),
            output_mb=_between(table, "output_mb", Limits.output_mb, Limits.output_mb),
        ),
    )


def _between(table: _Table, key: str, default: int, largest: int) -> int:
    value = table.get(key, int, default)
    if not 1 <= value <= largest:
        raise AssignmentError(f"{table.where}: {key} must be from 1 to {largest}")
    return value


def _programs(
    tomls: Mapping[str, _Table], key: str, slots: Mapping[str, Slot]
) -> tuple[KnownProgram, ...]:
    found: dict[str, KnownProgram] = {}
    for toml in tomls.values():
        toml.only("slots", "misconceptions", "variants", "equivalents")
        for table in toml.list_of_tables(key):
            program = _program(table, wrong=key == "misconceptions")
            if program.slot not in slots:
                raise AssignmentError(f"{table.where}: {program.slot} is no slot")
            if program.id in found:
                raise AssignmentError(f"{table.where}: a second {program.id}")
            found[program.id] = program
    return tuple(found.values())


def _program(table: _Table, wrong: bool) -> KnownProgram:
    reasons = ("cause", "hint", "precision") if wrong else ()
    table.only("id", "slot", "find", "replace", "edits", "answer", "answers", *reasons)
    table.where = f"{table.where} ({table.get('id', str)})"
    edits: Sequence[source.Edit] = [
        source.Edit(one.get("find", str), one.get("replace", str))
        for one in table.list_of_tables("edits")
    ]
    if "find" in table.data:
        edits = [source.Edit(table.get("find", str), table.get("replace", str)), *edits]
    answers = table.texts("answers")
    if "answer" in table.data:
        answers = (table.get("answer", str),)
    if not edits and not answers:
        raise AssignmentError(f"{table.where}: neither find and replace, nor edits, nor answer")
    return KnownProgram(
        id=table.get("id", str),
        slot=table.get("slot", str),
        edits=tuple(edits),
        answers=answers,
        cause=table.get("cause", str) if wrong else "",
        hint=table.get("hint", str) if wrong else "",
        precision=table.get("precision", bool, False),
    )


def is_ours(course: Path, assignment: str) -> bool:
    """Whether an nbgrader assignment is one of the kit's."""
    return (course / "solutions" / assignment / "assignment.toml").is_file()
