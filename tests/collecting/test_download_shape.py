"""What a download is, by the names in it alone."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from autograder.collecting.download_shape import Expected, Shape, shape

EXPECTED = Expected("toy", ("moves.py",), ("moves.py", "toy.ipynb"))


def of(name: str, *paths: str, is_archive: bool = True) -> tuple[bool, str]:
    found: Shape = shape([PurePosixPath(p) for p in paths], EXPECTED, name, is_archive)
    return found.is_class, str(found.folder)


@pytest.mark.parametrize(
    ("paths", "folder"),
    [
        (["moves.py"], "."),
        (["homework/moves.py", "homework/old/moves.py"], "homework"),
        (["a/b/moves.py"], "a/b"),
        (["moves (1).py", "notes.txt"], "."),
        (["src/moves.py", "figures/plot.png"], "."),
        (["inner.zip"], "."),
        (["nothing.txt"], "."),
    ],
)
def test_a_students_archive(paths: list[str], folder: str) -> None:
    assert of("ada.zip", *paths) == (False, folder)


@pytest.mark.parametrize(
    ("name", "paths", "folder"),
    [
        ("submissions.zip", ["parkpam_12352_67897_moves.py"], "."),
        ("submissions.zip", ["submissions/parkpam_12352_67897_moves.zip"], "submissions"),
        ("x.zip", ["Ada_101_assignsubmission_file_/a.py"], "."),
        ("x.zip", ["export/submission_metadata.yml", "export/submission_1/a.py"], "export"),
        ("x.zip", ["index.html", "1-2 - Ada - Nov 30, 2026 1130 PM/a.py"], "."),
        ("x.zip", ["H_ada_attempt_2026-11-30-23-30-00.txt"], "."),
        ("section A.zip", ["ada/moves.py", "bob/moves.py"], "."),
        ("class.zip", ["class/ada/src/moves.py", "class/bob/moves.py"], "class"),
        ("section A.zip", ["ada.zip", "bob.tar.gz"], "."),
        ("submissions.zip", ["ada.zip"], "."),
    ],
)
def test_a_classes_archive(name: str, paths: list[str], folder: str) -> None:
    assert of(name, *paths) == (True, folder)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["ada.zip"], (True, ".")),
        (["ada/moves.py"], (False, "ada")),
        (["ada/toy/moves.py"], (False, "ada/toy")),
        (["ada/toy/moves.py", "bob/toy/moves.py"], (True, ".")),
        (["ada_moves.py", "bob_moves.py"], (True, ".")),
        (["archive/ada.zip", "archive/bob.zip"], (True, "archive")),
    ],
)
def test_a_folder(paths: list[str], expected: tuple[bool, str]) -> None:
    assert of("hand-ins", *paths, is_archive=False) == expected


@pytest.mark.parametrize(
    "name",
    ["submissions", "submissions.zip", "submissions (1).zip", "assignment", "toy", "Toy.zip",
     "downloads", "all submissions", "archive", "gradebook_CS101_x", "assignment_77_export.zip"],
)  # fmt: skip
def test_names_of_piles_are_no_students(name: str) -> None:
    assert EXPECTED.is_pile(name)


@pytest.mark.parametrize(
    "name", ["ada", "student1", "student_12.zip", "Class, Ada", "s123", "data"]
)
def test_names_of_students_are_no_piles(name: str) -> None:
    assert not EXPECTED.is_pile(name)


@pytest.mark.parametrize(
    "name", ["moves.py", "Moves.py", "moves-1.py", "moves (1).py", "moves.py.txt", "moves copy.py"]
)
def test_renamed_files_are_known(name: str) -> None:
    assert EXPECTED.original(name) == "moves.py"


def test_other_files_are_not_known() -> None:
    assert EXPECTED.original("remove.py") is None
    assert EXPECTED.original("moves.txt") is None
