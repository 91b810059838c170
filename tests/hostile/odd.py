"""Odd folders and files: what is handed in is not what it seems, or has an odd name."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from tests.hostile.catalogue import DIED, REFERENCE, Build, Hostile, Places

BAD = ("wrong", *DIED)
FILE = "vanilla_rnn.py"
SOLUTION = f"{FILE.removesuffix('.py')}/{FILE}"  # under solutions/rnn_fundamentals/
FULL = {"rnn_step": 1.0, "VanillaRNN.forward": 1.0}
NOTHING = ("missing",)


def instead(make: Build) -> Build:
    """What `make` puts where the file should be."""

    def build(folder: Path, places: Places) -> None:
        make(folder / FILE, places)

    return build


def beside(*names: str) -> Build:
    """A right file, and others that leave a mark if anybody executes them."""

    def build(folder: Path, places: Places) -> None:
        (folder / FILE).write_bytes(places.references[FILE])
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text('open("@ME@", "w").close()\nraise SystemExit(7)\n')

    return build


def with_file(name: str, data: bytes) -> Build:
    """A right file, and one more."""

    def build(folder: Path, places: Places) -> None:
        (folder / FILE).write_bytes(places.references[FILE])
        (folder / name).write_bytes(data)

    return build


def make_socket(path: Path, places: Places) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(path.name)
    finally:
        os.chdir(here)


def make_loop(path: Path, places: Places) -> None:
    path.symlink_to("other.py")
    path.with_name("other.py").symlink_to(FILE)


def make_sparse(path: Path, places: Places) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)


def make_marked(path: Path, places: Places) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + places.references[FILE])


def make_unreadable(path: Path, places: Places) -> None:
    path.write_bytes(places.references[FILE])
    path.chmod(0)


def make_crowd(folder: Path, places: Places) -> None:
    (folder / FILE).write_bytes(places.references[FILE])
    for number in range(10_000):
        (folder / f"{number}.txt").touch()


def make_hidden_in_a_crowd(folder: Path, places: Places) -> None:
    for number in range(3000):
        (folder / f"{number}").mkdir()
    (folder / "99" / FILE).write_bytes(places.references[FILE])


def make_deep(folder: Path, places: Places) -> None:
    for _ in range(300):
        folder = folder / "d"
        folder.mkdir()
    (folder / FILE).write_bytes(places.references[FILE])


def make_file_as_folder(folder: Path, places: Places) -> None:
    folder.rmdir()
    folder.parent.rmdir()
    folder.parent.write_text("a file in the place of a student")


def make_link_as_folder(folder: Path, places: Places) -> None:
    folder.rmdir()
    folder.symlink_to(places.solutions / "vanilla_rnn")


def make_link_as_student(folder: Path, places: Places) -> None:
    folder.rmdir()
    folder.parent.rmdir()
    folder.parent.symlink_to(places.submissions / "z-perfect")


def make_linked_subfolder(folder: Path, places: Places) -> None:
    (folder / "work").symlink_to(places.solutions / "vanilla_rnn")


def make_fifo_beside(folder: Path, places: Places) -> None:
    (folder / FILE).write_bytes(places.references[FILE])
    for name in ("timestamp.txt", "rnn_fundamentals.ipynb", "other.ipynb", "torch_rnn.py"):
        os.mkfifo(folder / name)


FILES = [
    Hostile("odd-folder", "a folder where the file should be", verdicts=NOTHING,
            build=instead(lambda path, _: path.mkdir())),
    Hostile("odd-link_to_solution", "a link to the solution", verdicts=NOTHING,
            build=instead(lambda path, places: path.symlink_to(places.solutions / SOLUTION))),
    Hostile("odd-second_name_of_solution", "a second name of the solution's very file",
            verdicts=NOTHING,
            build=instead(lambda path, places: path.hardlink_to(places.solutions / SOLUTION))),
    Hostile("odd-link_loop", "two links, each to the other", verdicts=NOTHING,
            build=instead(make_loop)),
    Hostile("odd-link_to_nothing", "a link to what is not there", verdicts=NOTHING,
            build=instead(lambda path, _: path.symlink_to("/nowhere"))),
    Hostile("odd-link_to_zeros", "a link to a device without end", verdicts=NOTHING,
            build=instead(lambda path, _: path.symlink_to("/dev/zero"))),
    Hostile("odd-device", "a device without end", verdicts=NOTHING, root_only=True,
            build=instead(lambda path, _: os.mknod(path, 0o020666, os.makedev(1, 5)))),
    Hostile("odd-fifo", "a pipe that nobody writes to", verdicts=NOTHING,
            build=instead(lambda path, _: os.mkfifo(path))),
    Hostile("odd-fifos_beside", "pipes under the names of all other files", honest=True,
            deserved=FULL, build=make_fifo_beside),
    Hostile("odd-socket", "a socket", verdicts=NOTHING, build=instead(make_socket)),
    Hostile("odd-sparse", "a gigabyte of nothing", verdicts=("error",), says="too large",
            build=instead(make_sparse)),
    Hostile("odd-unreadable", "a file that nobody may read; root, who grades in some places, can",
            honest=True, deserved=FULL, root_only=True, build=instead(make_unreadable)),
    Hostile("odd-linked_subfolder", "a subfolder that is a link to the solutions",
            verdicts=NOTHING, build=make_linked_subfolder),
]  # fmt: skip

TEXTS = [
    Hostile("odd-empty", "an empty file", raw=b"", verdicts=NOTHING),
    Hostile("odd-one_byte", "a single byte", raw=b"\xff", verdicts=("error",)),
    Hostile("odd-null_bytes", "nothing but null bytes", raw=bytes(1000), verdicts=("error",)),
    Hostile("odd-program", "a program of the machine instead of a text",
            raw=b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)) * 4, verdicts=("error",)),
    Hostile("odd-notebook_as_file", "a notebook under the name of the file",
            raw=b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
            verdicts=NOTHING),
    Hostile("odd-zip_as_file", "an archive under the name of the file",
            raw=b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(100), verdicts=("error",)),
    Hostile("odd-merge_conflict", "a file that was merged by half",
            raw=b"<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> main\n", verdicts=("error",)),
    Hostile("odd-unknown_encoding", "an encoding that there is not",
            raw=b"# -*- coding: klingon -*-\nx = 1\n", verdicts=("error",)),
    Hostile("odd-encoding_that_runs", "encodings that are none of texts",
            raw=b"# -*- coding: zlib_codec -*-\nx = 1\n", verdicts=("error",)),
    Hostile("odd-escapes_as_encoding", "code that is hidden in an encoding of escapes",
            raw=b"# -*- coding: unicode_escape -*-\n# \\u000a raise SystemExit(3)\n",
            verdicts=(*DIED, "missing")),
    Hostile("odd-utf7", "code that is hidden in an encoding of seven bits",
            raw=b"# -*- coding: utf-7 -*-\n# +AAo-raise SystemExit(3)\n",
            verdicts=(*DIED, "missing")),
    Hostile("odd-two_marks", "two marks of the order of bytes",
            raw=b"\xef\xbb\xbf\xef\xbb\xbfx = 1\n", verdicts=("error",)),
    Hostile("odd-control_characters", "form feeds, escapes and a lone carriage return",
            raw=b"x = 1\x0c\n\x1b[2J\n\ry = 2\r", verdicts=("error",)),
    Hostile("odd-lookalike_letters", "names in letters that look like others",
            raw="def rnn_stеp(x, h_prev, W_xh, W_hh, b_h): return b_h\n".encode(),
            verdicts=NOTHING),
    Hostile("odd-wide_letters", "names in wide letters, which Python takes for the plain ones",
            raw="def ｒｎｎ_ｓｔｅｐ(x, h_prev, W_xh, W_hh, b_h): return b_h * 0\n".encode(),
            verdicts=("wrong",)),
    Hostile("odd-not_a_function", "a number where the function should be",
            raw=b"rnn_step = 5\nVanillaRNN = None\n", verdicts=("error",)),
    Hostile("odd-other_signature", "a function that wants one argument more",
            raw=b"def rnn_step(x, h_prev, W_xh, W_hh, b_h, more): return b_h\n",
            verdicts=("error",)),
    Hostile("odd-coroutine", "functions that are to be awaited, and generators",
            raw=b"async def rnn_step(*args): return 0\nclass VanillaRNN:\n"
                b"    def forward(self, *args): yield 0\n",
            verdicts=("wrong",)),
    Hostile("odd-module_that_answers", "a module that has every name that it is asked for",
            raw=b"def __getattr__(name): return lambda *args, **kwargs: 0.0\n",
            verdicts=("wrong", "missing")),
    Hostile("odd-module_replaced", "another object in the place of the module",
            raw=b"import sys\nclass All:\n    def __getattr__(self, name): return lambda *a: 0.0\n"
                b"sys.modules[__name__] = All()\n",
            verdicts=("wrong", "missing")),
    Hostile("odd-slots_deleted", "the functions delete themselves when they are called",
            body="del globals()['rnn_step']; return np.zeros_like(b_h)",
            verdicts=("wrong", "missing")),
    Hostile("odd-star_imports", "every name there is, imported over its own",
            raw=b"from numpy import *\nfrom os import *\nfrom sys import *\n", verdicts=NOTHING),
    Hostile("odd-tabs", "tabs and spaces that say different things",
            raw=b"def rnn_step(*args):\n\tif args:\n        return 0\n\treturn 1\n",
            verdicts=("error",)),
]  # fmt: skip

HONEST = [
    Hostile("odd-crowd", "a right file among ten thousand others", honest=True, deserved=FULL,
            build=make_crowd),
    Hostile("odd-hidden_in_a_crowd", "a right file in one of three thousand folders",
            verdicts=NOTHING, build=make_hidden_in_a_crowd),
    Hostile("odd-deep", "a right file below three hundred folders",
            honest=True, deserved=FULL, build=make_deep),
    Hostile("odd-libraries_beside", "modules with the names of those that grading uses",
            honest=True, deserved=FULL,
            build=beside("numpy.py", "torch.py", "json.py", "msgpack.py", "os.py", "pytest.py",
                         "autograder.py", "numpy/__init__.py", "matplotlib/__init__.py")),
    Hostile("odd-settings_beside", "files that change how tests are run",
            honest=True, deserved=FULL,
            build=beside("conftest.py", "pytest.ini", "sitecustomize.py", "usercustomize.py",
                         "setup.cfg", "tox.ini", "pyproject.toml", "nbgrader_config.py",
                         "test_rnn_step.py", "probes.py", "stand_ins.py", "cases.py",
                         "assignment.toml", "x.pth", "__init__.py", "__pycache__/numpy.pyc",
                         "matplotlibrc", ".env", "vanilla_rnn.so", "vanilla_rnn.pyc")),
    Hostile("odd-results_beside", "results, a gradebook and a report of its own",
            honest=True, deserved=FULL,
            build=beside("results.json", "results/odd-results_beside.json", "gradebook.db",
                         "grades.csv", "run.json")),
    Hostile("odd-notebook_of_brackets", "a notebook that is a hundred thousand lists",
            honest=True, deserved=FULL,
            build=with_file("rnn_fundamentals.ipynb", b"[" * 100_000 + b"]" * 100_000)),
    Hostile("odd-notebook_of_digits", "a notebook that is a number of a million digits",
            honest=True, deserved=FULL,
            build=with_file("rnn_fundamentals.ipynb", b"9" * 1_000_000)),
    Hostile("odd-notebook_of_cells", "a notebook whose cells are not what cells are",
            honest=True, deserved=FULL,
            build=with_file("rnn_fundamentals.ipynb",
                            b'{"nbformat": 4, "cells": [{"cell_type": "code", "metadata": '
                            b'{"nbgrader": [1]}, "source": [1, null, {"<b>": 1e999}]}]}')),
    Hostile("odd-time_stamp", "a time of handing in that is HTML",
            honest=True, deserved=FULL,
            build=with_file("timestamp.txt", b"<script>alert(8)</script>\n\x1b[2J"),
            never=("<script>alert(8)",)),
    Hostile("odd-crlf", "the ends of lines of another system", base=REFERENCE, honest=True,
            deserved=FULL, edits=(("\n", "\r\n"),)),
    Hostile("odd-bare_cr", "the ends of lines of a system long gone", base=REFERENCE, honest=True,
            deserved=FULL, edits=(("\n", "\r"),)),
    Hostile("odd-mark", "a mark of the order of bytes", honest=True,
            deserved=FULL, build=instead(make_marked)),
]  # fmt: skip


def named(id: str, folder: str) -> Hostile:
    """Right work by a student whose folder has this name."""
    return Hostile(
        f"odd-named_{id}",
        f"a student's folder called {folder[:40]!r}",
        base=REFERENCE,
        honest=True,
        deserved=FULL,
        folder=folder,
    )


NAMED = [
    named("formula", "=cmd|' ⁄C calc'!A0"),
    named("wide_formula", "＝1+1"),
    named("plus", "+1-1"),
    named("at", "@SUM(1)"),
    named("tab", "\t=1+1"),
    named("dash", "-rf"),
    named("option", "--seed=6"),
    named("script", "<script>alert(9)<⁄script>"),
    named("attribute", "\"' onmouseover='alert(10)"),
    named("newline", "two\nlines\r\n85"),
    named("escapes", "\x1b[2J\x1b[32mgreen"),
    named("bidi", "\u202egnp.exe\u2069"),
    named("like_a_neighbour", "z-perfect\u200b"),
    named("dots", "a..b...c."),
    named("percent", "%2e%2e%2f%s%n%d"),
    named("braces", "{}{0}{x.__class__}{{7*1111}}{%raw%}"),
    named("markup", "[bold][link=x]\\["),
    named("backslash", "x\\..\\..\\y"),
    named("quotes", 'a","85","b'),
    named("spaces", "  two  spaces  "),
    named("long", "n" * 200),
    named("emoji", "👩‍💻 Zoë"),
    named("surrogate", os.fsdecode(b"m\xfcller\xff")),
    named("device", "NUL"),
    named("hash", "a#b?c&d;e"),
    named("glob", "*[a-z]?"),
    named("variable", "$HOME`id`;ls"),
]

NOBODY = [
    Hostile("odd-hidden_student", "a student's folder that is hidden", folder="...", result=False,
            base=REFERENCE),
    Hostile("odd-file_as_student", "a file in the place of a student's folder", result=False,
            build=make_file_as_folder),
    Hostile("odd-link_as_folder", "a link to the solutions in the place of the hand-in",
            result=False, build=make_link_as_folder),
    Hostile("odd-link_as_student", "a link to another student in the place of the folder",
            result=False, build=make_link_as_student),
]  # fmt: skip

ENTRIES = [*FILES, *TEXTS, *HONEST, *NAMED, *NOBODY]
