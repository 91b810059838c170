"""Reads the whole programs: SLOT/NAME.py, a slot's definition as a student would write it.

A method stands alone, not indented.

A header of comments says what a fair person would:

    # wrong: both layers have a bias, so there is one parameter too many
    # keeps: most
    # grade: C01_bias_in_both
    # check: C01_bias_in_both

`keeps` is a band of the slot's points. `grade` and `check` list the ids that name the mistake, as
the hidden and the public checks can see it; nothing where the library has no name for it.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

FOLDER = Path(__file__).parent
BANDS = {
    "all": (1.0, 1.0),
    "most": (0.60, 0.99),
    "half": (0.35, 0.75),
    "little": (0.03, 0.45),
    "nothing": (0.0, 0.0999),
}


class WholeProgram(NamedTuple):
    """A definition of one slot, and what a fair person says of it."""

    slot: str
    name: str
    right: bool
    idea: str
    keeps: str
    grade: Sequence[str]
    check: Sequence[str]
    code: str

    def source(self, reference: str) -> bytes:
        """The reference file with this program in the place of the slot's definition."""
        lines = reference.splitlines(keepends=True)
        *owner, name = self.slot.split(".")
        body = ast.parse(reference).body
        for outer in owner:
            body = next(n.body for n in body if isinstance(n, ast.ClassDef) and n.name == outer)
        code = indent(self.code, "    " * len(owner))
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
                before, after = lines[: node.lineno - 1], lines[node.end_lineno :]
                return "".join([*before, code, *after]).encode()
        raise LookupError(self.slot)


def slots() -> list[str]:
    """The slots that have programs."""
    return sorted(path.name for path in FOLDER.iterdir() if any(path.glob("*.py")))


def programs(slot: str) -> list[WholeProgram]:
    """The programs of a slot, by name. Raises ValueError where a header is incomplete."""
    return [_read(path) for path in sorted((FOLDER / slot).glob("*.py"))]


def _read(path: Path) -> WholeProgram:
    lines = path.read_text("utf-8").splitlines(keepends=True)
    count = next(n for n, line in enumerate(lines) if not line.startswith("# "))
    header = dict(line[2:].strip().partition(":")[::2] for line in lines[:count])
    verdict, idea = next(iter(header.items()))
    if verdict not in ("right", "wrong") or header["keeps"].strip() not in BANDS:
        raise ValueError(f"{path}: the header says neither right nor wrong, or keeps no band")
    return WholeProgram(
        slot=path.parent.name,
        name=path.stem,
        right=verdict == "right",
        idea=idea.strip(),
        keeps=header["keeps"].strip(),
        grade=header.get("grade", "").split(),
        check=header.get("check", "").split(),
        code="".join(lines[count:]).strip("\n") + "\n",
    )
