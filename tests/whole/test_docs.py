"""The docs are true: their commands run, and the files that they name exist."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.judging.tolerance import ATOL, RTOL
from autograder.limits import Limits
from tests.conftest import LONGEST, ROOT
from tests.whole.test_hostile import ENTRIES

NAME = "rnn_fundamentals"
BIN = Path(sys.executable).parent


@dataclass
class Step:
    """A command of a page, the exit statuses it may have, and what it prints, where that is told.

    Or, without a command, code that the reader writes in the place of `raise NotImplementedError`
    of the slot that was checked last, and in the place of what was written there before.
    """

    command: str
    allowed: set[int]
    printed: str = ""
    code: str = ""


def steps(page: str) -> list[Step]:
    """What a page asks its reader to do, in order."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    found: list[Step] = []
    for kind, block in re.findall(r"```(console|text|python)\n(.*?)```", text, re.DOTALL):
        if kind == "text":
            found[-1].printed = block
            continue
        if kind == "python":
            if not block.startswith("    "):  # it is no body of a function
                continue
            found.append(Step("", set(), code=block))
            continue
        for line in block.splitlines():
            assert line.startswith("$ "), f"{page}: output in a block of commands: {line}"
            command, _, allowed = line[2:].partition("# exit ")
            statuses = {int(s) for s in re.findall(r"\d", allowed)} or {0}
            found.append(Step(command.strip(), statuses))
    return found


def write(code: str, before: str, slot: str, folder: Path) -> None:
    """Write code where the reader is told to."""
    old = before or f'    raise NotImplementedError("{slot}")\n'
    (file,) = [path for path in folder.glob("*.py") if old in path.read_text("utf-8")]
    file.write_text(file.read_text("utf-8").replace(old, code), "utf-8")


