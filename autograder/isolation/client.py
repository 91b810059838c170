"""One worker as its grader sees it: load a file, make calls with a deadline, end the process.

`pool.Workers` starts workers. Nothing that a worker sends is believed: `worker_protocol` checks it.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

from autograder.errors import GraderFault
from autograder.isolation.channel import Channel
from autograder.isolation.deadline import Budget, ProcessDeadline
from autograder.isolation.wire import (
    MAX_BLOB,
    Closed,
    DeadlineExceeded,
    Encoded,
    WireError,
    decoded_size,
    encode,
    still_encoded,
    unpack,
)
from autograder.isolation.worker_protocol import (
    CallAnswer,
    ComputedBody,
    Function,
    LoadBody,
    LoadedFile,
    Owner,
    PrepareBody,
    RaisedError,
    StandInCall,
    call_request,
    read_answer,
    read_callback,
    read_error,
    read_loaded,
    read_nothing,
)
from autograder.limits import Limits

if sys.platform == "linux":
    import resource

LOAD_SECONDS = 10.0
MAX_CALLBACKS = 100_000  # in one call
REMEMBERED_CALLBACKS = 4096
REMEMBERED_BYTES = 8192  # of one callback and its answer, at most
LARGE_FRAME = 1 << 20  # bytes: a smaller answer is not what takes the grader's memory

Content = TypeVar("Content")


@dataclass(frozen=True)
class Code:
    """What a worker loads: one student file and the staff code that runs beside it.

    Attributes:
        extras: (owner, file name, text) of probe and oracle files.
        stand_ins: slot -> the name of its stand-in in `stand_in_source`; "" where the grader
            computes.
        blocked: top-level modules that the file may not use.
        forbids: slot -> patterns of names that it may not use.
    """

    file: str
    source: bytes
    extras: tuple[tuple[Owner, str, str], ...] = ()
    stand_in_source: str = ""
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    blocked: tuple[str, ...] = ()
    forbids: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Computed:
    """What the grader computed for a stand-in; `error` says why there is no value.

    `seconds` is the time of the process that computed, as its own limit counts it.
    """

    value: Any = None
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Callback:
    """Computes for stand-ins, and remembers small values: most programs ask for the same."""

    compute: Callable[[StandInCall], Computed]
    remembered: dict[Encoded, Encoded] = field(default_factory=dict)

    def remember(self, request: Encoded, answer: Encoded) -> None:
        """Answer the same request without computing, if there is room."""
        small = request.size + answer.size < REMEMBERED_BYTES
        if small and len(self.remembered) < REMEMBERED_CALLBACKS:
            self.remembered[request] = answer


@dataclass(frozen=True)
class Reply(Generic[Content]):
    """A worker's reply to a request.

    `content` is None where the reply is, byte for byte, one of those that were known. `encoded`
    has the bytes of a reply that is no error. `size` is the memory that the content takes, roughly.
    """

    content: Content | RaisedError | None
    encoded: Encoded | None = None
    size: int = 0


class WorkerDied(Exception):
    """The process ended or was ended. `timeout` tells whether a deadline was the reason."""

    def __init__(self, reason: str, timeout: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.timeout = timeout


class Worker:
    """One process with one student file in it.

    `end` ends the process: see `close`. `used` is its address space in bytes before anything of
    the student's is loaded, 0 where that is unknown. Set `budget` to what its submission may use.
    """

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
        self._used = used
        self._memory_mb = memory_mb
        self._seq = 0
        self._callbacks = 0
        self.budget: Budget | None = None
        self._own_time = 0.0  # CPU seconds up to the end of the last request
        self.spent = 0.0  # seconds of all requests, as deadlines count them
        self.alive = True

    def load(self, code: Code) -> LoadedFile | RaisedError:
        """Execute a student's file.

        Raises WorkerDied, and GraderFault where the staff code fails.
        """
        body: PrepareBody = {
            "file": code.file,
            "extras": [[owner, name, _bytes(text.encode())] for owner, name, text in code.extras],
            "stand_in_source": _bytes(code.stand_in_source.encode()),
            "stand_ins": dict(code.stand_ins),
            "blocked": list(code.blocked),
            "forbids": {slot: list(patterns) for slot, patterns in code.forbids.items()},
        }
        # Nothing of the student's runs before this is answered, so the answer can be believed.
        prepared = self._ask("prepare", body, read_nothing, LOAD_SECONDS, "preparing").content
        if isinstance(prepared, RaisedError):
            self.close()
            raise GraderFault(f"a probe or stand-in of {code.file} failed: {prepared.message}")
        return self.change(code.source)

    def change(self, source: bytes) -> LoadedFile | RaisedError:
        """Execute another file in the place of the first. Raises WorkerDied.

        For staff's own programs: nothing that a student's file left behind is cleaned up.
        """
        body: LoadBody = {"source": _bytes(source)}
        reply = self._ask("load", body, read_loaded, LOAD_SECONDS, "loading the file")
        assert reply.content is not None  # no reply was known
        return reply.content

    def call(
        self,
        slot: str,
        function: Function,
        args: Sequence[object] = (),
        kwargs: Mapping[str, object] | None = None,
        limits: Limits = Limits(),  # noqa: B008 (it is frozen)
        callback: Callback | None = None,
    ) -> CallAnswer | RaisedError:
        """Call a function for a slot. Raises WorkerDied."""
        request = call_request(slot, function, args, kwargs or {}, limits)
        reply = self.ask(request, slot, limits, callback)
        assert reply.content is not None  # no reply was known
        return reply.content

    def ask(
        self,
        request: Encoded,
        slot: str,
        limits: Limits,
        callback: Callback | None = None,
        known: Container[Encoded] = (),
    ) -> Reply[CallAnswer]:
        """Make a call whose request `call_request` encoded. Raises WorkerDied.

        A reply that is, byte for byte, one of the `known` ones is not decoded.
        """
        self._allow_memory(limits.memory_mb)
        doing, largest = f"calling {slot}", limits.output_mb << 20
        return self._ask(
            "call", request, read_answer, limits.seconds, doing, callback, largest, known
        )

    def _allow_memory(self, megabytes: int) -> None:
        """Set how much memory the process may take; never more than at its start."""
        if self._used and megabytes != self._memory_mb:
            with contextlib.suppress(OSError):  # it has ended, and its channel says so
                hard = resource.prlimit(self.pid, resource.RLIMIT_AS)[1]
                soft = self._used + (megabytes << 20)
                resource.prlimit(self.pid, resource.RLIMIT_AS, (min(soft, hard), hard))
            self._memory_mb = megabytes

    def _ask(
        self,
        kind: str,
        body: PrepareBody | LoadBody | Encoded,
        read: Callable[[object], Content],
        seconds: float,
        doing: str,
        callback: Callback | None = None,
        largest: int = MAX_BLOB,
        known: Container[Encoded] = (),
    ) -> Reply[Content]:
        self._seq += 1
        deadline = ProcessDeadline(self.pid, seconds, self.budget)
        try:
            with self._counted(deadline):
                self._channel.send(kind, self._seq, body, deadline)
                return self._reply(read, deadline, callback, largest, known)
        except DeadlineExceeded:
            self.close()
            if self.budget is not None and self.budget.is_used_up:
                raise WorkerDied(self.budget.fact, timeout=True) from None
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
        except MemoryError:
            self.close()
            if self._channel.frame_size < LARGE_FRAME:  # it is not this answer that is too large
                raise
            raise WorkerDied("the answer is too large for the grader", timeout=False) from None

    @contextlib.contextmanager
    def _counted(self, deadline: ProcessDeadline) -> Iterator[None]:
        """Count the time of a request, and what the process did since the one before."""
        try:
            yield
        finally:  # while the process is still there
            self.spent += deadline.spent()
            if self.budget is not None:
                between = deadline.own_start - self._own_time
                self.budget.used += deadline.held() + max(0.0, between)
                self._own_time = deadline.own_time()

    def _reply(
        self,
        read: Callable[[object], Content],
        deadline: ProcessDeadline,
        callback: Callback | None,
        largest: int,
        known: Container[Encoded],
    ) -> Reply[Content]:
        """Receive the reply, and answer callbacks until it comes. Raises WireError."""
        for _ in range(MAX_CALLBACKS):
            header, blob = self._channel.receive_frame(deadline, largest)
            encoded = still_encoded(header, blob, "ok", self._seq)
            if encoded in known:
                return Reply(None, encoded)
            asked = still_encoded(header, blob, "callback", self._callbacks + 1)
            if callback is not None and asked is not None and asked in callback.remembered:
                self._answer(callback.remembered[asked], deadline)
                continue
            kind, number, body = unpack(header, blob)
            if kind == "callback" and callback is not None:
                computed = _compute(callback, read_callback(body), deadline)
                answer = encode(_computed_body(computed))
                if asked is not None and not computed.error:
                    callback.remember(asked, answer)
                self._answer(answer, deadline)
                continue
            if number != self._seq:
                raise WireError("an answer to another question")
            if kind == "ok":
                return Reply(read(body), encoded, decoded_size(header, blob))
            if kind == "error":
                return Reply(read_error(body))
            raise WireError("unexpected message")
        raise WireError("too many callbacks")

    def _answer(self, computed: Encoded, deadline: ProcessDeadline) -> None:
        self._callbacks += 1
        self._channel.send("answer", self._callbacks, computed, deadline)

    def close(self, patience: float = 0.0) -> str | None:
        """End the process and everything it started. Return how it had ended by itself, or "".

        A process that is just ending by itself gets `patience` seconds to do so. None tells that
        its end need not be its own doing: its zygote has ended, too.
        """
        if not self.alive:
            return ""
        self.alive = False
        status = self._end(patience)
        self._channel.close()
        return status


def _compute(callback: Callback, request: StandInCall, deadline: ProcessDeadline) -> Computed:
    def compute() -> tuple[Computed, float]:
        computed = callback.compute(request)
        return computed, computed.seconds

    return deadline.computing(compute)


def _computed_body(computed: Computed) -> ComputedBody:
    return {"error": computed.error} if computed.error else {"value": computed.value}


def _bytes(text: bytes) -> np.ndarray:
    """Wrap text of any length: the wire cuts long strings."""
    return np.frombuffer(text, np.uint8)
