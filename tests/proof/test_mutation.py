"""Mutants: of every kind, inside the regions, each text once, and none that is the reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.proof.mutation import mutants
from tests.conftest import KNOWN, ROOT


def changed(toy_course: Path, body: str) -> dict[str, str]:
    """Statement by statement: what the mutants of a function with this body look like."""
    path = toy_course / "solutions/toy/moves/moves.py"
    path.write_text(path.read_text().replace("    return x + x\n", body))
    (path.parent / "double.toml").write_text("")
    found = mutants(reader.load("toy", toy_course), "double")
    return {mutant.after: mutant.before for mutant in found}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return x + x", ["return x - x", "return -(x + x)", "pass", "return x"]),
        ("return x.T @ x", ["return x @ x", "return x.T * x", "return x.T @ x.T"]),
        ("return x[1:3]", ["return x[:3]", "return x[1:]", "return x[2:3]", "return x[1:4]"]),
        ("return f(x, 0.5, axis=1)", ["return f(0.5, x, axis=1)", "return f(x, 0.5)"]),
        ("return f(x, flag=True)", ["return f(x, flag=False)"]),
        ("return np.add(x, 2.0)", ["return np.add(x, 3.0)", "return np.add(x, 1.0)"]),
        ("return (x, -x)", ["return -x, x", "return (x, x)"]),
        ("return x if x is None else 0", ["return x", "return x if x is not None else 0"]),
        ("return [y for y in x]", ["return [y for y in list(x)[1:]]", "return [x for y in x]"]),
        ('return {"a": x}', ['return {"": x}', 'return {"a": -(x)}']),
    ],
)
def test_each_kind_of_change_is_made(toy_course: Path, line: str, expected: list[str]) -> None:
    found = changed(toy_course, f"    {line}\n")
    assert set(expected) <= set(found)
    assert set(found.values()) == {line}
    assert line not in found


def test_statements_are_changed_and_left_out(toy_course: Path) -> None:
    body = "    y = x\n    y += x\n"
    body += "    with np.errstate():\n        if y.any():\n            y = -y\n"
    found = changed(toy_course, body + "    return y\n")
    for expected in ("y = x", "y -= x", "if True:", "if not (y.any()):", "if False:", "pass"):
        assert expected in found


def test_all_stay_in_the_region_and_compile(toy: Assignment) -> None:
    text = toy.files["moves.py"].text
    for slot in toy.slots:
        for mutant in mutants(toy, slot):
            edited = toy.edited(mutant.program)
            compile(edited, "moves.py", "exec")
            assert edited != text
            assert edited.splitlines()[:7] == text.splitlines()[:7]


@pytest.mark.parametrize("name", KNOWN)
def test_references_have_hundreds_each_once(name: str) -> None:
    assignment = reader.load(name, ROOT)
    texts = [
        assignment.edited(m.program) for slot in assignment.slots for m in mutants(assignment, slot)
    ]
    assert len(texts) > 500
    assert len(set(texts)) == len(texts)
