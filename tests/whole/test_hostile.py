"""A class of hostile, broken and odd submissions is graded as if nothing had been.

All of `hostile/` is handed in at once, beside four students who did nothing wrong, and graded by
one run of the command. What only the kernel can refuse is expected to fail where the result files
say that there was no sandbox.
"""

from __future__ import annotations

import base64
import contextlib
import csv
import html
import json
import os
import re
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PATIENCE, ROOT
from tests.hostile import (
    confusing,
    escaping,
    exhausting,
    facts,
    forging,
    intake,
    notebooks,
    odd,
    reading,
)
from tests.hostile.catalogue import SECRET, Hostile
from tests.hostile.course import ASSIGNMENT, IDLE, KEPT, MISTAKEN, PERFECT, STUB, Course, Ran

FAMILIES = (forging, facts, reading, escaping, exhausting, confusing, odd, notebooks, intake)
ENTRIES = [entry for family in FAMILIES for entry in family.ENTRIES]
GRADED = [entry for entry in ENTRIES if entry.result]
NEIGHBOURS = (PERFECT, STUB, MISTAKEN, IDLE)
NO_SANDBOX = "the kernel has to refuse this, and workers have no sandbox here"
SECRETS = (
    SECRET,
    SECRET[::-1],
    SECRET.encode().hex(),
    base64.b64encode(SECRET.encode()).decode().rstrip("=")[:-2],
)


@dataclass(frozen=True)
class Grading:
    """The class was graded without and with the hostile students."""

    course: Course
    alone: Ran
    ran: Ran
    sandboxed: bool
    before: set[str]
    after: set[str]
    traces: list[str]
    running: list[str]
    kept: dict[str, Any]

    def handed_in(self, entry: Hostile) -> bool:
        return (self.sandboxed or not entry.wrecks) and (not entry.root_only or os.geteuid() == 0)


@pytest.fixture(scope="module")
def grading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grading]:
    course = Course(tmp_path_factory.mktemp("h"), ROOT, {entry.file for entry in ENTRIES})
    course.neighbours(course.root / "alone")
    alone = course.grade(course.root / "alone", course.root / "reports-alone")
    assert alone.status == 0, alone.said
    sandboxed = isolation(alone, PERFECT)[:1] in ("A", "B")
    with course.listening():
        course.neighbours(course.submissions)
        for entry in ENTRIES:
            if (sandboxed or not entry.wrecks) and (not entry.root_only or os.geteuid() == 0):
                course.hand_in(entry)
        before = course.lying_around()
        ran = course.grade(course.submissions, course.out)
        # who got out and ends in the meantime has left a mark
        deadline = time.monotonic() + (PATIENCE if sandboxed else 30)
        while (running := course.running()) and time.monotonic() < deadline:
            time.sleep(0.2)
    kept = {path.name: state(path) for path in (course.scratch / "kept").iterdir()}
    yield Grading(
        course,
        alone,
        ran,
        sandboxed,
        before,
        course.lying_around(),
        course.traces(),
        list(running),
        kept,
    )
    course.clean_up()


def isolation(ran: Ran, student: str) -> str:
    return str(ran.result(student)["extra_data"]["isolation"])


def state(path: Path) -> Any:
    status = path.stat()
    return (
        path.read_bytes(),
        status.st_mode & 0o777,
        int(status.st_mtime),
        list(os.listxattr(path)),
        status.st_nlink,
    )


@pytest.fixture
def expected(grading: Grading, entry: Hostile) -> Grading:
    """The grading; skips the test of an entry that could not be handed in here."""
    if not grading.handed_in(entry):
        pytest.skip("only root can make this" if entry.root_only else NO_SANDBOX)
    return grading


@contextlib.contextmanager
def the_kernel_refuses(grading: Grading, entry: Hostile | None = None) -> Iterator[None]:
    """Expect the assertions inside to fail where there is no sandbox."""
    try:
        yield
    except AssertionError:
        if grading.sandboxed or (entry is not None and not entry.needs_sandbox):
            raise
        pytest.xfail(NO_SANDBOX)


def of_all(entries: list[Hostile]) -> Any:
    return pytest.mark.parametrize("entry", entries, ids=[entry.id for entry in entries])


# ---------------------------------------------------------------- each of them


@of_all(GRADED)
def test_it_gets_what_it_deserves(expected: Grading, entry: Hostile) -> None:
    with the_kernel_refuses(expected, entry):
        tests = {test["name"]: test for test in expected.ran.result(entry.student)["tests"]}
        idle = {test["name"]: test["score"] for test in expected.ran.result(IDLE)["tests"]}
        for name, test in tests.items():
            assert test["extra_data"]["verdict"] != "ungraded", (name, faults(expected, entry))
            most = idle[name]
            if entry.honest or name in entry.deserved:
                most = entry.deserved.get(name, 0.0) * test["max_score"]
            assert test["score"] <= most + 1e-9, (name, test["output"])
            if entry.honest:
                assert test["score"] == most, (name, test["output"])
        attacked = tests[entry.slot]
        if entry.verdicts:
            assert attacked["extra_data"]["verdict"] in entry.verdicts, attacked["output"]
        if attacked["extra_data"]["verdict"] != "crash":
            assert entry.says in attacked["output"]


def faults(grading: Grading, entry: Hostile) -> Any:
    return grading.ran.result(entry.student)["extra_data"]["faults"]


