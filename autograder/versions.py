"""What a mark depends on besides the assignment: library versions and the engine's code."""

from __future__ import annotations

import importlib.metadata
import platform
from pathlib import Path

import autograder
from autograder.errors import KitError
from autograder.files import digest

LIBRARIES = ("rnn-autograder", "numpy", "torch", "matplotlib", "pytest")


def versions() -> dict[str, str]:
    """The versions of Python and of the installed libraries that can change a mark."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def engine_digest() -> str:
    """A digest of this engine: its code and the templates of its pages. Raises KitError."""
    folder = Path(autograder.__file__).parent
    paths = (path for path in folder.rglob("*") if path.is_file() and not _is_compiled(path))
    parts = []
    for path in sorted(paths):
        try:
            parts += [path.relative_to(folder).as_posix().encode(), path.read_bytes()]
        except OSError as error:
            raise KitError(f"{path} cannot be read: {error.strerror}") from None
    return digest(*parts)


def _is_compiled(path: Path) -> bool:
    """Whether Python wrote it, or is writing it: under another name at first."""
    return path.suffix == ".pyc" or path.parent.name == "__pycache__"
