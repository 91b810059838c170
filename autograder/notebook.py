"""What the kit does in a student's notebook: the magic `%check`, and `needs` for experiments.

`%load_ext autograder` registers the magic. No mistake of a student raises an exception here.
"""

from __future__ import annotations

import atexit
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import KitError
from autograder.student.magic import Checker

if TYPE_CHECKING:
    from autograder.assignment.model import Slot


# ------------------------------------------------------------------------------ %check


def load_ipython_extension(ipython: Any) -> None:
    """Register `%check`; IPython calls this for `%load_ext autograder`."""
    checker = Checker()
    atexit.register(checker.close)
    ipython.register_magic_function(checker.magic, "line", "check")


# ------------------------------------------------------------------------------ needs


@contextmanager
def needs(*slots: str) -> Iterator[None]:
    """Skip the rest of an experiment when it calls a slot that is not written yet.

    Prints which slot that is, and the file to open. Every other exception is raised as usual.
    `slots` are for the reader of the notebook: they name the slots that the experiment calls.
    """
    open_before = _open_figures()
    try:
        yield
    except NotImplementedError as error:
        slot = _slot_in_this_folder(str(error))
        if slot is None:
            raise
        for number in _open_figures() - open_before:  # else half a figure would be shown
            sys.modules["matplotlib.pyplot"].close(number)
        print(
            f"skipped: {slot.name} is not written yet. "
            f"Open {slot.file}, write it where the TODO is, then run this cell again."
        )


def _slot_in_this_folder(name: str) -> Slot | None:
    """The slot with exactly this name, if the current folder is a released assignment."""
    from autograder.public.released_folder import find_released

    try:
        return find_released(Path.cwd()).assignment.slots.get(name)
    except KitError:
        return None


def _open_figures() -> set[int]:
    """The numbers of matplotlib's open figures, without importing matplotlib."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set() if pyplot is None else set(pyplot.get_fignums())
