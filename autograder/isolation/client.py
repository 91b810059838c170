"""The one door to a student's process: start it, load a file, call with a deadline, end it.

`Workers` keeps one zygote for each set of libraries and hands out `Worker`s. How a worker is
started (forked from a zygote, or an interpreter of its own) is decided here; what can be started
before all this is imported, by `interpreter.begin`.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from autograder.assignment.model import Slot
from autograder.errors import GraderFault
from autograder.isolation.channel import Channel
from autograder.isolation.interpreter import (
    CAN_FORK,
)
from autograder.isolation.wire import (
    MAX_BLOB,
    Closed,
    DeadlineExceeded,
    Encoded,
    WireError,
    encode,
    still_encoded,
    unpack,
)

if sys.platform == "linux":
    import resource

LOAD_SECONDS = 10.0
START_FAILURES = 3  # in a row, of an interpreter: then it is not tried for every check again
MAX_CALLBACKS = 100_000
KEPT_CALLBACKS, SMALL_CALLBACK = 4096, 8192  # so many, of fewer bytes
WALL = 6
ANSWERED = ("value", "mutated", "places", "touched", "printed")  # of a call


Owner = Literal["student", "probe", "oracle"]


class Function(NamedTuple):
    """A function that a worker can call: the code it is looked up in, and its name there.

    Probes and oracles are staff's; they get the student's module as their first argument. The name
    of a student's function may contain dots.
    """

    owner: Owner
    name: str


@dataclass(frozen=True)
class Code:
    """What a worker loads: one student file and the staff code that runs beside it."""

    file: str
    source: bytes
    extras: tuple[tuple[Owner, str, str], ...] = ()  # (owner, file name, source)
    stand_in_source: str = ""
    stand_ins: Mapping[str, str] = field(default_factory=dict)  # slot -> name in it, or ""
    blocked: tuple[str, ...] = ()
    forbids: Mapping[str, Sequence[str]] = field(default_factory=dict)  # slot -> patterns


@dataclass(frozen=True)
class Callback:
    """Computes for a stand-in: slot, args and kwargs to `{"value": ...}` or `{"error": ...}`.

    `before` has values that were computed already, by what was asked: most programs ask the same.
    """

    compute: Callable[[str, tuple[Any, ...], dict[str, Any]], dict[str, Any]]
    before: dict[Encoded, Encoded] = field(default_factory=dict)

    def keep(self, request: Encoded | None, body: dict[str, Any], answer: Encoded) -> None:
        small = request is not None and request.size + answer.size < SMALL_CALLBACK
        if small and "value" in body and len(self.before) < KEPT_CALLBACKS:
            assert request is not None
            self.before[request] = answer


@dataclass(frozen=True)
class Reply:
    """What a worker replied to a request: `body`, checked for form, or `{"error": ...}`.

    `encoded` is what came as bytes, where it was an answer. `body` is None where these bytes were
    known.
    """

    request: Encoded
    body: dict[str, Any] | None
    encoded: Encoded | None = None


class WorkerDied(Exception):
    """The process ended or was ended. `timeout` tells whether it was the clock."""

    def __init__(self, reason: str, timeout: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.timeout = timeout


class _Limit:
    """So many seconds of a process's own time, and `WALL` times as many on the wall.

    On a busy machine a right answer must not come too late: what counts is the time that the
    process itself used. The wall is for processes that sleep.
    """

    def __init__(self, pid: int, seconds: float) -> None:
        self.pid = pid
        self.wall = WALL if CAN_FORK else 1
        self.seconds = seconds
        self.started = time.monotonic(), self._used()

    def left(self) -> float:
        wall = self.wall * self.seconds - (time.monotonic() - self.started[0])
        if not CAN_FORK:
            return wall
        return min(self.seconds - (self._used() - self.started[1]), wall)

    def spent(self) -> float:
        """How many of the seconds are gone, by the process's own time or by the wall."""
        wall = (time.monotonic() - self.started[0]) / self.wall
        return max(self._used() - self.started[1], wall) if CAN_FORK else wall

    def _used(self) -> float:
        """Seconds of CPU time of the process: Linux's clock of another process."""
        try:
            return time.clock_gettime((~self.pid << 3) | 2)
        except OSError:  # it has ended, and its channel says so
            return 0.0


