"""Inside the student's process: load one file, answer calls with numbers.

This side runs next to the student's code: it holds no secret, and the grader believes nothing that
it says. `worker_protocol` describes what the two say to each other.
"""

from __future__ import annotations

import ast
import errno
import io
import linecache
import os
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.isolation.channel import Channel
from autograder.isolation.guard import Forbidden, Guard
from autograder.isolation.library_state import Settings, global_state, seed_generators
from autograder.isolation.wire import MAX_BLOB, Closed, Tensor, WireError
from autograder.limits import MAX_PRINTED
from autograder.probing import BadResult

if TYPE_CHECKING:
    from autograder.isolation.worker_protocol import (
        AnswerBody,
        CallbackBody,
        CallBody,
        ComputedBody,
        ErrorBody,
        ErrorKind,
        LoadBody,
        LoadedBody,
        PrepareBody,
    )

    Failed = tuple[str, ErrorBody]

STAND_INS = "stand_ins.py"

Keys = tuple[Any, ...]
Part = tuple[str, str, Keys, Any]  # argument's name, its place, keys inside it, the part itself


def serve(channel: Channel) -> None:
    """Answer until the other side closes the channel."""
    server = _Server(channel)
    try:
        while True:
            kind, seq, body = channel.receive(("prepare", "load", "call"))
            answers: dict[str, Callable[[Any], tuple[str, object]]] = {
                "prepare": server.prepare,
                "load": server.load,
                "call": server.call,
            }
            reply, content = answers[kind](body)
            server.send(reply, content, seq, body.get("largest", MAX_BLOB))
    except Closed:
        pass


