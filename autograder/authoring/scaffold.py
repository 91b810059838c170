"""Make the files of a new slot, and of a new assignment where there is none yet.

The texts are those of `templates/`: a small, complete example whose mathematics is a placeholder,
so that `verify` passes before anything is filled in. Everything is planned in memory, then written
whole or not at all. No line that exists is rewritten: text is appended, and a method is put at the
end of its class.
"""

from __future__ import annotations

import ast
import keyword
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from autograder.assignment import reader
from autograder.authoring import notebook_cell
from autograder.authoring.new_slot import NewSlot, free_name, read_text, rendered, title_of
from autograder.course.handout import grade_id
from autograder.course.newer_python import HERE
from autograder.errors import AssignmentError, KitError, UsageError

LIBRARIES = {"numpy", "torch", "matplotlib", "autograder", "pytest", "conftest"}
WITHOUT_CONFIG = """
This course has no nbgrader_config.py yet, which nbgrader's own commands need. Put into it:
  from autograder.nbgrader_plugin import configure

  c = get_config()
  c.CourseDirectory.course_id = "COURSE"  # your course's short name
  configure(c)
and let autograder doctor look at it."""


@dataclass(frozen=True)
class Plan:
    """The files to be written, path -> its whole new text, and notes for the instructor."""

    slot: NewSlot
    texts: Mapping[Path, str]
    notes: tuple[str, ...] = ()


def plan(course: Path, target: str, file: str | None, points: float) -> Plan:
    """Plan `ASSIGNMENT/SLOT`. Raises UsageError where a name is taken or not allowed."""
    name, slot_name = _names(target)
    if not (math.isfinite(points) and points > 0):
        raise UsageError(f"--points {points:g}: give a number above zero")
    student_file = _file_name(name, file)
    known = course / "solutions" / name / "assignment.toml"
    existing = reader.load(name, course) if known.exists() else None
    whole = int(points) if points == int(points) else points
    slot = NewSlot(name, slot_name, student_file, whole, course, existing)
    _refuse_taken(slot)
    path, text, note = notebook_cell.with_cell(slot)
    texts = {
        slot.folder / "assignment.toml": _assignment_toml(slot),
        **_slot_files(slot),
        **({path: text} if text else {}),
    }
    return Plan(slot, texts, (note,) if note else ())


def write(plan: Plan) -> None:
    """Write the plan and read the assignment again; after a failure all files are as before.

    Every text goes to a temporary file first, so that a full disk leaves no file half written.
    Raises KitError, and AssignmentError where the new files do not fit the old ones.
    """
    before = {path: path.read_bytes() if path.exists() else None for path in plan.texts}
    temporaries = {path: path.with_name(f".{path.name}.new") for path in plan.texts}
    new_folders: list[Path] = []
    try:
        for path, text in plan.texts.items():
            for folder in reversed([f for f in path.parents if not f.exists()]):
                folder.mkdir()
                new_folders.append(folder)
            temporaries[path].write_bytes(text.encode())
        for path, temporary in temporaries.items():
            temporary.replace(path)
        reader.load(plan.slot.assignment, plan.slot.course)
    except BaseException as error:
        for temporary in temporaries.values():
            temporary.unlink(missing_ok=True)
        _undo(before, new_folders)
        if isinstance(error, OSError):
            raise KitError(f"{error.filename} cannot be written: {error.strerror}") from None
        if isinstance(error, AssignmentError):
            raise AssignmentError(
                f"nothing was created, because it would not fit: {error}"
            ) from None
        raise


def _undo(before: Mapping[Path, bytes | None], new_folders: list[Path]) -> None:
    for path, content in before.items():
        if content is None:
            path.unlink(missing_ok=True)
        elif path.read_bytes() != content:
            path.write_bytes(content)
    for folder in reversed(new_folders):
        folder.rmdir()


# ------------------------------------------------------------------------------ names


def _names(target: str) -> tuple[str, str]:
    """The names of assignment and slot. Raises UsageError where one is not allowed."""
    name, slash, slot = target.partition("/")
    if not (name and slash and slot):
        raise UsageError(f"{target}: write ASSIGNMENT/SLOT, for example intro/double")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
        raise UsageError(
            f"{name} cannot name an assignment: use letters, digits, _ and -, a letter first"
        )
    parts = slot.split(".")
    if len(parts) > 2 or not all(_identifier(part) for part in parts):
        raise UsageError(
            f"{slot} cannot name a slot: use the name of a Python function, or Class.method"
        )
    return name, slot


def _identifier(text: str) -> bool:
    return text.isascii() and text.isidentifier() and not keyword.iskeyword(text)


def _file_name(assignment: str, file: str | None) -> str:
    """The student file: `--file`, or else the name of the assignment."""
    name = file or assignment.replace("-", "_") + ".py"
    stem = name.removesuffix(".py")
    mend = "name one with --file, for example --file moves.py"
    if not (name.endswith(".py") and _identifier(stem)):
        raise UsageError(f"{name} cannot be the students' file, which they import: {mend}")
    if stem in reader.STAFF_MODULES or stem.startswith("test_"):
        raise UsageError(f"{name} would be taken for a file of the staff's own: {mend}")
    if stem in LIBRARIES or stem in sys.stdlib_module_names:
        raise UsageError(f"{name} would hide the module {stem} of the same name: {mend}")
    return name


