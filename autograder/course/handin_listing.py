"""The files in a hand-in's folder, within limits on the whole of it. Nothing is followed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.files import Refusal, is_locked, read_regular

MAX_ENTRIES = 2000  # files and folders of a hand-in that are looked at
MAX_DEPTH = 500  # folders in folders


@dataclass(frozen=True)
class Listing:
    """The regular files of a hand-in.

    Attributes:
        files: their paths relative to the hand-in's folder, those of outer folders first.
        is_whole: whether there are no more than were looked at.
        locked: folders whose mode lets nobody look into them, relative to the hand-in's.
        unreadable: folders into which the grader could not look for another reason.
    """

    files: tuple[Path, ...]
    is_whole: bool = True
    locked: tuple[Path, ...] = ()
    unreadable: tuple[Path, ...] = ()


def listing(folder: Path) -> Listing:
    """The files in a folder and its subfolders, except hidden folders and caches.

    A folder with which there would be too many entries is left out, and so is all behind it.
    """
    files: list[Path] = []
    locked: list[Path] = []
    unreadable: list[Path] = []
    left = MAX_ENTRIES
    level = [Path()]
    for _ in range(MAX_DEPTH):
        below: list[Path] = []
        for place in level:
            try:
                entries = list(_entries(folder / place, left))
            except FileNotFoundError:
                continue
            except PermissionError:
                (locked if is_locked(folder / place) else unreadable).append(place)
                continue
            except OSError:
                unreadable.append(place)
                continue
            left -= len(entries)
            if left < 0:
                return Listing(tuple(files), False, tuple(locked), tuple(unreadable))
            files += [place / e.name for e in entries if e.is_file(follow_symlinks=False)]
            below += [
                place / e.name
                for e in entries
                if e.is_dir(follow_symlinks=False) and not e.name.startswith((".", "__"))
            ]
        level = below
    return Listing(tuple(files), not level, tuple(locked), tuple(unreadable))


def _entries(folder: Path, most: int) -> Iterator[os.DirEntry[str]]:
    """The entries of a folder by name; where there are more than `most`, one more of them."""
    found: list[os.DirEntry[str]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            found.append(entry)
            if len(found) > most:
                break
    yield from sorted(found, key=lambda entry: entry.name)


class Allowance:
    """How many files, and bytes of them, may be read of one hand-in."""

    def __init__(self, files: int, size: int) -> None:
        self.files = files
        self.size = size

    def read(self, path: Path, most: int, hard_links: bool = False) -> bytes | Refusal:
        """As `files.read_regular`; TOO_LARGE also where the allowance is spent."""
        if self.files <= 0:
            return Refusal.TOO_LARGE
        content = read_regular(path, min(most, self.size), hard_links)
        self.files -= 1
        self.size -= len(content) if isinstance(content, bytes) else 0
        return content
