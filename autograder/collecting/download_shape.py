"""What a download is, by the names in it: the hand-ins of a class, or one student's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.assignment.model import Assignment
from autograder.collecting import gradescope
from autograder.collecting.archive import is_archive_name, stem
from autograder.collecting.platform_label import Label, label

# Names that people and platforms give to a pile of hand-ins, and to no student.
PILES = re.compile(
    r"(?:(?:all|my|the|new)[ _-]*)?"
    r"(?:(?:assignment|submission|download|archive|hand-?in|homework|export)s?|downloaded|extracted|"
    r"collected|submitted|class|course|students|bulk|files|new folder|gradebook|documents|desktop|"
    r"untitled|te?mp)(?:[ _-]*(?:export|download|files?))?[ _-]*(?:\(?\d+\)?)?"
    r"|gradebook_.*|.*_export|assignment download .*",
    re.IGNORECASE,
)
SUFFIX = re.compile(r"(?: ?\(\d+\)|[-_ ]\d{1,2}|[ -]+copy(?: \d+)?)$", re.IGNORECASE)
PAGES = {"index.html", "index.htm", gradescope.NAME}  # what platforms add
LOOK_INSIDE = 3  # folders below which an expected file is looked for


@dataclass(frozen=True)
class Expected:
    """The files that a hand-in of the assignment has, as far as names tell.

    `code` are the student files, `files` these and the notebooks.
    """

    assignment: str
    code: Sequence[str]
    files: Collection[str]

    @classmethod
    def of(cls, assignment: Assignment, course: Path) -> Expected:
        notebooks = sorted(
            path.name for path in (course / "source" / assignment.name).glob("*.ipynb")
        )
        code = tuple(assignment.files)
        return cls(assignment.name, code, (*code, *notebooks))

    def is_file(self, name: str) -> bool:
        """Whether a name is an expected file's, or one that a platform or system made of it."""
        return self.original(name) is not None

    def original(self, name: str) -> str | None:
        """The expected file that `name` is, or was before it was renamed."""
        known = {_fold(file): file for file in self.files}
        name = _fold(name).removesuffix(".txt")
        base, dot, ending = name.rpartition(".")
        return known.get(name) or known.get(SUFFIX.sub("", base) + dot + ending)

    def is_pile(self, name: str) -> bool:
        """Whether a name is no student's, but that of a pile of hand-ins."""
        plain = _fold(stem(name))
        return plain == _fold(self.assignment) or PILES.fullmatch(plain) is not None


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


@dataclass(frozen=True)
class Shape:
    """Where the hand-ins lie: a class's in `folder`, or one student's, which is `folder`.

    `sections` are the folders in it that part a class, such as a platform's groups.
    """

    is_class: bool
    folder: PurePosixPath
    sections: tuple[str, ...] = ()

    @property
    def unit_parts(self) -> int:
        """How many parts of a path say whose file it is."""
        return len(self.folder.parts) + bool(self.sections) + 1


def shape(paths: Sequence[PurePosixPath], expected: Expected, name: str, is_archive: bool) -> Shape:
    """What a folder or an archive called `name` is, by the paths of its files."""
    folder = PurePosixPath()
    while True:
        tops = _tops(paths)
        if any(label(top, is_folder) for top, is_folder in tops.items()):
            return Shape(True, folder)
        if any(expected.is_file(top) for top, is_folder in tops.items() if not is_folder):
            return Shape(False, folder)
        if sections := _sections(paths, tops):
            return Shape(True, folder, sections)
        if len(tops) != 1 or not all(tops.values()):
            break
        (top,) = tops
        folder /= top
        paths = [PurePosixPath(*path.parts[1:]) for path in paths]
    archives = [top for top, is_folder in tops.items() if not is_folder and is_archive_name(top)]
    holders = {p.parts[0] for p in paths if 1 < len(p.parts) <= LOOK_INSIDE + 1}
    holders = {t for t in holders if any(_holds(p, t, expected) for p in paths)}
    many = len(holders) + len(archives) > 1
    if is_archive and not many and not (archives and expected.is_pile(name)):
        return Shape(False, folder)
    return Shape(bool(many or archives or not is_archive), folder)


def _tops(paths: Sequence[PurePosixPath]) -> dict[str, bool]:
    """The names at the top, and whether each is a folder's."""
    return {path.parts[0]: len(path.parts) > 1 for path in paths if path.parts}


def _sections(paths: Sequence[PurePosixPath], tops: Mapping[str, bool]) -> tuple[str, ...]:
    """The folders at the top, where in each of them a platform labelled everything."""
    folders = [top for top, is_folder in tops.items() if is_folder]
    if len(folders) < 2 or not {top for top in tops if top not in folders} <= PAGES:
        return ()
    inside: dict[str, list[PurePosixPath]] = {folder: [] for folder in folders}
    for path in paths:
        if len(path.parts) > 1:
            inside[path.parts[0]].append(PurePosixPath(*path.parts[1:]))
    are_labelled = all(
        label(name, is_folder) or name in PAGES
        for within in inside.values()
        for name, is_folder in _tops(within).items()
    )
    return tuple(folders) if are_labelled else ()


def _holds(path: PurePosixPath, top: str, expected: Expected) -> bool:
    return path.parts[0] == top and (expected.is_file(path.name) or is_archive_name(path.name))


def labels_inside(paths: Sequence[PurePosixPath]) -> list[Label]:
    """The labels of platforms on files and folders anywhere in a hand-in."""
    names = {(part, i < len(p.parts) - 1) for p in paths for i, part in enumerate(p.parts)}
    return [found for part, is_folder in sorted(names) if (found := label(part, is_folder))]
