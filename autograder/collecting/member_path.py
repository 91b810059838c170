"""The name of a member of an archive, made a path that stays in its folder."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

MAX_NAME_BYTES = 200  # of a file or folder; file systems allow 255
MAX_PATH_BYTES = 1000
MAX_PARTS = 20
DRIVE = re.compile(r"[A-Za-z]:(?:/|$)")
# What systems and tools put beside the work of people.
JUNK = {"__MACOSX", "__pycache__", ".git", ".venv", ".ipynb_checkpoints", ".idea", ".vscode"}
JUNK |= {".DS_Store", "Thumbs.db", "desktop.ini", "site-packages", "node_modules"}


class Outside(Exception):
    """The name leads out of the archive's folder."""


class Unusable(Exception):
    """The name is no name of a file; the text says why."""


def member_path(name: str) -> PurePosixPath | None:
    """Where a member belongs, relative to its archive's folder; None for the folder itself.

    Backslashes separate folders, as old programs on Windows write them. Raises Outside, Unusable.
    """
    name = name.partition("\0")[0].replace("\\", "/")
    if name.startswith("/") or DRIVE.match(name):
        raise Outside
    parts = [_plain(part) for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise Outside
    if not parts:
        return None
    if any(len(part.encode()) > MAX_NAME_BYTES for part in parts):
        raise Unusable(f"its name has more than {MAX_NAME_BYTES} bytes")
    if len(parts) > MAX_PARTS or sum(len(part.encode()) + 1 for part in parts) > MAX_PATH_BYTES:
        raise Unusable("it lies too deep in folders")
    return PurePosixPath(*parts)


def is_junk(path: PurePosixPath) -> bool:
    """Whether a system or a tool made the file, and no student."""
    return any(part in JUNK or part.startswith("._") for part in path.parts)


def _plain(part: str) -> str:
    """A part of a path without control characters and what no file system takes."""
    return "".join("_" if unicodedata.category(c) in ("Cc", "Cs") else c for c in part)
