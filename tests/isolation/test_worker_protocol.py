"""Replies become values only where they have the right form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.isolation import worker_protocol
from autograder.isolation.wire import WireError, decode
from autograder.isolation.worker_protocol import (
    CallAnswer,
    Function,
    LoadedFile,
    RaisedError,
    StandInCall,
    call_request,
)
from autograder.limits import Limits

ANSWER = {"value": 1.0, "mutated": ["x"], "places": ["0"], "touched": [], "printed": "seen"}
LOADED = {"lines": {"f": 1}, "stubs": {}}
ERROR = {"kind": "raised", "type": "ValueError", "message": "no", "line": 3, "printed": ""}
CALLBACK = {"slot": "double", "args": (1.0,), "kwargs": {"scale": 2}}


def test_replies_of_the_right_form_become_values() -> None:
    assert worker_protocol.read_answer(ANSWER) == CallAnswer(1.0, ("x",), ("0",), (), "seen")
    assert worker_protocol.read_loaded(LOADED) == LoadedFile({"f": 1}, {})
    assert worker_protocol.read_error(ERROR) == RaisedError("raised", "ValueError", "no", 3)
    assert worker_protocol.read_error({}) == RaisedError("raised")
    assert worker_protocol.read_callback(CALLBACK) == StandInCall("double", (1.0,), {"scale": 2})


@pytest.mark.parametrize(
    ("read", "body"),
    [
        ("answer", {name: value for name, value in ANSWER.items() if name != "value"}),
        ("answer", {**ANSWER, "mutated": "x"}),
        ("answer", {**ANSWER, "places": [0]}),
        ("answer", {**ANSWER, "touched": {}}),
        ("answer", {**ANSWER, "printed": None}),
        ("answer", [ANSWER]),
        ("loaded", {"lines": {"f": 1}}),
        ("loaded", {**LOADED, "lines": {"f": "1"}}),
        ("loaded", {**LOADED, "stubs": {1: 1}}),
        ("loaded", {**LOADED, "stubs": {"f": True}}),
        ("error", {**ERROR, "kind": "correct"}),
        ("error", {**ERROR, "kind": ["raised"]}),
        ("error", {**ERROR, "kind": np.zeros(2)}),
        ("error", {**ERROR, "message": 3}),
        ("error", {**ERROR, "line": "3"}),
        ("error", {**ERROR, "line": True}),
        ("callback", {**CALLBACK, "slot": None}),
        ("callback", {**CALLBACK, "args": [1.0]}),
        ("callback", {**CALLBACK, "kwargs": {1: 2}}),
        ("callback", {"slot": "double"}),
        ("nothing", "ok"),
    ],
)
def test_replies_of_another_form_are_refused(read: str, body: Any) -> None:
    with pytest.raises(WireError):
        getattr(worker_protocol, f"read_{read}")(body)


def test_a_request_says_how_large_the_answer_may_be() -> None:
    request = call_request("f", Function("probe", "shape"), (1,), {"x": 2}, Limits(output_mb=3))
    assert decode(request) == {
        "slot": "f",
        "owner": "probe",
        "name": "shape",
        "args": [1],
        "kwargs": {"x": 2},
        "largest": 3 << 20,
    }
