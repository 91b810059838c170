"""`grade`, interrupted: killed at any moment, stopped, out of room, or robbed of its processes."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.classroom.test_regrade import contents, edit, graded, result
from tests.conftest import LONGEST, PATIENCE, TOY, Ran, hand_in_to, run_autograder

Command = Callable[..., Ran]
HandIn = Callable[..., Path]
LINUX = sys.platform == "linux"
SEED = "7"


class Run:
    """A `grade` in a course, and the lines that it has said so far."""

    def __init__(self, course: Path, *arguments: str) -> None:
        self.lines: list[str] = []
        self.home = course / "home"  # by which its processes are known, the shut-in ones too
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autograder.cli", "grade", "toy", *arguments],
            cwd=course,
            env={**os.environ, "HOME": str(self.home), "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def until(self, happened: Callable[[], Any]) -> Any:
        """Wait for something to happen, until the run ends or it takes too long; return it."""
        end = time.monotonic() + PATIENCE
        while not (found := happened()) and self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        return found

    def graded(self) -> int:
        return sum(line.startswith("s") and ": " in line for line in self.lines)

    def end(self) -> Ran:
        status = self.process.wait(LONGEST)
        self._reader.join()
        return Ran(status, "\n".join(self.lines), "")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def running(self) -> dict[int, str]:
        """pid -> command line of everything that it started and that runs, and of itself."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"HOME={self.home}\0".encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().decode()
            except OSError:
                continue
        return found

    def grading_processes(self) -> list[int]:
        return [pid for pid, command in self.running().items() if "spawn_main" in command]

    def zygotes(self) -> list[int]:
        everything = self.running()
        ours = {
            pid for pid, command in everything.items() if "autograder.isolation.zygote" in command
        }
        return [pid for pid in ours if _parent(pid) in set(everything) - ours]

    def leaves_nothing(self) -> None:
        """Fail where something of it still runs, or half-written files or a lock are left."""
        assert _in_time(lambda: not self.running()), self.running()
        assert not litter(self.home.parent)


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _in_time(happened: Callable[[], Any]) -> bool:
    end = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def litter(course: Path) -> list[Path]:
    return [
        path for path in (course / "reports").rglob(".*") if path.is_file() and path.name != ".lock"
    ]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, toy_reference: str) -> Path:
    """A course with thirty students, no two of whom handed in the same."""
    course = Path(shutil.copytree(TOY, tmp_path_factory.mktemp("template") / "course"))
    (course / "home").mkdir()
    for i in range(30):
        slow = "sum(range(300_000)); " if i % 3 else ""
        text = toy_reference.replace("return x + x", f"{slow}return x * {1 + i // 2}")
        hand_in_to(course, f"s{i:02}", text)
    return course


@pytest.fixture
def group(template: Path, tmp_path: Path) -> Path:
    """A copy of that course, to be graded."""
    return Path(shutil.copytree(template, tmp_path / "course"))


@pytest.fixture(scope="module")
def graded_course(template: Path) -> Path:
    """The course after a run that nobody disturbed; to be left as it is."""
    course = Path(shutil.copytree(template, template.parent / "graded"))
    assert run_autograder("grade", "toy", "--seed", SEED, cwd=course).status == 0
    return course


@pytest.fixture(scope="module")
def undisturbed(graded_course: Path) -> dict[str, bytes]:
    """The files of that run."""
    found = contents(graded_course)
    assert len(found) == 30 + 30 + 2
    return found


@pytest.mark.skipif(not LINUX, reason="finds processes in /proc")
def test_killed_twelve_times_it_comes_to_the_same_end(
    group: Path, undisturbed: dict[str, bytes]
) -> None:
    rng = random.Random(12)
    ended = 0
    for i in range(12):
        run = Run(group, "--seed", SEED, "--jobs", "2")
        if i % 4 == 3:  # first one of its grading processes
            for pid in run.until(run.grading_processes)[:1]:
                time.sleep(rng.uniform(0, 0.5))
                os.kill(pid, signal.SIGKILL)
        if i % 2:
            run.until(lambda run=run: run.graded() >= 1)
            time.sleep(rng.uniform(0, 0.2))
        else:
            time.sleep(rng.uniform(0, 1.5))
        ended += run.process.poll() is not None
        run.kill()
        for path in (group / "reports" / "toy" / "results").glob("*.json"):
            result(group, path.stem)  # whole, or not there
    assert ended < 6  # else they were not disturbed
    run = Run(group)  # with the seed that the folder has
    ran = run.end()
    assert ran.status == 0, ran.out
    assert contents(group) == undisturbed
    run.leaves_nothing()


