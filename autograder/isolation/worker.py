"""Inside the student's process: load one file, answer calls with numbers.

This side holds no secret and is not believed: it runs next to the student's code. Messages:

    prepare   {file, extras, stand_in_source, stand_ins, blocked, forbids}
              staff's code, before anything of the student's                -> ok {} | error
    load      {source}  the student's file; or another, of staff's own
                                                -> ok {lines, stubs} | error
    call      {owner, name, args, kwargs, slot, largest}
                                                -> ok {value, mutated, touched, printed} | error
    callback  {slot, args, kwargs}  (to the grader, for a stand-in)       -> answer {value | error}

The owner of a called function says where its name is looked up: "student" in the student's module,
"probe" and "oracle" in staff's code, whose functions get the student's module as first argument.
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
from typing import Any

import numpy as np

from autograder.isolation.channel import Channel
from autograder.isolation.guard import Forbidden, Guard
from autograder.isolation.library_state import _global_state, _seed, _Settings
from autograder.isolation.wire import MAX_BLOB, Closed, Tensor, WireError
from autograder.probing import BadResult

MAX_PRINTED = 4000
STAND_INS = "stand_ins.py"


def serve(channel: Channel) -> None:
    """Answer until the other side closes the channel."""
    worker = _Worker(channel)
    try:
        while True:
            kind, seq, body = channel.receive(("prepare", "load", "call"))
            answer = {"prepare": worker.prepare, "load": worker.load, "call": worker.call}[kind]
            worker.send(*answer(body), seq, body.get("largest", MAX_BLOB))
    except Closed:
        pass


class _Printed(io.TextIOBase):
    """The student's stdout and stderr: kept up to a limit."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = MAX_PRINTED

    def write(self, text: str) -> int:
        kept = str(text)[: self.left]
        self.left -= len(kept)
        if kept:
            self.parts.append(kept)
        return len(text)

    def take(self) -> str:
        text = "".join(self.parts)
        self.parts, self.left = [], MAX_PRINTED
        return text


class _Worker:
    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.module = types.ModuleType("student")
        self.extras: dict[str, types.ModuleType] = {}  # by the owner of their functions
        self.forbidden: dict[str, frozenset[str]] = {}
        self.stand_ins: dict[str, Callable[..., Any]] = {}
        self.printed = _Printed()
        self.callbacks = 0
        self.settings = _Settings()
        self.state: dict[str, Any] | None = None

    def send(self, kind: str, body: Any, seq: int, largest: int) -> None:
        try:
            self.channel.send(kind, seq, body, largest=largest)
        except Closed:
            raise
        except WireError as error:
            self.channel.send("error", seq, {"kind": "result", "message": str(error)})

    # ---------------------------------------------------------------- load

    def prepare(self, body: dict[str, Any]) -> tuple[str, Any]:
        self.file = str(body["file"])
        self.guard = Guard(self.file, [*(name for _, name, _ in body["extras"]), STAND_INS])
        try:
            for owner, name, text in body["extras"]:
                self.extras[owner] = _execute(name, text.tobytes())
            stand_ins = _execute(STAND_INS, body["stand_in_source"].tobytes())
        except Exception as error:
            return "error", {"kind": "raised", "message": f"{type(error).__name__}: {error}"}
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

    def load(self, body: dict[str, Any]) -> tuple[str, Any]:
        source = body["source"].tobytes()
        text = source.decode("utf-8", "replace")
        linecache.cache[self.file] = (len(source), None, text.splitlines(True), self.file)
        self.module = types.ModuleType(self.file.removesuffix(".py"))
        self.module.__file__ = self.file
        sys.modules[self.module.__name__] = self.module
        try:
            tree = ast.parse(source, self.file)
            lines, stubs = dict(_definitions(tree)), dict(_stubs(tree))
            exec(compile(tree, self.file, "exec", dont_inherit=True), self.module.__dict__)
        except BaseException as error:
            return "error", self.describe(error)
        self.settings.restore()  # what a file sets when it is imported ends with the import
        for slot, stand_in in self.stand_ins.items():
            self.put_stand_in(slot, stand_in)
        return "ok", {"lines": lines, "stubs": stubs}

    def put_stand_in(self, slot: str, stand_in: Callable[..., Any]) -> None:
        owner: Any = self.module
        *path, last = slot.split(".")
        for part in path:
            owner = getattr(owner, part, None)
        if owner is not None:  # a class that is not there has no method to replace
            setattr(owner, last, stand_in)

    def callback(self, slot: str) -> Callable[..., Any]:
        """A function of the same signature that lets the grader compute."""

        def stand_in(*args: Any, **kwargs: Any) -> Any:
            self.callbacks += 1
            request = {"slot": slot, "args": args, "kwargs": kwargs}
            self.channel.send("callback", self.callbacks, request)
            _, _, body = self.channel.receive(("answer",), self.callbacks)
            if "error" in body:
                raise ValueError(body["error"])
            return _revive(body["value"])

        stand_in.__name__ = slot
        return stand_in

    # ---------------------------------------------------------------- call

    def call(self, body: dict[str, Any]) -> tuple[str, Any]:
        try:
            self.find_own(str(body["slot"]))
            function, names = self.find(str(body["owner"]), str(body["name"]))
        except AttributeError as error:
            return "error", {"kind": "missing", "message": str(error)}
        try:
            args = [_revive(value) for value in body["args"]]
            kwargs = {name: _revive(value) for name, value in body["kwargs"].items()}
        except KeyError:  # a stand-in's caller sent a tensor where there is no torch
            return "error", {"kind": "raised", "type": "TypeError", "message": "a tensor"}
        before = [(*part, _copy(part[-1])) for part in _parts(args, kwargs, names)]
        _seed()
        if self.state is None:  # it is put back after each call, so it is the same before each
            self.state, _ = _global_state()
        self.guard.hits.clear()
        self.guard.active = self.forbidden.get(body["slot"], frozenset())
        self.guard.running = True
        try:
            with self.guard.watching():
                value = function(*args, **kwargs)
        except BaseException as error:
            return "error", {**self.describe(error), "printed": self.printed.take()}
        finally:
            self.guard.running = False
            self.guard.active = frozenset()
            now, settings = _global_state()
            self.settings.restore(settings)
        if self.guard.hits:
            return "error", self.describe(Forbidden(self.guard.hits[0][0]))
        changed = [
            (name, place, keys)
            for name, place, keys, part, was in before
            if not _identical(part, was)
        ]
        return "ok", {
            "value": value,
            "mutated": [_path(name, keys) for name, _, keys in changed],
            "places": [_path(place, keys) for _, place, keys in changed],
            "touched": [name for name, was in self.state.items() if now[name] != was],
            "printed": self.printed.take(),
        }

    def find(self, owner: str, name: str) -> tuple[Callable[..., Any], list[str]]:
        """A callable and the names of its arguments. Raises AttributeError."""
        if owner == "student":
            found = self.find_own(name)
            return found, _argument_names(found)
        module, probe = self.module, getattr(self.extras.get(owner), name)
        return lambda *args, **kwargs: probe(module, *args, **kwargs), _argument_names(probe)[1:]

    def find_own(self, name: str) -> Any:
        found: Any = self.module
        for part in name.split("."):
            found = getattr(found, part)
        return found

    def describe(self, error: BaseException) -> dict[str, Any]:
        """What a grader may know of an exception: facts as text, and the student's line."""
        if isinstance(error, Forbidden) and self.guard.hits:
            name, line = self.guard.hits[0]
            return {"kind": "forbidden", "message": name, "line": line}
        line = None
        for frame in traceback.walk_tb(error.__traceback__):
            if frame[0].f_code.co_filename == self.file:
                line = frame[1]
        if isinstance(error, SyntaxError) and line is None:
            line = error.lineno
        kind = "result" if isinstance(error, BadResult) else "raised"
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            error = OSError("no file can be written here: return the result instead")
        try:
            message = str(error.msg if isinstance(error, SyntaxError) else error)
        except BaseException:
            message = ""
        return {"kind": kind, "type": type(error).__name__, "message": message[:500], "line": line}


