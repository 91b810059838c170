"""Commands write to every output: of any encoding, full, closed, or with nobody who reads it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import autograder.cli
from autograder.commands.console import PLAIN_LETTERS
from autograder.judging.verdict import Verdict
from tests.conftest import LONGEST, ROOT

# Modules whose signs are those of other people's texts.
READERS = ("text.py", "console.py", "foreign_text.py")
NARROW = ("cp1252", "cp437", "ascii", "latin-1")
WRONG = "def rnn_step(x, h_prev, W_xh, W_hh, b_h):\n    print('é → ∂')\n    return 0 * h_prev + 2\n"


def run(
    folder: Path, *arguments: str, shell: str = "", encoding: str = "utf-8", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command; `shell` is what follows it in a line of the shell."""
    command = [sys.executable, "-m", "autograder.cli", *arguments]
    return subprocess.run(
        ["bash", "-c", f'"$@" {shell}', "bash", *command],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": encoding, "NO_COLOR": "1", **environment},
        capture_output=True,
        timeout=LONGEST,
        check=False,
    )


def test_every_sign_that_the_kit_writes_has_plain_letters() -> None:
    """Prose in docstrings is not written, nor are the letters by which names are recognised."""
    signs = set()
    for path in Path(autograder.cli.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        docs = {ast.get_docstring(n, clean=False) for n in ast.walk(tree) if hasattr(n, "body")
                and isinstance(n, (ast.Module, ast.ClassDef, ast.FunctionDef))}  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written = node.value not in docs and path.name not in READERS
                signs |= {c for c in node.value if written and not c.isascii() and not c.isalpha()}
    assert {"✓", "✗", "…"} <= signs
    escaped = {sign for sign in signs if "\\" in sign.encode("ascii", PLAIN_LETTERS).decode()}
    assert escaped == set()


def test_letters_of_other_languages_are_recognised() -> None:
    text = "Zoë, naïve, ﬁne, Ψ, \udc80"
    assert text.encode("ascii", PLAIN_LETTERS) == b"Zoe, naive, fine, \\u03a8, \\udc80"
    assert text.encode("utf-8", PLAIN_LETTERS).decode() == "Zoë, naïve, ﬁne, Ψ, \\udc80"


@pytest.mark.parametrize("encoding", NARROW)
def test_a_student_sees_everything_in_plain_letters(folder: Path, encoding: str) -> None:
    (folder / "vanilla_rnn.py").write_text(f"import numpy as np\n\n\n{WRONG}", "utf-8")
    ran = run(folder, "check", "vanilla_rnn.py", "bptt", encoding=encoding)
    out = ran.stdout.decode(encoding)
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert out.startswith("x rnn_step")
    assert "\no bptt   not started" in out
    assert "0 of 3 slots pass" in out

    ran = run(folder, "check", "rnn_step", "--json", encoding=encoding)
    assert json.loads(ran.stdout.decode(encoding))[0]["verdict"] == "wrong"

    ran = run(folder, "pack", "--to", "handed_in.zip", encoding=encoding)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "vanilla_rnn.py" in zipfile.ZipFile(folder / "handed_in.zip").namelist()


def test_a_right_answer_exits_with_0_in_any_encoding(folder: Path) -> None:
    text = (ROOT / "solutions/rnn_fundamentals/vanilla_rnn/vanilla_rnn.py").read_text("utf-8")
    (folder / "vanilla_rnn.py").write_text(text, "utf-8")
    ran = run(folder, "check", "rnn_step", encoding="cp1252")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout.startswith(b"+ rnn_step")


@pytest.mark.parametrize("encoding", ["ascii", "cp437"])
def test_staff_see_everything_in_plain_letters(
    toy_course: Path, hand_in: Callable[..., Path], toy_reference: str, encoding: str
) -> None:
    hand_in("Zoë", toy_reference)
    hand_in("bob", "def double(x):\n    return x\n")
    for arguments in (
        ("grade", "toy", "--seed", "1", "--no-gradebook"),
        ("doctor", "toy"),
        ("release", "toy", "--no-verify"),
    ):
        ran = run(toy_course, *arguments, encoding=encoding)
        assert ran.returncode in ((0, 1) if arguments[0] == "doctor" else (0,)), ran.stderr
        assert b"Traceback" not in ran.stderr
        ran.stdout.decode(encoding)
    results = toy_course / "reports/toy/results"
    assert json.loads((results / "Zoë.json").read_text("utf-8"))["score"] > 0


FULL = b"autograder: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    "arguments", [("check", "rnn_step"), ("check", "--json"), ("hint", "rnn_step"), ("--help",)]
)
def test_an_output_without_room_is_told_in_one_line(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    ran = run(folder, *arguments, shell=">/dev/full")
    assert (ran.returncode, ran.stderr) == (1, FULL)


@pytest.mark.parametrize(
    ("shell", "status", "err"),
    [
        (">/dev/full", 1, FULL),
        (">/dev/full 2>&1", 1, b""),
        ("2>/dev/full", 0, b""),
        ("| true; exit ${PIPESTATUS[0]}", 0, b""),
        ("2>&1 | true; exit ${PIPESTATUS[0]}", 0, b""),
    ],
)
def test_the_work_is_done_even_if_nobody_reads(
    folder: Path, shell: str, status: int, err: bytes
) -> None:
    ran = run(folder, "pack", "--to", "handed_in.zip", shell=shell)
    assert (ran.returncode, ran.stderr) == (status, err)
    assert "vanilla_rnn.py" in zipfile.ZipFile(folder / "handed_in.zip").namelist()


def test_a_class_is_graded_even_if_nobody_reads(
    toy_course: Path, hand_in: Callable[..., Path], toy_reference: str
) -> None:
    for student in ("ada", "bob"):
        hand_in(student, toy_reference)
    for out, shell in (("full", ">/dev/full"), ("gone", "| true; exit ${PIPESTATUS[0]}")):
        ran = run(toy_course, "grade", "toy", "--out", out, "--no-gradebook", shell=shell)
        assert ran.returncode == (out == "full")
        assert ran.stderr == (FULL if out == "full" else b"")
        assert len(list((toy_course / out / "results").iterdir())) == 2


def test_watching_ends_when_nobody_reads(folder: Path) -> None:
    ran = run(folder, "check", "rnn_step", "--watch", shell="</dev/null | true")
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_text_in_utf_16_has_one_mark(folder: Path) -> None:
    ran = run(folder, "hint", "rnn_step", encoding="utf-16")
    assert ran.stdout.decode("utf-16").startswith("rnn_step, hint 1 of ")


@pytest.mark.parametrize("command", [(), *((name,) for name in autograder.cli.COMMANDS)])
def test_help_is_plain_ascii(folder: Path, command: tuple[str, ...]) -> None:
    assert CliRunner().invoke(autograder.cli.main, [*command, "--help"]).output.isascii()


def test_shades_and_marks_stay_different_in_plain_letters() -> None:
    for signs in ("░▒▓█", "".join(verdict.sign for verdict in Verdict), "✓✗○?·"):
        plain = signs.encode("ascii", PLAIN_LETTERS).decode()
        assert len(plain) == len(set(plain)) == len(set(signs))


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"COLUMNS": "40"}, {"LC_ALL": "C"}])
def test_a_poor_terminal_gets_the_same_words(folder: Path, environment: dict[str, str]) -> None:
    usual = run(folder, "check", "rnn_step").stdout
    assert run(folder, "check", "rnn_step", **environment).stdout == usual
    assert b"\x1b" not in usual


def test_a_descriptor_that_does_not_wait_gets_everything(folder: Path) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    code = "from autograder.commands import streams as s; s.take_over(); print('x' * 300000)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=writing) as process:
        os.close(writing)
        with open(reading, "rb") as file:
            assert len(file.read()) == 300001
    assert process.returncode == 0


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_outputs_change_nothing(folder: Path, closed: str) -> None:
    ran = run(folder, "pack", "--to", "handed_in.zip", shell=closed)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "vanilla_rnn.py" in zipfile.ZipFile(folder / "handed_in.zip").namelist()
    assert run(folder, "check", "rnn_step", shell=closed).returncode == 1


@pytest.mark.parametrize("arguments", [("check",), ("hint", "bptt", "--all"), ("check", "--json")])
def test_whoever_reads_may_stop(folder: Path, arguments: tuple[str, ...]) -> None:
    ran = run(folder, *arguments, shell="| head -c 1 >/dev/null")
    assert (ran.returncode, ran.stderr) == (0, b"")  # of head