class Worker:
    """One process with one student file in it."""

    def __init__(
        self,
        channel: Channel,
        pid: int,
        end: Callable[[float], str | None],
        memory_mb: int = 0,
        used: int = 0,
    ) -> None:
        self._channel = channel
        self.pid = pid
        self._end = end
        self._used = used  # bytes of address space before anything of the student's
        self._memory_mb = memory_mb
        self._seq = 0
        self._callbacks = 0
        self.spent = 0.0  # seconds, as limits count them, of all questions
        self.alive = True

    def load(self, code: Code) -> dict[str, Any]:
        """Execute the file. Returns `{"lines": ..., "stubs": ...}` or `{"error": ...}`.

        `lines` has the line of each function and class, `stubs` that of the one statement of each
        function that is as it was handed out.

        Raises WorkerDied, and GraderFault where staff's own code fails.
        """
        body = {
            "file": code.file,
            "extras": [[owner, name, _bytes(text.encode())] for owner, name, text in code.extras],
            "stand_in_source": _bytes(code.stand_in_source.encode()),
            "stand_ins": dict(code.stand_ins),
            "blocked": list(code.blocked),
            "forbids": {slot: list(patterns) for slot, patterns in code.forbids.items()},
        }
        # Nothing of the student's runs before this is answered, so the answer can be believed.
        error = self._told("prepare", body, "preparing").get("error")
        if error:
            self.close()
            raise GraderFault(f"a probe or stand-in of {code.file} failed: {error['message']}")
        return self.change(code.source)

    def change(self, source: bytes) -> dict[str, Any]:
        """Execute another file in the place of the first; answers as `load` does.

        For staff's own programs: nothing that a student's file left behind is cleaned up.
        """
        body = {"source": _bytes(source)}
        return self._told("load", body, "loading the file", ("lines", "stubs"))

    def _told(
        self, kind: str, body: Any, doing: str, answered: Sequence[str] = ()
    ) -> dict[str, Any]:
        reply = self._ask(kind, body, LOAD_SECONDS, doing, answered).body
        assert reply is not None  # no reply was known
        return reply

    def call(
        self,
        name: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        *,
        slot: Slot,
        owner: Owner = "student",
        callback: Callback | None = None,
    ) -> dict[str, Any]:
        """Call a function. Returns the worker's reply, checked for form; raises WorkerDied."""
        request = calling(Function(owner, name), args, kwargs, slot)
        reply = self.ask(request, slot=slot, callback=callback).body
        assert reply is not None  # no reply was known
        return reply

    def ask(
        self,
        request: Any,
        *,
        slot: Slot,
        callback: Callback | None = None,
        known: Container[Encoded] = (),
    ) -> Reply:
        """Make the request that `calling` gives, or a reply's. Raises WorkerDied.

        Where the answer is, to the byte, one of those `known`, it is not decoded.
        """
        self._allow(slot.memory_mb)
        doing, largest = f"calling {slot.name}", slot.output_mb << 20
        return self._ask("call", request, slot.seconds, doing, ANSWERED, callback, largest, known)

    def _allow(self, memory_mb: int) -> None:
        """From now on so much memory beyond the interpreter's; never more than at the start."""
        if self._used and memory_mb != self._memory_mb:
            with contextlib.suppress(OSError):  # it has ended, and its channel says so
                hard = resource.prlimit(self.pid, resource.RLIMIT_AS)[1]
                soft = self._used + (memory_mb << 20)
                resource.prlimit(self.pid, resource.RLIMIT_AS, (min(soft, hard), hard))
            self._memory_mb = memory_mb

    def _ask(
        self,
        kind: str,
        body: Any,
        seconds: float,
        doing: str,
        answered: Sequence[str],
        callback: Callback | None = None,
        largest: int = MAX_BLOB,
        known: Container[Encoded] = (),
    ) -> Reply:
        self._seq += 1
        limit = _Limit(self.pid, seconds)
        try:
            request = body if isinstance(body, Encoded) else encode(body)
            self._channel.send(kind, self._seq, request, limit)
            for _ in range(MAX_CALLBACKS):
                header, blob = self._channel.receive_frame(limit, largest)
                encoded = still_encoded(header, blob, "ok", self._seq)
                if encoded in known:
                    return Reply(request, None, encoded)
                asked = still_encoded(header, blob, "callback", self._callbacks + 1)
                if callback is not None and asked in callback.before:
                    self._answer(callback.before[asked], limit)
                    continue
                answer, number, reply = unpack(header, blob)
                if answer == "callback" and callback is not None:
                    value = _computed(callback, reply)
                    computed = encode(value)
                    callback.keep(asked, value, computed)
                    self._answer(computed, limit)
                    continue
                if number != self._seq:
                    raise WireError("an answer to another question")
                if answer == "ok":
                    return Reply(request, _checked_ok(reply, answered), encoded)
                if answer == "error":
                    return Reply(request, {"error": _checked_error(reply)})
                raise WireError("unexpected message")
            raise WireError("too many callbacks")
        except DeadlineExceeded:
            self.close()
            reason = f"no answer after {seconds:g} s of {doing}: an endless loop?"
            raise WorkerDied(reason, timeout=True) from None
        except Closed:
            status = self.close(patience=0.5)
            if status is None:
                raise GraderFault("its interpreter was ended from outside") from None
            raise WorkerDied(f"the process ended while {doing}{status}", timeout=False) from None
        except WireError as error:
            self.close()
            reason = f"the process answered with something that is no result ({error})"
            raise WorkerDied(reason, timeout=False) from None
        finally:
            self.spent += limit.spent()

    def _answer(self, computed: Encoded, limit: _Limit) -> None:
        self._callbacks += 1
        self._channel.send("answer", self._callbacks, computed, limit)

    def close(self, patience: float = 0.0) -> str | None:
        """End the process and everything it started. Returns how it had ended, if it had.

        A process that is just ending by itself gets `patience` seconds to do so. None tells that
        its end need not be its own doing: its zygote is gone, too.
        """
        if not self.alive:
            return ""
        self.alive = False
        status = self._end(patience)
        self._channel.close()
        return status


