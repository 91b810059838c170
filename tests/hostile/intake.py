"""Files that come in under odd names, in odd encodings, in crowds, or as something else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.hostile.catalogue import REFERENCE, Build, Hostile, Places

FILE = "vanilla_rnn.py"
SOLUTION = f"{FILE.removesuffix('.py')}/{FILE}"  # under solutions/rnn_fundamentals/
FULL = {"rnn_step": 1.0, "VanillaRNN.forward": 1.0}
NOTHING = ("missing",)


def renamed(name: str, *, stub: bool = False) -> Build:
    """The right file under another name, with the stub at its place or nothing."""

    def build(folder: Path, places: Places) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(places.references[FILE])
        if stub:
            (folder / FILE).write_bytes(places.stubs[FILE])

    return build


def copies(*names: str) -> Build:
    def build(folder: Path, places: Places) -> None:
        for number, name in enumerate(names):
            (folder / name).write_bytes(places.references[FILE] + b"# %d\n" % number)

    return build


def copy_as(make: Callable[[Path, Places], None]) -> Build:
    """What `make` puts under a name that a platform gives."""

    def build(folder: Path, places: Places) -> None:
        make(folder / "vanilla_rnn-1.py", places)

    return build


def with_end(end: bytes) -> Build:
    def build(folder: Path, places: Places) -> None:
        (folder / FILE).write_bytes(places.references[FILE] + end)

    return build


def make_encoded(encoding: str) -> Build:
    def build(folder: Path, places: Places) -> None:
        (folder / FILE).write_bytes(places.references[FILE].decode().encode(encoding))

    return build


def make_sparse_copies(folder: Path, places: Places) -> None:
    for number in range(1500):
        with (folder / f"vanilla_rnn ({number % 999}) ({number // 999}).py").open("wb") as file:
            file.truncate(1 << 20)


def make_modules_beside(folder: Path, places: Places) -> None:
    names = [f"module_{number}" for number in range(1500)]
    text = "".join(f"import {name}\n" for name in names)
    (folder / FILE).write_bytes(places.references[FILE] + f'"""\n{text}"""\n'.encode())
    for name in names:
        (folder / f"{name}.py").write_text('open("@ME@", "w").close()\n')


def declared(id: str, encoding: str, rest: bytes = b"x = 1\n") -> Hostile:
    """A file that asks for a codec."""
    return Hostile(
        f"intake-codec_{id}",
        f"to have the codec {encoding} run outside of every limit",
        raw=f"# -*- coding: {encoding} -*-\n".encode() + rest,
        verdicts=("error",),
        says="save it as UTF-8",
    )


CODECS = [
    declared("undefined", "undefined"),
    declared("punycode", "punycode", b"x-" * 400_000),
    declared("idna", "idna", b"a." * 400_000),
    declared("bz2", "bz2_codec", b"BZh91AY&SY" + bytes(range(1, 256)) * 100),
    declared("rot13", "rot_13", b"envfr FlfgrzRkvg\n"),
    declared("raw_escapes", "raw_unicode_escape", b"# \\u000araise SystemExit(3)\n"),
    declared("of_another_line", "utf-8\r# coding: hex", b"\xff"),
    Hostile("intake-utf_16", "nothing: UTF-16 with its mark", honest=True, deserved=FULL,
            build=make_encoded("utf-16")),
    Hostile("intake-utf_8_mark", "nothing: UTF-8 with its mark", honest=True, deserved=FULL,
            build=make_encoded("utf-8-sig")),
    Hostile("intake-utf_32", "an encoding whose mark begins like UTF-16's", verdicts=("error",),
            build=make_encoded("utf-32")),
]  # fmt: skip

HONEST_NAMES = {
    "canvas": "vanilla_rnn-1.py",
    "browser": "vanilla_rnn (1).py",
    "windows": "Vanilla_RNN.PY.txt",
    "newline": "vanilla_rnn\n(1).py",
    "markup": "vanilla_rnn <img src=x onerror=alert(41)>.py",
    "surrogate": os.fsdecode(b"vanilla_rnn-\xff.py"),
    "escapes": "vanilla_rnn \x1b[2J.py",
    "bidi": "vanilla_rnn\u202e (1).py",
    "subfolder": "work/vanilla_rnn - Copy.py",
    "long": f"vanilla_rnn {'n' * 200}.py",
}
NAMES = [
    *(
        Hostile(f"intake-name_{id}{after}", "nothing: a right file under another name", honest=True,
                deserved=FULL, build=renamed(name, stub=bool(after)),
                never=("<img src=x",))
        for id, name in HONEST_NAMES.items()
        for after in ("", "_beside_the_stub")
    ),
    Hostile("intake-two_copies", "two files that may be meant", verdicts=NOTHING,
            build=copies("vanilla_rnn-1.py", "vanilla_rnn-2.py"), says="none was taken"),
    Hostile("intake-link_as_copy", "the solution, by a link under a platform's name",
            verdicts=NOTHING,
            build=copy_as(lambda path, places: path.symlink_to(places.solutions / SOLUTION))),
    Hostile("intake-second_name_as_copy", "the solution's very file under a platform's name",
            verdicts=NOTHING,
            build=copy_as(lambda path, places: path.hardlink_to(places.solutions / SOLUTION))),
    Hostile("intake-fifo_as_copy", "a pipe under a platform's name", verdicts=NOTHING,
            build=copy_as(lambda path, _: os.mkfifo(path))),
    Hostile("intake-device_as_copy", "a device under a platform's name", verdicts=NOTHING,
            root_only=True,
            build=copy_as(lambda path, _: os.mknod(path, 0o020666, os.makedev(1, 5)))),
    Hostile("intake-folder_as_copy", "a folder under a platform's name", verdicts=NOTHING,
            build=copy_as(lambda path, _: path.mkdir())),
    Hostile("intake-sparse_copies", "a gigabyte and a half of copies", verdicts=("error", *NOTHING),
            build=make_sparse_copies),
]  # fmt: skip

TEXTS = [
    Hostile("intake-lines", "nothing: a right file with nearly a million empty lines", honest=True,
            deserved=FULL, build=with_end(b"\n" * 900_000)),
    Hostile("intake-braces", "an endless f-string in a comment", honest=True, deserved=FULL,
            build=with_end(b'# f"{' + b"{a}" * 250_000)),
    Hostile("intake-quotes", "quotation marks without end", verdicts=("error",), base=REFERENCE,
            edits=(("import numpy", '"""' * 100_001 + "\nimport numpy"),)),
    Hostile("intake-modules_beside", "a note for each of 1,500 modules", honest=True, deserved=FULL,
            build=make_modules_beside),
    Hostile("intake-forged_module", "words of its own in the message on a missing module",
            body="raise ModuleNotFoundError('No module named ' + repr('m' + str(x.sum())[:9]))",
            verdicts=("error",)),
    Hostile("intake-forged_syntax", "a syntax error at a line that there is not",
            body="raise SyntaxError('invalid character (U+110000)', ('f', 10**12, 1, '<b>', 1, 1))",
            verdicts=("error",)),
    Hostile("intake-backward_line", "a syntax error at a line below zero",
            body="raise SyntaxError('invalid syntax', ('f', -2**62, 1, 'x', 1, 1))",
            verdicts=("error",)),
]  # fmt: skip

ENTRIES = [*CODECS, *NAMES, *TEXTS]