@pytest.mark.skipif(not LINUX, reason="finds processes in /proc")
def test_a_regrade_that_was_killed_still_says_what_it_changed(
    graded_course: Path, autograder: Command, tmp_path: Path
) -> None:
    group, course = (
        Path(shutil.copytree(graded_course, tmp_path / name)) for name in ("disturbed", "course")
    )
    for one in (group, course):
        rubric = one / "solutions/toy/moves/double.toml"
        edit(rubric, "points = 3\n", "points = 2\n")
        edit(rubric, "points = 1\n", "points = 2\n")
    whole = autograder("grade", "toy", cwd=course)
    assert whole.out.count("changed: ") == 28
    run = Run(group)
    run.until(lambda: run.graded() >= 5)
    run.kill()
    assert 5 <= run.graded() < 30
    again = Run(group).end()
    assert again.out.count("changed: ") == 28
    assert contents(group) == contents(course)
    run.leaves_nothing()
    for one in (group, course):  # and then it is over
        assert "changed: " not in autograder("grade", "toy", cwd=one).out
    assert contents(group) == contents(course)


@pytest.mark.skipif(not LINUX, reason="finds processes in /proc")
@pytest.mark.parametrize("what", ["zygotes", "grading_processes"])
def test_whoever_loses_a_process_is_graded_by_another(
    group: Path, undisturbed: dict[str, bytes], what: str
) -> None:
    run = Run(group, "--seed", SEED, "--jobs", "2")
    for graded_so_far in (1, 8):
        run.until(lambda n=graded_so_far: run.graded() >= n)
        for pid in run.until(getattr(run, what)):
            os.kill(pid, signal.SIGKILL)
    ran = run.end()
    assert ran.status == 0, ran.out
    assert contents(group) == undisturbed
    run.leaves_nothing()


@pytest.mark.skipif(not LINUX, reason="finds processes in /proc")
def test_who_ends_every_grading_process_is_left_to_a_person(
    toy_course: Path, hand_in: HandIn, toy_reference: str
) -> None:
    (toy_course / "home").mkdir()
    hand_in("ada", toy_reference)
    graders = toy_course / "solutions/toy/moves/test_quadruple.py"
    edit(graders, '    """quadruples"""\n', '    """quadruples"""\n    import os; os._exit(1)\n')
    run = Run(toy_course)
    ran = run.end()
    assert ran.status == 3
    assert "ungraded: ada: 2 grading processes ended while they graded moves.py" in ran.out
    assert result(toy_course, "ada")["score"] is None
    run.leaves_nothing()


@pytest.fixture
def two_files(toy_course: Path) -> Path:
    """A course whose assignment has a second file, with one slot."""
    (toy_course / "home").mkdir()
    solutions = toy_course / "solutions" / "toy"
    moves, more = solutions / "moves", solutions / "more"
    more.mkdir()
    text = (moves / "moves.py").read_text()
    triple = text[: text.index("def quadruple")].replace("double", "triple").replace("+ x", "* 3")
    (more / "more.py").write_text(triple)
    rubric = (moves / "double.toml").read_text().partition("[[misconceptions]]")[0]
    (more / "triple.toml").write_text(rubric)
    checks = (moves / "test_double.py").read_text()
    (more / "test_triple.py").write_text(checks.replace("double", "triple"))
    edit(
        solutions / "assignment.toml",
        "[slots.double]\n",
        '[files."more.py"]\nlibraries = ["numpy"]\n\n[slots.triple]\nfile = "more.py"\n'
        "points = 4\nseconds = 5\n\n[slots.double]\n",
    )
    return toy_course


