"""Collecting checks: what pytest takes apart, and which checks are refused."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

from autograder.assignment.model import Assignment
from autograder.errors import AssignmentError
from autograder.hidden.collection import collect

BODY = '(student{}):\n    """fails"""\n    same(student.double(1.0), 0.0)\n'


def add(toy: Assignment, text: str) -> None:
    path = toy.files["moves.py"].grader(toy.slots["double"])
    path.write_text("import pytest\n" + path.read_text() + "\n\n" + text)


def test_parametrized_checks_are_taken_apart_in_order(toy: Assignment) -> None:
    checks = [check for check in collect(toy) if check.slot == "Walker.walk"]
    names = ["walk[T=0]", "walk[T=1]", "walk[T=3]", "walk[T=5]"]
    assert [check.name for check in checks] == [*names, "device[device=cpu]", "device[device=cuda]"]
    assert checks[2].params == {"T": 3}
    assert checks[0].public
    assert not checks[-1].public
    assert checks[-1].body.fixtures == ("student", "reference", "rng", "device")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '@pytest.mark.skip(reason="today")\ndef test_new' + BODY.format(""),
            "test_new has the mark skip, and a check may have parametrize only: "
            "call pytest.skip(reason) in it",
        ),
        (
            "def test_new" + BODY.format(", tmp_path"),
            "test_new asks for the fixture tmp_path, and a check may ask for "
            "student, reference, rng, device",
        ),
        (
            "@pytest.fixture(autouse=True)\ndef setting():\n    yield\n",
            "test_twice_two asks for the fixture setting, and",
        ),
        (
            "class TestNew:\n    def test_new(self):\n        pass\n",
            "test_new is a method of a class: make it a function of the file",
        ),
        (
            '@pytest.mark.parametrize("x", [1], indirect=True)\ndef test_new' + BODY.format(", x"),
            "test_new[1] has indirect parameters: give it the values themselves",
        ),
        ("def test_new(student):\n    pass\n", "test_new has no docstring"),
        (
            "1 / 0\n",
            "the graders could not be collected: moves/test_double.py:22: ZeroDivisionError",
        ),
        ("from .cases import case\n", "moves/test_double.py:22: ModuleNotFoundError: No module"),
        ("1 +\n", "moves/test_double.py:22: SyntaxError: invalid syntax"),
    ],
)
def test_a_check_that_cannot_be_run_is_refused(toy: Assignment, text: str, problem: str) -> None:
    add(toy, text)
    with pytest.raises(AssignmentError) as refused:
        collect(toy)
    assert problem in str(refused.value)


class _Obliging(types.ModuleType):
    """A module like torch.classes, which makes up every attribute that it is asked for."""

    def __getattr__(self, name: str) -> object:
        return object()


def test_modules_that_make_up_their_attributes_are_left_alone(
    toy: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    obliging = _Obliging("obliging")
    monkeypatch.setitem(sys.modules, "obliging", obliging)
    assert collect(toy)
    assert sys.modules["obliging"] is obliging


def test_grader_files_are_read_again_at_the_next_collection(toy: Assignment) -> None:
    before = len(collect(toy))
    add(toy, '@demand("product")\n@public\ndef test_added' + BODY.format(""))
    assert len(collect(toy)) == before + 1
    folder = Path(toy.folder)
    assert not [m for m in sys.modules.values() if str(folder) in str(vars(m).get("__file__"))]
