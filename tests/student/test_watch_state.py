"""The state of the watch and its lines, without a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.assignment.model import Assignment
from autograder.judging.failure import Failure
from autograder.judging.judgement import SlotResult
from autograder.judging.verdict import Verdict
from autograder.student.terminal import without_escapes
from autograder.student.watch_keys import KEYS, after_key
from autograder.student.watch_state import WatchState, with_results
from autograder.student.watch_view import screen_lines

SLOTS = ("double", "quadruple", "Walker.walk")


def results(**verdicts: Verdict) -> dict[str, SlotResult]:
    found = {}
    for slot, verdict in verdicts.items():
        failure = None if verdict == Verdict.CORRECT else Failure(verdict, "a fact")
        found[slot] = SlotResult(slot, "moves.py", verdict, 0.0, 1.0, (), failure=failure)
    return found


@pytest.fixture
def state(toy: Assignment) -> WatchState:
    assert tuple(toy.slots) == SLOTS
    return WatchState("Toy", toy.slots)


def test_the_first_slot_to_fix_gets_the_focus_and_keeps_it(state: WatchState) -> None:
    state = with_results(state, results(double=Verdict.CORRECT), saved=False, checking="")
    assert (state.focus, state.to_fix()) == ("", [])
    state = with_results(state, results(quadruple=Verdict.WRONG), saved=False, checking="")
    assert state.focus == "quadruple"
    state = with_results(state, results(double=Verdict.WRONG), saved=False, checking="")
    assert state.focus == "quadruple"
    state = with_results(state, results(double=Verdict.WRONG), saved=True, checking="")
    assert state.focus == "double"  # it is in the file that was saved


def test_n_goes_round_and_h_shows_each_hint_and_then_none(state: WatchState) -> None:
    wrong = results(**dict.fromkeys(("double", "quadruple"), Verdict.WRONG))
    state = with_results(state, wrong, saved=False, checking="")
    assert after_key(state, "n").focus == "quadruple"
    assert after_key(after_key(state, "n"), "n").focus == "double"
    stages = []
    for _ in range(len(state.slots["double"].hints) + 1):
        state = after_key(state, "h")
        stages.append(state.stage)
    assert stages == [*range(1, len(stages)), 0]
    assert after_key(after_key(state, "h"), "n").stage == 0


def test_the_screen_has_its_size_and_names_keys_and_slots(state: WatchState) -> None:
    lines = [line.plain for line in screen_lines(replace(state, checking="moves.py"), 79, 24)]
    assert len(lines) == 24
    assert lines[0].startswith("Toy   0 of 3 slots right")
    assert lines[2].split() == ["moves.py", "·", "double", "·", "quadruple", "·", "Walker.walk"]
    assert lines[-1].endswith("checking moves.py …")
    assert all(f"{key} {action}" in lines[-1] for key, action in KEYS.items())
    narrow = [line.plain for line in screen_lines(state, 30, 5)]
    assert len(narrow) == 5
    assert max(map(len, narrow)) <= 30


def test_an_arrow_is_no_key() -> None:
    assert without_escapes("\x1b[bx\x1boqh\x1b[1;5c") == "xh"
