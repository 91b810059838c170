"""The guard: notices, inside the student's process, what a slot uses and may not use.

The guard judges what runs, not what a file's text says, in two ways:

- A library of the course that a file may not use is a `Placeholder`. To import it at the top of
  the file or to name it in an annotation costs nothing; to use it while a slot runs does.
- A ready-made function or class that a slot may not use (`forbids`) is wrapped. The wrapper
  refuses only code that runs for such a slot. Torch has copies of its functions in many places:
  while such a slot runs, torch itself reports which of its functions are called. `operators`
  watches below that, in torch's dispatcher.

`Forbidden` is no `Exception`, and every use is also noted, so that `except:` hides none.
"""

from __future__ import annotations

import contextlib
import fnmatch
import functools
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

from autograder.isolation import operators


class Forbidden(BaseException):
    """A slot's code used what the slot may not use."""


class Guard:
    """What is forbidden at the moment, and the uses of it.

    Attributes:
        file: the name of the student's file in code objects.
        staff: the names of staff's files, whose code may use everything.
        running: whether a function of the student's is being called.
        active: the full names that the present call may not use.
        hits: (name, line of the student's file) of each forbidden use.
    """

    def __init__(self, file: str, staff: Iterable[str] = ()) -> None:
        self.file = file
        self.staff = frozenset(staff)
        self.running = False
        self.active: frozenset[str] = frozenset()
        self.hits: list[tuple[str, int | None]] = []
        self.wrapped: set[str] = set()
        self.operators: dict[str, operators.Watch] = {}  # by the names that each watches
        self.watches: dict[frozenset[str], Any] = {}  # forbidden names -> a torch mode

    def refuse(self, name: str) -> None:
        """Note the use of `name` and raise Forbidden."""
        line = None
        frame: types.FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self.file:
                line = frame.f_lineno
                break
            frame = frame.f_back
        self.hits.append((name, line))
        raise Forbidden(name)

    def watching(self) -> contextlib.AbstractContextManager[Any]:
        """A context in which every call of a forbidden torch function is noticed, by any name."""
        forbidden = frozenset(filter(_is_torchs, self.active))
        overrides: Any = sys.modules.get("torch.overrides")
        if not forbidden or overrides is None:
            return contextlib.nullcontext()
        if forbidden not in self.watches:
            self.watches[forbidden] = _watch(self, overrides.TorchFunctionMode, forbidden)
        mode: contextlib.AbstractContextManager[Any] = self.watches[forbidden]()
        return mode

    def by_staff(self) -> bool:
        """Whether staff's code called the code that is running, rather than the student's."""
        frame: types.FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != self.file:
            if frame.f_code.co_filename in self.staff:
                return True
            frame = frame.f_back
        return False

    def block(self, libraries: Iterable[str]) -> None:
        """Replace whole libraries, given by their top-level module names, by placeholders."""
        roots = frozenset(libraries)
        for name in [m for m in sys.modules if m.partition(".")[0] in roots]:
            del sys.modules[name]
        sys.meta_path[:0] = [_PlaceholderFinder(self, roots), _UnlistedFinder(self.file)]

    def wrap(self, patterns: Iterable[str]) -> frozenset[str]:
        """Wrap everything that matches (`torch.nn.RNN*`), and return its full names."""
        found = {}
        for pattern in patterns:
            parent_name, _, last = pattern.rpartition(".")
            parent = _resolve(parent_name)
            if parent is None:
                continue
            # torch._VF lists no names; its attributes are those of the module in its `vf`.
            known = {*dir(parent), *dir(getattr(parent, "vf", None)), last}
            for attribute in fnmatch.filter(known, last):
                found[f"{parent_name}.{attribute}"] = parent, attribute
        self._watch_operators(frozenset(filter(_is_torchs, found)))
        for name in sorted(found.keys() - self.wrapped):
            self.wrapped.add(name)
            self._wrap_one(*found[name], name)
        return frozenset(found)

    def _watch_operators(self, forbidden: frozenset[str]) -> None:
        """Notice the forbidden torch operators by whatever way they are called."""
        by_last = {name.rpartition(".")[2]: name for name in sorted(forbidden)}
        names = by_last.keys() - self.operators

        def refuse(operator: str) -> None:
            if by_last[operator] in self.active and not self.by_staff():
                self.refuse(by_last[operator])

        if names and "torch" in sys.modules:
            watch = operators.Watch(names, refuse)
            self.operators.update(dict.fromkeys(watch.names, watch))

    def _wrap_one(self, parent: Any, attribute: str, name: str) -> None:
        target = getattr(parent, attribute, None)
        if isinstance(target, type):
            for method in ("__init__", "forward"):
                if callable(getattr(target, method, None)):
                    wrapped = self._watched(getattr(target, method), name)
                    setattr(target, method, wrapped)
        elif callable(target) and not self._is_watched(name):
            setattr(parent, attribute, self._watched(target, name))

    def _is_watched(self, name: str) -> bool:
        """Whether it is noticed without a wrapper, which no script of torch's can call."""
        is_operator = name.rpartition(".")[2] in self.operators
        return (_is_torchs(name) and is_operator) or name.startswith("torch.ops.")

    def _watched(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            if name in self.active:
                self.refuse(name)
            return function(*args, **kwargs)

        return watched


def _watch(guard: Guard, mode: Any, forbidden: frozenset[str]) -> Any:
    """A torch mode that refuses the forbidden functions."""
    names = {name.rpartition(".")[2]: name for name in forbidden}

    class Watch(mode):  # type: ignore[misc]
        def __torch_function__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            name = str(getattr(function, "__name__", "")).partition(".")[0]  # without the overload
            if name in names and not guard.by_staff():
                guard.refuse(names[name])
            return function(*args, **(kwargs or {}))

    return Watch


def _is_torchs(name: str) -> bool:
    return name.partition(".")[0] == "torch"


def _resolve(dotted: str) -> Any:
    """The object behind a dotted name whose first module is already imported, or None."""
    first, *rest = dotted.split(".")
    found: Any = sys.modules.get(first)
    for part in rest:
        found = getattr(found, part, None)
    return found


class Placeholder(types.ModuleType):
    """Stands where a library is that a file may not use."""

    def __init__(self, name: str, guard: Guard) -> None:
        super().__init__(name)
        self.__dict__.update(_guard=guard, __path__=[])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._touch(name)

    def _touch(self, name: str) -> Placeholder:
        guard: Guard = self.__dict__["_guard"]
        if guard.running:
            guard.refuse(self.__name__)
        return Placeholder(f"{self.__name__}.{name}" if name else self.__name__, guard)

    def __call__(self, *_: Any, **__: Any) -> Placeholder:
        return self._touch("")

    def __getitem__(self, _: Any) -> Placeholder:
        return self._touch("")

    def __or__(self, _: Any) -> Placeholder:
        return self._touch("")

    __ror__ = __or__

    def __mro_entries__(self, _: Any) -> tuple[type, ...]:
        return ()


class _UnlistedFinder(importlib.abc.MetaPathFinder):
    """Hides installed packages from the student's file, except those that are imported already.

    The sandbox does so as well, but not on every system: a check must not find what grading lacks.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.known = {name.partition(".")[0] for name in sys.modules}
        self.known |= {"pylab", *sys.stdlib_module_names}

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        if fullname not in self.known and path is None and self._is_asked_by_student():
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)

    def _is_asked_by_student(self) -> bool:
        frame: types.FrameType | None = sys._getframe(2)
        while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
            frame = frame.f_back
        return frame is not None and frame.f_code.co_filename == self.file


class _PlaceholderFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, guard: Guard, roots: frozenset[str]) -> None:
        self.guard = guard
        self.roots = roots

    def find_spec(
        self, fullname: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in self.roots:
            return None
        if self.guard.running:
            self.guard.refuse(fullname)
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return Placeholder(spec.name, self.guard)

    def exec_module(self, module: types.ModuleType) -> None:
        pass
