"""What students get: built, reproducible, complete, and without a secret."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import KNOWN, ROOT, Ran

from autograder import assignment as assignments
from autograder import release

Command = Callable[..., Ran]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_twice_gives_the_same_bytes(autograder: Command, toy_course: Path) -> None:
    for to in ("one", "two"):
        assert autograder("release", "toy", "--no-verify", "--to", to, cwd=toy_course).status == 0
    assert contents(toy_course / "one") == contents(toy_course / "two")
    assert set(contents(toy_course / "one")) == {
        "moves.py",
        "checks/assignment.json",
        "checks/moves.json",
        "checks/probe_moves.py",
    }


@pytest.mark.parametrize("name", KNOWN)
def test_the_committed_release_is_up_to_date(autograder: Command, name: str) -> None:
    ran = autograder("release", name, "--check", cwd=ROOT)
    assert ran.status == 0, ran.out + ran.err


@pytest.mark.parametrize("name", KNOWN)
def test_a_real_release_twice_gives_the_same_bytes(
    autograder: Command, tmp_path: Path, name: str
) -> None:
    for to in ("one", "two"):
        ran = autograder("release", name, "--no-verify", "--to", str(tmp_path / to), cwd=ROOT)
        assert ran.status == 0, ran.err
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: (f / "moves.py").write_text("x = 1\n"), "moves.py differs"),
        (lambda f: (f / "moves.py").unlink(), "moves.py is missing"),
        (lambda f: (f / "answers.py").write_text(""), "answers.py does not belong there"),
        (
            lambda f: (f / "checks" / "moves.json").write_text(
                (f / "checks" / "moves.json").read_text().replace("doubles", "trebles")
            ),
            "checks/moves.json differs",
        ),
    ],
)
def test_a_stale_release_fails_the_check(
    autograder: Command, toy_course: Path, change: Callable[[Path], object], said: str
) -> None:
    autograder("release", "toy", "--no-verify", cwd=toy_course)
    assert autograder("release", "toy", "--check", cwd=toy_course).status == 0
    change(toy_course / "release" / "toy")
    ran = autograder("release", "toy", "--check", cwd=toy_course)
    assert ran.status == 1
    assert said in ran.out


def test_a_changed_solution_makes_the_release_stale(autograder: Command, toy_course: Path) -> None:
    autograder("release", "toy", "--no-verify", cwd=toy_course)
    for file in ("moves.py", "test_moves.py"):
        path = toy_course / "solutions" / "toy" / file
        path.write_text(path.read_text().replace("doubl", "trebl"))
    ran = autograder("release", "toy", "--check", cwd=toy_course)
    assert ran.status == 1


def test_the_last_bit_of_another_machine_changes_no_file(
    autograder: Command, toy_course: Path
) -> None:
    autograder("release", "toy", "--no-verify", cwd=toy_course)
    path = toy_course / "release" / "toy" / "checks" / "moves.json"
    data = json.loads(path.read_text())
    want = data["checks"][0]["comparisons"][0]["want"]["array"]
    other = path.read_text().replace(repr(want[0]), repr(want[0] * (1 + 3e-12)))
    assert other != path.read_text()
    path.write_text(other)
    assert autograder("release", "toy", "--check", cwd=toy_course).status == 0
    autograder("release", "toy", "--no-verify", cwd=toy_course)
    assert path.read_text() == other
    path.write_text(other.replace(repr(want[1]), repr(want[1] * (1 + 1e-9))))
    assert autograder("release", "toy", "--check", cwd=toy_course).status == 1
    # What a misconception gives may come from float32 arithmetic, and so differs by more.
    wrong = data["misconceptions"][0]["fingerprint"]["twice_two"][0]["value"]["array"][0]
    for change, status in ((1e-7, 0), (1e-3, 1)):
        path.write_text(other.replace(repr(wrong), repr(wrong * (1 + change))))
        assert autograder("release", "toy", "--check", cwd=toy_course).status == status


def test_a_folder_that_is_no_release_is_not_replaced(autograder: Command, toy_course: Path) -> None:
    (toy_course / "submitted").mkdir()
    (toy_course / "submitted" / "work").write_text("weeks of it")
    for to in ("submitted", "."):
        ran = autograder("release", "toy", "--no-verify", "--to", to, cwd=toy_course)
        assert ran.status == 2
        assert "is not empty and is no release" in ran.err
    assert (toy_course / "submitted" / "work").read_text() == "weeks of it"


def test_a_public_check_that_compares_nothing_is_refused(
    autograder: Command, toy_course: Path
) -> None:
    path = toy_course / "solutions" / "toy" / "test_moves.py"
    old = "same(student.double(x), reference.double(x))"
    new = "expect(student.double(x).array().any(), 'all zeros')"
    text = path.read_text().replace(old, new).replace("import grades", "import expect, grades")
    path.write_text(text)
    ran = autograder("release", "toy", "--no-verify", cwd=toy_course)
    assert ran.status == 1
    assert "double.twice_two is public and compares nothing" in ran.err


def test_files_of_source_are_released_and_links_are_not(
    autograder: Command, toy_course: Path
) -> None:
    source = toy_course / "source" / "toy"
    source.mkdir(parents=True)
    (source / "READ_ME.md").write_text("read me")
    (source / ".draft").write_text("not me")
    assert autograder("release", "toy", "--no-verify", cwd=toy_course).status == 0
    released = contents(toy_course / "release" / "toy")
    assert released["READ_ME.md"] == b"read me"
    assert ".draft" not in released
    (source / "all").symlink_to(toy_course / "solutions")
    ran = autograder("release", "toy", "--no-verify", cwd=toy_course)
    assert ran.status == 1
    assert "source/toy/all is a link" in ran.err


@pytest.mark.parametrize(
    "secret",
    [
        "            position = np.add(position, step)",
        "    case = rng.standard_normal(2), [rng.standard_normal(2) for _ in range(T)]",
    ],
)
def test_an_answer_in_source_fails_closed(
    autograder: Command, toy_course: Path, secret: str
) -> None:
    autograder("release", "toy", "--no-verify", cwd=toy_course)
    before = contents(toy_course / "release" / "toy")
    source = toy_course / "source" / "toy"
    source.mkdir(parents=True)
    (source / "notes.md").write_text(f"For me:\n{secret}\n")
    ran = autograder("release", "toy", "--no-verify", cwd=toy_course)
    assert ran.status == 1
    assert "would leak: notes.md holds a line of" in ran.err
    assert contents(toy_course / "release" / "toy") == before


@pytest.mark.parametrize("name", KNOWN)
def test_no_secret_is_in_the_release(name: str) -> None:
    assignment = assignments.load(name, ROOT)
    released = contents(ROOT / "release" / name)
    assert set(assignment.files) < set(released)
    assert release.secrets(assignment)
    assert release.leaks(assignment, released) == []


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The package that students install, as it is built."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
            *("--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)),
        ],
        check=True,
        cwd=folder,
    )
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", KNOWN)
def test_no_secret_is_in_the_students_package(name: str, wheel: dict[str, bytes]) -> None:
    assert "autograder/commands/student.py" in wheel
    assert release.leaks(assignments.load(name, ROOT), wheel) == []


def test_a_students_install_is_light(wheel: dict[str, bytes]) -> None:
    (metadata,) = [text for name, text in wheel.items() if name.endswith("METADATA")]
    needed = {
        line.split()[1].partition(">")[0]
        for line in metadata.decode().splitlines()
        if line.startswith("Requires-Dist") and "extra ==" not in line
    }
    assert needed == {"click", "msgpack", "numpy", "rich"}


@pytest.mark.parametrize("name", KNOWN)
def test_the_engine_names_no_exercise(name: str, wheel: dict[str, bytes]) -> None:
    import re

    assignment = assignments.load(name, ROOT)
    words = {
        *assignment.slots,
        *(slot.partition(".")[0] for slot in assignment.slots),
        *(file.stem for file in assignment.files.values()),
        *(known.id for known in assignment.misconceptions),
    }
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, sorted(words)))})\b")
    found = [
        (file, match.group())
        for file, content in wheel.items()
        if file.startswith("autograder/")
        for match in pattern.finditer(content.decode())
    ]
    assert found == []
