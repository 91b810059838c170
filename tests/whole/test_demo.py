"""`make demo`'s class: real files, known mistakes, and what grading says of them."""

from __future__ import annotations

import csv
import html
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import reader
from autograder.public import leaks
from tests.conftest import NAME, ROOT


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo, played once: (course, what it printed)."""
    course = tmp_path_factory.mktemp("demo") / "course"
    done = subprocess.run(
        [sys.executable, "demo/run.py", "--course", str(course)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return course, done.stdout


def result(course: Path, student: str) -> dict[str, Any]:
    path = course / "reports" / NAME / "results" / f"{student}.json"
    data: dict[str, Any] = json.loads(path.read_text())
    return data


def not_correct(course: Path, student: str) -> dict[str, tuple[str, str | None]]:
    return {
        test["name"]: (test["extra_data"]["verdict"], test["extra_data"]["misconception"])
        for test in result(course, student)["tests"]
        if test["extra_data"]["verdict"] != "correct"
    }


NOT_CORRECT = {
    "ada": {},
    "bela": {},
    "dora": {
        "rnn_step": ("wrong", "S02_transposes_W_hh"),
        "rnn_step_backward": ("wrong", "B07_dW_hh_with_h"),
        "MyRNN": ("error", "M02_default_dtype"),
        "train_step": ("wrong", "T16_sum_instead_of_mean"),
    },
    "fay": {"rnn_step_backward": ("error", None), "bptt": ("error", None)},
    "gus": {"rnn_step": ("timeout", None)},
    "hana": dict.fromkeys(("RNNCell", "MyRNN", "to_torch_rnn"), ("missing", None)),
    "ivo": {"rnn_step": ("forbidden", None), "RNNCell": ("forbidden", None)},
    "kofi": {
        "bptt": ("wrong", "B01_no_future_gradient"),
        "gradient_norm": ("wrong", "G17_float32"),
        "plot_gradient_norms": ("wrong", "L41_no_legend"),
        "plot_hidden_states": ("wrong", "V08_autoscaled_colours"),
    },
    "lena": {"bptt": ("wrong", None)},
    "mio": {
        "hidden_state_matrix": ("error", None),
        "plot_hidden_states": ("error", None),
        "train_step": ("crash", None),
    },
}


@pytest.mark.parametrize("student", NOT_CORRECT)
def test_each_mistake_costs_its_slot_and_is_named(played: tuple[Path, str], student: str) -> None:
    assert not_correct(played[0], student) == NOT_CORRECT[student]


def test_stubs_and_half_done_work(played: tuple[Path, str]) -> None:
    course, _ = played
    assert set(not_correct(course, "cleo").values()) == {("not_started", None)}
    assert result(course, "cleo")["score"] == 0
    assert set(not_correct(course, "emil").values()) == {("not_started", None)}
    assert result(course, "emil")["score"] == 34
    assert {verdict for verdict, _ in not_correct(course, "jana").values()} == {"error"}


def test_mistakes_are_carried_forward(played: tuple[Path, str]) -> None:
    carried = {
        test["name"]
        for test in result(played[0], "dora")["tests"]
        if test["extra_data"]["carried_forward"]
    }
    assert carried == {"VanillaRNN.forward", "bptt", "train"}


def test_every_message_fits(played: tuple[Path, str]) -> None:
    for path in (played[0] / "reports" / NAME / "results").glob("*.json"):
        for test in json.loads(path.read_text())["tests"]:
            assert len(test["output"].splitlines()) <= 12, test["output"]


def test_an_unlisted_mistake_is_located(played: tuple[Path, str]) -> None:
    (bptt,) = [t for t in result(played[0], "lena")["tests"] if t["name"] == "bptt"]
    assert "W_xh has the right shape but wrong values" in bptt["output"]
    assert "right: W_hh, W_hy, b_h, b_y, h_0, inputs" in bptt["output"]


def test_it_prints_the_table_and_a_students_feedback(played: tuple[Path, str]) -> None:
    _, printed = played
    assert "  ada           85    ✓✓✓✓✓✓✓✓✓✓✓✓✓✓✓✓✓✓" in printed
    assert "Likely cause: W_hh is used transposed." in printed
    assert "index.html" in printed


def test_a_written_answer_was_marked_and_the_mark_exported(played: tuple[Path, str]) -> None:
    course, _ = played
    with (course / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert float(rows["ada"]["score"]) == 85 + 1
    assert {row["max_score"] for row in rows.values()} == {"100.0"}
    for student, row in rows.items():
        if student != "ada":
            assert float(row["score"]) == pytest.approx(result(course, student)["score"])


def test_broken_notebooks_are_noted(played: tuple[Path, str]) -> None:
    for student, note in {
        "emil": f"{NAME}.ipynb cannot be read as a notebook",
        "hana": f"{NAME}.ipynb was not handed in",
        "jana": f"{NAME}.ipynb was handed in as {NAME} (1).ipynb",
    }.items():
        assert note in " ".join(result(played[0], student)["extra_data"]["notes"])


def test_feedback_says_what_grade_says(played: tuple[Path, str]) -> None:
    course, _ = played
    (page,) = (course / "homes" / "dora" / NAME / "feedback").rglob("*.html")
    text = html.unescape(page.read_text())
    for test in result(course, "dora")["tests"]:
        if test["extra_data"]["verdict"] != "correct":
            assert test["output"] in text


def test_no_secret_leaves_by_any_door(played: tuple[Path, str]) -> None:
    course, _ = played
    assignment = reader.load(NAME, course)
    handed_in = {path.read_bytes() for path in (course / "submitted").rglob("*.py")}
    for door in ("release", "feedback", "exchange/rnn/outbound", "exchange/rnn/feedback"):
        paths = [path for path in (course / door).rglob("*") if path.is_file()]
        files = {str(path.relative_to(course)): path.read_bytes() for path in paths}
        own = {name for name, content in files.items() if content in handed_in}
        assert set(files) - own, door
        assert leaks.found_in(assignment, {n: c for n, c in files.items() if n not in own}) == []


def test_it_never_touches_a_course_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "submitted").mkdir()
    done = subprocess.run(
        [sys.executable, "demo/run.py", "--course", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "is not a demo course" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["submitted"]
