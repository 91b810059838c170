"""Read `solutions/<assignment>/` into an `Assignment`; errors name file, key and mend."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from autograder.assignment import solution_file
from autograder.assignment.model import (
    Assignment,
    Demand,
    Equivalent,
    Keeps,
    KnownProgram,
    Slot,
    StaffFile,
    WrittenQuestion,
)
from autograder.errors import AssignmentError, UsageError
from autograder.limits import MINUTES, Limits

MAX_HINT_WORDS = 80
STAFF_MODULES = ("probes", "readings", "oracle", "stand_ins", "cases")  # beside a student file
MAX_MINUTES = 60
MAX_MEMORY_MB = 16 * 1024
T = TypeVar("T")


def load(name: str, course: Path) -> Assignment:
    """Read `course/solutions/<name>`. Raises UsageError or AssignmentError, with the mend."""
    require(name, course)
    folder = course / "solutions" / name
    top = _read(folder / "assignment.toml")
    top.only("title", "libraries", "idioms", "minutes", "python", "files", "slots")
    files = {file: _file(folder, file, table) for file, table in top.tables("files").items()}
    tables = top.tables("slots")
    details = {slot: _details(slot, table, files) for slot, table in tables.items()}
    slots = {slot: _slot(slot, table, details[slot]) for slot, table in tables.items()}
    _check_slots(files, slots)
    assignment = Assignment(
        name=name,
        title=top.get("title", str),
        libraries=top.texts("libraries"),
        files=files,
        slots=slots,
        folder=folder,
        idioms=top.texts("idioms"),
        misconceptions=tuple(_programs(details, "misconceptions")),
        variants=tuple(_programs(details, "variants")),
        questions=_questions(folder / "questions.toml"),
        equivalents=tuple(_equivalents(details)),
        minutes=_minutes(top),
        python=_python(top),
    )
    _check_programs(assignment)
    return assignment


def names(course: Path) -> list[str]:
    """The assignments that the course has files of staff for."""
    return sorted(path.parent.name for path in (course / "solutions").glob("*/assignment.toml"))


def is_ours(course: Path, assignment: str) -> bool:
    """Whether the assignment of an nbgrader course is graded by the kit."""
    return (course / "solutions" / assignment / "assignment.toml").is_file()


def require(name: str, course: Path) -> None:
    """Raises UsageError where the course has no such assignment."""
    if not is_ours(course, name):
        known = ", ".join(names(course))
        there = f"; there is: {known}" if known else " (is this the course folder?)"
        raise UsageError(f"no assignment solutions/{name}/assignment.toml{there}")


def _python(top: _Table) -> str:
    python = top.get("python", str, "")
    if not re.fullmatch(r"(?:3\.[1-9]\d?)?", python):
        raise AssignmentError(f'{top.where}: python must be a version such as "3.11"')
    return python


def _minutes(top: _Table) -> float:
    minutes = top.get("minutes", float, MINUTES)
    if not 0 < minutes <= MAX_MINUTES:
        raise AssignmentError(
            f"{top.where}: minutes must be above 0 and at most {MAX_MINUTES}: they are the time "
            "for one submission"
        )
    return minutes


def _check_slots(files: Mapping[str, StaffFile], slots: Mapping[str, Slot]) -> None:
    """Raises AssignmentError where slots, their files and their regions do not fit together."""
    for slot in slots.values():
        for other in slot.builds_on:
            if other not in slots or slots[other].file != slot.file:
                raise AssignmentError(
                    f"assignment.toml: {slot.name} builds on {other}, no slot of {slot.file}"
                )
    for file in files.values():
        stems: dict[str, str] = {}
        present = {r.slot for r in solution_file.regions(file.text, file.name, slots)}
        for slot in slots.values():
            if slot.file != file.name:
                continue
            if slot.name not in present:
                raise AssignmentError(f"{file.name}: no region for the slot {slot.name}")
            if slot.stem in stems:
                raise AssignmentError(
                    f"assignment.toml: {stems[slot.stem]} and {slot.name} would share the file "
                    f"{file.stem}/{slot.stem}.toml: rename one of them"
                )
            stems[slot.stem] = slot.name
        graders = {f"test_{stem}.py" for stem in stems}
        stray = [name for name in file.hidden if name.startswith("test_") and name not in graders]
        stray += [path.name for path in file.folder.glob("[!.]*.toml") if path.stem not in stems]
        if stray:
            raise AssignmentError(
                f"{file.stem}/{min(stray)} belongs to no slot of {file.name}: "
                "name it after its slot, or remove it"
            )


def _check_programs(assignment: Assignment) -> None:
    """Raises AssignmentError where an id occurs twice or an edit no longer applies."""
    for programs in (assignment.misconceptions, assignment.variants):
        ids: set[str] = set()
        for program in programs:
            if program.id in ids:
                raise AssignmentError(f"{program.slot}: a second {program.id}")
            ids.add(program.id)
            assignment.edited(program)
        for program in programs:
            for unknown in {*program.kin} - ids:
                raise AssignmentError(f"{program.slot}: {program.id}: kin {unknown} is not known")


def _questions(path: Path) -> tuple[WrittenQuestion, ...]:
    if not path.is_file():
        return ()
    toml = _read(path)
    toml.only("questions")
    questions: list[WrittenQuestion] = []
    for table in toml.list_of_tables("questions"):
        table.only("id", "points", "asks", "answer", "scheme")
        question = WrittenQuestion(
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


def _equivalents(details: Mapping[str, _Table]) -> Iterator[Equivalent]:
    for slot, toml in details.items():
        for table in toml.list_of_tables("equivalents"):
            table.only("before", "after", "reason")
            yield Equivalent(slot, *(table.get(key, str) for key in ("before", "after", "reason")))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise AssignmentError(f"{_shown(path)} is missing") from None
    except UnicodeDecodeError:
        raise AssignmentError(f"{_shown(path)} is not UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise AssignmentError(f"{_shown(path)} cannot be read: {error.strerror}") from None


def _shown(path: Path) -> str:
    """The name of a file in messages, with the folder of its student file if it lies in one."""
    in_folder = (path.parent / f"{path.parent.name}.py").is_file()
    return f"{path.parent.name}/{path.name}" if in_folder else path.name


class _Table:
    """A TOML table; its methods raise AssignmentErrors that name the file and the key."""

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

    def only(self, *keys: str) -> None:
        unknown = [key for key in self.data if key not in keys]
        if unknown:
            raise AssignmentError(
                f"{self.where}: unknown key {unknown[0]}; known are {', '.join(keys)}"
            )


def _read(path: Path) -> _Table:
    try:
        return _Table(tomllib.loads(_text(path)), _shown(path))
    except tomllib.TOMLDecodeError as error:
        raise AssignmentError(f"{_shown(path)} is no valid TOML: {error}") from None


def _file(folder: Path, name: str, table: _Table) -> StaffFile:
    table.only("libraries")
    stem = name.removesuffix(".py")
    if stem in STAFF_MODULES or stem.startswith("test_") or not name.endswith(".py"):
        raise AssignmentError(f"{table.where}: {name} cannot name a student file")
    own = folder / stem
    if not (own / name).is_file():
        raise AssignmentError(f"{stem}/{name} is missing: each student file has its own folder")
    modules = {path.name: _text(path) for path in sorted(own.glob("[!.]*.py"))}
    return StaffFile(
        name=name,
        libraries=table.texts("libraries"),
        probes=modules.pop("probes.py", ""),
        readings=modules.pop("readings.py", ""),
        folder=own,
        text=modules.pop(name),
        hidden=modules,
    )


def _details(name: str, table: _Table, files: Mapping[str, StaffFile]) -> _Table:
    """The slot's own TOML file: its hints and known programs."""
    file = table.get("file", str)
    if file not in files:
        raise AssignmentError(f"{table.where}: file {file} is not among [files]")
    stem = name.replace(".", "_")
    if f"test_{stem}.py" not in files[file].hidden:
        raise AssignmentError(f"{files[file].stem}/test_{stem}.py is missing: the checks of {name}")
    details = _read(files[file].folder / f"{stem}.toml")
    details.only("hints", "demands", "misconceptions", "variants", "equivalents")
    return details


