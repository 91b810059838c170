"""`autograder pack`: the zip that is handed in, what is said of it, and what the TA gets of it."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.files import zip_bytes
from tests.conftest import KNOWN, ROOT, TOY, Ran
from tests.nbgrader.test_nbgrader import Course, edit, write

Command = Callable[..., Ran]


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What students get of the toy assignment, with its notebook."""
    course = Course(tmp_path_factory.mktemp("pack"))
    course.run("autograder", "release", "toy", "--no-verify")
    return course.root / "release" / "toy"


@pytest.fixture
def folder(handout: Path, tmp_path: Path) -> Path:
    """A student's folder in which everything is done."""
    folder = tmp_path / "toy"
    shutil.copytree(handout, folder)
    lines = (TOY / "solutions/toy/moves/moves.py").read_text().splitlines(keepends=True)
    write(folder, "".join(line for line in lines if "### " not in line), "My answer.")
    return folder


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_zip_has_the_files_of_the_assignment_and_nothing_else(
    autograder: Command, folder: Path
) -> None:
    (folder / "scratch.py").write_text("key = 'secret'")
    (folder / "Untitled.ipynb").write_text("{}")
    (folder / ".env").write_text("KEY=secret")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "moves.pyc").write_bytes(b"")
    (folder / "all").symlink_to(folder.parent)
    ran = autograder("pack", cwd=folder)
    assert ran.status == 0, ran.out + ran.err
    assert contents(folder / "toy.zip") == {
        name: (folder / name).read_bytes() for name in ("moves.py", "toy.ipynb")
    }
    assert "✓ moves.py" in ran.out
    assert "✓ toy.ipynb" in ran.out
    assert "the graders do not read them: Untitled.ipynb, scratch.py" in ran.out
    assert "toy.zip has 2 of 2 files" in ran.out


def test_the_same_files_give_the_same_bytes(autograder: Command, folder: Path) -> None:
    assert autograder("pack", cwd=folder).status == 0
    os.utime(folder / "moves.py", (1e9, 1e9))
    (folder / "moves.py").chmod(0o600)
    assert autograder("pack", "--to", "../again.zip", cwd=folder).status == 0
    assert (folder / "toy.zip").read_bytes() == (folder.parent / "again.zip").read_bytes()


def test_a_zip_that_is_there_is_not_replaced_unasked(autograder: Command, folder: Path) -> None:
    assert autograder("pack", cwd=folder).status == 0
    before = (folder / "toy.zip").read_bytes()
    again = autograder("pack", cwd=folder)
    assert again.status == 0
    assert "toy.zip already has 2 of 2 files" in again.out
    (folder / "moves.py").write_text("x = 1\n")
    ran = autograder("pack", cwd=folder)
    assert ran.status == 2
    assert "toy.zip exists with other content and was left as it is" in ran.err
    assert (folder / "toy.zip").read_bytes() == before
    assert autograder("pack", "--force", cwd=folder).status == 0
    assert contents(folder / "toy.zip")["moves.py"] == b"x = 1\n"


def test_no_file_of_the_students_is_written_over(autograder: Command, folder: Path) -> None:
    before = (folder / "moves.py").read_bytes()
    ran = autograder("pack", "--to", "moves.py", "--force", cwd=folder)
    assert ran.status == 2
    assert "moves.py is no name of a zip: let it end in .zip" in ran.err
    assert (folder / "moves.py").read_bytes() == before


def test_what_cannot_be_written_is_said(autograder: Command, folder: Path) -> None:
    ran = autograder("pack", "--to", "nowhere/toy.zip", cwd=folder)
    assert ran.status == 1
    assert f"{Path('nowhere', 'toy.zip')} cannot be written: No such file" in ran.err


def test_what_is_left_to_do_is_said_and_packed_all_the_same(
    autograder: Command, handout: Path, tmp_path: Path
) -> None:
    shutil.copytree(handout, tmp_path / "mine")
    ran = autograder("pack", cwd=tmp_path / "mine")
    assert ran.status == 0
    assert "○ moves.py: not started or not finished: double, quadruple, Walker.walk" in ran.out
    assert "○ toy.ipynb: no answer to question-1 (if you wrote one, save the notebook)" in ran.out
    assert set(contents(tmp_path / "mine" / "toy.zip")) == {"moves.py", "toy.ipynb"}


def test_a_slot_that_is_gone_and_an_answer_whose_cell_lost_its_mark(
    autograder: Command, folder: Path
) -> None:
    text = (folder / "moves.py").read_text()
    (folder / "moves.py").write_text(text.replace("def double(", "def doubled("))
    edit(folder, lambda cells: [cell.update(metadata={}) for cell in cells])
    ran = autograder("pack", cwd=folder)
    assert ran.status == 0
    assert "○ moves.py: no longer in this file: double\n" in ran.out
    assert "no answer" not in ran.out


def remove(path: Path) -> None:
    path.unlink()


def link(path: Path) -> None:
    path.rename(path.with_name("other"))
    path.symlink_to(path.with_name("other"))


def break_off(path: Path) -> None:
    path.write_text(path.read_text()[:-30] + "(")


def in_latin(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"# \xfc\n")


def grow(path: Path) -> None:
    path.write_text(path.read_text() + "#" * (1 << 20))


