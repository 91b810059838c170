"""Text that student code or a hand-in chooses reaches no screen, page or table as it is."""

from __future__ import annotations

import csv
import html
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path

import pytest

from tests.conftest import LONGEST, TOY, hand_in_to, run_autograder

TEXTS = {
    "screen": "\x1b[2J\x1b[H",
    "colour": "\x1b[31;1m",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\",
    "one byte": "\x9b2J",
    "return": "failed\rcorrect",
    "backspace": "failed" + 6 * "\b" + "passed",
    "bell": "\x07\x0e\x00",
    "turned": "\u202egnorw\u202c",
    "isolated": "\u2066right\u2069",
    "no width": "a\u200bb\u200dc\ufeffd",
    "tags": "a\U000e0041b",
    "filler": "a\u3164b\u2800c",
    "lone": "a\udc80b",
    "marks": "a" + 50 * "\u0336",
    "lines": "one\u2028two\x0bthree\x0cfour\x85five",
}
MOVES = """
TEXT = {text!r}
class Odd(Exception):
    pass
Odd.__name__ = Odd.__qualname__ = "Odd" + TEXT
def double(x):
    print("before" + TEXT + "after", TEXT)
    import sys
    print(TEXT, file=sys.stderr)
    raise Odd("it is " + TEXT)
def quadruple(x):
    return {{"key" + TEXT: x}}
class Walker:
    def __init__(self, start):
        self.start = start
    def walk(self, steps):
        print(TEXT)
        return "text" + TEXT
"""
DRAWN_NOWHERE = ("Cc", "Cf", "Cs", "Co", "Cn")


def hidden(text: str) -> set[str]:
    """The characters of a text that are not drawn as characters, and heaps of marks."""
    found = {c for c in text if c != "\n" and unicodedata.category(c) in DRAWN_NOWHERE}
    found |= set(re.findall("[\u3164\u2800\ufe0f\u2028\u2029]", text))
    return found | set(re.findall("\u0336{5,}", text))


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graded class: each text in a file, and in the name of the student who handed it in."""
    course = Path(shutil.copytree(TOY, tmp_path_factory.mktemp("text") / "course"))
    for word, text in TEXTS.items():
        name = text.replace("\0", "").replace("/", "").strip()
        source = "# coding: utf-8\n" + MOVES.format(text=text)
        folder = hand_in_to(course, f"{word} {name}", source.encode("utf-8", "surrogatepass"))
        shutil.copytree(folder, course / "plain" / word / "toy")
    for student in ("café", "cafe\u0301", "=1+1", "＝1+1", "\t=1+1", " @x", "ada\u202fb"):
        hand_in_to(course, student, MOVES.format(text="plain"))
    ran = run_autograder("grade", "toy", "--seed", "1", "--no-gradebook", cwd=course)
    assert ran.status == 0, ran.out + ran.err
    (course / "printed.txt").write_text(ran.out + ran.err, "utf-8")
    assert run_autograder("release", "toy", "--no-verify", cwd=course).status == 0
    return course


def test_what_grade_prints(course: Path) -> None:
    printed = (course / "printed.txt").read_text("utf-8")
    assert hidden(printed) == set()
    assert "café:" in printed
    assert r"cafe\u0301:" in printed


def test_pages_of_the_report(course: Path) -> None:
    pages = list((course / "reports" / "toy").rglob("*.html"))
    assert len(pages) >= len(TEXTS)
    found = {path.name: hidden(html.unescape(path.read_text("utf-8"))) for path in pages}
    assert {name for name, odd in found.items() if odd} == set()
    shown = "".join(path.read_text("utf-8") for path in pages)
    assert r"\x1b[2J\x1b[H" in shown
    assert r"cafe\u0301" in shown


def test_result_files(course: Path) -> None:
    for path in (course / "reports" / "toy" / "results").iterdir():
        text = path.read_text("utf-8")
        assert hidden(text.replace("\n", "")) == set()
        shown = json.dumps(json.loads(text), ensure_ascii=False)
        assert hidden(shown) == set()


def test_the_table_is_no_formula(course: Path) -> None:
    text = (course / "reports" / "toy" / "grades.csv").read_text("utf-8")
    assert hidden(text) == set()
    names = [row[0] for row in csv.reader(text.splitlines())][1:]
    assert len(names) == len(set(names)) == len(TEXTS) + 7
    for name in names:
        assert unicodedata.normalize("NFKC", name).strip()[0] not in "=+-@"
    looks = {unicodedata.normalize("NFKC", name).casefold() for name in names}
    assert len(looks) == len(names)


@pytest.mark.parametrize("word", TEXTS)
def test_what_check_prints(course: Path, word: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(course / "release" / "toy", tmp_path / "toy"))
    shutil.copy(course / "plain" / word / "toy" / "moves.py", folder)
    environment = {**os.environ, "FORCE_COLOR": "", "NO_COLOR": "1"}
    for arguments in (["double", "quadruple", "Walker.walk"], ["--lines"], ["--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "autograder.cli", "check", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            timeout=LONGEST,
        )
        assert done.returncode == 1, done.stderr
        assert hidden(done.stdout.decode()) == set()
        assert done.stderr == b""


def test_names_of_files_that_are_not_packed(course: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(course / "release" / "toy", tmp_path / "toy"))
    for text in TEXTS.values():
        (folder / f"x{text.replace(chr(0), '').replace('/', '')}.py").touch()
    ran = run_autograder("pack", cwd=folder)
    assert "not packed" in ran.out
    assert hidden(ran.out + ran.err) == set()


def test_names_in_what_is_collected(course: Path, tmp_path: Path) -> None:
    shutil.copytree(course / "solutions", tmp_path / "solutions")
    download = tmp_path / "download"
    download.mkdir()
    for number, text in enumerate(TEXTS.values()):
        name = text.replace("\0", "").replace("/", "").replace("\udc80", "")
        with zipfile.ZipFile(download / f"ada{name}_{number}_{number}_toy.zip", "w") as archive:
            archive.writestr(f"x{name}.py", "")
            archive.writestr("moves.py", MOVES)
    ran = run_autograder("collect", "toy", str(download), cwd=tmp_path)
    assert ran.out
    assert "Traceback" not in ran.err
    assert hidden(ran.out + ran.err) == set()


@pytest.mark.parametrize("command", ["check", "hint", "grade", "verify", "release", "new"])
def test_an_error_about_a_name(course: Path, command: str) -> None:
    folder = course / "release" / "toy" if command in ("check", "hint") else course
    for text in ("\x1b[2J", "a\u202eb", "\r\rfine", "a\nb"):
        ran = run_autograder(command, text, cwd=folder)
        assert ran.status in (1, 2)
        assert hidden(ran.out + ran.err) == set()
