"""What `check --watch` knows and shows, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from autograder.judging.verdict import Verdict

if TYPE_CHECKING:
    from autograder.assignment.model import Slot
    from autograder.judging.judgement import SlotResult


@dataclass(frozen=True)
class WatchState:
    """What the watch knows and what its screen shows.

    `slots` are the slots to check, in order; `focus` is the slot whose message is shown, or "";
    `stage` is the number of the hint shown, or 0; `checking` is the file being checked, or "".
    """

    title: str
    slots: Mapping[str, Slot]
    results: Mapping[str, SlotResult] = field(default_factory=dict)
    checking: str = ""
    focus: str = ""
    stage: int = 0

    def to_fix(self) -> list[str]:
        """The slots that were checked and are not correct."""
        known = (self.results.get(slot) for slot in self.slots)
        return [result.slot for result in known if result and result.verdict != Verdict.CORRECT]


def with_results(
    state: WatchState, results: Mapping[str, SlotResult], saved: bool, checking: str
) -> WatchState:
    """The state with the results of a file.

    `saved` says whether this file was saved last: then the focus moves to it. `checking` is the
    next file to check, or "".
    """
    state = replace(state, results={**state.results, **results}, checking=checking)
    to_fix = state.to_fix()
    in_file = [slot for slot in results if slot in to_fix]
    if saved and in_file and state.focus not in in_file:
        return with_focus(state, in_file[0])
    if state.focus not in to_fix:
        return with_focus(state, to_fix[0] if to_fix else "")
    return state


def with_focus(state: WatchState, slot: str) -> WatchState:
    """The state with the message of another slot, and no hint."""
    return state if slot == state.focus else replace(state, focus=slot, stage=0)
