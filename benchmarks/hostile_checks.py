"""The checks of `inprocess.py` for hostile submissions: one slot's, with notes of what was said.

What a check's failure says goes to the file HOSTILE_NOTES, whichever grader runs it: whoever
shows messages shows that. HOSTILE_SLOT names the slot. With HOSTILE_PLAIN set, answers are compared
by `np.allclose`, as many graders do, and not by the kit. The student's module is importable by its
name, as after an `import`.

Used as a plugin of pytest beside `inprocess`, and by nbgrader's cells and otter's tests.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import types
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import inprocess
import numpy as np
import pytest

import autograder.grading
from autograder.judging.answers import bare

# A submission may give these names another meaning.
_open, _write, _close, _str, _type, _any = os.open, os.write, os.close, str, type, BaseException
NOTES = os.environ.get("HOSTILE_NOTES", os.devnull)
FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND


def note(error: BaseException) -> None:
    """Write down an exception that ended a check."""
    try:
        text = f"{_type(error).__name__}: {_str(error)[:4000]}\0"
        file = _open(NOTES, FLAGS, 0o666)
        _write(file, text.encode("utf-8", "backslashreplace"))
        _close(file)
    except _any:  # its text may be as hostile
        return


def _plain(got: Any, want: Any, **_: Any) -> None:
    """The comparison of a grader that thinks no evil."""
    got, want = bare(got), bare(want)
    if isinstance(want, dict):
        for key in want:
            _plain(got[key], want[key])
    elif isinstance(want, (list, tuple)):
        assert len(got) == len(want)
        for one, other in zip(got, want, strict=False):
            _plain(one, other)
    else:
        assert np.allclose(got, want)


if os.environ.get("HOSTILE_PLAIN"):
    autograder.grading.same = _plain


@cache
def _module(path: Path) -> types.ModuleType:
    """`inprocess._module`, with the student's module among those that are imported."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    if path.parent == inprocess.STAFF:
        spec.loader.exec_module(module)
        return module
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return sys.modules.get(path.stem, module)


inprocess._module = _module

# The kit tells more of a part that a call could change than `inprocess` asks for.
_parts = inprocess.worker._parts
inprocess.worker._parts = lambda *of: ((one[0], one[1], one[-1]) for one in _parts(*of))


def _noted(check: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            check()
        except BaseException as error:
            note(error)
            raise

    return run


def checks_of(slot: str) -> dict[str, Callable[[], None]]:
    """name -> the check."""
    return {name: _noted(check) for name, check in inprocess.checks_of(slot).items()}


def earned(slot: str) -> float:
    """The points for those checks that pass; the others' messages are printed."""
    about = inprocess._slots()[slot]
    weights = about.get("weights", {})
    total = got = 0.0
    for name, check in checks_of(slot).items():
        weight = weights.get(name, weights.get(name.partition("[")[0], 1.0))
        total += weight
        try:
            check()
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {str(error)[:2000]}")
            continue
        got += weight
    return round(float(about["points"]) * got / total, 2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only the checks of the slot."""
    wanted = os.environ["HOSTILE_SLOT"]
    items[:] = [
        item for item in items if any(mark.args[0] == wanted for mark in item.iter_markers("slot"))
    ]


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Iterator[None]:
    """Note what ends a check."""
    try:
        return (yield)
    except BaseException as error:
        note(error)
        raise
