"""Staging: copies of submissions that nbgrader can convert without harm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from autograder.course import submissions, time_stamp
from autograder.course.handin_notebook import SECRET, read_bytes, read_notebook


def stage(folder: Path, to: Path, stubs: Mapping[str, bytes], released: Mapping[str, str]) -> None:
    """Copy a submission to the new folder `to`.

    Args:
        stubs: file name -> content of the student files as they were handed out.
        released: file name -> text of the notebooks that students got; the copies have their
            graded cells.
    """
    to.mkdir(parents=True)
    for name, source in submissions.read(folder, "", stubs, stubs).sources.items():
        if isinstance(source, bytes):
            (to / name).write_bytes(source)
    when = time_stamp.read(folder).when
    if when is not None:
        (to / time_stamp.STAMP).write_text(time_stamp.written(when), "utf-8")
    secret = read_bytes(folder / SECRET, 1000)
    if secret is not None and secret.isalnum():
        (to / SECRET).write_bytes(secret)
    for name in released:
        notebook = read_notebook(folder, name, released).notebook
        text = json.dumps(notebook, indent=1, ensure_ascii=False)
        (to / name).write_bytes(text.encode("utf-8", "replace"))
