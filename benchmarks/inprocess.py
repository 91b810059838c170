"""The kit's hidden checks as the users of other graders would run them: in the student's process.

`student` and `reference` call the student's file and the solution directly; inputs, seed and
comparisons are the kit's own. There is no process boundary, no time limit, no stand-in for a
slot that another builds on, no guard of libraries, and no message but pass or fail. Which
arguments and global settings a call changed is looked at only by the checks that ask for it.

The submission's folder is in BENCH_SUBMISSION, or is the working directory. Every peer takes its
checks from `checks_of`: pytest as tests, otter as test cases, nbgrader's cells through `earned`.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import itertools
import os
import sys
import tomllib
import types
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np

from autograder.isolation import library_state, worker
from autograder.isolation.wire import tensor
from autograder.judging.answers import Answer, Log, unwrap

SEED = int(os.environ.get("BENCH_SEED", "1"))
STAFF = Path(__file__).parents[1] / "solutions" / "rnn_fundamentals"
SUBMISSION = Path(os.environ.get("BENCH_SUBMISSION", ".")).resolve()
SLOTS: dict[str, Any] = tomllib.loads((STAFF / "assignment.toml").read_text("utf-8"))["slots"]
PROBES = {"probe": "probes.py", "oracle": "oracle.py"}  # beside the solution of a student file


# ------------------------------------------------------------------------------ programs


@cache
def _module(path: Path) -> types.ModuleType:
    """A Python file, executed once."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Caller:
    """`student` or `reference`: calls a function of one file and gives an Answer."""

    def __init__(
        self, path: Path, watched: bool, owner: str = "student", log: Log | None = None
    ) -> None:
        self._path, self._watched, self._owner = path, watched, owner
        self._log = log or Log()

    def __getattr__(self, name: str) -> Any:
        if name in PROBES:
            return Caller(self._path, self._watched, name, self._log)
        return lambda *args, **kwargs: self.call(name, *args, **kwargs)

    def _function(self, name: str) -> Callable[..., Any]:
        """A student's own function, or one of staff's, which gets the student's module."""
        own = _module(self._path)
        if self._owner in PROBES:
            probe = vars(_module(STAFF / self._path.stem / PROBES[self._owner]))[name]
            return lambda *args, **kwargs: probe(own, *args, **kwargs)
        found: Any = own
        for part in name.split("."):
            found = getattr(found, part)
        return found

    def call(self, name: str, *args: Any, **kwargs: Any) -> Answer:
        """Call by name, with copies of the arguments."""
        function = self._function(name)
        copies = [_given(arg) for arg in args]
        named = {key: _given(arg) for key, arg in kwargs.items()}
        library_state.seed_generators()
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")  # the figures of the call before
        if not self._watched:
            value = function(*copies, **named)
            return Answer(self._read(name, _got(value), args, kwargs), log=self._log)
        names = [str(i) for i in range(len(copies))]
        before = [(*part, worker._copy(part[-1])) for part in worker._parts(copies, named, names)]
        state, _ = library_state.global_state()
        value = function(*copies, **named)
        now, _ = library_state.global_state()
        mutated = tuple(p for p, *_, part, was in before if not worker._identical(part, was))
        touched = tuple(name for name, was in state.items() if now[name] != was)
        read = self._read(name, _got(value), args, kwargs)
        return Answer(read, mutated, mutated, touched, self._log)

    def _read(self, name: str, value: Any, args: Any, kwargs: Any) -> Any:
        """What the readings of the file make of a probe's facts; see `judging/reading.py`."""
        readings = STAFF / self._path.stem / "readings.py"
        if self._owner != "probe" or not readings.exists() or name not in vars(_module(readings)):
            return value
        named = {key: unwrap(arg) for key, arg in kwargs.items()}
        return vars(_module(readings))[name](value, *map(unwrap, args), **named)