@of_all(GRADED)
def test_nothing_is_told_that_is_secret_or_not_so(expected: Grading, entry: Hostile) -> None:
    with the_kernel_refuses(expected, entry):
        result = expected.ran.result(entry.student)
        told = "\n".join(texts(result))
        page = expected.ran.page(entry.student)
        for text in (told, html.unescape(page)):
            assert not [secret for secret in SECRETS if secret in text]
        for text in entry.never:
            assert text not in page
            assert text.startswith("<") or text not in told  # the results are no HTML


@of_all(ENTRIES)
def test_it_leaves_no_trace(expected: Grading, entry: Hostile) -> None:
    with the_kernel_refuses(expected, entry):
        name = expected.course.name(entry)
        assert not [path for path in expected.traces if name in path]
        assert not [heard for heard in expected.course.heard if name.encode() in heard]
        assert not [process for process in expected.running if name in process]
        assert expected.kept.get(entry.id) == (*KEPT, [], 1)


def texts(value: Any) -> Iterator[str]:
    """Every text in a result, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (key, *texts(item))
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


# ---------------------------------------------------------------- the class


def test_ids_are_unique_and_say_the_family() -> None:
    ids = [entry.id for entry in ENTRIES]
    assert len(set(ids)) == len(ids) >= 90
    for family in FAMILIES:
        name = family.__name__.rpartition(".")[2]
        assert all(entry.id.startswith(f"{name}-") for entry in family.ENTRIES)


def test_the_staffs_files_that_they_are_after_are_there() -> None:
    for entry in ENTRIES:
        for name in re.findall(r"@SOLUTIONS@/([\w/]+\.py)", entry.top + entry.body):
            assert (ROOT / "solutions" / ASSIGNMENT / name).is_file(), entry.id


def test_grading_ends_well(grading: Grading) -> None:
    assert grading.ran.status == 0, grading.ran.said[-3000:]
    assert "Traceback" not in grading.ran.said


def test_everybody_has_a_result_and_nobody_else(grading: Grading) -> None:
    with the_kernel_refuses(grading):
        students = {entry.student for entry in GRADED if grading.handed_in(entry)}
        assert set(grading.ran.files) == students | set(NEIGHBOURS)


@pytest.mark.parametrize("student", NEIGHBOURS)
def test_neighbours_are_graded_as_if_alone(grading: Grading, student: str) -> None:
    seconds = re.compile(r'"seconds": [0-9.]+')
    alone, beside = (seconds.sub("", ran.files[student]) for ran in (grading.alone, grading.ran))
    assert alone == beside


def test_the_neighbours_are_what_they_are_meant_to_be(grading: Grading) -> None:
    assert grading.alone.result(PERFECT)["score"] == grading.course.assignment.points
    assert grading.alone.result(STUB)["score"] == 0
    mistaken = grading.alone.result(MISTAKEN)["tests"]
    assert any(test["extra_data"]["carried_forward"] for test in mistaken)
    assert any(test["extra_data"]["misconception"] for test in mistaken)


def test_everybody_is_protected_alike(grading: Grading) -> None:
    students = [entry.student for entry in GRADED if grading.handed_in(entry)]
    found = {isolation(grading.ran, student) for student in (*students, *NEIGHBOURS)}
    assert found == {isolation(grading.alone, PERFECT)}


def test_nothing_is_left_running(grading: Grading) -> None:
    with the_kernel_refuses(grading):
        assert not grading.running


def test_nothing_is_lying_around(grading: Grading) -> None:
    with the_kernel_refuses(grading):
        assert grading.after == grading.before
        assert not grading.traces
        assert not grading.course.heard
        assert not list(grading.course.out.rglob("*.tmp"))


def test_no_report_tells_a_secret(grading: Grading) -> None:
    with the_kernel_refuses(grading):
        for path in sorted(grading.ran.out.rglob("*")):
            if path.is_file():
                text = html.unescape(path.read_bytes().decode("utf-8", "replace"))
                assert not [secret for secret in SECRETS if secret in text], path.name
        assert not [secret for secret in SECRETS if secret in grading.ran.said]


def test_reports_have_no_control_characters(grading: Grading) -> None:
    for path in sorted(grading.ran.out.rglob("*")):
        if path.is_file():
            text = path.read_bytes().decode("utf-8")
            assert not unprintable(text), path.name
    for result in grading.ran.files.values():
        for text in texts(json.loads(result)):
            assert not unprintable(text)
    assert not unprintable(grading.ran.said)


def unprintable(text: str) -> set[str]:
    """Control, bidirectional and half characters in a text, other than ends of lines."""
    odd_ones = {c for c in set(text) if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")}
    return odd_ones - {"\n"}


def test_pages_hold_no_markup_of_a_student(grading: Grading) -> None:
    """Each element of a page is one that pages of honest students have as well."""
    known = elements(grading.alone.out)
    for path in sorted(grading.ran.out.rglob("*.html")):
        text = path.read_bytes().decode("utf-8")
        assert len(re.findall(r"<script[\s>]", text)) <= 1, path.name
        assert set(re.findall(r"<([a-zA-Z!][^\s>/]*)", text)) <= known, path.name
        assert not re.search(r"<[^>]*\son\w+\s*=", text), path.name


def elements(out: Path) -> set[str]:
    pages = [path.read_text("utf-8") for path in out.rglob("*.html")]
    return {name for page in pages for name in re.findall(r"<([a-zA-Z!][^\s>/]*)", page)}


def test_the_table_is_safe_and_names_everybody_once(grading: Grading) -> None:
    with (grading.ran.out / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + len(grading.ran.files)
    assert {len(row) for row in rows} == {len(rows[0])}
    for row in rows:
        for cell in row:
            assert not cell.startswith(tuple("=+-@\t\r＝＋－＠")), cell
    names = [row[0] for row in rows]
    assert len(set(names)) == len(names)
