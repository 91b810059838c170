"""The magic `%check`: what `autograder check` says, with a drawing of the numbers that differ."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import KitError
from autograder.judging.verdict import Verdict

if TYPE_CHECKING:
    from autograder.isolation.pool import Workers
    from autograder.judging.judgement import SlotResult
    from autograder.judging.message import Line
    from autograder.public.released_folder import Released


class Checker:
    """Runs the public checks for one kernel; its workers stay warm from check to check."""

    def __init__(self) -> None:
        self._workers: Workers | None = None

    def magic(self, line: str) -> None:
        """Check slots with the public checks: `%check SLOT ...`, or `%check` for all of them."""
        from autograder.student.notebook_message import message_html, message_text

        try:
            results, lines = self._check(line.split())
        except KitError as error:
            _display(f"autograder: {error}", f"<p>autograder: {escape(str(error))}</p>")
        else:
            _display(message_text(lines, results), message_html(lines, results))

    def text(self, slots: Sequence[str]) -> str:
        """What `autograder check SLOT ...` prints in the current folder."""
        try:
            _, lines = self._check(slots)
        except KitError as error:
            return f"autograder: {error}"
        return "\n".join(line.text for line in lines)

    def close(self) -> None:
        """End the workers; the next check starts new ones."""
        if self._workers is not None:
            self._workers.__exit__()
            self._workers = None

    def _check(self, slots: Sequence[str]) -> tuple[dict[str, SlotResult], list[Line]]:
        """Check slots, or all of them. Returns the results and the message. Raises KitError."""
        from autograder.judging.message import check_lines
        from autograder.public.released_folder import find_released

        released = find_released(Path.cwd())
        assignment = released.assignment
        names = [assignment.slot(name).name for name in slots] or list(assignment.slots)
        results = self._results(released, names)
        return results, list(check_lines(results, bool(slots), "%check"))

    def _results(self, released: Released, names: Sequence[str]) -> dict[str, SlotResult]:
        from autograder.student.file_checker import check_slots

        were_warm = self._workers is not None
        try:
            results = check_slots(released, names, self._started_workers())
            broken = [
                name for name, result in results.items() if result.verdict == Verdict.UNGRADED
            ]
            if broken and were_warm:  # the workers may have died since the last check
                self.close()
                results.update(check_slots(released, broken, self._started_workers()))
        except BaseException:  # Ctrl-C may have cut off a reply: these workers are of no use now
            self.close()
            raise
        return results

    def _started_workers(self) -> Workers:
        from autograder.isolation.pool import Workers

        if self._workers is None:
            self._workers = Workers()
        return self._workers


def _display(text: str, html: str) -> None:
    """Text in a terminal, HTML in a notebook."""
    from IPython.display import display

    display({"text/plain": text, "text/html": html}, raw=True)
