"""What students get: built, reproducible, complete, and without a secret."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from autograder import cli
from autograder.assignment import reader
from autograder.files import zip_bytes, zip_contents
from autograder.public import bundle, leaks, release_folder
from tests.conftest import KNOWN, ROOT, TOY, Ran

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
        ".vscode/tasks.json",
        "checks/assignment.json",
        "checks/moves.json",
        "checks/probe_moves.py",
    }


@pytest.mark.parametrize("name", KNOWN)
def test_a_real_release_is_to_the_byte_what_was_committed(
    autograder: Command, tmp_path: Path, name: str
) -> None:
    ran = autograder("release", name, "--no-verify", "--to", str(tmp_path / "built"), cwd=ROOT)
    assert ran.status == 0, ran.err
    # what --check looks at, which would build it a second time
    assert release_folder.differences(contents(tmp_path / "built"), ROOT / "release" / name) == []


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
    for file in ("moves.py", "double.toml", "test_double.py", "test_quadruple.py"):
        path = toy_course / "solutions/toy/moves" / file
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
    path = toy_course / "solutions/toy/moves/test_double.py"
    old = "same(student.double(x), reference.double(x))"
    new = "expect(student.double(x).array().any(), 'all zeros')"
    text = path.read_text().replace(old, new).replace("import demand", "import demand, expect")
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
    assignment = reader.load(name, ROOT)
    released = contents(ROOT / "release" / name)
    assert set(assignment.files) < set(released)
    assert leaks.secrets(assignment)
    assert leaks.found_in(assignment, released) == []


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
    assert "autograder/commands/check.py" in wheel
    assert leaks.found_in(reader.load(name, ROOT), wheel) == []


def test_a_students_install_is_light(wheel: dict[str, bytes]) -> None:
    (metadata,) = [text for name, text in wheel.items() if name.endswith("METADATA")]
    needed = {
        line.split()[1].partition(">")[0]
        for line in metadata.decode().splitlines()
        if line.startswith("Requires-Dist") and "extra ==" not in line
    }
    assert needed == {"click", "msgpack", "numpy", "rich"}


# ------------------------------------------------------------------------------ the zip

SYSTEM = Path(getattr(sys, "_base_executable", sys.executable))  # the Python outside of .venv
NO_INDEX = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_RETRIES": "1",
}


@pytest.fixture(scope="session")
def handouts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """assignment -> its zip: the toy's as the command makes it, others' of what is committed."""
    folder = tmp_path_factory.mktemp("handouts")
    made = {name: folder / f"{name}.zip" for name in ("toy", *KNOWN)}
    command = ["release", "toy", "--no-verify", "--course", str(TOY)]
    to = ["--to", str(folder / "toy"), "--zip", str(made["toy"])]
    subprocess.run([sys.executable, "-m", "autograder.cli", *command, *to], check=True)
    for name in KNOWN:
        shutil.copytree(ROOT / "release" / name, folder / name)
        data = bundle.build(reader.load(name, ROOT), contents(folder / name))
        made[name].write_bytes(data)
    return made


def inside(path: Path) -> dict[str, bytes]:
    """The files of a zip, without the folder around them."""
    return {name.partition("/")[2]: c for name, c in zip_contents(path.read_bytes()).items()}


@pytest.mark.parametrize("name", ["toy", *KNOWN])
def test_the_zip_has_the_released_folder_the_kit_and_an_installer(
    handouts: dict[str, Path], name: str
) -> None:
    files = inside(handouts[name])
    released = contents(handouts[name].with_suffix(""))
    assert {n.removeprefix(f"{name}/"): c for n, c in files.items() if "/" in n} == released
    (kit,) = [file for file in files if file.endswith(".whl")]
    rest = {file for file in files if "/" not in file}
    assert rest == {"install.py", "requirements.txt", "constraints.txt", kit}
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "autograder").rglob("*.py")}
    assert modules <= set(zip_contents(files[kit]))


@pytest.mark.parametrize("name", ["toy", *KNOWN])
def test_requirements_are_pinned_and_are_what_the_assignment_uses(
    handouts: dict[str, Path], name: str
) -> None:
    files = inside(handouts[name])
    lines = files["requirements.txt"].decode().splitlines()
    assert lines[1] == "-c constraints.txt"
    (kit,) = [file for file in files if file.endswith(".whl")]
    assert lines[-1] == f"./{kit}"
    pins = dict(line.split("==") for line in lines[2:-1])
    described = json.loads(files[f"{name}/checks/assignment.json"])
    assert set(pins) == {"click", "msgpack", "numpy", "rich", *described["libraries"]}
    constraints = (ROOT / "constraints.txt").read_text().splitlines()
    assert {f"{library}=={version}" for library, version in pins.items()} <= set(constraints)


def test_every_pinned_version_is_made_for_the_oldest_python_that_the_kit_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    oldest = project["requires-python"].removeprefix(">=") + ".0"
    pins = [line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines()[1:]]
    there = {name: distribution(name) for name, _ in pins}
    assert all(there[name].version in SpecifierSet(f"=={version}") for name, version in pins)
    asked = {name: one.metadata["Requires-Python"] for name, one in there.items()}
    too_new = {
        name: needs for name, needs in asked.items() if oldest not in SpecifierSet(needs or "")
    }
    assert not too_new


def test_a_zip_twice_has_the_same_bytes(
    autograder: Command, handouts: dict[str, Path], toy_course: Path
) -> None:
    before = os.umask(0o077)
    try:
        ran = autograder("release", "toy", "--no-verify", "--zip", cwd=toy_course)
    finally:
        os.umask(before)
    assert ran.status == 0, ran.err
    assert (toy_course / "toy-handout.zip").read_bytes() == handouts["toy"].read_bytes()


@pytest.mark.parametrize("name", ["toy", *KNOWN])
def test_no_secret_is_in_the_zip(handouts: dict[str, Path], name: str) -> None:
    course = TOY if name == "toy" else ROOT
    assert bundle.found_in(reader.load(name, course), handouts[name].read_bytes()) == []


@pytest.mark.parametrize("name", KNOWN)
def test_a_secret_anywhere_in_the_zip_is_found(handouts: dict[str, Path], name: str) -> None:
    assignment = reader.load(name, ROOT)
    files = zip_contents(handouts[name].read_bytes())
    top = f"{name}-handout"
    (kit,) = [file for file in files if file.endswith(".whl")]
    secret = max(leaks.secrets(assignment), key=len)
    wrong = max(bundle._library(assignment), key=lambda known: len(known[1]))[1]
    slot = next(iter(assignment.slots.values()))
    grader = assignment.files[slot.file].grader(slot)
    kit_files = zip_contents(files[kit])

    settings = "assignment.toml"
    planted = {
        f"{top}/constraints.txt": secret.encode(),
        f"{top}/{settings}": b"",
        f"{top}/{name}/notes.md": secret.encode(),
        kit: zip_bytes(
            kit_files
            | {"autograder/words.py": secret.encode(), "autograder/more.py": wrong.encode()}
            | {f"autograder/{grader.name}": b""}
        ),
    }
    found = bundle.found_in(assignment, zip_bytes(files | planted))
    for place in ("constraints.txt", "notes.md", "autograder/words.py", "autograder/more.py"):
        assert any(f"{place} holds a line of" in str(leak) for leak in found), place
    for place in (settings, grader.name):
        assert any(str(leak).endswith(f"{place} is a file of staff's") for leak in found), place


def test_a_leak_makes_neither_a_zip_nor_a_folder(autograder: Command, toy_course: Path) -> None:
    path = toy_course / "solutions/toy/moves/moves.py"
    # What the kit itself says is no secret until staff write it into an answer.
    said = (cli.__doc__ or "").partition("\n")[0]
    path.write_text(path.read_text().replace("return x + x", f"# {said}\n    return x + x"))
    test = toy_course / "solutions/toy/moves/test_double.py"
    test.write_text(f'"""{said}"""\n' + test.read_text())
    ran = autograder("release", "toy", "--no-verify", "--zip", cwd=toy_course)
    assert ran.status == 1
    assert "the zip would leak: rnn_autograder-" in ran.err
    assert "autograder/cli.py holds a line of moves/test_double.py" in ran.err
    assert not (toy_course / "toy-handout.zip").exists()
    assert not (toy_course / "release").exists()


def test_a_file_that_is_no_handout_is_not_replaced(autograder: Command, toy_course: Path) -> None:
    (toy_course / "toy-handout.zip").write_text("weeks of work")
    for options in (["--zip"], ["--zip", "toy.tar"], ["--check", "--zip"]):
        ran = autograder("release", "toy", "--no-verify", *options, cwd=toy_course)
        assert ran.status == 2, ran.out + ran.err
    assert (toy_course / "toy-handout.zip").read_text() == "weeks of work"
    assert not (toy_course / "release").exists()


def test_a_library_without_a_version_is_named(autograder: Command, toy_course: Path) -> None:
    path = toy_course / "solutions" / "toy" / "assignment.toml"
    path.write_text(
        path.read_text().replace('libraries = ["numpy"', 'libraries = ["json", "numpy"', 1)
    )
    ran = autograder("release", "toy", "--no-verify", "--zip", cwd=toy_course)
    assert ran.status == 1
    assert "constraints.txt has no version of json, which students of toy need" in ran.err


def unzipped(path: Path, to: Path) -> Path:
    """The folder that a student gets from a zip."""
    with zipfile.ZipFile(path) as file:
        file.extractall(to)
    (folder,) = to.iterdir()
    return folder


def install(
    folder: Path, *options: str, more: dict[str, str] | None = None, cwd: Path | None = None
) -> Ran:
    """Run install.py as a student does, with the Python of the system."""
    keep = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")}
    if more and "PIP_INDEX_URL" in more:
        keep = {k: v for k, v in keep.items() if not k.startswith("PIP_")}
    done = subprocess.run(
        [str(SYSTEM), str(folder / "install.py"), *options],
        cwd=cwd or folder, env=keep | (more or {}), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("name", KNOWN)
def test_one_command_sets_a_bare_machine_up(
    handouts: dict[str, Path], tmp_path: Path, name: str
) -> None:
    folder = unzipped(handouts[name], tmp_path / "a place with spaces")
    ran = install(folder, "--without-torch", cwd=tmp_path)
    if ran.status == 1 and "The packages cannot be reached" in ran.err:
        pytest.skip("no index of packages is in reach")
    assert ran.status == 0, ran.out + ran.err
    for said in ("Activate.ps1", "activate.bat", "source .venv/bin/activate", f"cd {name}"):
        assert said in ran.out
    program = next(p for p in folder.rglob("autograder*") if p.parent.name in ("bin", "Scripts"))
    assert program.is_relative_to(folder / ".venv")
    described = json.loads((folder / name / "checks" / "assignment.json").read_text())
    slot = next(iter(described["slots"]))
    checked = subprocess.run(
        [program, "check", slot], cwd=folder / name, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 1, checked.stderr
    assert f"{slot}   not started" in checked.stdout
    needs_torch = next(
        slot
        for slot, one in described["slots"].items()
        if "torch" in described["files"][one["file"]]["libraries"]
    )
    checked = subprocess.run(
        [program, "check", needs_torch],
        cwd=folder / name, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "not checked: torch is not installed" in checked.stdout
    # Running it again puts right what is missing, and asks for nothing that is there.
    (module,) = (folder / ".venv").rglob("autograder/student/file_checker.py")
    module.unlink()
    again = install(folder, "--without-torch", more=NO_INDEX)
    assert again.status == 0, again.out + again.err
    assert "making .venv" not in again.out
    assert module.is_file()


def test_without_a_network_it_says_so(handouts: dict[str, Path], tmp_path: Path) -> None:
    folder = unzipped(handouts["toy"], tmp_path / "x")
    ran = install(folder, more=NO_INDEX)
    assert ran.status == 1
    assert "Not everything could be installed.\nThe packages cannot be reached" in ran.err
    # With a network that has no package for this Python:
    ran = install(folder, more={**NO_INDEX, "PIP_NO_INDEX": "1"})
    assert ran.status == 1
    version = ".".join(map(str, sys.version_info[:3]))
    assert f"A package is not made for this Python, which is {version}" in ran.err


@pytest.mark.parametrize(
    ("module", "text", "said"),
    [
        (
            "sitecustomize",
            "import sys; sys.version_info = (3, 9, 18)",
            "Python 3.11 or newer is needed, and this is 3.9.18.\nInstall one from https://",
        ),
        (
            "ensurepip",
            "raise ModuleNotFoundError('no ensurepip here', name='ensurepip')",
            "This Python has no module ensurepip, which makes environments.\nOn Debian",
        ),
    ],
)
def test_a_python_that_will_not_do_is_told_what_to_do(
    handouts: dict[str, Path], tmp_path: Path, module: str, text: str, said: str
) -> None:
    folder = unzipped(handouts["toy"], tmp_path / "x")
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / f"{module}.py").write_text(text)
    ran = install(folder, more={"PYTHONPATH": str(tmp_path / "modules")})
    assert ran.status == 1
    assert said in ran.err
    assert not (folder / ".venv").exists()


def test_a_folder_that_is_no_environment_is_left_alone(
    handouts: dict[str, Path], tmp_path: Path
) -> None:
    folder = unzipped(handouts["toy"], tmp_path / "x")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "mine").write_text("weeks of it")
    ran = install(folder)
    assert ran.status == 1
    assert ".venv is there and is no environment of Python's.\nRename it" in ran.err
    assert (folder / ".venv" / "mine").read_text() == "weeks of it"


def test_the_installer_is_read_by_old_pythons_and_asks_for_what_the_kit_asks_for() -> None:
    text = bundle.INSTALLER.read_text("utf-8")
    tree = ast.parse(text, feature_version=(3, 6))
    assert text.isascii()  # whatever the terminal's encoding
    (oldest,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "OLDEST"
    ]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == ">=" + ".".join(map(str, oldest))
