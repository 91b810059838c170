"""The protection from students' code: which tier is found, what it blocks, and what is said of it.

Each condition is a real one: another user, a kernel without namespaces, one without Landlock.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import GraderFault
from autograder.isolation import canary
from autograder.isolation.client import Code
from autograder.isolation.pool import Workers
from autograder.isolation.protection import NAMESPACES
from autograder.isolation.worker_protocol import CallAnswer, Function, RaisedError
from tests.ordinary import (
    LANDLOCK_RESTRICT_SELF,
    NOBODY,
    as_nobody,
    without_landlock,
    without_namespaces,
)

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")
pytestmark = LINUX
SAY = (
    "from autograder.isolation.pool import Workers\nwith Workers() as w: print(w.protection().line)"
)
NAMES = ",".join(NAMESPACES)
AUTOGRADER = [sys.executable, "-m", "autograder.cli"]


def say(command: list[str], **more: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_as_we_are(workers: Workers) -> None:
    found = workers.protection()
    assert found.tier == "A", found.line
    assert found.line.startswith(f"A: {NAMES}; landlock ")
    assert found.line.endswith(f"; seccomp; limits; {len(canary.names())} probes blocked")


def test_as_an_ordinary_user() -> None:
    line = say(as_nobody(sys.executable, "-c", SAY))
    assert line.startswith(f"A: {NAMES}; landlock "), line


def test_where_there_are_no_namespaces() -> None:
    line = say(without_namespaces(sys.executable, "-c", SAY))
    assert line.startswith("B: landlock "), line
    assert "NOT" not in line


def test_where_there_is_no_landlock() -> None:
    """The mount namespace shows nothing, either."""
    line = say([sys.executable, "-c", SAY], preexec_fn=without_landlock())
    assert line.startswith(f"B: {NAMES}; seccomp; limits; "), line
    assert "NOT" not in line


def test_landlock_is_claimed_where_it_is_in_force_only() -> None:
    """Here the kernel has it, and does not let it be used; the namespaces hide that."""
    line = say([sys.executable, "-c", SAY], preexec_fn=without_landlock(LANDLOCK_RESTRICT_SELF))
    assert line.startswith(f"B: {NAMES}; seccomp; limits; "), line


def test_where_there_is_neither() -> None:
    line = say(without_namespaces(sys.executable, "-c", SAY), preexec_fn=without_landlock())
    assert line.startswith("D: seccomp; limits; "), line
    assert "NOT blocked: read a file, list a folder, write a file, " in line


def test_every_attempt_of_the_canary_can_succeed(tmp_path: Path) -> None:
    """Without a sandbox, that is: what never succeeds would prove nothing."""
    planted = tmp_path / "planted"
    planted.write_text("a secret")
    (tmp_path / "planted.gone").write_text("")
    tries = (
        "import json, os, sys\n"
        "from autograder.isolation import canary\n"
        "extra = os.open(os.devnull, os.O_RDONLY), os.dup(0)\n"
        "tries = canary.all_attempts(sys.argv[1], os.getppid())\n"
        "tries.popitem()\n"  # the last one ends the process
        "print(json.dumps({name: canary.blocked(tries[name]) for name in tries}))\n"
    )
    line = say([sys.executable, "-c", tries, str(planted)])
    assert [name for name, blocked in json.loads(line.splitlines()[-1]).items() if blocked] == []


@pytest.mark.parametrize("libraries", [["numpy"], ["numpy", "torch", "matplotlib"]])
def test_what_is_right_works_in_there(workers: Workers, libraries: list[str]) -> None:
    """Threads, the clock, random numbers, modules of Python's own that nobody has imported yet."""
    source = (
        "import numpy as np\n"
        "def f():\n"
        "    import decimal, secrets, statistics, threading, time, wave, zoneinfo\n"
        "    done = []\n"
        "    threads = [threading.Thread(target=done.append, args=(i,)) for i in range(3)]\n"
        "    [t.start() for t in threads], [t.join() for t in threads]\n"
        "    time.sleep(0.01), secrets.token_bytes(8), np.random.default_rng().random()\n"
        "    return sorted(done), float(np.linalg.norm(np.linalg.inv(2 * np.eye(4)))),\\\n"
        "        statistics.mean([1.0, 3.0])\n"
    )
    worker = workers.start(libraries)
    worker.load(Code("moves.py", source.encode()))
    answer = worker.call("f", Function("student", "f"))
    assert isinstance(answer, CallAnswer)
    assert answer.value == ([0, 1, 2], 1.0, 2.0)


def test_a_library_of_other_slots_does_not_exist(workers: Workers) -> None:
    source = "def f():\n    import torch\n"
    worker = workers.start(["numpy"])
    worker.load(Code("moves.py", source.encode()))
    error = worker.call("f", Function("student", "f"))
    assert isinstance(error, RaisedError)
    assert (error.type, error.message) == ("ModuleNotFoundError", "No module named 'torch'")


