"""Forty honest students get the same results beside ten who attack and ten with odd hand-ins."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.conftest import ROOT
from tests.hostile import exhausting
from tests.hostile.catalogue import Hostile
from tests.hostile.course import Course, Ran
from tests.hostile.neighbours import (
    FILES,
    Peaks,
    attackers,
    hand_in_honestly,
    odd_ones,
    without_seconds,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no sandbox here")
GIGABYTE = 10**6  # kB


@dataclass(frozen=True)
class Class:
    """The honest students graded alone, and with all others; the programs that attack."""

    honest: Sequence[str]
    alone: Ran
    ran: Ran
    memory: Peaks
    handed_in: Sequence[Hostile]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    course = Course(tmp_path_factory.mktemp("n"), ROOT, FILES)
    path = course.solutions / "assignment.toml"
    path.write_text(f"minutes = 0.1\n{path.read_text('utf-8')}", "utf-8")
    hand_in_honestly(course, course.root / "alone")
    alone = course.grade(course.root / "alone", course.root / "reports-alone")
    with course.listening():
        honest = hand_in_honestly(course, course.submissions)
        handed_in = list({entry.id: entry for entry in (*attackers(), *exhausting.SLOW)}.values())
        for entry in (*handed_in, *odd_ones()):
            course.hand_in(entry)
        with Peaks(os.getpid()) as memory:
            ran = course.grade(course.submissions, course.out)
    yield Class(honest, alone, ran, memory, handed_in)
    course.clean_up()


def test_the_honest_have_the_same_results_as_without_them(graded: Class) -> None:
    assert graded.alone.status == graded.ran.status == 0, graded.ran.said[-3000:]
    alone = without_seconds(graded.alone.files, graded.honest)
    assert without_seconds(graded.ran.files, graded.honest) == alone
    scores = {graded.alone.result(student)["score"] for student in graded.honest}
    assert len(scores) > 5  # so that there is something to compare


def test_no_process_takes_a_gigabyte(graded: Class) -> None:
    peaks = graded.memory.peaks
    assert len(peaks) > 5
    assert max(peaks.values()) > 50_000
    large = {graded.memory.commands[pid]: kb for pid, kb in peaks.items() if kb >= GIGABYTE}
    assert not large


def test_who_attacks_gets_what_it_deserves(graded: Class) -> None:
    for entry in graded.handed_in:
        tests = {test["name"]: test for test in graded.ran.result(entry.student)["tests"]}
        verdicts = {test["extra_data"]["verdict"] for test in tests.values()}
        assert "ungraded" not in verdicts, entry.id
        attacked = tests[entry.slot]
        assert attacked["extra_data"]["verdict"] in entry.verdicts, attacked["output"]
        assert entry.says in " ".join(attacked["output"].split()), entry.id


def test_submissions_that_use_up_their_time_are_told(graded: Class) -> None:
    for entry in exhausting.SLOW:
        if "work" in entry.id:  # which may also be ended by the limit of its slot
            continue
        told = " ".join(json.dumps(graded.ran.result(entry.student)).split())
        assert exhausting.USED_UP in told, entry.id
