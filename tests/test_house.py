"""The shape of the engine: which files it has, how long they may be, and what they never name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.assignment import reader
from tests.conftest import KNOWN, ROOT

ENGINE = ROOT / "autograder"
MODULES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in ENGINE.rglob("*.py")
}


def definitions() -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every class and function of the engine, with its module's path."""
    for path, text in MODULES.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def test_at_the_top_is_only_what_others_import() -> None:
    faces = {
        "__init__",
        "artists",
        "cli",
        "figures",
        "grading",
        "nbgrader_plugin",
        "notebook",
        "probing",
    }
    foundations = {"errors", "files", "limits", "processes", "text", "versions"}
    assert {path.stem for path in ENGINE.glob("*.py")} == faces | foundations


def test_no_module_has_more_than_400_lines() -> None:
    lines = {path: len(text.splitlines()) for path, text in MODULES.items()}
    assert {path: n for path, n in lines.items() if n > 400} == {}


def test_no_function_has_more_than_60_lines() -> None:
    lines = {
        f"{path}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, node in definitions()
        if not isinstance(node, ast.ClassDef)
    }
    assert {name: n for name, n in lines.items() if n > 60} == {}


def test_no_class_has_more_than_15_methods_without_a_reason_in_its_docstring() -> None:
    methods = {
        f"{path}:{node.name}": sum(isinstance(one, ast.FunctionDef) for one in node.body)
        for path, node in definitions()
        if isinstance(node, ast.ClassDef) and "methods" not in (ast.get_docstring(node) or "")
    }
    assert {name: n for name, n in methods.items() if n > 15} == {}


def test_untyped_tables_are_rare() -> None:
    """Only data of others, before it is checked, is a `dict[str, Any]`."""
    found = {
        path: len(re.findall(r"\b(?:dict|Mapping)\[str, Any\]", text))
        for path, text in MODULES.items()
    }
    assert sum(found.values()) <= 30, {path: n for path, n in found.items() if n}


@pytest.mark.parametrize("name", KNOWN)
def test_the_engine_names_no_exercise(name: str) -> None:
    assignment = reader.load(name, ROOT)
    words = {
        name,
        *assignment.slots,
        *(slot.partition(".")[0] for slot in assignment.slots),
        *(Path(file).stem for file in assignment.files),
        *(known.id for known in assignment.misconceptions),
    }
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, sorted(words)))})\b")
    found = [
        (path.relative_to(ROOT).as_posix(), match.group())
        for path in ENGINE.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
        for match in pattern.finditer(path.read_text("utf-8"))
    ]
    assert found == []
