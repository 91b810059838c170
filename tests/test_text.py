"""Text of students' is made safe to print, and names that differ are printed differently."""

from __future__ import annotations

import pytest

from autograder.text import distinguishable, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\t and  spaces ", "two lines and spaces"),
        ("red\x1b[31m", "red[31m"),
        ("a\u202eb\u200bc", "abc"),
        ("lone \udcff surrogate", "lone surrogate"),
        ("é — 你", "é — 你"),
    ],
)
def test_printable_is_one_line_without_control_characters(text: str, shown: str) -> None:
    assert printable(text).replace("  ", " ") == shown


def test_printable_is_cut_at_its_limit() -> None:
    assert printable("x" * 20, 10) == "x" * 9 + "…"
    assert printable("x" * 10, 10) == "x" * 10


@pytest.mark.parametrize(
    ("one", "other"),
    [("ada", "ada\u200b"), ("a b", "a  b"), ("ada", " ada"), ("ada", "ada "), ("a\tb", "a b")],
)
def test_names_that_differ_look_different(one: str, other: str) -> None:
    assert printable(one).strip() != "" and distinguishable(one) != distinguishable(other)
    assert distinguishable(other).isprintable()


def test_an_ordinary_name_is_shown_as_it_is() -> None:
    assert distinguishable("Zoë O'Brien-Müller") == "Zoë O'Brien-Müller"
