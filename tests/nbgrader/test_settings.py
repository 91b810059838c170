"""nbgrader's settings: read from configurations, which are programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.time_stamp import LateRules
from autograder.nbgrader import settings
from autograder.nbgrader.settings import CONFIG, DEFAULT_EXCHANGE, Settings


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration of the person who runs nbgrader."""
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    (tmp_path / "course").mkdir()
    return tmp_path / "own" / CONFIG


def test_without_a_configuration_the_defaults_hold(own: Path) -> None:
    assert settings._load(own.parents[1] / "course") == Settings(exchange=DEFAULT_EXCHANGE)


def test_the_course_s_configuration_comes_last(own: Path) -> None:
    course = own.parents[1] / "course"
    own.write_text('c.CourseDirectory.course_id = "own"\nc.Exchange.root = "/srv/own"\n')
    (course / CONFIG).write_text('c.CourseDirectory.course_id = " course "\n')
    found = settings._load(course)
    assert (found.course_id, found.exchange) == ("course", "/srv/own")


def test_a_configuration_that_fails_is_named(own: Path) -> None:
    course = own.parents[1] / "course"
    (course / CONFIG).write_text("1 / 0")
    found = settings._load(course)
    assert (found.problem_in, found.course_id) == (CONFIG, "")
    assert "ZeroDivisionError" in found.problem
    own.write_text("import sys; sys.exit(3)")
    assert settings._load(course).problem_in == str(own)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("", LateRules()),
        ('c.Exchange.timezone = "Europe/Berlin"', LateRules("Europe/Berlin")),
        ('c.AssignLatePenalties.plugin_class = "a.b.LatePerDay"', LateRules("", True)),
        ("class Own: ...\nc.AssignLatePenalties.plugin_class = Own", LateRules("", True)),
        ('c.LateSubmissionPlugin.penalty_method = "zero"', LateRules("", True)),
        ('c.LateSubmissionPlugin.penalty_method = "none"', LateRules()),
        (
            "from nbgrader.plugins import LateSubmissionPlugin as Own\n"
            "c.AssignLatePenalties.plugin_class = Own",
            LateRules(),
        ),
    ],
)
def test_the_rules_for_late_submissions_are_read(own: Path, text: str, rules: LateRules) -> None:
    course = own.parents[1] / "course"
    (course / CONFIG).write_text(text)
    found = settings._load(course)
    assert LateRules(found.timezone, found.has_penalty) == rules


def test_a_configuration_that_says_nothing_of_late_submissions_is_not_run(own: Path) -> None:
    course = own.parents[1] / "course"
    (course / CONFIG).write_text("# c.LatePerDay.percent = 10\nc.Exchange.root = '/srv'\n1 / 0")
    assert settings.late_rules(course) == LateRules()
    (course / CONFIG).write_text("c.Exchange.timezone = 'Asia/Tokyo'")
    assert settings.late_rules(course) == LateRules("Asia/Tokyo")


@pytest.mark.parametrize(
    "text",
    [
        "import ours\nours.apply(c)",
        "from ours import apply; apply(c)",
        "import os, ours; ours.apply(c)",
    ],
)
def test_a_module_of_the_courses_own_may_set_a_penalty(own: Path, text: str) -> None:
    course = own.parents[1] / "course"
    rule = "    c.LateSubmissionPlugin.penalty_method = 'zero'\n"
    (course / "ours.py").write_text(f"def apply(c):\n{rule}")
    (course / CONFIG).write_text(text)
    assert settings.late_rules(course) == LateRules("", True)