@pytest.mark.skipif(not LINUX, reason="finds processes in /proc")
def test_two_processes_work_for_one_student(
    two_files: Path, hand_in: HandIn, toy_reference: str
) -> None:
    hand_in("ada", toy_reference)
    slow = "import time\n\n\ndef triple(x):\n    time.sleep(1)\n    return 3 * x\n"
    hand_in("ada", slow, "more.py")
    run = Run(two_files, "--jobs", "2")
    assert run.until(lambda: len(run.grading_processes()) == 2)
    assert run.end().status == 0
    assert result(two_files, "ada")["score"] == 13
    run.leaves_nothing()


@pytest.mark.skipif(not LINUX, reason="finds processes in /proc")
def test_students_whose_grading_process_is_killed_cost_nobody_else_a_result(
    two_files: Path, hand_in: HandIn, toy_reference: str
) -> None:
    """As the system kills a process that has taken too much memory, again and again."""
    right = "def triple(x):\n    return 3 * x\n"
    single = "import numpy as np\n\n\ndef triple(x):\n    return np.float32(3 * x)\n"
    killed = toy_reference.replace("return x + x", "return np.float32(x + x)")
    for student in ("amy", "ann", "ada"):
        hand_in(student, killed)
        hand_in(student, single if student == "ada" else right, "more.py")
    hand_in("bob", toy_reference)
    hand_in("bob", right, "more.py")
    for file, slot in (("moves", "double"), ("more", "triple")):
        graders = two_files / "solutions/toy" / file / f"test_{slot}.py"
        is_single = f"student.{slot}(rng.random(2)).value.dtype.name == 'float32'"
        kills = f"import os; os.kill(os.getpid(), 9) if {is_single} else None"
        edit(graders, f'    """{slot}s"""\n', f'    """{slot}s"""\n    {kills}\n')
    run = Run(two_files, "--jobs", "2")
    ran = run.end()
    assert ran.status == 3, ran.out
    for student, file in (("amy", "moves"), ("ann", "moves"), ("ada", "more")):
        why = f"2 grading processes ended while they graded {file}.py"
        assert f"ungraded: {student}: {why}" in ran.out
        assert result(two_files, student)["score"] is None
    tests = {test["name"]: test["score"] for test in result(two_files, "amy")["tests"]}
    assert tests["triple"] == 4
    assert tests["double"] is None
    assert result(two_files, "bob")["score"] == 13
    run.leaves_nothing()


@pytest.mark.skipif(not LINUX, reason="finds processes in /proc")
@pytest.mark.parametrize(
    ("number", "to_all"),
    [
        (signal.SIGINT, True),
        (signal.SIGINT, False),
        (signal.SIGTERM, True),
        (signal.SIGTERM, False),
    ],
)
def test_who_stops_it_finds_what_is_done_and_can_go_on(
    group: Path, undisturbed: dict[str, bytes], number: int, to_all: bool
) -> None:
    run = Run(group, "--seed", SEED, "--jobs", "2")
    run.until(lambda: run.graded() >= 3)
    (os.killpg if to_all else os.kill)(run.process.pid, number)
    ran = run.end()
    assert ran.status == 1
    done = graded(ran)
    assert f"stopped: {len(done)} of 30 are graded; run it again to grade the rest" in ran.out
    assert "Traceback" not in ran.out
    run.leaves_nothing()
    assert {path.stem for path in (group / "reports/toy/students").iterdir()} == done
    table = (group / "reports" / "toy" / "grades.csv").read_text()
    assert all(f'"{student}"' in table for student in done)
    again = Run(group).end()
    assert f"{len(done)} of 30 unchanged" in again.out
    assert len(graded(again)) == 30 - len(done)
    assert contents(group) == undisturbed


@pytest.mark.skipif(not LINUX, reason="finds processes in /proc")
@pytest.mark.parametrize("after", [0.2, 0.4, 0.6, 0.9])
def test_stopped_while_it_starts_it_leaves_nothing(group: Path, after: float) -> None:
    run = Run(group, "--jobs", "2")
    time.sleep(after)
    run.process.send_signal(signal.SIGTERM)
    ran = run.end()
    assert ran.status in (1, -signal.SIGTERM)  # it may have come before anything was begun
    assert "Traceback" not in ran.out
    run.leaves_nothing()


