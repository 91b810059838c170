"""Solution files: find their regions, make stubs of them, edit them.

An answer stands between `### BEGIN SOLUTION` and `### END SOLUTION`. A region belongs to the slot
whose function or class encloses it.
"""

from __future__ import annotations

import ast
import functools
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from autograder.errors import AssignmentError

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"


@dataclass(frozen=True)
class Region:
    """An answer: lines `first` to `last` (0-based, markers included) of the file, for `slot`."""

    slot: str
    first: int
    last: int
    indent: str


@dataclass(frozen=True)
class Edit:
    """Replace `find`, which must occur exactly once in the slot's regions, by `replace`."""

    find: str
    replace: str


def regions(text: str, file: str, slots: Collection[str]) -> list[Region]:
    """Return the regions of a solution file, in order. Raises AssignmentError with the line."""
    owners = _owners(text, file)
    found: list[Region] = []
    begin: int | None = None
    for number, line in enumerate(text.splitlines()):
        marker = line.strip()
        if marker == BEGIN:
            if begin is not None:
                raise AssignmentError(f"{file}: BEGIN SOLUTION on line {begin + 1} has no END")
            begin = number
        elif marker == END:
            if begin is None:
                raise AssignmentError(f"{file}: END SOLUTION on line {number + 1} has no BEGIN")
            slot = _slot_of(owners.get(begin, ""), slots)
            if slot is None:
                raise AssignmentError(
                    f"{file}: the region on line {begin + 1} is in no slot; "
                    "declare its function or class in assignment.toml"
                )
            indent = text.splitlines()[begin].partition("#")[0]
            found.append(Region(slot, begin, number, indent))
            begin = None
        elif marker.startswith(("### BEGIN", "### END")):
            raise AssignmentError(f"{file}: line {number + 1} is no marker: write {BEGIN}")
    if begin is not None:
        raise AssignmentError(f"{file}: BEGIN SOLUTION on line {begin + 1} has no END")
    return found


@functools.lru_cache(maxsize=64)
def _owners(text: str, file: str) -> dict[int, str]:
    """Return line (0-based) -> qualified name of the innermost function or class around it."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise AssignmentError(f"{file}: line {error.lineno} is not valid Python") from None
    owners: dict[int, str] = {}

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
                name = f"{prefix}.{child.name}".lstrip(".")
                for line in range(child.lineno - 1, child.end_lineno or child.lineno):
                    owners[line] = name
            visit(child, name)

    visit(tree, "")
    return owners


def _slot_of(owner: str, slots: Collection[str]) -> str | None:
    while owner and owner not in slots:
        owner = owner.rpartition(".")[0]
    return owner or None


def stub(text: str, file: str, slots: Collection[str]) -> str:
    """Return what students get: the file with a NotImplementedError in place of each region."""
    lines = text.splitlines()
    for region in reversed(regions(text, file, slots)):
        placeholder = f'{region.indent}raise NotImplementedError("{region.slot}")'
        lines[region.first : region.last + 1] = [placeholder]
    return "\n".join(lines) + "\n"


def answer_lines(text: str, file: str, slots: Collection[str]) -> dict[str, list[str]]:
    """Return slot -> the lines of its regions, without the markers."""
    lines = text.splitlines()
    found: dict[str, list[str]] = {}
    for region in regions(text, file, slots):
        found.setdefault(region.slot, []).extend(lines[region.first + 1 : region.last])
    return found


def edit(
    text: str,
    file: str,
    slots: Collection[str],
    slot: str,
    edits: Sequence[Edit],
    answers: Sequence[str] = (),
) -> str:
    """Return the solution file with one slot changed.

    Args:
        answers: if given, one text for each region of the slot, which replaces the region.
        edits:   applied inside the regions, one after the other.

    Raises AssignmentError where an edit does not apply exactly once.
    """
    own = [r for r in regions(text, file, slots) if r.slot == slot]
    if not own:
        raise AssignmentError(f"{file}: no region for {slot}")
    lines = text.splitlines()
    bodies = ["\n".join(lines[r.first + 1 : r.last]) for r in own]
    if answers:
        if len(answers) != len(own):
            raise AssignmentError(f"{file}: {slot} has {len(own)} regions, not {len(answers)}")
        bodies = [
            textwrap.indent(textwrap.dedent(answer).strip("\n"), region.indent)
            for answer, region in zip(answers, own, strict=True)
        ]
    for change in edits:
        count = sum(body.count(change.find) for body in bodies)
        if count != 1:
            raise AssignmentError(
                f"{file}: an edit of {slot} applies {count} times instead of once: {change.find!r}"
            )
        bodies = [body.replace(change.find, change.replace) for body in bodies]
    for region, body in reversed(list(zip(own, bodies, strict=True))):
        lines[region.first + 1 : region.last] = body.splitlines()
    return "\n".join(lines) + "\n"
