"""One class of odd hand-ins, graded once through the command."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import reader
from tests.conftest import TOY, hand_in_to, run_autograder

Result = dict[str, Any]
RIGHT = 9.0
RENAMED = (
    *("moves-1.py", "moves (1).py", "moves(1).py", "moves - Copy.py", "moves.py.txt", "moves.txt"),
    *("Moves.py", "moves.PY", "moves.py ", "src/moves_1.py", "pam_123_456_moves.py", "my_moves.py"),
)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(TOY, tmp_path_factory.mktemp("odd") / "course"))


@pytest.fixture(scope="module")
def graded(course: Path, toy_reference: str) -> Callable[[str], Result]:
    """The result of a student of the class."""
    stub = reader.load("toy", TOY).stubs()["moves.py"]
    give = Giver(course)
    for number, name in enumerate(RENAMED):
        give(f"renamed-{number}", {name: toy_reference})
        give(f"beside-stub-{number}", {name: toy_reference, "moves.py": stub})
    give("two", {"moves-1.py": toy_reference, "moves (1).py": toy_reference + "\n# again\n"})
    give("notebook", {"toy.ipynb": "{}"})
    give("nothing", {})
    give("empty", {"moves.py": ""})
    for name, text in TEXTS.items():
        give(name, {"moves.py": text})
    for name, text in IN_FRONT.items():
        give(name, {"moves.py": text + toy_reference, "helpers.py": "x = 1\n"})
    for name in ("undefined", "punycode", "idna", "rot13", "unicode_escape", "utf-7", "klingon"):
        give(f"codec-{name}", {"moves.py": f"# coding: {name}\n{toy_reference}"})
    latin = toy_reference.replace('"""Moves."""', '"""Bewegungen für später."""')
    give("utf-16", {"moves.py": latin.encode("utf-16")})
    give("utf-8-mark", {"moves.py": latin.encode("utf-8-sig")})
    give("latin-1", {"moves.py": b"# coding: iso-latin-1-unix\r\n" + latin.encode("latin-1")})
    give("cp1252", {"moves.py": "# coding: cp1252\n" + toy_reference})
    give("carriage-returns", {"moves.py": toy_reference.replace("\n", "\r")})
    ran = run_autograder("grade", "toy", "--no-gradebook", cwd=course)
    assert ran.status == 0, ran.out + ran.err

    def read(student: str) -> Result:
        path = course / "reports" / "toy" / "results" / f"{student}.json"
        result: Result = json.loads(path.read_text("utf-8"))
        return result

    return read


class Giver:
    def __init__(self, course: Path) -> None:
        self.course = course

    def __call__(self, student: str, files: dict[str, str | bytes]) -> None:
        folder = hand_in_to(self.course, student, None)
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            data = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(data)


def unwrapped(entry: Result) -> str:
    return " ".join(entry["output"].split())


TEXTS: dict[str, str | bytes] = {
    "nulls": b"x = 1\n\0",
    "surrogate": b"x = '\xed\xa0\x80'\n",
    "html": "<!DOCTYPE html>\n<html></html>\n",
    "rtf": "{\\rtf1\\ansi}\n",
    "word": b"PK\x03\x04" + bytes(100),
    "ipynb": '{"cells": [], "metadata": {}, "nbformat": 4}\n',
    "ipynb-null": '{"cells": [{"execution_count": null}], "nbformat": 4}\n',
}
IN_FRONT = {
    "magic": "%matplotlib inline\n",
    "shell": "!pip install numpy\n",
    "question": "np.zeros?\n",
    "merge": "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> main\n",
    "quotes": "x = “a”\n",
    "space": "x\u00a0= 1\n",
    "mark-inside": "x = 1\n\ufeffy = 2\n",
    "own-module": "from helpers import x\n",
    "package": "import scipy\n",
    "newer-syntax": "def first[T](xs: list[T]) -> T: return xs[0]\n",
    "newer-name": "from typing import override\n",
    "quits": "exit()\n",
}
WORDS = {
    "nulls": "moves.py is no text: it has null bytes",
    "surrogate": "moves.py is not UTF-8 text: save it as UTF-8",
    "html": "it is a web page under the name of a Python file",
    "rtf": "it is a document in RTF under the name of a Python file",
    "word": "moves.py is a zip archive or a document of Word",
    "ipynb": "it is a notebook under the name of a Python file",
    "ipynb-null": "it is a notebook under the name of a Python file",
    "empty": "moves.py is empty",
    "magic": "line 1 is a command of notebooks: delete it",
    "shell": "line 1 is a shell command of notebooks: delete it",
    "question": "line 1 is a question of notebooks: delete it",
    "merge": "line 1 is a mark of a merge that was not finished",
    "quotes": "U+201C is left double quotation mark",
    "space": "U+00A0 is no-break space: type a plain space instead",
    "mark-inside": "U+FEFF is zero width no-break space: delete it",
    "own-module": "helpers.py is not among them, even if it lies beside moves.py",
    "package": "moves.py may import Python's own library and numpy, and nothing else",
    "quits": "it ends the program",
    "two": "moves (1).py, moves-1.py may be it: none was taken",
    "codec-undefined": "moves.py says that its encoding is undefined: save it as UTF-8",
    "codec-utf-7": "moves.py says that its encoding is utf-7",
}


@pytest.mark.parametrize("number", range(len(RENAMED)))
def test_a_renamed_file_gets_its_points(graded: Callable[[str], Result], number: int) -> None:
    for student, words in (("renamed", "taken from there"), ("beside-stub", "that was taken")):
        result = graded(f"{student}-{number}")
        assert result["score"] == RIGHT
        (note,) = result["extra_data"]["notes"]
        assert note.startswith("moves.py ")
        assert note.endswith(words)


@pytest.mark.parametrize(
    "student", ["utf-16", "utf-8-mark", "latin-1", "cp1252", "carriage-returns"]
)
def test_texts_in_known_encodings_get_their_points(
    graded: Callable[[str], Result], student: str
) -> None:
    assert graded(student)["score"] == RIGHT
    assert graded(student)["extra_data"]["notes"] == []


@pytest.mark.parametrize("student", WORDS)
def test_what_is_wrong_with_a_file_is_named(graded: Callable[[str], Result], student: str) -> None:
    result = graded(student)
    assert result["score"] == 0.0
    for entry in result["tests"]:
        assert entry["extra_data"]["verdict"] in ("error", "missing")
        assert WORDS[student] in unwrapped(entry)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads it")
def test_newer_python_is_named_and_a_person_is_asked(graded: Callable[[str], Result]) -> None:
    syntax, name = graded("newer-syntax"), graded("newer-name")
    needs = "needs Python 3.12 or newer, and the grader runs Python 3.11"
    assert f"line 1 has type parameters in brackets: that {needs}" in unwrapped(syntax["tests"][0])
    assert f"typing.override {needs}" in unwrapped(name["tests"][0])
    assert [needs in note for note in syntax["extra_data"]["notes"]] == [True]


def test_codecs_of_the_students_choice_cost_their_file_alone(
    graded: Callable[[str], Result], course: Path
) -> None:
    for path in (course / "submitted").glob("codec-*"):
        assert {e["extra_data"]["verdict"] for e in graded(path.name)["tests"]} == {"error"}


def test_who_handed_in_no_code_stands_among_unusual_files(
    graded: Callable[[str], Result], course: Path
) -> None:
    told = "nothing of the code was handed in: ask the student"
    for student in ("notebook", "nothing", "empty"):
        assert told in graded(student)["extra_data"]["notes"]
    assert graded("two")["extra_data"]["notes"] == [
        "moves.py is not there, and moves (1).py, moves-1.py may be it: none was taken"
    ]
    page = (course / "reports" / "toy" / "index.html").read_text("utf-8")
    assert page.count(told) == 3
    assert "helpers, which lies beside it" in page
