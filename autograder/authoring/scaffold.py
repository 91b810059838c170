"""Make the files of a new slot, and of a new assignment where there is none yet.

Everything is planned in memory, then written whole or not at all. What is there already is never
rewritten: text is appended, a method is put at the end of its class, a missing import after the
others.
"""

from __future__ import annotations

import ast
import keyword
import math
import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.authoring import skeleton
from autograder.course.handout import grade_id
from autograder.errors import AssignmentError, KitError, UsageError

STAFF_PREFIXES = ("test_", "probe_", "oracle_", "stand_in_")
LIBRARIES = {"numpy", "torch", "matplotlib", "autograder", "pytest", "conftest"}
WITHOUT_CONFIG = """
This course has no nbgrader_config.py yet, which nbgrader's own commands need. Put into it:
  from autograder.nbgrader_plugin import configure

  c = get_config()
  c.CourseDirectory.course_id = "COURSE"  # your course's short name
  configure(c)
and let autograder doctor look at it."""
GRADING_NAMES = ("grades", "public", "same", "unmodified")


@dataclass(frozen=True)
class Plan:
    """What is to be written: path -> its whole new text; and what to tell besides."""

    assignment: str
    slot: str
    file: str
    course: Path
    texts: Mapping[Path, str]
    notes: tuple[str, ...] = ()


def plan(course: Path, target: str, file: str | None, points: float) -> Plan:
    """Plan `ASSIGNMENT/SLOT`. Raises UsageError where a name is taken or is none."""
    name, slot = _names(target)
    if not (math.isfinite(points) and points > 0):
        raise UsageError(f"--points {points:g}: give a number above zero")
    student_file = _file_name(name, file)
    folder = course / "solutions" / name
    known = reader.load(name, course) if (folder / "assignment.toml").exists() else None
    _refuse_taken(known, name, slot)
    texts = {
        folder / "assignment.toml": _assignment_toml(
            folder, known, name, slot, student_file, points
        )
    }
    texts |= _slot_files(folder, slot, student_file, known)
    path, text, note = _notebook(course / "source" / name, known, name, slot, student_file, points)
    if text:
        texts[path] = text
    return Plan(name, slot, student_file, course, texts, (note,) if note else ())


def write(plan: Plan) -> None:
    """Write the plan and read the assignment again; on any failure nothing of it remains.

    Everything is written beside its place first, since that is where a disk runs full.
    """
    before = {path: path.read_bytes() if path.exists() else None for path in plan.texts}
    beside = {path: path.with_name(f".{path.name}.new") for path in plan.texts}
    made: list[Path] = []
    try:
        for path, text in plan.texts.items():
            for folder in reversed([f for f in path.parents if not f.exists()]):
                folder.mkdir()
                made.append(folder)
            beside[path].write_bytes(text.encode())
        for path, temporary in beside.items():
            temporary.replace(path)
        reader.load(plan.assignment, plan.course)
    except BaseException as error:
        for temporary in beside.values():
            temporary.unlink(missing_ok=True)
        _undo(before, made)
        if isinstance(error, OSError):
            raise KitError(f"{error.filename} cannot be written: {error.strerror}") from None
        if isinstance(error, AssignmentError):
            raise AssignmentError(f"nothing was made, because it would not fit: {error}") from None
        raise


def _undo(before: Mapping[Path, bytes | None], made: list[Path]) -> None:
    for path, content in before.items():
        if content is None:
            path.unlink(missing_ok=True)
        elif path.read_bytes() != content:
            path.write_bytes(content)
    for folder in reversed(made):
        folder.rmdir()


# ------------------------------------------------------------------------------ names


def _names(target: str) -> tuple[str, str]:
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
    """The student file: `--file`, or one called like the assignment."""
    name = file or assignment.replace("-", "_") + ".py"
    stem = name.removesuffix(".py")
    mend = "name one with --file, for example --file moves.py"
    if not (name.endswith(".py") and _identifier(stem)):
        raise UsageError(f"{name} cannot be the students' file, which they import: {mend}")
    if stem.startswith(STAFF_PREFIXES):
        raise UsageError(f"{name} would be taken for a file of the staff's own: {mend}")
    if stem in LIBRARIES or stem in sys.stdlib_module_names:
        raise UsageError(f"{name} would hide the module {stem} of the same name: {mend}")
    return name


def _refuse_taken(known: Assignment | None, name: str, slot: str) -> None:
    if known is None:
        return
    if slot in known.slots:
        raise UsageError(f"{name} has a slot {slot} already, in {known.slots[slot].file}")
    if grade_id(slot) in {question.id for question in known.questions}:
        raise UsageError(f"{name} has a written question {slot} already: choose another name")


