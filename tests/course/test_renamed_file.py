"""Names that platforms, browsers and systems make of a file name are recognised, and no others."""

from __future__ import annotations

import unicodedata

import pytest

from autograder.course.renamed_file import Meaning, is_of_another_kind, meaning

EXPECTED = ("moves.py", "more_moves.py", "café.py", "part_1.py", "part_2.py")


@pytest.mark.parametrize(
    "name",
    [
        *("more_moves-1.py", "more_moves-1-2.py", "more_moves (1).py", "more_moves(12).py"),
        *("more_moves_1.py", "more_moves 2.py", "more_moves - Copy.py", "more_moves - Copy (3).py"),
        *("Copy of more_moves.py", "more_moves copy.py", "more_moves copy 2.py"),
        *("more_moves-Copy1.py", "more_moves_copy.py", "more_moves - Kopie.py"),
        *("more_moves - 副本.py", "more_moves副本.py", "more_moves（1）.py"),
        *("more_moves (Ada's conflicted copy 2026-01-02).py", "more-moves.py", "more moves.py"),
        *("more_moves.py.txt", "more_moves.txt", "more_moves.py (1)", "more_moves.py(1).txt"),
        *("more_moves.py.py", "more_moves.py.download", "more_moves", "more_moves.pyw"),
        *("More_Moves.py", "MORE_MOVES.PY", "ｍore_moves.py", "more_moves\u200b.py"),
        *("more_moves.py ", " more_moves.py", "more_moves .py", "more_moves\u00a0(1).py"),
        *("parkpam_12352_67897_more_moves.py", "parkpam_LATE_12352_67897_more_moves-1.py"),
        "toy_parkpam_attempt_2026-11-30-10-20-30_more_moves.py",
        "Pam Park_101_assignsubmission_file_more_moves.py",
    ],
)
def test_a_renamed_file_is_recognised(name: str) -> None:
    assert meaning(name, EXPECTED) == Meaning("more_moves.py", is_certain=True)


@pytest.mark.parametrize(
    "name", ["ada_more_moves.py", "more_moves_final.py", "MoreMoves_v2.py", "1_more_moves.txt"]
)
def test_a_name_with_more_words_is_likely(name: str) -> None:
    assert meaning(name, EXPECTED) == Meaning("more_moves.py", is_certain=False)


@pytest.mark.parametrize(
    "name",
    [
        *EXPECTED,
        *("helpers.py", "remove.py", "movess.py", "move.py", "part.py", "part_3.py", "", ".py"),
        *(
            "test_moves.py",
            "moves_test.py",
            "probe_moves.py",
            "readings_moves.py",
            "old_moves.py",
            "moves_backup.py",
        ),
        *("moves_part_1.py", "part_1_part_2.py", "moves_café.py"),  # which of the two?
        *("moves.ipynb", "moves.docx", "moves.pyc", "moves.md", "._moves.py", ".moves.py.swp"),
        *("moves.py.bak", "moves.py~", "m" * 1000 + "_moves.py", "(1).py", "-1.py", "copy.py"),
    ],
)
def test_other_files_are_left_alone(name: str) -> None:
    assert meaning(name, EXPECTED) is None


def test_a_name_is_the_same_in_every_normal_form() -> None:
    name = unicodedata.normalize("NFD", "café.py")
    assert name not in EXPECTED
    assert meaning(name, EXPECTED) == Meaning("café.py", is_certain=True)
    assert meaning("CAFÉ (1).py", EXPECTED) == Meaning("café.py", is_certain=True)


def test_an_expected_name_is_no_copy_of_another() -> None:
    assert meaning("part-1.py", EXPECTED) == Meaning("part_1.py", is_certain=True)
    assert meaning("part_1-2.py", EXPECTED) == Meaning("part_1.py", is_certain=True)
    assert meaning("part_1.py", ["part.py", "part_1.py"]) is None
    assert meaning("moves_more_moves.py", EXPECTED) == Meaning("more_moves.py", is_certain=False)
    assert meaning("A.py", ["a.py", "ａ.py"]) is None  # it may be either


def test_files_of_another_kind_are_told_by_the_name() -> None:
    for name in ("moves.docx", "moves.py.bak", "moves.py~", "Moves (1).pdf", "moves.tar.gz"):
        assert is_of_another_kind(name, "moves.py"), name
    for name in ("moves.py", "more_moves.docx", "readme.md", ".docx", "~", ""):
        assert not is_of_another_kind(name, "moves.py"), name
