"""Programs with a wrong type or shape in one slot, which must cost no other slot."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator

from autograder.assignment import solution_file as source
from autograder.assignment.model import Assignment, KnownProgram, Slot


def malformed_programs(assignment: Assignment, slot: Slot) -> Iterator[KnownProgram]:
    """Programs whose slot returns a wrong type or shape, returns nothing, or raises."""
    file = assignment.files[slot.file]
    regions = [
        r for r in source.regions(file.text, file.name, assignment.slots) if r.slot == slot.name
    ]
    for name, code in (
        ("returns nothing", "pass"),
        ("raises", 'raise RuntimeError("broken")'),
        ("returns a text", 'return "nothing"'),
    ):
        yield KnownProgram(f"{slot.name} that {name}", slot.name, (), (code,) * len(regions))
    function = _function(file.text, slot.name)
    if function is None or len(regions) != 1:
        return
    body = "\n".join(source.answer_lines(file.text, file.name, assignment.slots)[slot.name])
    arguments = ", ".join(argument.arg for argument in function.args.args)
    inner = textwrap.indent(textwrap.dedent(body), "    ")
    right = f"def right({arguments}):\n{inner}\nresult = right({arguments})\n"
    for name, code in (
        ("adds an axis", "return result[None] if hasattr(result, 'shape') else [result]"),
        ("returns a list", "return result.tolist() if hasattr(result, 'tolist') else [*result, 0]"),
    ):
        yield KnownProgram(f"{slot.name} that {name}", slot.name, (), (right + code,))


def _function(text: str, slot: str) -> ast.FunctionDef | None:
    """The function or method of a slot; None where the slot is a class."""
    node: ast.AST | None = ast.parse(text)
    for part in slot.split("."):
        inside = list(ast.iter_child_nodes(node)) if node is not None else []
        node = next((n for n in inside if getattr(n, "name", None) == part), None)
    return node if isinstance(node, ast.FunctionDef) else None
