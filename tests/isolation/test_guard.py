"""The guard: what counts is what a slot's code uses while it runs."""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from autograder.isolation.guard import Forbidden, Guard, Placeholder


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> Guard:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    return Guard("moves.py", ["probe_moves.py"])


def run(code: str, file: str, **names: Any) -> None:
    exec(compile(code, file, "exec"), names)


def test_a_blocked_library_can_be_imported_and_not_used(guard: Guard) -> None:
    guard.block(["course_library"])
    part = importlib.import_module("course_library.part")
    assert isinstance(part, Placeholder)
    assert isinstance(part.anything(1) | part[0], Placeholder)
    guard.running = True
    with pytest.raises(Forbidden, match=r"course_library\.part"):
        part.anything(1)
    with pytest.raises(Forbidden):
        importlib.import_module("course_library.other")
    assert len(guard.hits) == 2


def test_an_installed_package_is_hidden_from_the_students_file_alone(
    guard: Guard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "installed.py").write_text("x = 1\n")
    (tmp_path / "listed.py").write_text("import installed\n")
    monkeypatch.syspath_prepend(tmp_path)
    sys.modules["listed.part"] = types.ModuleType("part")
    guard.block(["course_library"])
    for code in ("import installed", "from installed import x"):
        with pytest.raises(ModuleNotFoundError, match="No module named 'installed'") as refused:
            run(code, "moves.py")
        assert refused.value.name == "installed"
    run("import course_library, json, wave", "moves.py")
    run("import listed", "moves.py")  # which may import what it needs
    run("import installed", "probe_moves.py")


def test_a_use_that_except_hides_is_noted_with_its_line(guard: Guard) -> None:
    guard.block(["course_library"])
    library = importlib.import_module("course_library")
    guard.running = True
    code = "\ntry:\n    library.solve()\nexcept BaseException:\n    pass"
    run(code, "moves.py", library=library)
    assert guard.hits == [("course_library", 3)]


def test_a_wrapped_function_is_refused_only_while_it_is_forbidden(guard: Guard) -> None:
    library = types.ModuleType("library")
    library.sum_all, library.sum_one, library.other = sum, abs, len
    sys.modules["library"] = library
    names = guard.wrap(["library.sum_*", "not_imported.f"])
    assert {"library.sum_all", "library.sum_one"} <= names
    assert "library.other" not in names
    assert library.sum_all([1, 2]) == 3
    guard.active = names
    with pytest.raises(Forbidden, match=r"library\.sum_all"):
        library.sum_all([1, 2])
    assert library.other([1]) == 1


@pytest.mark.parametrize(
    ("files", "by_staff"),
    [(["moves.py"], False), (["probe_moves.py"], True), (["probe_moves.py", "moves.py"], False)],
)
def test_the_nearest_caller_says_whose_code_runs(
    guard: Guard, files: list[str], by_staff: bool
) -> None:
    found: list[bool] = []
    call: Any = lambda: found.append(guard.by_staff())  # noqa: E731
    for file in reversed(files):
        call = lambda file=file, inner=call: run("call()", file, call=inner)  # noqa: E731
    call()
    assert found == [by_staff]