def _computed(callback: Callback, request: Any) -> dict[str, Any]:
    try:
        slot, args, kwargs = request["slot"], request["args"], request["kwargs"]
        if not (isinstance(slot, str) and isinstance(args, tuple) and isinstance(kwargs, dict)):
            raise WireError("callback")
    except (KeyError, TypeError):
        raise WireError("callback") from None
    return callback.compute(slot, args, kwargs)


def calling(
    function: Function, args: Sequence[Any], kwargs: Mapping[str, Any], slot: Slot
) -> dict[str, Any]:
    """The request to call a function for a slot."""
    return {
        "owner": function.owner,
        "name": function.name,
        "args": list(args),
        "kwargs": dict(kwargs),
        "slot": slot.name,
        "largest": slot.output_mb << 20,
    }


def _bytes(text: bytes) -> Any:
    """Text of any length: as a string, it would be cut."""
    import numpy as np

    return np.frombuffer(text, np.uint8)


def _checked_ok(reply: Any, answered: Sequence[str]) -> dict[str, Any]:
    if not isinstance(reply, dict) or not reply.keys() >= set(answered):
        raise WireError("reply")
    names = {k: v for k, v in reply.items() if k in ("mutated", "places", "touched")}
    if not all(isinstance(v, list) and all(isinstance(s, str) for s in v) for v in names.values()):
        raise WireError("reply")
    if not isinstance(reply.get("printed", ""), str):
        raise WireError("reply")
    for lines in (reply.get("lines", {}), reply.get("stubs", {})):
        if not isinstance(lines, dict) or not all(
            isinstance(k, str) and type(v) is int for k, v in lines.items()
        ):
            raise WireError("reply")
    return reply


def _checked_error(reply: Any) -> dict[str, Any]:
    if not isinstance(reply, dict):
        raise WireError("error reply")
    line = reply.get("line")
    return {
        "kind": str(reply.get("kind", "raised")),
        "type": str(reply.get("type", "")),
        "message": str(reply.get("message", "")),
        "line": line if type(line) is int else None,
        "printed": str(reply.get("printed", "")),
    }
