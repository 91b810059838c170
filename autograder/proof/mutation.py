"""Mutants of the reference: each differs from it by one small mistake in one slot.

    operator     + for -, * for /, @ for *; `+=` for `=`; `is` for `is not`, `<` for `<=`
    sign         a minus in front of a returned, assigned or passed value
    transpose    `.T` added or left out
    index        one more, one less, a slice without one of its bounds
    constant     another number, the other truth value, an empty string
    name         another variable of the same function
    call         two arguments swapped, a keyword argument or the call itself left out
    iteration    without the first item, without the last, in reverse
    result       two parts of a returned tuple swapped
    branch       always taken, never taken
    statement    left out

Staff list a mutant that is right for every legal input as an equivalent, with the reason.
"""

from __future__ import annotations

import ast
import difflib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from autograder.assignment import solution_file as source
from autograder.assignment.model import Assignment, KnownProgram

# node -> its token, and the token of the mutant
OPERATORS = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.MatMult: ("@", "*"),
    ast.Pow: ("**", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "+"),
}
COMPARISONS = {
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
}


class Change(NamedTuple):
    """A replacement of the characters from `first` up to `last`."""

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Mutant:
    """A mutant of a slot; `before` and `after` are the lines in which it differs."""

    before: str
    after: str
    program: KnownProgram


def mutants(assignment: Assignment, slot: str) -> list[Mutant]:
    """All mutants of a slot that compile, without duplicates, in the order of the changes."""
    file = assignment.files[assignment.slots[slot].file]
    text = file.text
    regions = [r for r in source.regions(text, file.name, assignment.slots) if r.slot == slot]
    starts = _line_starts(text)
    spans = [(starts[r.first + 1], starts[r.last]) for r in regions]
    found: dict[tuple[str, ...], Mutant] = {}
    for change in _Changes(text, spans).inside():
        first, last, becomes = change
        changed = text[:first] + becomes + text[last:]
        if not _compiles(changed):
            continue
        answers = tuple(
            text[start:first] + becomes + text[last:end]
            if start <= first and last <= end
            else text[start:end]
            for start, end in spans
        )
        if answers in found or changed == text:
            continue
        before, after = _differing(text, changed)
        program = KnownProgram(f"mutant of {slot}: {before!r} -> {after!r}", slot, (), answers)
        found[answers] = Mutant(before, after, program)
    return list(found.values())


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _differing(text: str, changed: str) -> tuple[str, str]:
    """The lines that differ, joined as in the staff's list of equivalents."""
    old, new = text.splitlines(), changed.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    spans = [s for s in matcher.get_opcodes() if s[0] != "equal"]
    first, last = spans[0], spans[-1]
    return _joined(old[first[1] : last[2]]), _joined(new[first[3] : last[4]])


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)