def _slot(name: str, table: _Table, details: _Table) -> Slot:
    table.only(
        *("file", "points", "seconds", "memory_mb", "output_mb"),
        *("builds_on", "forbids"),
    )
    points = table.get("points", float)
    return Slot(
        name=name,
        file=table.get("file", str),
        points=points,
        builds_on=table.texts("builds_on"),
        forbids=table.texts("forbids"),
        hints=details.texts("hints"),
        demands=_demands(details, points),
        limits=Limits(
            seconds=table.get("seconds", float, Limits.seconds),
            memory_mb=_between(table, "memory_mb", Limits.memory_mb, MAX_MEMORY_MB),
            output_mb=_between(table, "output_mb", Limits.output_mb, Limits.output_mb),
        ),
    )


def _demands(details: _Table, points: float) -> tuple[Demand, ...]:
    """The rubric of a slot; without one, a single demand for all of its points."""
    demands: list[Demand] = []
    for table in details.list_of_tables("demands"):
        table.only("name", "sentence", "points", "needs", "form", "all_or_nothing")
        demand = Demand(
            name=table.get("name", str),
            sentence=table.get("sentence", str),
            points=table.get("points", float),
            needs=table.get("needs", str, ""),
            form=table.get("form", bool, False),
            all_or_nothing=table.get("all_or_nothing", bool, False),
        )
        table.where = f"{table.where} ({demand.name})"
        earlier = [other.name for other in demands]
        if demand.name in earlier:
            raise AssignmentError(f"{table.where}: there is a second demand of this name")
        if demand.needs and demand.needs not in earlier:
            raise AssignmentError(f"{table.where}: needs {demand.needs}, which is none before it")
        if demand.points <= 0:
            raise AssignmentError(f"{table.where}: its points must be above zero")
        if demand.form and any(other.form for other in demands):
            raise AssignmentError(f"{table.where}: there is a second demand with form = true")
        demands.append(demand)
    if not demands:
        return (Demand("right", "does what is asked for", points),)
    total = sum(demand.points for demand in demands)
    if abs(total - points) > 1e-9:
        raise AssignmentError(
            f"{details.where}: the demands have {total:g} points, and the slot has {points:g}"
        )
    return tuple(demands)


