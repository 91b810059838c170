"""The kit's hidden checks as the users of other graders would run them: in the student's process.

`student` and `reference` call the student's file and the solution directly; inputs, seed and
comparisons are the kit's own. There is no process boundary, no time limit, no stand-in for a
slot that another builds on, no guard of libraries, and no message but pass or fail. Which
arguments and global settings a call changed is looked at only by the checks that ask for it.

The submission's folder is in BENCH_SUBMISSION, or is the working directory. Used by `pytest -p
inprocess` and, through `earned`, in nbgrader's cells and otter's tests.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import itertools
import json
import os
import random
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
import pytest

from autograder.isolation import library_state, worker
from autograder.isolation.wire import Tensor
from autograder.judging.answers import Answer, Log, unwrap

SEED = int(os.environ.get("BENCH_SEED", "1"))
STAFF = Path(
    os.environ.get("BENCH_STAFF", Path(__file__).parents[1] / "solutions" / "rnn_fundamentals")
)


# ------------------------------------------------------------------------------ programs


@cache
def _module(path: Path) -> types.ModuleType:
    """A Python file, executed once."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PROBES = {"probe": "probes.py", "oracle": "oracle.py"}  # beside the solution of a student file


@cache
def _program(folder: Path, file: str, owner: str) -> Callable[[str], Any]:
    """Looks up a function: a student's own, or one of staff's, which gets the student's module."""
    own = _module(folder / file)

    def find(name: str) -> Any:
        if owner in PROBES:
            probe = vars(_module(STAFF / Path(file).stem / PROBES[owner]))[name]
            return lambda *args, **kwargs: probe(own, *args, **kwargs)
        found: Any = own
        for part in name.split("."):
            found = getattr(found, part)
        return found

    return find


class Caller:
    """`student` or `reference`: calls a function of one file and gives an Answer."""

    def __init__(
        self, folder: Path, file: str, watched: bool, owner: str = "student", log: Log | None = None
    ) -> None:
        self._where = folder, file, owner
        self._watched = watched
        self._log = log or Log()

    def __getattr__(self, name: str) -> Any:
        if name in PROBES:
            folder, file, _ = self._where
            return Caller(folder, file, self._watched, name, self._log)
        return lambda *args, **kwargs: self.call(name, *args, **kwargs)

    def call(self, name: str, *args: Any, **kwargs: Any) -> Answer:
        """Call by name, with copies of the arguments."""
        function = _program(*self._where)(name)
        copies = [_given(arg) for arg in args]
        named = {key: _given(arg) for key, arg in kwargs.items()}
        _seed()
        if not self._watched:
            value = function(*copies, **named)
            return Answer(_got(value), log=self._log)
        names = [str(i) for i in range(len(copies))]
        before = [(*part, worker._copy(part[-1])) for part in worker._parts(copies, named, names)]
        state, _ = library_state.global_state()
        value = function(*copies, **named)
        now, _ = library_state.global_state()
        mutated = tuple(p for p, *_, part, was in before if not worker._identical(part, was))
        touched = tuple(name for name, was in state.items() if now[name] != was)
        return Answer(_got(value), mutated, mutated, touched, self._log)


