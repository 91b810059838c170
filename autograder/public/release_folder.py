"""The released folder on disk: written whole or not at all, and compared with a new build."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.errors import KitError, UsageError
from autograder.public.released_folder import FOLDER

# Relative changes up to these leave a frozen number the same: far below every tolerance.
NUMBERS_AGREE = {"float32": 1e-6, "complex64": 1e-6}
NUMBERS_AGREE_DEFAULT = 1e-11
MISCONCEPTIONS_AGREE = 1e-5


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Replace `folder` by a release, whole or not at all.

    Raises UsageError where the folder holds anything but a release, KitError where it cannot be
    written.
    """
    folder = folder.resolve()
    marker = folder / FOLDER / "assignment.json"
    if folder.exists() and not marker.is_file() and (folder.is_file() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty and is no release: name another folder")
    keep = keep_numbers(files, folder)
    old = folder.with_name(f".{folder.name}.old")
    temporary = folder.with_name(f".{folder.name}.new")
    try:
        for leftover in (temporary, old):
            shutil.rmtree(leftover, ignore_errors=True)
        temporary.mkdir(parents=True)
        for name, content in keep.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o644)
        if folder.exists():
            folder.rename(old)
        temporary.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise KitError(f"{folder} cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def differences(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """How `folder` differs from a release, in sentences."""
    present = {
        Path(where, name).relative_to(folder).as_posix()
        for where, _, names in os.walk(folder)
        for name in names
    }
    missing = [f"{name} is missing" for name in sorted(set(files) - present)]
    extra = [f"{name} does not belong there" for name in sorted(present - set(files))]
    changed = [
        f"{name} differs"
        for name, content in keep_numbers(files, folder).items()
        if name in present and (folder / name).read_bytes() != content
    ]
    return missing + extra + changed


def keep_numbers(files: Mapping[str, bytes], folder: Path) -> dict[str, bytes]:
    """The files of a release, where those in `folder` replace them that agree to rounding."""
    result = dict(files)
    for name, content in files.items():
        path = folder / name
        if name.startswith(f"{FOLDER}/") and name.endswith(".json") and path.is_file():
            old = path.read_bytes()
            try:
                if _agree(json.loads(old), json.loads(content)):
                    result[name] = old
            except ValueError:
                continue
    return result


def _agree(
    old: Any, new: Any, least: float = 0.0, relative: float = 0.0, scale: float = 0.0
) -> bool:
    """Whether two JSON values are the same, numbers to rounding.

    A comparison of its own: it compares text that was released, key by key and in order, where
    `judging.structure` compares what a program returned.

    Numbers of an array are compared relative to its largest entry, `scale`. Relative changes up to
    `least` never count; it is larger for misconceptions, whose float64 results may come from
    float32 arithmetic.
    """
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=relative, abs_tol=relative * scale)
    if type(old) is not type(new):
        return False
    if isinstance(old, dict):
        own = NUMBERS_AGREE.get(str(old.get("dtype")), NUMBERS_AGREE_DEFAULT)
        scale = max((abs(x) for x in old.get("array", ()) if isinstance(x, float)), default=0.0)
        return list(old) == list(new) and all(
            _agree(
                old[key],
                new[key],
                MISCONCEPTIONS_AGREE if key == "misconceptions" else least,
                max(own, least),
                scale,
            )
            for key in old
        )
    if isinstance(old, list):
        return len(old) == len(new) and all(
            _agree(a, b, least, relative, scale) for a, b in zip(old, new, strict=True)
        )
    return bool(old == new)
