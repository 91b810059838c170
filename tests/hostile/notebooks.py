"""Notebooks and time stamps that are to exhaust or confuse those who read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.hostile.catalogue import Build, Hostile, Places

FILE = "vanilla_rnn.py"
NOTEBOOK = "rnn_fundamentals.ipynb"
FULL = {"rnn_step": 1.0, "VanillaRNN.forward": 1.0}


def with_files(**files: bytes) -> Build:
    """A right file, and others: `notebook` and `stamp` under their names."""
    names = {"notebook": NOTEBOOK, "stamp": "timestamp.txt"}

    def build(folder: Path, places: Places) -> None:
        (folder / FILE).write_bytes(places.references[FILE])
        for key, content in files.items():
            (folder / names[key]).write_bytes(content)

    return build


def of_cells(*cells: Any) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def text(source: Any, **more: Any) -> Any:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def graded(grade_id: str, **more: Any) -> Any:
    about = {"grade_id": grade_id, "grade": True, "solution": True, "points": 1000, **more}
    return text("Mine.", metadata={"nbgrader": about, "autograder": {"waits": [], "texts": 5}})


def make_sparse_crowd(folder: Path, places: Places) -> None:
    (folder / FILE).write_bytes(places.references[FILE])
    for number in range(60):
        with (folder / f"{number}.ipynb").open("wb") as file:
            file.truncate(32 << 20)


def make_half_a_gigabyte(folder: Path, places: Places) -> None:
    (folder / FILE).write_bytes(places.references[FILE])
    with (folder / NOTEBOOK).open("wb") as file:
        file.write(b'{"cells": [{"source": "x", "outputs": ["')
        file.truncate(500 << 20)


def make_folder_of_notebooks(folder: Path, places: Places) -> None:
    (folder / FILE).write_bytes(places.references[FILE])
    (folder / NOTEBOOK).mkdir()
    for number in range(300):
        (folder / NOTEBOOK / f"{number}.ipynb").write_bytes(of_cells(graded("question-1")))


def make_links(folder: Path, places: Places) -> None:
    (folder / FILE).write_bytes(places.references[FILE])
    (folder / NOTEBOOK).symlink_to(places.solutions / "questions.toml")
    (folder / "second.ipynb").symlink_to(places.solutions)
    (folder / "timestamp.txt").symlink_to("/dev/zero")


def make_named(folder: Path, places: Places) -> None:
    (folder / FILE).write_bytes(places.references[FILE])
    for name in (
        "<img src=x onerror=alert(11)>.ipynb",
        "`](javascript:alert(12)).ipynb",
        "\x1b[2J.ipynb",
    ):
        (folder / name).write_bytes(of_cells(text("Mine.")))


def notebook(id: str, tries: str, build: Build, never: tuple[str, ...] = ()) -> Hostile:
    """Right work with a notebook that costs it nothing."""
    return Hostile(
        f"notebooks-{id}", tries, honest=True, deserved=FULL, build=build, never=never
    )  # fmt: skip


def content(id: str, tries: str, data: bytes) -> Hostile:
    return notebook(id, tries, with_files(notebook=data))


def stamp(id: str, tries: str, data: bytes) -> Hostile:
    return notebook(id, tries, with_files(stamp=data))


ENTRIES = [
    notebook("sparse_crowd", "sixty notebooks of 32 MB of nothing", make_sparse_crowd),
    notebook("half_a_gigabyte", "an output of half a gigabyte", make_half_a_gigabyte),
    notebook("folder", "a folder of notebooks in the place of one", make_folder_of_notebooks),
    notebook("links", "links to the model answers and to a device", make_links),
    notebook("names", "names that are HTML, Markdown and escapes", make_named,
             never=("<img src=x", "\x1b[2J")),
    content("values", "five million lists beside the cells",
            b'{"cells": [], "metadata": [' + b"[]," * 5_000_000 + b"[]]}"),
    content("brackets", "an output three million lists deep",
            b'{"cells": [{"source": "x", "outputs": ' + b"[" * 3_000_000),
    content("closed", "an output that is closed more often than it is opened",
            b'{"cells": [{"outputs": [' + b"]" * 3_000_000 + b"}]}"),
    content("escapes", "a text of ten million escapes",
            b'{"cells": [{"source": "' + b"\\n" * 10_000_000 + b'"}]}'),
    content("keys", "a text that is given a hundred thousand times",
            b'{"cells": [{' + b'"source": "x", ' * 100_000 + b'"id": 1}]}'),
    content("cells", "fifty thousand cells", of_cells(*[text("Mine.")] * 50_000)),
    content("answers", "a thousand answers to one question, with points of its own",
            of_cells(*[graded("question-1")] * 1000)),
    content("ids", "every cell under the id of a question",
            of_cells(*(text(f"Mine {n}.", id="question-1") for n in range(1000)))),
    content("locked", "cells of the handout that say that they are none",
            of_cells(graded("rnn_step", locked=False), graded("question-1-text", task=True))),
    content("surrogates", "letters that there are not", of_cells(text("\ud800\udfff\ud800"))),
    content("utf_32", "a text of four bytes a letter",
            of_cells(text("Mine.")).decode().encode("utf-32")),
    content("program", "a cell that the parser of programs chokes on",
            of_cells({**text("(" * 9_000 + "-" * 9_000), "cell_type": "code"})),
    content("pictures", "pictures that are pages",
            of_cells(text("![x](attachment:x)", attachments={
                "x": {"text/html": "<script>alert(13)</script>"},
                "y": {"image/png": '"><script>'},
            }))),
    stamp("endless_time", "a time of a megabyte", b"2026-03-01 12:00:00 UTC" + b" " * 1_000_000),
    stamp("zone_of_files", "a time zone that is a file",
          b"2026-03-01 12:00:00 ../../../etc/passwd"),
    stamp("last_year", "a time after the last", b"9999-12-31 23:59:59 -2359"),
    stamp("digits", "a time of digits", b"9" * 390),
]  # fmt: skip
