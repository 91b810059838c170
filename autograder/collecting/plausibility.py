"""Signs that collecting went wrong: one "student" who is many, or a class without its files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from autograder.collecting.archive import is_archive_name
from autograder.collecting.download_shape import Expected, labels_inside
from autograder.collecting.platform_label import Label, Platform
from autograder.errors import KitError
from autograder.text import distinguishable

COPIES = 3  # of an expected file in as many folders: more than one student's
SMALL_CLASS = 4  # in a smaller one, it says nothing that most files are missing
MAX_FILES = 4000
LISTED = 3
ODD = "--allow-odd-submissions"  # the flag of commands with which they go on all the same


def files(folder: Path) -> list[PurePosixPath]:
    """The paths of the files in a hand-in, at most some thousands. Links are not followed."""
    found: list[PurePosixPath] = []
    for where, folders, inside in os.walk(folder):
        folders.sort()
        if len(found) > MAX_FILES:
            break
        inner = PurePosixPath(Path(where).relative_to(folder).as_posix())
        found += [inner / name for name in sorted(inside)]
    return found


def several_students(paths: Sequence[PurePosixPath], expected: Expected) -> str:
    """Why a hand-in looks like those of several students, as "has …"; "" if it does not."""
    has_files = any(len(path.parts) == 1 and expected.is_file(path.name) for path in paths)
    labels = [found for found in labels_inside(paths) if _is_telling(found, expected, has_files)]
    students = {found.student for found in labels}
    if len(students) > 1:
        platform = labels[0].platform.value
        return f"has the files of {len(students)} students, as {platform} names them"
    if has_files:
        return ""
    for file in sorted(expected.files):
        places = {path.parent for path in paths if path.name == file}
        if len(places) >= COPIES:
            return f"has {file} in {len(places)} folders"
    return ""


def copies(paths: Sequence[PurePosixPath], expected: Expected) -> str:
    """What lies in several folders and not at the top, as "has …"; "" if nothing does."""
    for file in sorted(expected.files):
        places = sorted({path.parent.as_posix() for path in paths if path.name == file})
        if len(places) > 1 and "." not in places:
            return f"has {file} in several folders: {', '.join(places[:COPIES])}"
    return ""


def _is_telling(found: Label, expected: Expected, has_files: bool) -> bool:
    """Whether a name is a platform's and hardly one that a student thought of."""
    if found.platform == Platform.GRADESCOPE:
        return not has_files
    if found.platform != Platform.CANVAS:
        return True
    return expected.is_file(found.rest) or is_archive_name(found.rest)


def is_empty(paths: Iterable[PurePosixPath], expected: Expected) -> bool:
    """Whether a hand-in has none of the expected files, under whatever name and in any folder."""
    return not any(expected.is_file(path.name) for path in paths)


def problems(found: Mapping[str, Sequence[PurePosixPath]], expected: Expected) -> list[str]:
    """Sentences that say why the hand-ins (student -> paths of files) are no class's."""
    sentences = []
    empty = [student for student, paths in found.items() if is_empty(paths, expected)]
    for student, paths in found.items():
        why = several_students(paths, expected)
        if not why and student in empty and expected.is_pile(student):
            why = "is no student's name, and has no file of the assignment at its place"
        if why:
            sentences.append(f"{distinguishable(student, 100)} {why}")
    if len(found) >= SMALL_CLASS and 2 * len(empty) > len(found):
        sentences.append(
            f"{len(empty)} of {len(found)} hand-ins have none of the files of {expected.assignment}"
        )
    return sentences


def problems_in(submissions: Path, students: Iterable[str], expected: Expected) -> list[str]:
    """Like `problems`, of the folders that are graded."""
    folders = {student: submissions / student / expected.assignment for student in students}
    return problems({student: files(folder) for student, folder in folders.items()}, expected)


def refuse(found: Sequence[str], assignment: str, ways_on: str) -> None:
    """Raise KitError if there are problems: their zeros would stand in the gradebook."""
    if found:
        more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
        raise KitError(
            f"{'; '.join(found[:LISTED])}{more}: collecting seems to have gone wrong, and the "
            f"gradebook would get zeros. Collect again (autograder collect {assignment} "
            f"DOWNLOAD ...), or {ways_on}"
        )