def _free(name: str, taken: Collection[str]) -> str:
    """The name, with a number after it if it is taken."""
    numbered = (f"{name}_{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(n for n in numbered if n not in taken)


# ------------------------------------------------------------------------------ files


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise AssignmentError(f"{path} is not UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise KitError(f"{path} cannot be read: {error.strerror}") from None


def _appended(path: Path, header: str, block: str, blank: int = 1) -> str:
    """The file's text, or the header where there is none, then the block."""
    text = _read(path) if path.exists() else header
    if not text.strip():
        text = header
    if not text:
        return block
    return text + ("" if text.endswith("\n") else "\n") + "\n" * blank + block


def _title(name: str) -> str:
    return re.sub(r"[_-]+", " ", name).capitalize()


def _assignment_toml(
    folder: Path, known: Assignment | None, name: str, slot: str, file: str, points: float
) -> str:
    block = skeleton.slot_table(slot, file, points)
    if known is None or file not in known.files:
        block = skeleton.file_table(file) + "\n" + block
    header = skeleton.assignment_toml(_title(name))
    return _appended(folder / "assignment.toml", header, block)


def _slot_files(folder: Path, slot: str, file: str, known: Assignment | None) -> dict[Path, str]:
    owner, _, name = slot.rpartition(".")
    stem = file.removesuffix(".py")
    answers, probes = folder / file, folder / f"probe_{file}"
    graders, details = folder / f"test_{file}", folder / f"{stem}.toml"
    tree = _parsed(answers)
    there = _top_level(tree)
    probed = _top_level(_parsed(probes))
    if (not owner and name in there) or name in _methods(there.get(owner)):
        raise UsageError(
            f"{file} has a {slot} already: choose another name, or declare it in assignment.toml"
        )
    texts = {}
    call = name
    if not owner:
        if name in probed:
            raise UsageError(f"{probes.name} has a function {name} already: choose another name")
        texts[answers] = _appended(
            answers, skeleton.module(_title(stem)), skeleton.function(name), blank=2
        )
    else:
        call = _free(f"{owner}_{name}".lower(), [*there, *probed])
        texts[answers] = _with_method(answers, there.get(owner), owner, name)
        made = skeleton.probe(call, owner, name, made=owner not in there)
        texts[probes] = _appended(probes, skeleton.probe_header(), made, blank=2)
        call = f"probe.{call}"
    texts[graders] = _graders(graders, file, slot, call)
    ids = [k.id for k in (*known.misconceptions, *known.variants)] if known else []
    base = slot.replace(".", "_")
    block = skeleton.slot_toml(slot, _free(f"{base}_thrice", ids), _free(f"{base}_sum", ids))
    texts[details] = _appended(details, skeleton.HINTS, block)
    return texts


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(_read(path) if path.exists() else "")
    except SyntaxError as error:
        raise AssignmentError(f"{path}: line {error.lineno} is no valid Python") from None


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


def _with_method(path: Path, there: ast.stmt | None, owner: str, name: str) -> str:
    """The file's text with the method at the end of its class, which is made if it is not there."""
    if there is None:
        header = skeleton.module(_title(path.stem))
        return _appended(path, header, skeleton.class_(owner, name), blank=2)
    if not isinstance(there, ast.ClassDef):
        raise UsageError(f"{path.name} has a {owner} that is no class: choose another name")
    lines = _read(path).splitlines(keepends=True)
    end = there.end_lineno or there.lineno
    # What follows indented belongs to it as well: an END SOLUTION is a comment to Python.
    for number in range(end, len(lines)):
        if lines[number].strip() and not lines[number][0].isspace():
            break
        end = number + 1 if lines[number].strip() else end
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    return "".join([*lines[:end], "\n", skeleton.method(name), *lines[end:]])


def _graders(path: Path, file: str, slot: str, call: str) -> str:
    tree = _parsed(path)
    there = _top_level(tree)
    base = f"test_{slot.replace('.', '_').lower()}"
    values, argument = _free(f"{base}_values", there), _free(f"{base}_argument", there)
    block = skeleton.checks(slot, call, values, argument)
    needed = [name for name in GRADING_NAMES if name not in there]
    line = skeleton.import_line(needed) if needed else ""
    if not path.exists() or not tree.body:
        return _appended(path, f"{skeleton.graders_header(file)}\n{line}", block, blank=2)
    text = _appended(path, "", block, blank=2)
    if line:
        lines = text.splitlines(keepends=True)
        last = max((i for i, node in enumerate(tree.body) if _opens(node)), default=-1)
        after = tree.body[last].end_lineno or 0 if last >= 0 else 0
        lines.insert(after, line)
        text = "".join(lines)
    return text


def _opens(node: ast.stmt) -> bool:
    """Whether new imports go below it: an import or the module's docstring."""
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or isinstance(node, (ast.Import, ast.ImportFrom))


# ------------------------------------------------------------------------------ the notebook


def _notebook(
    source: Path, known: Assignment | None, name: str, slot: str, file: str, points: float
) -> tuple[Path, str, str]:
    """The notebook, its new text ("" where it stays as it is), and a note about it."""
    there = sorted(source.glob("*.ipynb"))
    if not there and known is not None:
        return source, "", f"source/{name}/ has no notebook, so that the slot has no graded cell"
    import nbformat

    path = there[0] if there else source / f"{name}.ipynb"
    if there:
        try:
            notebook = nbformat.reads(_read(path), as_version=4)
        except Exception as error:  # nbformat raises many kinds; each says what it met
            said = str(error).partition("\n")[0]
            raise AssignmentError(f"{path} cannot be read as a notebook: {said}") from None
        ids = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
        if grade_id(slot) in ids:
            return path, "", f"{path.name} has a cell {grade_id(slot)} already: check its points"
    else:
        notebook = _new_notebook(known.title if known else _title(name))
    cell = nbformat.v4.new_code_cell(skeleton.cell_source(slot, file, points))
    cell.metadata["nbgrader"] = {
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "grade_id": grade_id(slot),
        "points": skeleton.number(points),
        "schema_version": 3,
        "cell_type": "code",
    }
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        del cell["id"]  # there were none yet
    else:
        cell["id"] = _free(grade_id(slot)[:56], [other.get("id", "") for other in notebook.cells])
    notebook.cells.append(cell)
    return path, nbformat.writes(notebook) + "\n", ""


def _new_notebook(title: str) -> Any:
    import nbformat

    cells = [
        nbformat.v4.new_markdown_cell(f"# {title}", id="title"),
        nbformat.v4.new_code_cell("%load_ext autograder", id="setup"),
    ]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)