class _Printed(io.TextIOBase):
    """The student's stdout and stderr, up to MAX_PRINTED characters."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = MAX_PRINTED

    def write(self, text: str) -> int:
        part = _whole(str(text)[: self.left])
        self.left -= len(part)
        if part:
            self.parts.append(part)
        return len(text)

    def take(self) -> str:
        text = "".join(self.parts)
        self.parts, self.left = [], MAX_PRINTED
        return text


class _Server:
    """Answers the grader's requests. `load` and `call` return the kind and the body of a reply."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.module = types.ModuleType("student")
        self.extras: dict[str, types.ModuleType] = {}  # by the owner of their functions
        self.forbidden: dict[str, frozenset[str]] = {}  # slot -> full names
        self.stand_ins: dict[str, Callable[..., Any]] = {}
        self.printed = _Printed()
        self.callbacks = 0
        self.settings = Settings()
        self.state: dict[str, object] | None = None  # global state as each call finds it

    def send(self, kind: str, body: object, seq: int, largest: int) -> None:
        """Send a reply, or where it is too large the error that says so."""
        try:
            self.channel.send(kind, seq, body, largest=largest)
        except Closed:
            raise
        except WireError as error:
            too_large: ErrorBody = {"kind": "result", "message": str(error)}
            self.channel.send("error", seq, too_large)

    # ---------------------------------------------------------------- load

    def prepare(self, body: PrepareBody) -> tuple[str, dict[str, object]] | Failed:
        """Execute the staff code."""
        self.file = str(body["file"])
        self.staff = [*(name for _, name, _ in body["extras"]), STAND_INS]
        self.guard = Guard(self.file, self.staff)
        try:
            for owner, name, text in body["extras"]:
                self.extras[owner] = _execute(name, text.tobytes())
            stand_ins = _execute(STAND_INS, body["stand_in_source"].tobytes())
        except Exception as error:
            return _failed({"kind": "raised", "message": f"{type(error).__name__}: {error}"})
        self.guard.block(body["blocked"])
        lists = {tuple(patterns) for patterns in body["forbids"].values()}
        wrapped = {patterns: self.guard.wrap(patterns) for patterns in lists}
        self.forbidden = {slot: wrapped[tuple(p)] for slot, p in body["forbids"].items()}
        self.stand_ins = {
            slot: getattr(stand_ins, name) if name else self.callback(slot)
            for slot, name in body["stand_ins"].items()
        }
        sys.stdout = sys.stderr = self.printed
        os.environ.clear()
        return "ok", {}

    def load(self, body: LoadBody) -> tuple[str, LoadedBody] | Failed:
        """Execute the student's file, or another one of staff's in its place."""
        text = body["source"].tobytes().decode("utf-8", "replace")  # text names no codec
        lines = [line + "\n" for line in text.split("\n")]
        linecache.cache[self.file] = (len(text), None, lines, self.file)
        self.module = types.ModuleType(self.file.removesuffix(".py"))
        self.module.__file__ = self.file
        sys.modules[self.module.__name__] = self.module
        try:
            tree = ast.parse(text, self.file)
            loaded: LoadedBody = {"lines": dict(_definitions(tree)), "stubs": dict(_stubs(tree))}
            exec(compile(tree, self.file, "exec", dont_inherit=True), self.module.__dict__)
        except BaseException as error:
            return _failed(self.describe(error))
        self.settings.restore()  # settings that the file's import changed end with the import
        for slot, stand_in in self.stand_ins.items():
            self.put_stand_in(slot, stand_in)
        return "ok", loaded

    def put_stand_in(self, slot: str, stand_in: Callable[..., Any]) -> None:
        """Replace a function of the student's module, or a method of one of its classes."""
        owner: Any = self.module
        *path, last = slot.split(".")
        for part in path:
            owner = getattr(owner, part, None)
        if owner is not None:  # a missing class has no method to replace
            setattr(owner, last, stand_in)

    def callback(self, slot: str) -> Callable[..., Any]:
        """A stand-in that lets the grader compute its result."""

        def stand_in(*args: Any, **kwargs: Any) -> Any:
            self.callbacks += 1
            request: CallbackBody = {"slot": slot, "args": args, "kwargs": kwargs}
            self.channel.send("callback", self.callbacks, request)
            computed: ComputedBody = self.channel.receive(("answer",), self.callbacks)[2]
            if "error" in computed:
                raise ValueError(computed["error"])
            return _revive(computed["value"])

        stand_in.__name__ = slot
        return stand_in

    # ---------------------------------------------------------------- call

    def call(self, body: CallBody) -> tuple[str, AnswerBody] | Failed:
        """Call a function, and tell what the call changed besides."""
        wanted = str(body["slot"])
        try:
            self.find_own(wanted)
            wanted = str(body["name"])
            function, names = self.find(str(body["owner"]), wanted)
        except AttributeError:
            return _failed({"kind": "missing", "message": wanted})
        try:
            args = [_revive(value) for value in body["args"]]
            kwargs = {name: _revive(value) for name, value in body["kwargs"].items()}
        except KeyError:  # a tensor, sent by a stand-in's caller to a process without torch
            return _failed({"kind": "raised", "type": "TypeError", "message": "a tensor"})
        before = [(*part, _copy(part[-1])) for part in _parts(args, kwargs, names)]
        seed_generators()
        if self.state is None:  # restored after each call, so it is the same before each
            self.state, _ = global_state()
        self.guard.hits.clear()
        self.guard.active = self.forbidden.get(body["slot"], frozenset())
        self.guard.running = True
        try:
            with self.guard.watching():
                value = function(*args, **kwargs)
        except BaseException as error:
            return _failed({**self.describe(error), "printed": self.printed.take()})
        finally:
            self.guard.running = False
            self.guard.active = frozenset()
            now, settings = global_state()
            self.settings.restore(settings)
        if self.guard.hits:
            return _failed(self.describe(Forbidden(self.guard.hits[0][0])))
        changed = [
            (name, place, keys)
            for name, place, keys, part, was in before
            if not _identical(part, was)
        ]
        answer: AnswerBody = {
            "value": value,
            "mutated": [_path(name, keys) for name, _, keys in changed],
            "places": [_path(place, keys) for _, place, keys in changed],
            "touched": [name for name, was in self.state.items() if now[name] != was],
            "printed": self.printed.take(),
        }
        return "ok", answer

    def find(self, owner: str, name: str) -> tuple[Callable[..., Any], list[str]]:
        """Look up a function. Return it and the names of its arguments. Raises AttributeError."""
        if owner == "student":
            found = self.find_own(name)
            return found, _argument_names(found)
        module, probe = self.module, getattr(self.extras.get(owner), name)
        return lambda *args, **kwargs: probe(module, *args, **kwargs), _argument_names(probe)[1:]

    def find_own(self, name: str) -> Any:
        """Look up a name, which may have dots, in the student's module. Raises AttributeError."""
        found: Any = self.module
        for part in name.split("."):
            found = getattr(found, part)
        return found

    def describe(self, error: BaseException) -> ErrorBody:
        """What a grader may know of an exception: facts as text, the line of the student's file."""
        if self.guard.hits:  # whatever became of Forbidden on its way
            name, line = self.guard.hits[0]
            return {"kind": "forbidden", "message": _whole(name), "line": line}
        line, staff = None, ""
        for frame, number in traceback.walk_tb(error.__traceback__):
            name = frame.f_code.co_filename
            if name == self.file:
                line = number
            elif name in self.staff:
                staff = f"{name}:{number}"
        if isinstance(error, SyntaxError) and line is None:
            line = error.lineno
        kind: ErrorKind = "result" if isinstance(error, BadResult) else "raised"
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            error = OSError("no file can be written here: return the result instead")
        try:
            message = str(error.msg if isinstance(error, SyntaxError) else error)
        except BaseException:
            message = ""
        facts: ErrorBody = {"type": _whole(type(error).__name__), "message": _whole(message[:500])}
        return {**facts, "kind": kind, "line": line, "staff": staff}


