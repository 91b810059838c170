"""The versions and the digest of the engine, on which marks depend."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

import pytest

import autograder
from autograder.versions import engine_digest, versions


def test_versions_of_missing_libraries_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.versions.LIBRARIES", ("numpy", "no-such-library"))
    assert set(versions()) == {"python", "numpy"}
    assert versions()["python"] == platform.python_version()


def test_the_engine_s_digest_depends_on_all_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = tmp_path / "autograder"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(autograder.__file__).parent, engine, ignore=ignored)
    original = engine_digest()
    monkeypatch.setattr(autograder, "__file__", str(engine / "__init__.py"))
    assert engine_digest() == original
    template = engine / "classroom" / "templates" / "index.html"
    text = template.read_text()
    template.write_text(f"{text} ")
    assert engine_digest() != original
    template.write_text(text)
    (engine / "x.pyc").touch()
    assert engine_digest() == original
    (engine / "__pycache__").mkdir()
    (engine / "__pycache__" / "x.pyc.139648").touch()  # another process is writing it
    assert engine_digest() == original
    (engine / "x.py").touch()
    assert engine_digest() != original