def _given(value: Any) -> Any:
    """An argument as a function gets it: a copy, torch tensors in the place of marked arrays."""
    value = unwrap(value)
    if isinstance(value, Tensor):
        import torch

        return torch.from_numpy(np.array(value)).to(value.on)
    if isinstance(value, dict):
        return {key: _given(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_given(item) for item in value)
    return value.copy() if isinstance(value, np.ndarray) else value


def _got(value: Any) -> Any:
    """A result as the comparisons know it: tensors as marked arrays."""
    if isinstance(value, dict):
        return {key: _got(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_got(item) for item in value) if type(value) in (list, tuple) else value
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        marked = value.detach().cpu().numpy().copy().view(Tensor)
        marked.on = value.device.type
        return marked
    if isinstance(value, np.ndarray) and value.dtype == object and value.ndim == 1:
        return [_got(item) for item in value]
    return value


def _seed() -> None:
    """Every call starts from the same random state; figures of the call before are closed."""
    random.seed(library_state.SEED)
    np.random.seed(library_state.SEED)
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        torch.default_generator.manual_seed(library_state.SEED)
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")


# ------------------------------------------------------------------------------ checks


def _makers(function: Any, slot: str, params: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """How to make a check's arguments by the kit's names for them."""
    file = _slots()[slot]["file"]
    name = check_name(function, params)
    watched = bool({"unmodified", "leaves_globals_alone"} & _names(function.__code__))
    folder = Path(os.environ.get("BENCH_SUBMISSION", ".")).resolve()
    return {
        "student": lambda: Caller(folder, file, watched),
        "reference": lambda: Caller(STAFF / Path(file).stem, file, False),
        "rng": lambda: np.random.default_rng([SEED, zlib.crc32(f"{slot}/{name}".encode())]),
    }


def _names(code: types.CodeType) -> set[str]:
    """The global names that a function uses, those of functions inside it included."""
    inner = [_names(c) for c in code.co_consts if isinstance(c, types.CodeType)]
    return set(code.co_names).union(*inner)


def check_name(function: Any, params: dict[str, Any]) -> str:
    """The name by which the kit knows a check; its inputs are drawn by it."""
    name = str(function.__name__).removeprefix("test_")
    shown = ", ".join(f"{key}={value}" for key, value in params.items())
    return f"{name}[{shown}]" if params else name


@cache
def _assignment() -> dict[str, Any]:
    return tomllib.loads((STAFF / "assignment.toml").read_text("utf-8"))


def _slots() -> dict[str, Any]:
    found: dict[str, Any] = _assignment()["slots"]
    return found


def _graders(slot: str) -> types.ModuleType:
    """The slot's grader file, as a module of a package: it may import its neighbours."""
    stem = Path(_slots()[slot]["file"]).stem
    package = sys.modules.setdefault(f"graders_{stem}", types.ModuleType(f"graders_{stem}"))
    package.__path__ = [str(STAFF / stem)]
    return importlib.import_module(f"graders_{stem}.{_test_name(slot)}")


def _test_name(slot: str) -> str:
    return f"test_{slot.replace('.', '_')}"


def _slot_of(item: pytest.Item) -> str:
    """The slot that a pytest item grades, by the name of its file."""
    return next(slot for slot in _slots() if _test_name(slot) == item.path.stem)


@cache
def checks_of(slot: str) -> dict[str, Callable[[], None]]:
    """name -> the check, for nbgrader and otter: what runs there has no pytest."""
    module = _graders(slot)
    found: dict[str, Callable[[], None]] = {}
    for function in [f for name, f in vars(module).items() if name.startswith("test_")]:
        for params in _parametrized(function, getattr(function, "pytestmark", [])):
            found[check_name(function, params)] = _one(function, slot, params)
    return found


def _parametrized(function: Any, marks: list[Any]) -> Iterator[dict[str, Any]]:
    """The parameters of each case, in pytest's order."""
    columns: list[list[dict[str, Any]]] = []
    if "device" in inspect.signature(function).parameters:
        columns.append([{"device": "cpu"}])
    for mark in marks:
        if mark.name == "parametrize":
            names = mark.args[0]
            names = [n.strip() for n in names.split(",")] if isinstance(names, str) else names
            rows = [row if len(names) > 1 else (row,) for row in mark.args[1]]
            columns.append([dict(zip(names, row, strict=True)) for row in rows])
    for parts in itertools.product(*columns):
        yield {key: value for part in parts for key, value in part.items()}


def _one(function: Any, slot: str, params: dict[str, Any]) -> Callable[[], None]:
    def check() -> None:
        makers = _makers(function, slot, params)
        wanted = inspect.signature(function).parameters
        function(**{key: params[key] if key in params else makers[key]() for key in wanted})

    return check


def earned(slot: str) -> float:
    """Run the checks of a slot; the points for those that pass."""
    about = _slots()[slot]
    total = got = 0.0
    for name, check in checks_of(slot).items():
        weights = about.get("weights", {})
        weight = weights.get(name, weights.get(name.partition("[")[0], 1.0))
        total += weight
        try:
            check()
        except Exception:  # whatever it is, the check failed
            continue
        got += weight
    return round(about["points"] * got / total, 2)


# ------------------------------------------------------------------------------ pytest


def _made(request: pytest.FixtureRequest) -> Any:
    item: Any = request.node
    params = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    return _makers(item.function, _slot_of(item), params)[str(request.fixturename)]()


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Any:
    """Calls the submission."""
    return _made(request)


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> Any:
    """Calls the solution and the oracle."""
    return _made(request)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> Any:
    """Draws the inputs of one check."""
    return _made(request)


@pytest.fixture(params=["cpu"])
def device(request: pytest.FixtureRequest) -> str:
    """Where the check is run."""
    return str(request.param)


FAILED: dict[str, list[str]] = {}  # slot -> checks that failed


def pytest_configure(config: pytest.Config) -> None:
    """The kit's marker."""
    config.addinivalue_line("markers", "public: frozen and given to students")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Note what failed, by slot."""
    report = yield
    failed = FAILED.setdefault(_slot_of(item), [])
    if report.failed:
        failed.append(item.name)
    return report


def pytest_sessionfinish() -> None:
    """Write what failed to the file BENCH_RESULT."""
    if "BENCH_RESULT" in os.environ:
        Path(os.environ["BENCH_RESULT"]).write_text(json.dumps(FAILED), "utf-8")
