"""Collect an assignment's grader files with pytest, and hand the checks to a runner."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.assignment.model import Assignment
from autograder.errors import AssignmentError, GraderFault, KitError
from autograder.hidden.runner import Graders, T
from autograder.isolation.pool import Workers
from autograder.judging.checks import Check
from autograder.judging.failure import CheckFailed
from autograder.judging.program import (
    Caller,
)


def with_graders(
    assignment: Assignment,
    workers: Workers,
    body: Callable[[Graders], T],
    *,
    seed: int,
    device: str = "cpu",
    files: Sequence[str] = (),
) -> T:
    """Collect the assignment's graders (of `files`, or all) and call `body` with them.

    Raises AssignmentError where a grader file cannot be collected, and what `body` raises.
    """
    chosen = [assignment.files[name] for name in (files or assignment.files)]
    plugin = _Plugin(assignment, workers, body, seed, device)
    arguments = [
        *(str(file.graders) for file in chosen),
        f"--rootdir={assignment.folder}",
        f"--confcutdir={assignment.folder}",
        f"-c{os.devnull}",
        "--import-mode=importlib",
        "--capture=no",
        "-pno:terminal",
        "-pno:cacheprovider",
        "-pno:faulthandler",
        "-pno:logging",
        "-pno:warnings",
    ]
    autoload = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        pytest.main(arguments, plugins=[plugin])
    finally:
        _forget_modules(assignment.folder)
        if autoload is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        if options is not None:
            os.environ["PYTEST_ADDOPTS"] = options
    if plugin.error is not None:
        raise plugin.error
    if not plugin.done:
        raise AssignmentError("the graders could not be collected: " + "; ".join(plugin.problems))
    result: T = plugin.result
    return result


def _forget_modules(folder: Path) -> None:
    """The next collection, of another course perhaps, reads its files anew."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).parent == folder:
            del sys.modules[name]


class _Plugin:
    def __init__(
        self,
        assignment: Assignment,
        workers: Workers,
        body: Callable[[Graders], Any],
        seed: int,
        device: str,
    ) -> None:
        self.assignment = assignment
        self.workers = workers
        self.body = body
        self.seed = seed
        self.chosen = device
        self.graders: Graders | None = None
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = False
        self.problems: list[str] = []

    # ---- fixtures

    @pytest.fixture
    def student(self) -> Caller:
        return self._running().caller(student=True)

    @pytest.fixture
    def reference(self) -> Caller:
        return self._running().caller(student=False)

    @pytest.fixture
    def rng(self) -> np.random.Generator:
        return self._running().rng()

    @pytest.fixture(params=["cpu", "cuda"])
    def device(self, request: pytest.FixtureRequest) -> str:
        return self._running().device(str(request.param))

    def _running(self) -> Graders:
        if self.graders is None:
            raise GraderFault("no graders are running")
        return self.graders

    # ---- hooks

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "slot(name): the slot that a check belongs to")
        config.addinivalue_line("markers", "public: frozen and given to students")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(str(report.longrepr).strip().splitlines()[-1])

    @pytest.hookimpl(hookwrapper=True)
    def pytest_pyfunc_call(self) -> Generator[None, Any, None]:
        """A student's failure is a result, not an error: pytest draws up no traceback for it."""
        outcome = yield
        error = outcome.excinfo[1] if outcome.excinfo else None
        if isinstance(error, CheckFailed):
            self._running().note(error)
            outcome.force_result(True)

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None and not isinstance(call.excinfo.value, pytest.skip.Exception):
            self._running().note(call.excinfo.value)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed or self.problems:
            return True
        try:
            checks = list(_checks(session.items, self.assignment))
            self.graders = Graders(self.assignment, self.workers, self.seed, self.chosen, checks)
            with self.graders:
                self.result = self.body(self.graders)
            self.done = True
        except (KitError, KeyboardInterrupt, Exception) as error:
            self.error = error
        return True


def _checks(items: Sequence[pytest.Item], assignment: Assignment) -> Iterator[Check]:
    seen = set()
    for item in items:
        mark = item.get_closest_marker("slot")
        file = Path(item.path).name.removeprefix("test_")
        if mark is None:
            raise AssignmentError(f"test_{file}: {item.name} says not which slot it grades")
        slot = str(mark.args[0])
        if slot not in assignment.slots or assignment.slots[slot].file != file:
            raise AssignmentError(f"test_{file}: {item.name} grades {slot}, no slot of {file}")
        params = dict(item.callspec.params) if hasattr(item, "callspec") else {}
        function: Any = getattr(item, "function", None)
        name = function.__name__.removeprefix("test_")
        if params:
            name += f"[{', '.join(f'{key}={value}' for key, value in params.items())}]"
        if (slot, name) in seen:
            raise AssignmentError(f"test_{file}: a second check {name} of {slot}")
        seen.add((slot, name))
        sentence = (function.__doc__ or "").strip().partition("\n")[0]
        if not sentence:
            raise AssignmentError(f"test_{file}: {item.name} has no docstring")
        public = item.get_closest_marker("public") is not None
        yield Check(slot, name, sentence, public, params, item)
