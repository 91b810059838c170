"""`autograder grade`, through the front door."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PATIENCE, Ran

Command = Callable[..., Ran]
HandIn = Callable[..., Path]


def results(course: Path) -> dict[str, dict[str, Any]]:
    folder = course / "reports" / "toy" / "results"
    return {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}


def index(course: Path) -> str:
    return (course / "reports" / "toy" / "index.html").read_text()


def verdicts(result: dict[str, Any]) -> list[str]:
    return [test["extra_data"]["verdict"] for test in result["tests"]]


def test_a_class(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    hand_in("bob", toy_reference.replace("x + x", "x + x + x"))
    hand_in("cat", None)
    (toy_course / "submitted" / "dan").mkdir()
    ran = autograder("grade", "toy", cwd=toy_course)
    assert ran.status == 0, ran.err
    assert "dan handed in no toy" in ran.out
    graded = results(toy_course)
    assert {name: result["score"] for name, result in graded.items()} == {
        "ada": 9.0,
        "bob": 6.0,
        "cat": 0.0,
    }
    assert verdicts(graded["cat"]) == ["missing"] * 3
    bob = graded["bob"]["tests"]
    assert bob[0]["extra_data"]["misconception"] == "D1_triples"
    assert bob[1]["extra_data"]["carried_forward"] is True
    assert set(graded["bob"]["extra_data"]) >= {
        "student", "assignment", "seed", "isolation", "versions", "seconds",
    }  # fmt: skip
    with (toy_course / "reports" / "toy" / "grades.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["student", "double", "quadruple", "Walker.walk", "total"],
        ["ada", "4", "2", "3", "9"],
        ["bob", "1", "2", "3", "6"],
        ["cat", "0", "0", "0", "0"],
    ]
    page = (toy_course / "reports" / "toy" / "index.html").read_text()
    assert "D1_triples" in page
    assert (toy_course / "reports" / "toy" / "students" / "bob.html").is_file()


def test_the_seed_is_drawn_once_for_a_folder(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference.replace("x + x", "2.5 * x"))

    def seed_and_output(*more: str) -> tuple[int, str]:
        assert autograder("grade", "toy", *more, cwd=toy_course).status == 0
        result = results(toy_course)["ada"]
        return result["extra_data"]["seed"], result["tests"][0]["output"]

    first = seed_and_output()
    assert seed_and_output() == first
    assert seed_and_output("--seed", "5")[0] == 5
    assert seed_and_output()[0] == 5
    assert seed_and_output("--seed", str(first[0])) == first


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--submissions", "nowhere"], "no folder nowhere"),
        (["--submissions", "solutions"], "has no submissions of toy"),
        (["--student", "zoe"], "no submission submitted/zoe/toy"),
        (["--jobs", "0"], "Invalid value for '--jobs'"),
    ],
)
def test_misuse_is_named(
    autograder: Command,
    toy_course: Path,
    hand_in: HandIn,
    toy_reference: str,
    arguments: list[str],
    said: str,
) -> None:
    hand_in("ada", toy_reference)
    ran = autograder("grade", "toy", *arguments, cwd=toy_course)
    assert ran.status == 2
    assert said in ran.err


def test_an_output_folder_that_cannot_be_written_is_named(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    (toy_course / "out").write_text("a file")
    ran = autograder("grade", "toy", "--out", "out", cwd=toy_course)
    assert ran.status == 1
    assert "out/run.json cannot be written" in ran.err


def test_an_output_folder_of_another_assignment_is_refused(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    (toy_course / "out").mkdir()
    (toy_course / "out" / "run.json").write_text('{"assignment": "other", "seed": 1}')
    ran = autograder("grade", "toy", "--out", "out", cwd=toy_course)
    assert ran.status == 2
    assert "holds the results of other" in ran.err


def test_odd_files_cost_their_owner_only(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    latin = toy_reference.replace('"""Moves."""', '"""Müves."""')
    hand_in("ada", toy_reference)
    hand_in("latin", latin.encode("latin-1"))
    hand_in("declared", b"# -*- coding: latin-1 -*-\n" + latin.encode("latin-1"))
    hand_in("bom", b"\xef\xbb\xbf" + toy_reference.encode())
    hand_in("crlf", toy_reference.replace("\n", "\r\n"))
    hand_in("utf16", toy_reference.encode("utf-16"))
    hand_in("zeros", b"\0" * 100)
    hand_in("huge", toy_reference + "#" * (1 << 20))
    folder = hand_in("deeper", None) / "src"
    folder.mkdir()
    (folder / "moves.py").write_text(toy_reference)
    for copy in ("old", "new"):
        (hand_in("twice", None) / copy).mkdir()
        (toy_course / "submitted" / "twice" / "toy" / copy / "moves.py").write_text(toy_reference)
    (hand_in("link", None) / "moves.py").symlink_to(toy_course / "solutions/toy/moves.py")
    (hand_in("folder", None) / "moves.py").mkdir()
    os.mkfifo(hand_in("fifo", None) / "moves.py")
    hand_in("=1+1", toy_reference)
    hand_in("<script>", toy_reference)
    ran = autograder("grade", "toy", cwd=toy_course)
    assert ran.status == 0, ran.err
    graded = results(toy_course)
    right = {"ada", "declared", "bom", "crlf", "utf16", "deeper", "=1+1", "<script>"}
    assert {name for name, result in graded.items() if result["score"] == 9.0} == right
    assert {name for name, result in graded.items() if result["score"] == 0.0} == (
        set(graded) - right
    )
    assert "moves.py is not UTF-8 text: save it as UTF-8" in graded["latin"]["tests"][0]["output"]
    assert "too large" in graded["huge"]["tests"][0]["output"]
    assert graded["deeper"]["extra_data"]["notes"] == [
        "moves.py lies in src/ instead of beside the notebook: taken from there"
    ]
    assert graded["twice"]["extra_data"]["notes"] == [
        "moves.py lies in new/, old/ and not beside the notebook: none was taken",
    ]
    for name in ("link", "folder", "fifo"):
        assert set(verdicts(graded[name])) == {"missing"}
    report = toy_course / "reports" / "toy"
    assert '\n"\'=1+1","4"' in (report / "grades.csv").read_text()
    assert ">&lt;script&gt;</a>" in index(toy_course)
    assert index(toy_course).count("<script>") == 1  # the page's own, which sorts


def test_a_grader_that_fails_is_exit_3_and_no_zero(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    graders = toy_course / "solutions/toy/moves/test_quadruple.py"
    text = graders.read_text()
    graders.write_text(text.replace('"""quadruples"""', '"""quadruples"""\n    1 / 0', 1))
    ran = autograder("grade", "toy", cwd=toy_course)
    assert ran.status == 3
    assert "ungraded: ada" in ran.out
    test = results(toy_course)["ada"]["tests"][1]
    assert (test["score"], test["extra_data"]["verdict"]) == (None, "ungraded")
    assert "status" not in test
    graded = results(toy_course)["ada"]
    assert graded["score"] is None
    assert "ZeroDivisionError" in graded["extra_data"]["faults"]["quadruple"]
    assert "ZeroDivisionError" not in json.dumps(graded["tests"])
    assert '"ada","4","","3",""' in (toy_course / "reports" / "toy" / "grades.csv").read_text()
    assert "Nobody has a total yet" in index(toy_course)


def test_a_grader_that_cannot_be_collected_is_named(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    graders = toy_course / "solutions/toy/moves/test_quadruple.py"
    graders.write_text("import nothing_of_this_name\n" + graders.read_text())
    ran = autograder("grade", "toy", cwd=toy_course)
    assert ran.status == 1
    assert "the graders could not be collected" in ran.err
    assert "nothing_of_this_name" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_ctrl_c_keeps_what_is_finished_and_leaves_nothing_running(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    for i in range(20):
        hand_in(f"slow{i:02}", toy_reference.replace("return x + x", "while True: pass"))
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", "grade", "toy", "--jobs", "2"],
        cwd=toy_course,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # where the tests run in the background of a shell, SIGINT is ignored, and that is inherited
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("ada: 9")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to all of them
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "stopped: " in out
    graded = results(toy_course)
    assert graded["ada"]["score"] == 9.0
    assert len(graded) < 21
    assert '"ada","4","2","3","9"' in (toy_course / "reports" / "toy" / "grades.csv").read_text()
    assert not list((toy_course / "reports").rglob("*.tmp"))
    deadline = time.monotonic() + PATIENCE
    while _descendants(toy_course):
        assert time.monotonic() < deadline, "a process was left running"
        time.sleep(0.1)


def _descendants(course: Path) -> list[str]:
    """Processes of ours that have the course as their current folder."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.readlink() == course.resolve():
                found.append(link.parent.name)
        except OSError:
            continue
    return found