class TestGrade:
    """What a TA sees."""

    def grade(
        self, course: Path, *options: str, weak: bool = False
    ) -> subprocess.CompletedProcess[str]:
        command = [*AUTOGRADER, "grade", "toy", "--course", str(course), "--jobs", "1", *options]
        return subprocess.run(
            without_namespaces(*command) if weak else command,
            preexec_fn=without_landlock() if weak else None,
            capture_output=True,
            text=True,
            check=False,
        )

    def isolation(self, course: Path) -> str:
        text = (course / "reports" / "toy" / "results" / "ada.json").read_text()
        return str(json.loads(text)["extra_data"]["isolation"])

    def test_the_report_prints_what_was_proved(
        self, toy_course: Path, toy_reference: str, hand_in: Callable[..., Path]
    ) -> None:
        hand_in("ada", toy_reference)
        done = self.grade(toy_course)
        assert done.returncode == 0, done.stderr
        assert self.isolation(toy_course).startswith(f"A: {NAMES}; landlock ")
        assert f"isolation {self.isolation(toy_course)}\n" in done.stdout
        page = (toy_course / "reports" / "toy" / "index.html").read_text()
        assert self.isolation(toy_course) in page

    def test_below_b_it_refuses_and_says_how_to_get_better(
        self, toy_course: Path, toy_reference: str, hand_in: Callable[..., Path]
    ) -> None:
        hand_in("ada", toy_reference)
        done = self.grade(toy_course, weak=True)
        assert done.returncode == 1
        assert not list((toy_course / "reports").rglob("ada*"))
        said = " ".join(done.stderr.split())
        assert "Landlock is missing: it takes Linux 5.13" in said
        assert "--allow-weak-isolation" in said

    def test_below_b_it_grades_when_told_to(
        self, toy_course: Path, toy_reference: str, hand_in: Callable[..., Path]
    ) -> None:
        hand_in("ada", toy_reference)
        done = self.grade(toy_course, "--allow-weak-isolation", weak=True)
        assert done.returncode == 0, done.stderr
        assert self.isolation(toy_course).startswith("D: ")
        assert "NOT blocked: " in self.isolation(toy_course)

    def test_an_ordinary_user_grades_a_class(
        self, toy_course: Path, toy_reference: str, hand_in: Callable[..., Path]
    ) -> None:
        hand_in("ada", toy_reference)
        locked = [hand_in("file", toy_reference) / "moves.py", hand_in("folder", toy_reference)]
        locked += [hand_in("all", toy_reference).parent, hand_in("sub", None) / "src"]
        locked[-1].mkdir()
        for path in locked:  # nobody may read these, and that is their students' fault
            if os.getuid() == 0:
                os.chown(path, NOBODY, NOBODY)
            path.chmod(0)
        for path in (toy_course, *toy_course.parents):
            if os.getuid() == 0 and path != Path("/"):
                path.chmod(path.stat().st_mode | 0o055)
        toy_course.chmod(0o777)
        command = as_nobody(*AUTOGRADER, "grade", "toy", "--course", str(toy_course))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        for path in locked:
            path.chmod(0o700)
        assert self.isolation(toy_course).startswith(f"A: {NAMES}; landlock ")
        for student in ("file", "folder", "all", "sub"):
            path = toy_course / "reports" / "toy" / "results" / f"{student}.json"
            result = json.loads(path.read_text())
            assert result["score"] == 0.0, student
            (note, *_) = result["extra_data"]["notes"]
            assert "cannot be read: its mode" in note or "nothing of the code" in note

    def test_the_doctor_tells(self, toy_course: Path) -> None:
        command = [*AUTOGRADER, "doctor", "--json", "--course", str(toy_course)]
        for wrapped, prepare in (
            (command, None),
            (without_namespaces(*command), without_landlock()),
        ):
            done = subprocess.run(
                wrapped, preexec_fn=prepare, capture_output=True, text=True, check=False
            )
            found = {one["name"]: one for one in json.loads(done.stdout)}["isolation"]
            if prepare is None:
                assert (found["state"], found["text"][0]) == ("right", "A")
            else:
                assert found["state"] == "wrong"
                assert "Landlock is missing" in found["mend"]


def test_an_interpreter_that_proves_less_is_not_used(workers: Workers) -> None:
    """Neither at once nor the next time somebody asks."""
    found = workers.protection()
    with Workers(replace(found, landlock=found.landlock + 1)) as promised:
        for _ in range(2):
            with pytest.raises(GraderFault, match="not the protection that was proved"):
                promised.start(["numpy"])
    with Workers(found) as promised:
        promised.start(["numpy"])