def _whole(text: str) -> str:
    """The text with a question mark for each half of a character, which cannot be sent."""
    return text.encode("utf-8", "replace").decode()


def _failed(body: ErrorBody) -> Failed:
    return "error", body


# ------------------------------------------------------------------------------ source files


def _execute(name: str, source: bytes) -> types.ModuleType:
    """Execute a file of staff's."""
    module = types.ModuleType(name.removesuffix(".py"))
    module.__file__ = name
    exec(compile(source, name, "exec", dont_inherit=True), module.__dict__)
    return module


def _definitions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, int]]:
    """(qualified name, line) of each function and class, nested ones included."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield prefix + node.name, node.lineno
            if isinstance(node, ast.ClassDef):
                yield from _definitions(node, f"{prefix}{node.name}.")
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            yield from _definitions(node, prefix)


def _stubs(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(name, line) of each function that only says that it is not started."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if len(body) == 1 and ast.unparse(body[0]) == _not_started(node.name):
                yield node.name, body[0].lineno


def _not_started(name: str) -> str:
    return f"raise NotImplementedError({name!r})"


# ------------------------------------------------------------------------------ arguments


def _argument_names(function: Any) -> list[str]:
    code = getattr(function, "__code__", None)
    return list(code.co_varnames[: code.co_argcount]) if isinstance(code, types.CodeType) else []


def _parts(args: list[Any], kwargs: dict[str, object], names: list[str]) -> Iterator[Part]:
    """Every array, tensor, list and dict among the arguments: a call could modify them.

    An argument's name is the student's; its place is its number, or its keyword if it has one.
    """
    names = [*names, *(f"argument {i + 1}" for i in range(len(names), len(args)))]
    stack: list[Part] = [
        *(
            (name, str(i), (), value)
            for i, (name, value) in enumerate(zip(names, args, strict=False))
        ),
        *((name, name, (), value) for name, value in kwargs.items()),
    ]
    for name, place, keys, value in stack:  # which grows meanwhile
        if isinstance(value, (dict, list)):
            yield name, place, keys, value
        if isinstance(value, (dict, list, tuple)):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            stack.extend((name, place, (*keys, k), item) for k, item in items)
        elif isinstance(value, np.ndarray) or hasattr(value, "detach"):
            yield name, place, keys, value


def _path(name: str, keys: Keys) -> str:
    return name + "".join(f"[{key!r}]" for key in keys)


def _copy(part: Any) -> Any:
    """What `_identical` compares later: an array's or tensor's numbers, a container's items."""
    if isinstance(part, (list, dict)):
        return _items(part)
    return part.copy() if isinstance(part, np.ndarray) else part.detach().clone()


def _items(container: list[Any] | dict[str, Any]) -> list[tuple[Any, int]]:
    """Keys and ids of the items; their contents are compared separately."""
    pairs = container.items() if isinstance(container, dict) else enumerate(container)
    return [(key, id(item)) for key, item in pairs]


def _identical(now: Any, was: Any) -> bool:
    """Whether a part has the same dtype, shape and bytes; a list or dict, the same items."""
    if isinstance(now, (list, dict)):
        return bool(_items(now) == was)
    if now.shape != was.shape or now.dtype != was.dtype:
        return False
    if not isinstance(was, np.ndarray):
        now, was = now.detach().cpu().numpy(), was.cpu().numpy()
    return bool(now.tobytes() == was.tobytes())


def _revive(value: Any) -> Any:
    """Turn the wire's tensors into torch tensors. Raises KeyError where there is no torch."""
    if isinstance(value, Tensor):
        torch = sys.modules["torch"]
        return torch.from_numpy(np.array(value)).to(value.on)
    if isinstance(value, dict):
        return {key: _revive(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_revive(item) for item in value)
    return value
