"""What a grader gets wrong: `verify` names the line, and in `grade` it is nobody's zero.

One assignment has a slot for each fault. Each slot's function is given a number and returns what
its row says; its grader file starts with line 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import Ran, run_autograder


class Slot(NamedTuple):
    """A slot: what the reference and a wrong student return, its check, and what `verify` says."""

    right: str
    wrong: str
    check: str
    said: str = ""
    wrong_is: str = "ungraded"
    right_is: str = "ungraded"


HEAD = '''import random

from autograder.grading import expect, same


def test_it(student, reference, rng):
    """returns what it should"""
'''
LINE = HEAD.count("\n") + 1  # of the first line of a check
SAME = "same(student.{0}(2), reference.{0}(2))"
PROBES = """
def broken(module, x):
    return open("/there/is/no/such/file").read()


def facts(module, x):
    return x


def own(module, x):
    return module.probed(x)
"""
READINGS = """def facts(facts, x):
    return facts + nothing
"""
ORACLE = """
def twice(module, x):
    return x + nothing
"""


def lost(what: str, mend: str) -> str:
    return f"the reference's result {what}, which cannot be compared: let it, or a probe, {mend}"


SLOTS = {
    "a_set": Slot("{x, 3}", "{x, 4}", SAME, lost("is a set", "return a sorted list of it")),
    "a_date": Slot(
        "[1, datetime.date(2026, 1, x)]",
        "[1, datetime.date(2025, 1, x)]",
        SAME,
        lost("holds a date", "return its isoformat()"),
    ),
    "texts": Slot(
        "'a' * 30_000",
        "'b' * 30_000",
        SAME,
        lost("is a text of more than 20,000 characters", "return the parts of it that matter"),
    ),
    "argument": Slot(
        "len(x)",
        "0",
        "same(student.{0}({{1, 2}}), 2)",
        "an argument of argument is a set, which cannot be passed: pass a sorted list of it",
    ),
    "typo": Slot("x", "0", "same(student.typpo(2), reference.typo(2))", "kinds.py has no typpo"),
    "named": Slot("x", "0", SAME + " or halv", "NameError: name 'halv' is not defined"),
    "probed": Slot(
        "x",
        "0",
        "same(student.probe.broken(2), 2)",
        "kinds/probes.py:3: the reference fails this check",
    ),
    "a_probe": Slot("x", "0", "same(student.probe.bröken(2), 2)", "probes.py has no bröken"),
    "computed": Slot(
        "x", "0", "same(student.{0}(2), reference.oracle.twice(2))", "kinds/oracle.py:3: "
    ),
    "reads": Slot(
        "x",
        "0",
        "same(student.probe.facts(2), reference.probe.facts(2))",
        "kinds/readings.py:2: the reference fails this check: nothing can be made of the facts",
    ),
    "told": Slot(
        "x", "0", "same(student.{0}(2), 5)", "the reference fails this check: the result is"
    ),
    "equal": Slot(
        "{x, 3}",
        "{x, 4}",
        "expect(student.{0}(2).value == reference.{0}(2).value, 'it is another set')",
        "the reference fails this check: it is another set",
    ),
    "index": Slot("x", "0", "same(student.{0}(2), reference.{0}(2)['a'])", "is an int without"),
    "silent": Slot(
        "x", "0", "student.{0}(2)", "it passes whatever the program answers", "correct", "correct"
    ),
    "constant": Slot(
        "x",
        "0",
        "student.{0}(2), same(2, 2)",
        "it passes whatever the program answers",
        "correct",
        "correct",
    ),
    "drawn": Slot(
        "x",
        "0",
        "n = random.random(); same(student.{0}(n), reference.{0}(n))",
        "it draws its input from elsewhere than rng: in call 1 (drawn), argument 1 is another",
        "wrong",
        "correct",
    ),
    "expected": Slot(
        "x",
        "0",
        "same(student.{0}(2), random.randrange(3, 10**9))",
        "the reference fails this check",
    ),
    "ordered": Slot(
        "x",
        "0",
        "n = list({{*'abcdefghijkl'}}); same(student.{0}(n), reference.{0}(n))",
        "it draws its input from elsewhere than rng: another process draws another; sort the set",
        "wrong",
        "correct",
    ),
    "rough": Slot(
        "x",
        "0",
        "same(student.{0}(2).value + 1, 3)",
        "TypeError: unsupported operand type(s) for +: 'Opaque' and 'int': an answer of another "
        "type breaks it",
        "wrong",
        "correct",
    ),
    # what is right
    "numpy_int": Slot("3", "4", SAME, wrong_is="wrong", right_is="correct"),
    "numpy_bool": Slot("True", "False", SAME, wrong_is="wrong", right_is="correct"),
    "numpy_ints": Slot("[0, 1, 2]", "{0, 1, 2}", SAME, wrong_is="wrong", right_is="correct"),
    "long": Slot("2**70", "2**70 + 1", SAME, wrong_is="wrong", right_is="correct"),
    "keys": Slot("{(0, 1): 1}", "{(0, 2): 1}", SAME, wrong_is="wrong", right_is="correct"),
    "raw": Slot("b'ab'", "b'abc'", SAME, wrong_is="wrong", right_is="correct"),
    "planes": Slot("1 + 2j", "1 - 2j", SAME, wrong_is="wrong", right_is="correct"),
    "words": Slot("['a', 'b']", "['a', 'c']", SAME, wrong_is="wrong", right_is="correct"),
    "raises": Slot("x", "None + x", SAME, wrong_is="error", right_is="correct"),
    "own": Slot("x", "None + x", SAME, wrong_is="error", right_is="correct"),
}
BY_NUMPY = {
    "numpy_int": "np.argmax([0, 1, 2, x + 2])",
    "numpy_bool": "np.bool_(True)",
    "numpy_ints": "np.arange(3)",
    "long": "2 * 2**69",
    "keys": "{(np.int64(0), 1): np.uint8(1)}",
    "planes": "np.complex128(1 + 2j)",
    "words": "np.array(['a', 'b'])",
}


def functions(answers: Mapping[str, str]) -> str:
    text = "import datetime\n\nimport numpy as np\n"
    for name, answer in answers.items():
        text += (
            f'\n\ndef {name}(x):\n    """Given a number."""\n    # TODO: return it (1 line).\n'
            f"    ### BEGIN SOLUTION\n    return {answer}\n    ### END SOLUTION\n"
        )
    return text


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = tmp_path_factory.mktemp("course")
    folder = course / "solutions/faults/kinds"
    folder.mkdir(parents=True)
    table = 'title = "Faults"\nlibraries = ["numpy"]\n[files."kinds.py"]\nlibraries = ["numpy"]\n'
    for name, slot in SLOTS.items():
        table += f'[slots.{name}]\nfile = "kinds.py"\npoints = 1\n'
        check = slot.check.format(name)
        (folder / f"test_{name}.py").write_text(f"{HEAD}    {check}\n", "utf-8")
        (folder / f"{name}.toml").write_text(
            'hints = ["Which?", "Why?", "Where?"]\n'
            '[[demands]]\nname = "all"\nsentence = "is right"\npoints = 1\n'
            f"[[misconceptions]]\nid = {json.dumps('wrong_' + name)}\n"
            f"find = {json.dumps(slot.right)}\nreplace = {json.dumps(slot.wrong)}\n"
            'cause = "it is wrong"\nhint = "Is it?"\n',
            "utf-8",
        )
    (folder.parent / "assignment.toml").write_text(table, "utf-8")
    (folder / "kinds.py").write_text(functions({n: s.right for n, s in SLOTS.items()}), "utf-8")
    (folder / "probes.py").write_text(PROBES, "utf-8")
    (folder / "readings.py").write_text(READINGS, "utf-8")
    (folder / "oracle.py").write_text(ORACLE, "utf-8")
    for student, answers in (
        ("right", {name: slot.right for name, slot in SLOTS.items()}),
        ("numpy", {name: slot.right for name, slot in SLOTS.items()} | BY_NUMPY),
        ("wrong", {name: slot.wrong for name, slot in SLOTS.items()}),
    ):
        handed_in = course / "submitted" / student / "faults"
        handed_in.mkdir(parents=True)
        (handed_in / "kinds.py").write_text(functions(answers), "utf-8")
    return course


@pytest.fixture(scope="module")
def verified(course: Path) -> Ran:
    return run_autograder("verify", "faults", cwd=course)


@pytest.fixture(scope="module")
def graded(course: Path) -> Iterator[Mapping[str, Mapping[str, str]]]:
    """The verdicts of each student's slots."""
    ran = run_autograder("grade", "faults", cwd=course)
    assert ran.status == 3, ran.out + ran.err
    yield {
        path.stem: {
            test["name"]: test["extra_data"]["verdict"]
            for test in json.loads(path.read_text("utf-8"))["tests"]
        }
        for path in sorted((course / "reports/faults/results").glob("*.json"))
    }


@pytest.mark.parametrize("name", [name for name, slot in SLOTS.items() if slot.said])
def test_verify_names_the_line_and_the_mend(verified: Ran, name: str) -> None:
    said = " ".join(verified.out.split())
    line = LINE - 2 if SLOTS[name].said.startswith("it ") else LINE  # of the whole check
    where = "" if "kinds/" in SLOTS[name].said else f"kinds/test_{name}.py:{line}: "
    assert verified.status == 1
    assert f"✗ {name}: {where}" in said
    assert SLOTS[name].said in said


def test_a_fault_of_the_grader_is_nobodys_mark(graded: Mapping[str, Mapping[str, str]]) -> None:
    assert graded["wrong"] == {name: slot.wrong_is for name, slot in SLOTS.items()}
    assert graded["right"] == {name: slot.right_is for name, slot in SLOTS.items()}


def test_numpys_numbers_are_numbers(graded: Mapping[str, Mapping[str, str]]) -> None:
    assert {name: graded["numpy"][name] for name in BY_NUMPY} == dict.fromkeys(BY_NUMPY, "correct")
