"""Text of students' is made safe to print, and names that differ are printed differently."""

from __future__ import annotations

import unicodedata

import pytest

from autograder.text import distinguishable, printable, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\t and  spaces ", "two lines and spaces"),
        ("red\x1b[31m", r"red\x1b[31m"),
        ("secret\b\b\b\b\b\bharmless", "secret" + 6 * r"\x08" + "harmless"),
        ("secret\rharmless", "secret harmless"),
        ("a\u202eb\u200bc", r"a\u202eb\u200bc"),
        ("\x9b2J", r"\x9b2J"),
        ("lone \udcff surrogate", r"lone \udcff surrogate"),
        ("é — 你", "é — 你"),
    ],
)
def test_printable_is_one_line_and_shows_what_is_not_drawn(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_visible_leaves_a_line_of_numbers_as_it_is() -> None:
    assert visible("  [1.0   2.0]  é cafe\u0301") == "  [1.0   2.0]  é cafe\u0301"
    assert visible("a" + 9 * "\u0336").startswith("a" + 4 * "\u0336" + r"\u0336")


def test_printable_is_cut_at_its_limit() -> None:
    assert printable("x" * 20, 10) == "x" * 9 + "…"
    assert printable("x" * 10, 10) == "x" * 10


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("ada", "ada\u200b"), ("a b", "a  b"), ("ada", " ada"), ("ada", "ada "), ("a\tb", "a b")],
        ("ada\u200b", r"ada\u200b"),  # the escape itself as a name
        ("café", "cafe\u0301"),
        ("한글", "\u1112\u1161\u11ab\u1100\u1173\u11af"),
        ("ada", "ａda"),
        ("fi", "ﬁ"),
        ("Henry I", "Henry Ⅰ"),
        ("K", "\u212a"),
        ("ada", "аda"),  # a Cyrillic letter
        ("ada-b", "ada\u2011b"),
        ("ada b", "ada\xa0b"),
        ("a\u2800", "a "),
    ],
)
def test_names_that_differ_look_different(one: str, other: str) -> None:
    assert printable(one).strip() != "" and distinguishable(one) != distinguishable(other)
    assert distinguishable(other).isprintable()
    seen = {
        unicodedata.normalize("NFKC", distinguishable(name)).casefold() for name in (one, other)
    }
    assert len(seen) == 2


@pytest.mark.parametrize(
    "name", ["Zoë O'Brien-Müller", "Mª José", "Иванов-Smith", "张伟", "สมชาย น้ำ", "Nguyễn Văn Ánh"]
)
def test_an_ordinary_name_is_shown_as_it_is(name: str) -> None:
    assert distinguishable(name) == name