def grow_a_lot(path: Path) -> None:
    with path.open("ab") as file:
        file.truncate(40 << 20)


@pytest.mark.parametrize(
    ("name", "change", "said", "is_packed"),
    [
        ("moves.py", remove, "✗ moves.py is not there: it belongs beside", False),
        ("moves.py", link, "✗ moves.py is not a regular file: links are not followed", False),
        ("moves.py", break_off, "✗ moves.py is not valid Python: ", True),
        ("moves.py", in_latin, "✗ moves.py is not UTF-8 text: save it as UTF-8", True),
        ("moves.py", grow, "✗ moves.py is too large: 1.0 MB; at most", True),
        ("moves.py", grow_a_lot, "at most 1.0 MB are read; it was not packed", False),
        ("toy.ipynb", remove, "✗ toy.ipynb is not there", False),
        ("toy.ipynb", link, "✗ toy.ipynb is a link, and links are not followed", False),
        ("toy.ipynb", break_off, "✗ toy.ipynb cannot be read as a notebook", True),
        ("toy.ipynb", grow_a_lot, "(Jupyter's menu Edit, Clear Outputs of All Cells)", False),
    ],
)
def test_what_would_get_no_points_is_to_be_fixed_and_the_rest_is_packed(
    autograder: Command,
    folder: Path,
    name: str,
    change: Callable[[Path], None],
    said: str,
    is_packed: bool,
) -> None:
    change(folder / name)
    ran = autograder("pack", cwd=folder)
    assert ran.status == 1
    assert said in ran.out
    assert (
        "1 to fix: see ✗ above. Then run autograder pack --force. If there is no time left"
        in ran.out
    )
    assert "Traceback" not in ran.err
    assert set(contents(folder / "toy.zip")) == {"moves.py", "toy.ipynb"} - (
        set() if is_packed else {name}
    )


def test_files_that_lie_elsewhere_or_were_renamed_are_packed_in_their_place(
    autograder: Command, folder: Path
) -> None:
    (folder / "src").mkdir()
    (folder / "moves.py").rename(folder / "src" / "moves.py")
    (folder / "toy.ipynb").rename(folder / "toy (1).ipynb")
    ran = autograder("pack", cwd=folder)
    assert ran.status == 0, ran.out
    assert "○ moves.py: lies in src/ instead of beside the notebook: taken from there" in ran.out
    assert "○ toy.ipynb: packed from toy (1).ipynb" in ran.out
    assert contents(folder / "toy.zip") == {
        "moves.py": (folder / "src" / "moves.py").read_bytes(),
        "toy.ipynb": (folder / "toy (1).ipynb").read_bytes(),
    }


def test_nothing_to_hand_in_makes_no_zip(autograder: Command, folder: Path) -> None:
    (folder / "moves.py").unlink()
    (folder / "toy.ipynb").unlink()
    ran = autograder("pack", cwd=folder)
    assert ran.status == 1
    assert "there is nothing to hand in: moves.py" in ran.err
    assert not (folder / "toy.zip").exists()


def test_elsewhere_it_says_where_to_go(autograder: Command, tmp_path: Path) -> None:
    ran = autograder("pack", cwd=tmp_path)
    assert ran.status == 2
    assert "change into the folder of the assignment" in ran.err


@pytest.mark.parametrize("name", KNOWN)
def test_each_assignment_is_packed_whole(autograder: Command, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    shutil.copytree(ROOT / "release" / name, folder)
    ran = autograder("pack", cwd=folder)
    assert ran.status == 0, ran.out + ran.err
    handed_in = {path.name for kind in ("*.py", "*.ipynb") for path in folder.glob(kind)}
    assert set(contents(folder / f"{name}.zip")) == handed_in


def test_a_platforms_download_is_collected_and_gets_full_marks(
    autograder: Command, folder: Path, tmp_path: Path
) -> None:
    course = Course(tmp_path / "staff")
    course.run("autograder", "release", "toy", "--no-verify")
    assert autograder("pack", cwd=folder).status == 0
    archive = course.root / "downloaded" / "toy" / "archive"
    archive.mkdir(parents=True)
    shutil.copy(folder / "toy.zip", archive / "ada_toy_2026-01-31-23-59-58_toy.zip")
    triples = (folder / "moves.py").read_text().replace("x + x", "x + x + x")
    other = {"moves.py": triples.encode(), "toy.ipynb": (folder / "toy.ipynb").read_bytes()}
    (archive / "bob_toy_2026-01-31-12-00-00_homework.zip").write_bytes(zip_bytes(other))
    course.nbgrader("zip_collect", "toy")
    collected = course.root / "submitted" / "ada" / "toy"
    assert {path.name for path in collected.iterdir()} >= {"moves.py", "toy.ipynb"}
    course.run("autograder", "grade", "toy")
    assert course.engine_marks()["ada"] == {"double": 4, "quadruple": 2, "Walker-walk": 3}
    assert course.engine_marks()["bob"]["double"] < 4
    assert course.automatic() == course.engine_marks()
    assert course.results()["ada"]["extra_data"]["notes"] == []
    page = (course.root / "autograded" / "ada" / "toy" / "toy.ipynb").read_text()
    assert "My answer." in page
