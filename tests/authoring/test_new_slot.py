"""The pieces of a new slot: names, points and templates."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from autograder.authoring.new_slot import NewSlot, free_name, rendered, title_of


def test_a_name_that_is_taken_gets_the_first_free_number() -> None:
    assert free_name("walk", []) == "walk"
    assert free_name("walk", ["walk", "walk_2", "walk_4"]) == "walk_3"


def test_a_slot_knows_its_files() -> None:
    slot = NewSlot("intro", "Walker.walk", "moves.py", 2.0, Path("course"), None)
    assert slot.files == Path("course/solutions/intro/moves")
    assert slot.stem == "Walker_walk"
    assert repr(slot.shown_points) == "2"


def test_a_title_is_made_of_words() -> None:
    assert title_of("rnn_fundamentals-2") == "Rnn fundamentals 2"


def test_a_template_needs_every_value() -> None:
    assert rendered("student_file.py", title="Moves") == '"""Moves."""\n'
    with pytest.raises(jinja2.UndefinedError, match="title"):
        rendered("student_file.py")
