"""What a grader and a worker say to each other: the bodies of frames, and the checks of replies.

    grader → worker          reply
    prepare   PrepareBody    ok, without content           | error  ErrorBody
    load      LoadBody       ok LoadedBody -> LoadedFile   | error  ErrorBody -> RaisedError
    call      CallBody       ok AnswerBody -> CallAnswer   | error  ErrorBody -> RaisedError

    worker → grader
    callback  CallbackBody -> StandInCall                  answer  ComputedBody

Both sides build bodies as TypedDicts, so that a type checker sees both. A grader believes no body:
what a worker sent becomes a dataclass, or a WireError, in one of the `read_` functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypedDict, get_args

import numpy as np

from autograder.isolation.wire import Encoded, WireError, encode
from autograder.limits import Limits

# raised     an exception ended the call
# missing    the student's file has no function of this name
# forbidden  the call used what the slot may not use; the message is its name
# result     the call returned something that cannot be judged; the message says what
ErrorKind = Literal["raised", "missing", "forbidden", "result"]
ERROR_KINDS = get_args(ErrorKind)
MAX_NAMES, MAX_NAME = 1000, 200  # of the arguments that a call changed; what goes beyond is cut off

Owner = Literal["student", "probe", "oracle"]


class Function(NamedTuple):
    """A function that a worker can call: the code it is looked up in, and its name there.

    Probes and oracles are staff's; they get the student's module as their first argument. The name
    of a student's function may contain dots.
    """

    owner: Owner
    name: str


class PrepareBody(TypedDict):
    """Staff code that is executed before the student's file."""

    file: str
    extras: list[list[Any]]  # [owner, file name, text] of probe and oracle files
    stand_in_source: np.ndarray
    stand_ins: dict[str, str]  # slot -> name in stand_in_source; "" where the grader computes
    blocked: list[str]
    forbids: dict[str, list[str]]  # slot -> patterns


class LoadBody(TypedDict):
    """A student's file, as bytes."""

    source: np.ndarray


class CallBody(TypedDict):
    """A call for a slot. `owner` and `name` are those of a Function."""

    slot: str
    owner: Owner
    name: str
    args: list[Any]
    kwargs: dict[str, object]
    largest: int  # bytes of arrays in the reply


class LoadedBody(TypedDict):
    lines: dict[str, int]
    stubs: dict[str, int]


class AnswerBody(TypedDict):
    value: Any
    mutated: list[str]
    places: list[str]
    touched: list[str]
    printed: str


class ErrorBody(TypedDict, total=False):
    kind: ErrorKind
    type: str
    message: str
    line: int | None
    staff: str
    printed: str


class CallbackBody(TypedDict):
    slot: str
    args: tuple[Any, ...]
    kwargs: dict[str, object]


class ComputedBody(TypedDict, total=False):
    """`error` says why there is no `value`."""

    value: Any
    error: str


def call_request(
    slot: str,
    function: Function,
    args: Iterable[object],
    kwargs: Mapping[str, object],
    limits: Limits,
) -> Encoded:
    """Encode the request to call a function for a slot.

    Raises WireError where the arguments are too large to cross.
    """
    body: CallBody = {
        "slot": slot,
        "owner": function.owner,
        "name": function.name,
        "args": list(args),
        "kwargs": dict(kwargs),
        "largest": limits.output_mb << 20,
    }
    return encode(body)


# ------------------------------------------------------------------------------ replies


@dataclass(frozen=True)
class LoadedFile:
    """A file was executed.

    Attributes:
        lines: the line of each function and class, by its qualified name.
        stubs: the line of the one statement of each function that is as it was handed out.
    """

    lines: Mapping[str, int]
    stubs: Mapping[str, int]


@dataclass(frozen=True)
class CallAnswer:
    """A call returned.

    Attributes:
        mutated: the arguments, or parts of them, that the call changed, by the student's names.
        places: the same, by number or keyword.
        touched: the global settings that the call changed.
    """

    value: Any
    mutated: tuple[str, ...]
    places: tuple[str, ...]
    touched: tuple[str, ...]
    printed: str


@dataclass(frozen=True)
class RaisedError:
    """A file or a call ended with an error.

    Attributes:
        type: of the exception.
        line: of the student's file, where the exception came through it.
        staff: likewise the file and line of staff's code.
    """

    kind: ErrorKind
    type: str = ""
    message: str = ""
    line: int | None = None
    printed: str = ""
    staff: str = ""


@dataclass(frozen=True)
class StandInCall:
    """A call of a stand-in, for which the grader is to compute."""

    slot: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, object]


def read_nothing(body: object) -> None:
    """Accept a reply that has no content."""
    _fields(body)


def read_loaded(body: object) -> LoadedFile:
    """Check the reply to `load`. Raises WireError."""
    fields = _fields(body, "lines", "stubs")
    return LoadedFile(_lines(fields["lines"]), _lines(fields["stubs"]))


def read_answer(body: object) -> CallAnswer:
    """Check the reply to `call`. Raises WireError."""
    fields = _fields(body, "value", "mutated", "places", "touched", "printed")
    mutated, places, touched = (_texts(fields[name]) for name in ("mutated", "places", "touched"))
    return CallAnswer(fields["value"], mutated, places, touched, _text(fields["printed"]))


def read_error(body: object) -> RaisedError:
    """Check an error reply. Raises WireError."""
    fields = _fields(body)
    kind, line = fields.get("kind", "raised"), fields.get("line")
    if _text(kind) not in ERROR_KINDS or not (line is None or type(line) is int):
        raise WireError("error reply")
    texts = (_text(fields.get(name, "")) for name in ("type", "message", "printed", "staff"))
    type_name, message, printed, staff = texts
    return RaisedError(kind, type_name, message, line, printed, staff)


def read_callback(body: object) -> StandInCall:
    """Check the call of a stand-in. Raises WireError."""
    fields = _fields(body, "slot", "args", "kwargs")
    args, kwargs = fields["args"], fields["kwargs"]
    if not (isinstance(args, tuple) and isinstance(kwargs, dict)):
        raise WireError("callback")
    if not all(isinstance(name, str) for name in kwargs):
        raise WireError("callback")
    return StandInCall(_text(fields["slot"]), args, kwargs)


def _fields(body: object, *names: str) -> dict[str, Any]:
    if not isinstance(body, dict) or not body.keys() >= set(names):
        raise WireError("reply")
    return body


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise WireError("reply")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise WireError("reply")
    return tuple(_text(item)[:MAX_NAME] for item in value[:MAX_NAMES])


def _lines(value: object) -> dict[str, int]:
    if not isinstance(value, dict) or not all(type(line) is int for line in value.values()):
        raise WireError("reply")
    return {_text(name): line for name, line in value.items()}