class _Changes(ast.NodeVisitor):
    """Collects the changes of a text.

    It has many methods because `ast` calls one for each kind of node.
    """

    def __init__(self, text: str, spans: list[tuple[int, int]]) -> None:
        self.text = text
        self.spans = spans
        self.lines = text.splitlines(keepends=True)
        self.starts = _line_starts(text)
        self.found: list[Change] = []
        self.names: list[str] = []

    def inside(self) -> Iterator[Change]:
        """The changes that lie inside one of the spans."""
        self.visit(ast.parse(self.text))
        for change in self.found:
            if any(start <= change.first and change.last <= end for start, end in self.spans):
                yield change

    # ---- places

    def place(self, line: int, column: int) -> int:
        """The character at a line and a column of bytes, as `ast` counts."""
        before = self.lines[line - 1].encode()[:column].decode()
        return self.starts[line - 1] + len(before)

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """The first character of a node, and the character after its last."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        first = self.place(node.lineno, node.col_offset)
        return first, self.place(node.end_lineno, node.end_col_offset)

    def code(self, node: ast.expr) -> str:
        first, last = self.span(node)
        return self.text[first:last]

    def replace(self, node: ast.expr | ast.stmt, becomes: str) -> None:
        self.found.append(Change(*self.span(node), becomes))

    def replace_between(self, left: ast.expr, right: ast.expr, token: str, becomes: str) -> None:
        """Replace a token between two expressions."""
        first, last = self.span(left)[1], self.span(right)[0]
        at = self.text.find(token, first, last)
        if at >= 0:
            self.found.append(Change(at, at + len(token), becomes))

    # ---- functions and their variables

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outer = self.names
        arguments = [argument.arg for argument in node.args.args if argument.arg != "self"]
        stored = [
            name.id
            for name in ast.walk(node)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        ]
        self.names = list(dict.fromkeys([*arguments, *stored]))
        self.generic_visit(node)
        self.names = outer

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and node.id in self.names:
            at = self.names.index(node.id)
            for other in {at - 1, at + 1} & set(range(len(self.names))):
                self.replace(node, self.names[other])

    # ---- expressions

    def visit_BinOp(self, node: ast.BinOp) -> None:
        kind = type(node.op)
        if kind in OPERATORS:
            self.replace_between(node.left, node.right, *OPERATORS[kind])
        if kind is ast.MatMult:
            for side in (node.left, node.right):
                code = self.code(side)
                if isinstance(side, (ast.Name, ast.Attribute)) and not code.endswith(".T"):
                    self.replace(side, f"{code}.T")
        self.replace(node, self.code(node.left))
        self.replace(node, self.code(node.right))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if not isinstance(node.operand, ast.Constant):
            self.replace(node, self.code(node.operand))
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        kind = type(node.ops[0])
        if kind in COMPARISONS:
            self.replace_between(node.left, node.comparators[0], *COMPARISONS[kind])
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr == "T":
            self.replace(node, self.code(node.value))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.replace(node, str(not value))
        elif isinstance(value, int):
            self.replace(node, str(value + 1))
            if value > 0:
                self.replace(node, str(value - 1))
        elif isinstance(value, float):
            self.replace(node, repr(value + 1.0))
            self.replace(node, repr(value / 2) if value else "1e-3")
        elif isinstance(value, str):
            self.replace(node, '""')

    def visit_Subscript(self, node: ast.Subscript) -> None:
        index = node.slice
        if isinstance(index, ast.Slice):
            self.change_slice(index)
        elif isinstance(index, ast.Tuple):
            for part in index.elts:
                if isinstance(part, ast.Slice):
                    self.change_slice(part)
        elif isinstance(index, ast.Name):
            self.replace(index, f"{index.id} - 1")
            self.replace(index, f"{index.id} + 1")
        self.generic_visit(node)

    def change_slice(self, node: ast.Slice) -> None:
        for bound in (node.lower, node.upper):
            if bound is not None:
                self.replace(bound, "")
                self.replace(bound, f"{self.code(bound)} + 1")

    def visit_Call(self, node: ast.Call) -> None:
        for left, right in itertools.pairwise(node.args):
            if not isinstance(left, ast.Starred) and not isinstance(right, ast.Starred):
                first, last = self.span(left)[0], self.span(right)[1]
                swapped = f"{self.code(right)}, {self.code(left)}"
                self.found.append(Change(first, last, swapped))
        for keyword in node.keywords:
            first, last = self.span(keyword)
            before = re.search(r",\s*\Z", self.text[:first])
            after = re.match(r"\s*,\s*", self.text[last:])
            if before:
                first = before.start()
            elif after:
                last += after.end()
            self.found.append(Change(first, last, ""))
        if len(node.args) == 1 and not isinstance(node.args[0], (ast.Starred, ast.GeneratorExp)):
            self.replace(node, f"({self.code(node.args[0])})")
            self.negate(node.args[0])
        if isinstance(node.func, ast.Attribute):
            self.replace(node, self.code(node.func.value))
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.replace(node, self.code(node.body))
        self.replace(node, self.code(node.orelse))
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for value in node.values:
            self.negate(value)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.change_iteration(node.iter)
        self.generic_visit(node)

    # ---- statements

    def visit(self, node: ast.AST) -> None:
        droppable = isinstance(
            node, (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.For, ast.If, ast.With)
        )
        if droppable and not _is_docstring(node):
            assert isinstance(node, ast.stmt)
            self.replace(node, "pass")
        super().visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.negate(node.value)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        token = f"{OPERATORS.get(type(node.op), '+')[0]}="
        self.replace_between(node.target, node.value, token, "=")
        self.replace_between(node.target, node.value, token, "-=" if token == "+=" else "+=")
        self.negate(node.value)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if isinstance(node.value, ast.Tuple):
            parts = node.value.elts
            for i, (left, right) in enumerate(itertools.pairwise(parts)):
                codes = [self.code(part) for part in parts]
                codes[i], codes[i + 1] = self.code(right), self.code(left)
                self.replace(node.value, ", ".join(codes))
            for part in parts:
                self.negate(part)
        elif node.value is not None:
            self.negate(node.value)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        for becomes in ("True", "False", f"not ({self.code(node.test)})"):
            self.replace(node.test, becomes)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self.change_iteration(node.iter)
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        first, last = self.span(node)[0], self.span(node.items[-1].context_expr)[1]
        self.found.append(Change(first, last, "if True"))
        self.generic_visit(node)

    def change_iteration(self, iterated: ast.expr) -> None:
        code = self.code(iterated)
        for becomes in ("[1:]", "[:-1]", "[::-1]"):
            self.replace(iterated, f"list({code}){becomes}")

    def negate(self, value: ast.expr) -> None:
        if not isinstance(value, (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.DictComp)):
            self.replace(value, f"-({self.code(value)})")


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