# ------------------------------------------------------------------------------ pieces


def _execute(name: str, source: bytes) -> types.ModuleType:
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
    """(name, line) of each function that does nothing but to say that it is not started."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if len(body) == 1 and ast.unparse(body[0]) == _not_started(node.name):
                yield node.name, body[0].lineno


def _not_started(name: str) -> str:
    return f"raise NotImplementedError({name!r})"


def _argument_names(function: Any) -> list[str]:
    code = getattr(function, "__code__", None)
    return list(code.co_varnames[: code.co_argcount]) if isinstance(code, types.CodeType) else []


def _parts(
    args: list[Any], kwargs: dict[str, Any], names: list[str]
) -> Iterator[tuple[str, str, tuple[Any, ...], Any]]:
    """(name, place, keys, part): every array, tensor, list and dict that a call could modify.

    The part is the argument's own under these keys; the argument has the student's name for it, and
    a place: its number or, where it was given by name, that.
    """
    names = [*names, *(f"argument {i + 1}" for i in range(len(names), len(args)))]
    stack: list[tuple[str, str, tuple[Any, ...], Any]] = [
        *(
            (name, str(i), (), value)
            for i, (name, value) in enumerate(zip(names, args, strict=False))
        ),
        *((name, name, (), value) for name, value in kwargs.items()),
    ]
    for name, place, keys, value in stack:  # grows
        if isinstance(value, (dict, list)):
            yield name, place, keys, value
        if isinstance(value, (dict, list, tuple)):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            stack.extend((name, place, (*keys, k), item) for k, item in items)
        elif isinstance(value, np.ndarray) or hasattr(value, "detach"):
            yield name, place, keys, value


def _path(name: str, keys: tuple[Any, ...]) -> str:
    return name + "".join(f"[{key!r}]" for key in keys)


def _copy(part: Any) -> Any:
    """The numbers of an array or tensor; the very items of a list or dict."""
    if isinstance(part, (list, dict)):
        return _items(part)
    return part.copy() if isinstance(part, np.ndarray) else part.detach().clone()


def _items(container: list[Any] | dict[str, Any]) -> list[Any]:
    """The items by identity; equality of what they hold is looked at by itself."""
    pairs = container.items() if isinstance(container, dict) else enumerate(container)
    return [(key, id(item)) for key, item in pairs]


def _identical(now: Any, was: Any) -> bool:
    """The same dtype, shape and bytes; for a list or dict, the same items."""
    if isinstance(now, (list, dict)):
        return bool(_items(now) == was)
    if now.shape != was.shape or now.dtype != was.dtype:
        return False
    if not isinstance(was, np.ndarray):
        now, was = now.detach().cpu().numpy(), was.cpu().numpy()
    return bool(now.tobytes() == was.tobytes())


def _revive(value: Any) -> Any:
    """Tensors of the wire become torch tensors."""
    if isinstance(value, Tensor):
        torch = sys.modules["torch"]
        return torch.from_numpy(np.array(value)).to(value.on)
    if isinstance(value, dict):
        return {key: _revive(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_revive(item) for item in value)
    return value
