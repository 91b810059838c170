"""Staging: copies of submissions that nbgrader can convert without harm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from autograder.course import submissions, time_stamp
from autograder.course.handin_notebook import SECRET, read_bytes, read_notebook
from autograder.course.notebook_repair import Repaired, Source, repair


def stage(
    folder: Path,
    to: Path,
    stubs: Mapping[str, bytes],
    released: Mapping[str, str],
    timezone: str = "",
) -> None:
    """Copy a submission to the new folder `to`.

    Args:
        stubs: file name -> content of the student files as they were handed out.
        released: file name -> text of the notebooks that students got; the copies have their
            graded cells.
        timezone: the course's, such as Europe/Berlin.
    """
    to.mkdir(parents=True)
    for name, source in submissions.read(folder, "", stubs, stubs).sources.items():
        if isinstance(source, bytes):
            (to / name).write_bytes(source)
    when = time_stamp.read(folder, timezone).when
    if when is not None:
        (to / time_stamp.STAMP).write_text(time_stamp.written(when), "utf-8")
    secret = read_bytes(folder / SECRET, 1000)
    if secret is not None and secret.isalnum():
        (to / SECRET).write_bytes(secret)
    for name in released:
        _write(to / name, read_notebook(folder, name, released))


def stage_unread(to: Path, released: Mapping[str, str]) -> None:
    """Make the copy of a submission that cannot be copied: its questions wait for a person."""
    to.mkdir(parents=True)
    for name, text in released.items():
        source = Source(name, (), "cannot be prepared for nbgrader")
        _write(to / name, repair([source], json.loads(text), name))


def _write(path: Path, repaired: Repaired) -> None:
    text = json.dumps(repaired.notebook, indent=1, ensure_ascii=False)
    path.write_bytes(text.encode("utf-8", "replace"))