def _given(value: Any) -> Any:
    """An argument as a function gets it: a copy, torch tensors in the place of marked arrays."""
    value = unwrap(value)
    if isinstance(value, dict):
        return {key: _given(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_given(item) for item in value)
    return worker._revive(value.copy() if isinstance(value, np.ndarray) else value)


def _got(value: Any) -> Any:
    """A result as the comparisons know it: tensors as marked arrays."""
    if isinstance(value, dict):
        return {key: _got(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_got(item) for item in value)
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return tensor(value.detach().cpu().numpy(), value.device.type)
    if isinstance(value, np.ndarray) and value.dtype == object and value.ndim == 1:
        return [_got(item) for item in value]
    return value


# ------------------------------------------------------------------------------ checks


@cache
def checks_of(slot: str) -> dict[str, Callable[[], None]]:
    """name -> the check. The inputs are drawn by its name, as the kit draws them."""
    found: dict[str, Callable[[], None]] = {}
    for function in [f for name, f in vars(_graders(slot)).items() if name.startswith("test_")]:
        for params in _parametrized(function):
            name = str(function.__name__).removeprefix("test_")
            if params:
                name += f"[{', '.join(f'{key}={value}' for key, value in params.items())}]"
            found[name] = _check(function, slot, name, params)
    return found


def _graders(slot: str) -> types.ModuleType:
    """The slot's grader file, as a module of a package: it may import its neighbours."""
    stem = Path(SLOTS[slot]["file"]).stem
    package = sys.modules.setdefault(f"graders_{stem}", types.ModuleType(f"graders_{stem}"))
    package.__path__ = [str(STAFF / stem)]
    return importlib.import_module(f"graders_{stem}.test_{slot.replace('.', '_')}")


def _parametrized(function: Any) -> Iterator[dict[str, Any]]:
    """The parameters of each case, in pytest's order."""
    columns: list[list[dict[str, Any]]] = []
    if "device" in inspect.signature(function).parameters:
        columns.append([{"device": "cpu"}])
    for mark in getattr(function, "pytestmark", []):
        if mark.name == "parametrize":
            names = mark.args[0]
            names = [n.strip() for n in names.split(",")] if isinstance(names, str) else names
            rows = [row if len(names) > 1 else (row,) for row in mark.args[1]]
            columns.append([dict(zip(names, row, strict=True)) for row in rows])
    for parts in itertools.product(*columns):
        yield {key: value for part in parts for key, value in part.items()}


def _check(function: Any, slot: str, name: str, params: dict[str, Any]) -> Callable[[], None]:
    """The check, which calls the function with its parameters and the kit's fixtures."""
    file = SLOTS[slot]["file"]
    watched = bool({"unmodified", "leaves_globals_alone"} & _names(function.__code__))
    makers: dict[str, Callable[[], Any]] = {
        "student": lambda: Caller(SUBMISSION / file, watched),
        "reference": lambda: Caller(STAFF / Path(file).stem / file, False),
        "rng": lambda: np.random.default_rng([SEED, zlib.crc32(f"{slot}/{name}".encode())]),
    }
    wanted = inspect.signature(function).parameters

    def check() -> None:
        function(**{key: params[key] if key in params else makers[key]() for key in wanted})

    return check


def _names(code: types.CodeType) -> set[str]:
    """The global names that a function uses, those of functions inside it included."""
    inner = [_names(c) for c in code.co_consts if isinstance(c, types.CodeType)]
    return set(code.co_names).union(*inner)


def earned(slot: str) -> float:
    """Run the checks of a slot; the points for those that pass."""
    weights = SLOTS[slot].get("weights", {})
    total = got = 0.0
    for name, check in checks_of(slot).items():
        weight = weights.get(name, weights.get(name.partition("[")[0], 1.0))
        total += weight
        try:
            check()
        except Exception:  # whatever it is, the check failed
            continue
        got += weight
    return round(SLOTS[slot]["points"] * got / total, 2)