def test_two_runs_do_not_write_to_one_folder(group: Path, autograder: Command) -> None:
    first = Run(group, "--jobs", "1")
    first.until(lambda: first.graded() >= 1)
    second = autograder("grade", "toy", cwd=group)
    assert second.status == 1
    assert "reports/toy is in use by another run: wait for its end" in second.err
    assert len(second.err.splitlines()) == 1
    elsewhere = autograder("grade", "toy", "--out", "other", "--student", "s00", cwd=group)
    assert elsewhere.status == 0
    assert first.end().status == 0
    assert autograder("grade", "toy", cwd=group).status == 0


def test_the_lock_of_a_run_that_was_killed_is_none(group: Path, autograder: Command) -> None:
    run = Run(group, "--jobs", "1")
    run.until(lambda: run.graded() >= 1)
    run.kill()
    for folder in ("", "results", "students"):
        (group / "reports" / "toy" / folder).mkdir(exist_ok=True)
        (group / "reports" / "toy" / folder / ".123.tmp").write_text('{"score": ')
    assert litter(group)
    assert autograder("grade", "toy", cwd=group).status == 0
    assert not litter(group)


@pytest.fixture
def small_disk(group: Path) -> Iterator[str]:
    """The start of a shell script in which `reports` is a file system of its own, of 150 KB."""
    script = "mount -t tmpfs -o size=150k none reports\n"
    (group / "reports").mkdir()
    tried = subprocess.run(["unshare", "-rm", "sh", "-ec", script], cwd=group, check=False)
    if tried.returncode:
        pytest.skip("no file system can be mounted here")
    yield script


@pytest.mark.skipif(not LINUX or not shutil.which("unshare"), reason="needs unshare")
def test_a_full_disk_stops_it_and_costs_nothing_that_is_finished(
    group: Path, undisturbed: dict[str, bytes], small_disk: str
) -> None:
    grade = f"{sys.executable} -m autograder.cli grade toy --jobs 1 --allow-weak-isolation"
    script = f"""{small_disk}
        {grade} --seed {SEED} && exit 9
        test $? = 1
        cp -r reports full
        mount -o remount,size=50m reports
        {grade}
        cp -r reports roomy
    """
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-ec", script], cwd=group, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (said,) = [line for line in done.stderr.splitlines() if line.startswith("autograder: ")]
    assert said.endswith(
        "cannot be written: No space left on device: make room, and run it again; what is finished "
        "stays"
    )
    shutil.copytree(group / "full", group / "reports", dirs_exist_ok=True)
    assert not litter(group)
    finished = contents(group)
    assert 5 < len(finished) < 60
    protected = {name: content for name, content in undisturbed.items() if b"seccomp" in content}
    shutil.copytree(group / "roomy", group / "reports", dirs_exist_ok=True)
    assert contents(group).keys() == undisturbed.keys() == {*protected, "grades.csv"}
    assert contents(group)["grades.csv"] == undisturbed["grades.csv"]
    for name, content in finished.items():
        if name.startswith("results"):
            assert contents(group)[name] == content


@pytest.mark.skipif(not LINUX, reason="needs a terminal of Unix")
def test_on_a_terminal_it_shows_how_far_it_is(group: Path, autograder: Command) -> None:
    autograder("grade", "toy", "--student", "s00", cwd=group)
    terminal, inside = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", "grade", "toy", "--jobs", "2"],
        cwd=group,
        env={**os.environ, "COLUMNS": "120", "TERM": "xterm"},
        stdout=inside,
        stderr=subprocess.STDOUT,
    )
    os.close(inside)
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # its other end is closed
            break
    os.close(terminal)
    assert process.wait() == 0
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode())
    assert "1 of 30 unchanged" in text
    assert re.search(r"grading .* 15/29 [0-9.]+ a second 0:00:\d\d s\d\d, s\d\d", text), text
