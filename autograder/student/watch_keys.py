"""The keys of `check --watch`."""

from __future__ import annotations

from dataclasses import replace

from autograder.student.watch_state import WatchState, with_focus

# In the order of the footer. `watch_screen` acts on RUN_AGAIN and QUIT, `after_key` on the others.
RUN_AGAIN, HINT, NEXT, QUIT = "r", "h", "n", "q"
KEYS = {RUN_AGAIN: "run again", HINT: "hint", NEXT: "next", QUIT: "quit"}


def after_key(state: WatchState, key: str) -> WatchState:
    """The state after a key was pressed."""
    if key == NEXT:
        order = list(state.slots)
        start = order.index(state.focus) + 1 if state.focus else 0
        to_fix = state.to_fix()
        candidates = (slot for slot in order[start:] + order[:start] if slot in to_fix)
        return with_focus(state, next(candidates, state.focus))
    if key == HINT and state.focus:
        return replace(state, stage=(state.stage + 1) % (len(state.slots[state.focus].hints) + 1))
    return state
