"""What the kit does in a student's notebook: the magic `%check`, and `needs` for experiments.

`%load_ext autograder` registers the magic. Nothing here raises for what a student did.
"""

from __future__ import annotations

import atexit
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import KitError

if TYPE_CHECKING:
    from autograder.assignment import Slot
    from autograder.front import Workers
    from autograder.frozen import Released
    from autograder.judge import SlotResult


# ------------------------------------------------------------------------------ %check


def load_ipython_extension(ipython: Any) -> None:
    """Register `%check`; IPython calls this for `%load_ext autograder`."""
    checker = Checker()
    atexit.register(checker.close)
    ipython.register_magic_function(checker.magic, "line", "check")


class Checker:
    """Runs the public checks for one kernel, whose workers stay warm from check to check."""

    def __init__(self) -> None:
        self._workers: Workers | None = None

    def magic(self, line: str) -> None:
        """Check slots with the public checks: `%check SLOT ...`, or `%check` for all of them."""
        _display(self.text(line.split()))

    def text(self, slots: Sequence[str]) -> str:
        """What `autograder check SLOT ...` prints in the current folder."""
        from autograder.explain import checked
        from autograder.frozen import find_released

        try:
            released = find_released(Path.cwd())
            assignment = released.assignment
            names = [assignment.slot(name).name for name in slots] or list(assignment.slots)
            results = self._check(released, names)
        except KitError as error:
            return f"autograder: {error}"
        return "\n".join(line for line, _ in checked(results, bool(slots), "%check"))

    def close(self) -> None:
        """End the workers; the next check starts new ones."""
        if self._workers is not None:
            self._workers.__exit__()
            self._workers = None

    def _check(self, released: Released, names: Sequence[str]) -> dict[str, SlotResult]:
        from autograder.check import check

        warm = self._workers is not None
        try:
            results = check(released, names, self._started())
            broken = [name for name, result in results.items() if result.verdict == "ungraded"]
            if broken and warm:  # the warm workers may have died since the last check
                self.close()
                results.update(check(released, broken, self._started()))
        except BaseException:  # stopped in the middle of a conversation with a worker
            self.close()
            raise
        return results

    def _started(self) -> Workers:
        from autograder.front import Workers

        if self._workers is None:
            self._workers = Workers()
        return self._workers


def _display(text: str) -> None:
    """Text in a terminal, the same text in a box of its own in a notebook."""
    from IPython.display import display

    box = f'<pre style="font-family: monospace; white-space: pre-wrap">{escape(text)}</pre>'
    bundle = {"text/plain": text, "text/html": box}
    display(bundle, raw=True)


# ------------------------------------------------------------------------------ needs


@contextmanager
def needs(*slots: str) -> Iterator[None]:
    """Skip the rest of an experiment when it meets a slot that is not written yet.

    `slots` tells the reader which ones the experiment calls. Whichever slot is missing is named,
    with the file to open; every other exception is the student's to see.
    """
    before = _open_figures()
    try:
        yield
    except NotImplementedError as error:
        slot = _slot_of_this_folder(str(error))
        if slot is None:
            raise
        for number in _open_figures() - before:  # half a figure would be shown after the cell
            sys.modules["matplotlib.pyplot"].close(number)
        print(
            f"skipped: {slot.name} is not written yet. "
            f"Open {slot.file}, write it where the TODO is, then run this cell again."
        )


def _slot_of_this_folder(name: str) -> Slot | None:
    """The slot with exactly this name, if the current folder is a released assignment."""
    from autograder.frozen import find_released

    try:
        return find_released(Path.cwd()).assignment.slots.get(name)
    except KitError:
        return None


def _open_figures() -> set[int]:
    """The numbers of matplotlib's open figures; matplotlib is not imported for that."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set() if pyplot is None else set(pyplot.get_fignums())