def _refuse_taken(slot: NewSlot) -> None:
    """Raises UsageError where the slot's name or one of its files exists."""
    if slot.existing is not None:
        if slot.name in slot.existing.slots:
            where = slot.existing.slots[slot.name].file
            raise UsageError(f"{slot.assignment} has a slot {slot.name} already, in {where}")
        if grade_id(slot.name) in {question.id for question in slot.existing.questions}:
            raise UsageError(
                f"{slot.assignment} has a written question {slot.name} already: choose another name"
            )
    for path in (slot.files / f"{slot.stem}.toml", slot.files / f"test_{slot.stem}.py"):
        if path.exists():
            raise UsageError(f"{path} exists already: choose another name, or move it away")


# ------------------------------------------------------------------------------ files


def _appended(path: Path, header: str, block: str, blank: int = 1) -> str:
    """The file's text (the header, if it is missing or empty), followed by the block."""
    text = read_text(path) if path.exists() else header
    if not text.strip():
        text = header
    if not text:
        return block
    return text + ("" if text.endswith("\n") else "\n") + "\n" * blank + block


def _assignment_toml(slot: NewSlot) -> str:
    row = rendered(
        "row.toml",
        new_file=slot.existing is None or slot.file not in slot.existing.files,
        key=f'"{slot.name}"' if "." in slot.name else slot.name,
        file=slot.file,
        points=slot.points,
    )
    header = rendered(
        "assignment.toml",
        title=title_of(slot.assignment),
        python=f"{HERE[0]}.{HERE[1]}",
    )
    return _appended(slot.folder / "assignment.toml", header, row)


def _slot_files(slot: NewSlot) -> dict[Path, str]:
    """The slot's two files, the student file with its region, and a probe for a method."""
    owner, _, name = slot.name.rpartition(".")
    path = slot.files / slot.file
    defined = _top_level(_parsed(path))
    if (not owner and name in defined) or name in _methods(defined.get(owner)):
        raise UsageError(
            f"{slot.file} has a {slot.name} already: choose another name, "
            "or declare it in assignment.toml"
        )
    header = rendered("student_file.py", title=title_of(path.stem))
    texts, call = {}, name
    if owner:
        probes = slot.files / "probes.py"
        probe = free_name(f"{owner}_{name}".lower(), _top_level(_parsed(probes)))
        call = f"probe.{probe}"
        new_class = owner not in defined
        block = rendered("probe.py", probe=probe, owner=owner, name=name, new_class=new_class)
        texts[path] = _with_method(path, header, defined.get(owner), owner, name)
        texts[probes] = _appended(probes, rendered("probes.py", file=slot.file), block, blank=2)
    else:
        function = rendered("function.py", name=name, parameters="x")
        texts[path] = _appended(path, header, function, blank=2)
    texts[slot.files / f"test_{slot.stem}.py"] = rendered("test_slot.py", slot=slot.name, call=call)
    known = slot.existing
    ids = [k.id for k in (*known.misconceptions, *known.variants)] if known else []
    texts[slot.files / f"{slot.stem}.toml"] = rendered(
        "slot.toml",
        slot=slot.name,
        points=slot.points,
        misconception=free_name(f"{slot.stem}_thrice", ids),
        variant=free_name(f"{slot.stem}_sum", ids),
    )
    return texts


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(read_text(path) if path.exists() else "")
    except SyntaxError as error:
        raise AssignmentError(f"{path}: line {error.lineno} is not valid Python") from None


def _top_level(tree: ast.Module) -> dict[str, ast.stmt]:
    """name -> the statement of the module that binds it."""
    found: dict[str, ast.stmt] = {}
    for statement in tree.body:
        for node in ast.walk(statement) if isinstance(statement, ast.Assign) else [statement]:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found[node.name] = statement
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                found |= {a.asname or a.name.partition(".")[0]: statement for a in node.names}
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found[node.id] = statement
    return found


def _methods(owner: ast.stmt | None) -> set[str]:
    body = owner.body if isinstance(owner, ast.ClassDef) else []
    return {node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def _with_method(path: Path, header: str, class_: ast.stmt | None, owner: str, name: str) -> str:
    """The file's text with the method at the end of its class, which is added if it is missing."""
    method = indent(rendered("function.py", name=name, parameters="self, x"), "    ")
    if class_ is None:
        return _appended(path, header, f"{rendered('class.py', name=owner)}\n{method}", blank=2)
    if not isinstance(class_, ast.ClassDef):
        raise UsageError(f"{path.name} has a {owner} that is no class: choose another name")
    lines = read_text(path).splitlines(keepends=True)
    end = class_.end_lineno or class_.lineno
    # Indented lines after it belong to it as well: to Python, an END SOLUTION is a comment.
    for number in range(end, len(lines)):
        if lines[number].strip() and not lines[number][0].isspace():
            break
        end = number + 1 if lines[number].strip() else end
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    return "".join([*lines[:end], "\n", method, *lines[end:]])