def _between(table: _Table, key: str, default: int, largest: int) -> int:
    value = table.get(key, int, default)
    if not 1 <= value <= largest:
        raise AssignmentError(f"{table.where}: {key} must be from 1 to {largest}")
    return value


def _programs(details: Mapping[str, _Table], key: str) -> Iterator[KnownProgram]:
    for slot, toml in details.items():
        for table in toml.list_of_tables(key):
            yield from _forms(_program(slot, table, wrong=key == "misconceptions"), table)


def _forms(program: KnownProgram, table: _Table) -> Iterator[KnownProgram]:
    """A program with each of its constants in the place of `{value}`; the first keeps the id."""
    values = table.get("values", list, [None])
    for value in values:
        if value is None or value == values[0]:
            id, family = program.id, ""
        else:
            id, family = f"{program.id}@{value}", program.id
        edits = tuple(replace(one, replace=_with(one.replace, value)) for one in program.edits)
        answers = tuple(_with(answer, value) for answer in program.answers)
        yield replace(program, id=id, family=family, edits=edits, answers=answers)


def _with(text: str, value: object) -> str:
    return text if value is None else text.replace("{value}", str(value))


def _program(slot: str, table: _Table, wrong: bool) -> KnownProgram:
    reasons = ("cause", "hint", "precision", "keeps", "kin", "values") if wrong else ()
    table.only("id", "find", "replace", "edits", "answer", "answers", *reasons)
    table.where = f"{table.where} ({table.get('id', str)})"
    edits: Sequence[solution_file.Edit] = [
        solution_file.Edit(one.get("find", str), one.get("replace", str))
        for one in table.list_of_tables("edits")
    ]
    if "find" in table.data:
        edits = [solution_file.Edit(table.get("find", str), table.get("replace", str)), *edits]
    answers = table.texts("answers")
    if "answer" in table.data:
        answers = (table.get("answer", str),)
    if not edits and not answers:
        raise AssignmentError(f"{table.where}: neither find and replace, nor edits, nor answer")
    return KnownProgram(
        id=table.get("id", str),
        slot=slot,
        edits=tuple(edits),
        answers=answers,
        cause=table.get("cause", str) if wrong else "",
        hint=table.get("hint", str) if wrong else "",
        precision=table.get("precision", bool, False),
        keeps=_keeps(table),
        kin=table.texts("kin"),
    )


def _keeps(table: _Table) -> Keeps | None:
    said = table.get("keeps", str, "")
    if said and said not in list(Keeps):
        raise AssignmentError(f"{table.where}: keeps must be one of {', '.join(Keeps)}")
    return Keeps(said) if said else None