def read_along(page: str, folder: Path, exchange: Path) -> None:
    """Run a page's commands one after the other; `cd` moves as it says."""
    home = folder.parent / "home"
    (home / ".jupyter").mkdir(parents=True, exist_ok=True)
    settings = f"c.Exchange.root = {str(exchange)!r}\n"  # stands for the machine's own settings
    (home / ".jupyter" / "nbgrader_config.py").write_text(f"c = get_config()\n{settings}")
    exchange.mkdir(exist_ok=True)
    exchange.chmod(0o777)
    environment = {
        **os.environ,
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "HOME": str(home),
        "NO_COLOR": "1",
    }
    slot, written = "", ""
    for step in steps(page):
        command, allowed = step.command, step.allowed
        if step.code:
            write(step.code, written, slot, folder)
            written = step.code
            continue
        if command.startswith("autograder check "):
            slot = command.split()[2]
        if command.startswith("cd "):
            folder = (folder / command[3:]).resolve()
            continue
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True,
            timeout=LONGEST, check=False,
        )  # fmt: skip
        said = f"{page}: {command}: status {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.returncode in allowed, said
        assert "Traceback" not in done.stderr, said
        assert not step.printed or done.stdout == step.printed, said


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course folder as a clone has it."""
    course = tmp_path / "course"
    course.mkdir()
    for part in ("solutions", "source", "release"):
        shutil.copytree(ROOT / part, course / part)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    return course


def test_the_tas_page(course: Path, tmp_path: Path) -> None:
    archive = course / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    for student in ("ada", "bob"):
        shutil.make_archive(str(archive / f"{student}_{NAME}"), "zip", course / "release" / NAME)
    read_along("tas.md", course, tmp_path / "exchange")
    assert (course / "feedback" / "ada" / NAME / f"{NAME}.html").is_file()
    assert "ada" in (course / "grades.csv").read_text()


def test_the_instructors_page(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    read_along("instructors.md", folder, tmp_path / "exchange")
    released = tmp_path / "exchange" / "rnn" / "outbound" / "intro"
    assert {path.name for path in released.glob("*.py")} == {"intro.py", "halves.py"}


def test_the_students_page(course: Path, tmp_path: Path) -> None:
    exchange = tmp_path / "exchange"
    outbound = exchange / "rnn" / "outbound"
    shutil.copytree(course / "release" / NAME, outbound / NAME)
    for part, mode in (("inbound", 0o733), ("feedback", 0o755)):
        (exchange / "rnn" / part).mkdir()
        (exchange / "rnn" / part).chmod(mode)
    home = tmp_path / "desk"
    home.mkdir()
    read_along("students.md", home, exchange)
    assert list((exchange / "rnn" / "inbound").iterdir())


def test_the_message_in_the_readme_is_what_check_prints(course: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"\$ autograder check bptt\n(.*?)```", readme, re.DOTALL)
    assert shown
    (solution,) = (ROOT / "solutions" / NAME).rglob("bptt.py")
    right, wrong = 'grads["W_hh"] += dW_hh', 'grads["W_hh"] = dW_hh'
    text = solution.read_text("utf-8")
    assert right in text
    folder = course / "release" / NAME
    (folder / "bptt.py").write_text(text.replace(right, wrong), "utf-8")
    command = [str(BIN / "autograder"), "check", "bptt"]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True,
        timeout=LONGEST, check=False,
    )  # fmt: skip
    assert done.stdout.startswith(shown[1])


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = ("autograder/", "autograder.", "tests/", "demo/", "benchmarks/", "docs/")
REMOVED = re.compile(r"commit\s+[0-9a-f]{7}|of\s+that\s+commit")  # a paragraph about a removed file


def quoted(text: str) -> list[str]:
    """The words in backticks, outside blocks of code."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [word for span in re.findall(r"`([^`]+)`", text) for word in span.split()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    missing = []
    for paragraph in text.split("\n\n"):
        for word in quoted(paragraph):
            path = ROOT / word.partition("::")[0]
            if word.startswith("autograder."):
                path = ROOT / f"{word.replace('.', '/')}.py"
            removed = word.startswith("benchmarks/") and REMOVED.search(paragraph)
            if word.startswith(FOLDERS) and not path.exists() and not removed:
                missing.append(word)
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        if not (page.parent / link).exists():
            missing.append(link)
    assert not missing


def test_every_name_that_contributing_finds_in_a_file_is_defined_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    found = re.findall(r"((?:`\w+`(?: and )?)+) in `(autograder/[\w/]+\.py)`", text)
    assert found
    for names, file in found:
        source = (ROOT / file).read_text("utf-8")
        missing = [name for name in re.findall(r"\w+", names.replace(" and ", " "))
                   if not re.search(rf"(?m)^(?:def |class )?{name}\b", source)]  # fmt: skip
        assert not missing, file


def test_every_selection_of_tests_in_contributing_selects_some() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    selections = re.findall(r"`pytest (\S+) -k (\w+)`", text)
    assert selections
    for place, word in selections:
        path = ROOT / place
        files = [path] if path.is_file() else list(path.rglob("test_*.py"))
        names = [name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())]
        assert any(word in name for name in names), f"{place} -k {word}"


def test_the_tree_in_contributing_is_the_tree() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    tree = next(block for block in text.split("```") if block.strip().startswith("autograder/"))
    named = set(re.findall(r"\w+/(?= )|\w+\.py", tree))
    engine = ROOT / "autograder"
    packages = {f"{path.parent.name}/" for path in engine.glob("*/__init__.py")}
    modules = {path.name for path in engine.glob("*.py")} - {"__init__.py"}
    assert named == packages | modules


def test_figures_that_the_code_has_are_those_of_the_pages() -> None:
    text = {page.name: " ".join(page.read_text("utf-8").split()) for page in PAGES}
    assert f"hands in {len(ENTRIES)} submissions" in text["security.md"]
    staff = tomllib.loads((ROOT / "solutions" / NAME / "assignment.toml").read_text("utf-8"))
    assert f"the first of {len(staff['slots'])} slots" in text["students.md"]
    for name, value in vars(Limits()).items():
        assert re.search(rf"`{name}` of the slot, {value:g}(?: \||;)", text["architecture.md"])
    for dtype in ("float64", "float32"):
        row = f"| {dtype} | {RTOL[dtype]:.0e} | {ATOL[dtype]:.0e} |".replace("e-0", "e-")
        assert row in text["grading.md"]
