"""Collect the checks of an assignment's grader files.

pytest imports the files, takes parametrized checks apart and puts all checks in order. It runs
none of them: see `runner`.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.model import Assignment, Slot
from autograder.errors import AssignmentError
from autograder.hidden.places import place_of
from autograder.hidden.runner import DEVICES, FIXTURES, CheckFunction
from autograder.judging.checks import Check

MARKS = ("demand", "public", "parametrize")
OPTIONS = (
    "--collect-only",
    f"-c{os.devnull}",
    "--import-mode=importlib",
    "--capture=no",
    "-pno:terminal",
    "-pno:cacheprovider",
    "-pno:faulthandler",
    "-pno:logging",
    "-pno:warnings",
)


def collect(assignment: Assignment, files: Sequence[str] = ()) -> list[Check]:
    """The checks of the given student files, or of all, in the order of the grader files.

    Raises AssignmentError where a grader file cannot be imported, or has a check that cannot be
    run: without a docstring, with a fixture that is not one of FIXTURES, or with a mark
    of pytest's other than `parametrize`.
    """
    plugin = _Plugin(assignment)
    folder = assignment.folder
    graders = [
        str(assignment.files[name].grader(slot))
        for name in (files or assignment.files)
        for slot in assignment.slots_of(name)
    ]
    autoload = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        status = pytest.main(
            [*graders, f"--rootdir={folder}", f"--confcutdir={folder}", *OPTIONS], plugins=[plugin]
        )
    finally:
        _forget_modules(folder)
        if autoload is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        if options is not None:
            os.environ["PYTEST_ADDOPTS"] = options
    if status == pytest.ExitCode.INTERRUPTED and not plugin.problems:
        raise KeyboardInterrupt
    if plugin.problems or status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise AssignmentError("the graders could not be collected: " + "; ".join(plugin.problems))
    checks = [_check(item, assignment) for item in plugin.items]
    _demand_unique_names(checks, assignment)
    return checks


def _forget_modules(folder: Path) -> None:
    """Forget the modules of a folder, so that the next collection reads its files again."""
    roots = tuple(f"{path}{os.sep}" for path in (folder.absolute(), folder.resolve()))
    for name, module in list(sys.modules.items()):
        own = getattr(module, "__dict__", {})  # a library's module may make up its attributes
        places = [own.get("__file__") or "", *(own.get("__path__") or ())]
        if any(str(place).startswith(roots) for place in places):
            del sys.modules[name]


class _Plugin:
    """Takes the collected items and all errors from pytest."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.items: list[pytest.Item] = []
        self.problems: list[str] = []
        self.places: dict[str, str] = {}  # of errors, by the file that was collected

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "public: frozen and given to students")
        config.addinivalue_line("markers", "demand: the line of the rubric that it belongs to")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "device" in metafunc.fixturenames:
            metafunc.parametrize("device", DEVICES)

    def pytest_exception_interact(
        self, call: pytest.CallInfo[Any], report: pytest.CollectReport
    ) -> None:
        error = call.excinfo.value if call.excinfo is not None else None
        if error is not None:
            self.places[report.nodeid] = place_of(error.__cause__ or error, self.assignment)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            said = str(report.longrepr).strip().splitlines()[-1].removeprefix("E").strip()
            place = self.places.get(report.nodeid, "")
            self.problems.append(f"{place}: {said}" if place else said)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = session.items


def _check(item: pytest.Item, assignment: Assignment) -> Check:
    """The check that an item of pytest's is. Raises AssignmentError."""
    file, line = _shown(item.path), (item.location[1] or 0) + 1
    if not isinstance(item, pytest.Function):
        raise AssignmentError(f"{file}: {item.name} is no function")
    function = item.function
    params = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    for problem in _problems(item, params):
        raise AssignmentError(f"{file}:{line}: {item.name} {problem}")
    sentence = (function.__doc__ or "").strip().partition("\n")[0]
    if not sentence:
        raise AssignmentError(f"{file}:{line}: {item.name} has no docstring")
    name = function.__name__.removeprefix("test_")
    if params:
        name += f"[{', '.join(f'{key}={value}' for key, value in params.items())}]"
    public = item.get_closest_marker("public") is not None
    fixtures = tuple(fixture for fixture in FIXTURES if fixture in _arguments(item))
    slot = assignment.slots[_slots_by_file(assignment)[file]]
    demand = _demand(item, slot)
    return Check(
        slot.name, name, sentence, public, demand, params, CheckFunction(function, fixtures)
    )


def _demand(item: pytest.Function, slot: Slot) -> str:
    """The demand that a check belongs to; of a single one, no check need speak."""
    names = [demand.name for demand in slot.demands]
    marks = [mark.args[0] for mark in item.iter_markers("demand")]
    if not marks and len(names) == 1:
        return names[0]
    if len(marks) == 1 and marks[0] in names:
        return str(marks[0])
    said = f"belongs to the demand {marks[0]}" if marks else "belongs to no demand"
    if len(marks) > 1:
        said = "belongs to two demands"
    raise AssignmentError(
        f"{_shown(item.path)}: {item.name} {said}: put @demand(NAME) above it, "
        f"with one of {', '.join(names)}"
    )


def _shown(path: Path) -> str:
    """A grader file as messages name it: with the folder of its student file."""
    return f"{path.parent.name}/{path.name}"


def _slots_by_file(assignment: Assignment) -> dict[str, str]:
    return {
        _shown(assignment.files[slot.file].grader(slot)): slot.name
        for slot in assignment.slots.values()
    }


def _problems(item: pytest.Function, params: Collection[str]) -> Iterator[str]:
    """What keeps the runner from calling an item's function, in words that name the mend."""
    if item.cls is not None:
        yield "is a method of a class: make it a function of the file"
    for mark in item.iter_markers():
        if mark.name not in MARKS:
            mend = f": call pytest.{mark.name}(reason) in it" if "skip" in mark.name else ""
            yield f"has the mark {mark.name}, and a check may have parametrize only{mend}"
        if mark.name == "parametrize" and (len(mark.args) > 2 or mark.kwargs.get("indirect")):
            yield "has indirect parameters: give it the values themselves"
    for name in _arguments(item):
        if name not in FIXTURES and name not in params:
            yield (
                f"asks for the fixture {name}, and a check may ask for {', '.join(FIXTURES)} "
                "and its own parameters: call a function of the file instead"
            )


def _arguments(item: pytest.Function) -> Sequence[str]:
    """The names of what pytest would set up for an item: its arguments, then other fixtures."""
    own = inspect.signature(item.function).parameters
    return sorted(item.fixturenames, key=lambda name: name not in own)


def _demand_unique_names(checks: Sequence[Check], assignment: Assignment) -> None:
    seen = set()
    for check in checks:
        if (check.slot, check.name) in seen:
            slot = assignment.slots[check.slot]
            file = _shown(assignment.files[slot.file].grader(slot))
            raise AssignmentError(f"{file}: a second check {check.name}")
        seen.add((check.slot, check.name))