def test_a_second_grade_replaces_the_first(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", None)
    hand_in("bob", toy_reference)
    autograder("grade", "toy", cwd=toy_course)
    assert results(toy_course)["ada"]["score"] == 0
    hand_in("ada", toy_reference)
    ran = autograder("grade", "toy", "--student", "ada", cwd=toy_course)
    assert ran.status == 0
    assert {name: r["score"] for name, r in results(toy_course).items()} == {"ada": 9, "bob": 9}


def test_links_in_the_place_of_submissions_are_named(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    submitted = toy_course / "submitted"
    (submitted / "bob").symlink_to(submitted / "ada")
    (submitted / "cat").mkdir()
    (submitted / "cat" / "toy").symlink_to(submitted / "ada" / "toy")
    (submitted / "notes.txt").write_text("not a student")
    ran = autograder("grade", "toy", cwd=toy_course)
    assert ran.status == 0
    assert set(results(toy_course)) == {"ada"}
    for student in ("bob", "cat"):
        assert f"{student} is a link, which is not followed" in ran.out
    assert "notes.txt" not in ran.out


def test_strange_names_cost_nobody_anything(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    for name in (b"m\xfcller", "müller".encode(), b"a b%20\x1b[31m", b"x" * 255, b"a;=1+1"):
        folder = Path(os.fsdecode(os.fsencode(toy_course / "submitted") + b"/" + name)) / "toy"
        folder.mkdir(parents=True)
        (folder / "moves.py").write_text(toy_reference)
    (toy_course / "submitted" / os.fsdecode(b"m\xf6ller")).mkdir()
    ran = autograder("grade", "toy", cwd=toy_course)
    assert ran.status == 3  # one name is too long for a file
    assert "Traceback" not in ran.err
    assert "\x1b" not in ran.out
    with (toy_course / "reports" / "toy" / "grades.csv").open() as file:
        assert [row[-1] for row in csv.reader(file)] == ["total", *["9"] * 5]
    assert len(list((toy_course / "reports" / "toy" / "students").iterdir())) == 5


def test_a_damaged_result_is_named_and_left_out(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    hand_in("bob", toy_reference)
    autograder("grade", "toy", cwd=toy_course)
    folder = toy_course / "reports" / "toy" / "results"
    (folder / "bob.json").write_text((folder / "bob.json").read_text()[:500])
    (folder / "cat.json").write_text("{}")
    ran = autograder("grade", "toy", "--student", "ada", cwd=toy_course)
    assert ran.status == 0
    for name in ("bob", "cat"):
        assert f"{name}.json is no result of this version" in ran.out
    assert "students/ada.html" in index(toy_course)


@pytest.mark.parametrize("text", ["{}", "[1]", '{"score": 1, "tests": [5], "extra_data": {}}'])
def test_a_damaged_result_of_before_costs_a_regrade_nothing(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str, text: str
) -> None:
    hand_in("ada", toy_reference)
    before = toy_course / "reports" / "toy" / "results" / "ada.json"
    before.parent.mkdir(parents=True)
    before.write_text(text)
    ran = autograder("grade", "toy", cwd=toy_course)
    assert ran.status == 0, ran.out
    assert "changed" not in ran.out
    assert results(toy_course)["ada"]["score"] == 9.0


def test_one_student_is_not_graded_with_another_seed(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    autograder("grade", "toy", "--seed", "3", cwd=toy_course)
    ran = autograder("grade", "toy", "--seed", "4", "--student", "ada", cwd=toy_course)
    assert ran.status == 2
    assert "was graded with seed 3" in ran.err
    assert autograder("grade", "toy", "--student", "ada", cwd=toy_course).status == 0


def test_cuda_checks_are_not_run_where_there_is_no_gpu(
    autograder: Command, toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    hand_in("ada", toy_reference)
    assert autograder("grade", "toy", "--device", "cuda", cwd=toy_course).status == 0
    walk = results(toy_course)["ada"]["tests"][2]
    assert walk["score"] == 3
    checks = {check["name"]: check for check in walk["extra_data"]["checks"]}
    assert checks["device[device=cuda]"] == {
        "name": "device[device=cuda]",
        "passed": None,
        "message": "not run: torch finds no CUDA device here",
        "demand": "path",
    }
