"""`autograder doctor`: every trap is really set, found, and no longer told once it is mended."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_notebook

from autograder.assignment import reader
from autograder.authoring.notebook_cell import graded_cell
from autograder.course import handout
from autograder.public import leaks
from tests.conftest import ROOT, Ran

Command = Callable[..., Ran]
SCRIPTS = sysconfig.get_path("scripts")
GUARDED = """
def guard():  # as far as the text tells; calling it would import all of nbgrader
    from autograder.nbgrader_plugin import configure

    configure(c)
"""


@pytest.fixture
def course(toy_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The toy in a course that is well, with an environment and settings of the test's own."""
    monkeypatch.setenv("PATH", os.pathsep.join([SCRIPTS, "/usr/bin", "/bin"]))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "none"))
    stubs = tmp_path / "stubs"  # a quick stand-in for the import that the doctor times
    stubs.mkdir()
    (stubs / "rfc3987_syntax.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(stubs))
    configure(toy_course)
    return toy_course


def configure(course: Path, settings: str = "", course_id: str = "moves101") -> None:
    (course / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "{course_id}"\n'
        f'c.Exchange.root = "{course.parent / "exchange"}"\n{settings}{GUARDED}'
    )
    exchange = course.parent / "exchange"
    exchange.mkdir(exist_ok=True)
    exchange.chmod(0o777)


@pytest.fixture
def look(autograder: Command, course: Path) -> Callable[..., dict[str, dict[str, str]]]:
    """What the doctor finds: name -> finding. Its exit status says whether anything is wrong."""

    def run(*arguments: str) -> dict[str, dict[str, str]]:
        ran = autograder("doctor", "--json", *arguments, cwd=course)
        assert ran.err == ""
        findings = json.loads(ran.out)
        assert ran.status == any(f["state"] == "wrong" for f in findings)
        assert all(f["mend"] for f in findings if f["state"] == "wrong")
        return {f["name"]: f for f in findings}

    return run


Look = Callable[..., dict[str, dict[str, str]]]


def wrong(findings: dict[str, dict[str, str]]) -> list[str]:
    return [name for name, finding in findings.items() if finding["state"] == "wrong"]


def notebook(course: Path, **changed: float) -> Path:
    """A notebook with the toy's graded cells, some with other points."""
    parts = handout.parts(reader.load("toy", course)) | changed
    cells = [graded_cell("%check", id, points) for id, points in parts.items()]
    path = course / "source" / "toy" / "toy.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


# ------------------------------------------------------------------------------ in health


def test_a_healthy_course_has_nothing_wrong(autograder: Command, course: Path) -> None:
    """With the project's own configuration, a notebook, and a release of it."""
    shutil.copy(ROOT / "nbgrader_config.py", course)
    notebook(course)
    assert autograder("release", "toy", "--no-verify", cwd=course).status == 0
    before = sorted(course.rglob("*"))
    ran = autograder("doctor", cwd=course)
    assert ran.status == 0, ran.out + ran.err
    assert "✗" not in ran.out
    assert "✓ configuration: nbgrader_config.py calls the kit's configure" in ran.out
    assert "✓ toy: release: 6 files, up to date" in ran.out
    assert "Nothing is wrong." in ran.out
    assert sorted(course.rglob("*")) == before


def test_a_bare_course_has_nothing_wrong(look: Look) -> None:
    """No notebook, release, gradebook or exchange folder of the course yet."""
    findings = look()
    assert wrong(findings) == []
    nothing = ("gradebook", "inbound", "toy: cells", "toy: cells handed out", "toy: release")
    assert {findings[name]["state"] for name in nothing} == {"none"}


def test_a_finding_is_one_line_and_its_mend_the_next(autograder: Command, course: Path) -> None:
    (course / "gradebook.db").touch()
    ran = autograder("doctor", "toy", cwd=course)
    assert ran.status == 1
    lines = ran.out.splitlines()
    (place,) = [i for i, line in enumerate(lines) if line.startswith("✗")]
    assert lines[place].startswith("✗ gradebook: ")
    assert lines[place + 1].startswith("    move it away")
    assert "– inbound: " in ran.out
    assert lines[-1] == f"1 of {len(lines) - 2} checks found something wrong."


@pytest.mark.parametrize(
    ("folder", "name", "said"),
    [(".", "toi", "there is: toy"), ("submitted", "", "is this the course folder?")],
)
def test_what_is_not_there_is_misuse(
    autograder: Command, course: Path, folder: str, name: str, said: str
) -> None:
    (course / "submitted").mkdir()
    ran = autograder("doctor", *([name] if name else []), "--course", folder, cwd=course)
    assert ran.status == 2
    assert said in ran.err


# ------------------------------------------------------------------------------ installation


def pretend(stubs: Path, name: str, version: str) -> Path:
    """An older version of a package, in the way of the installed one."""
    folder = stubs / f"{name}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    return folder


def test_packages_out_of_range_are_told(look: Look, tmp_path: Path) -> None:
    folders = [
        pretend(tmp_path / "stubs", "numpy", "1.26.4"),
        pretend(tmp_path / "stubs", "traitlets", "4.0"),
    ]
    findings = look()
    assert set(wrong(findings)) == {"packages", "requirements"}
    assert "numpy 1.26.4 is installed, >=2 is needed" in findings["packages"]["text"]
    assert "pip install" in findings["packages"]["mend"]
    assert "needs traitlets: traitlets 4.0 is installed" in findings["requirements"]["text"]
    for folder in folders:
        shutil.rmtree(folder)
    assert wrong(look()) == []


def test_a_path_without_alembic_is_told(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mended = os.environ["PATH"]
    elsewhere = tmp_path / "bin"
    elsewhere.mkdir()
    monkeypatch.setenv("PATH", str(elsewhere))
    found = look()["alembic"]
    assert found["state"] == "wrong"
    assert "it is not on the PATH" in found["text"]
    assert SCRIPTS in found["mend"]
    (elsewhere / "alembic").write_text("#!/bin/sh\n")
    (elsewhere / "alembic").chmod(0o755)
    monkeypatch.setenv("PATH", f"{elsewhere}{os.pathsep}{mended}")
    found = look()["alembic"]
    assert found["state"] == "wrong"
    assert "another environment's" in found["text"]
    monkeypatch.setenv("PATH", mended)
    assert wrong(look()) == []


def test_a_slow_import_is_measured(look: Look, tmp_path: Path) -> None:
    (tmp_path / "stubs" / "rfc3987_syntax.py").write_text("import time\n\ntime.sleep(0.7)\n")
    found = look()["start-up"]
    assert found["state"] == "right"
    seconds = re.search(r"costs ([0-9.]+) s at each start of nbgrader", found["text"])
    assert seconds and float(seconds[1]) >= 0.7  # a busy machine makes it more, never less


# ------------------------------------------------------------------------------ configuration


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no nbgrader_config.py: nbgrader autograde would run students' code"),
        ("from autograder.nbgrader_plugin import *", "does not call the kit's configure"),
        ("import nowhere", "cannot be run: ModuleNotFoundError: No module named 'nowhere'"),
        ("import os; os._exit(3)", "nbgrader_config.py cannot be run: it ended without a word"),
    ],
)
def test_a_configuration_without_the_kit_is_told(
    look: Look, course: Path, text: str | None, said: str
) -> None:
    path = course / "nbgrader_config.py"
    path.unlink()
    if text:
        path.write_text(
            f'print("hello")\nc = get_config()\nc.CourseDirectory.course_id = "m"\n{text}\n'
        )
    findings = look()
    assert wrong(findings) == ["configuration"]
    assert said in findings["configuration"]["text"]


def test_a_course_without_an_id_is_told(look: Look, course: Path) -> None:
    configure(course, course_id=" ")
    findings = look()
    assert wrong(findings) == ["course id"]
    assert "c.CourseDirectory.course_id" in findings["course id"]["mend"]


# ------------------------------------------------------------------------------ gradebook


def make_gradebook(course: Path, path: str) -> subprocess.CompletedProcess[str]:
    """A new gradebook, made by nbgrader itself."""
    code = 'from nbgrader.api import Gradebook; Gradebook("sqlite:///gradebook.db", "m").close()'
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=course,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def change(course: Path, *statements: str) -> None:
    with closing(sqlite3.connect(course / "gradebook.db")) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def test_a_gradebook_made_without_alembic_is_told(look: Look, course: Path) -> None:
    """nbgrader made it, and died where it calls alembic; the next time it takes it as it is."""
    assert "alembic" in make_gradebook(course, "/nowhere").stderr
    found = look()["gradebook"]
    assert found["state"] == "wrong"
    assert "half-made" in found["text"]
    # With students in it, moving it away would lose them.
    change(course, "INSERT INTO student (id) VALUES ('ada')")
    mend = look()["gradebook"]["mend"]
    assert "keep it" in mend
    subprocess.run(mend.partition(": ")[2], shell=True, check=True, capture_output=True)
    found = look()["gradebook"]
    assert found["state"] == "right", found
    # An older revision, one that nobody knows, and none.
    change(course, "UPDATE alembic_version SET version_num = '282d30a0218e'")
    found = look()["gradebook"]
    assert found["state"] == "wrong"
    assert "nbgrader db upgrade" in found["mend"]
    change(course, "UPDATE alembic_version SET version_num = 'fedcba987654'")
    assert "newer nbgrader" in look()["gradebook"]["text"]
    change(course, "DELETE FROM alembic_version", "DELETE FROM student")
    mend = look()["gradebook"]["mend"]
    assert mend.startswith("move it away")
    subprocess.run(mend.partition(": ")[2], shell=True, check=True)
    assert look()["gradebook"]["state"] == "none"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "half-made: it has no tables of nbgrader's"),
        (b"not a database, and long enough to be looked at" * 9, "cannot be read as a database"),
    ],
)
def test_a_gradebook_that_is_none_is_told(
    look: Look, course: Path, content: bytes, said: str
) -> None:
    """At the place that the configuration names."""
    configure(course, 'c.CourseDirectory.db_url = "sqlite:///grades/book.db"\n')
    (course / "grades").mkdir()
    (course / "grades" / "book.db").write_bytes(content)
    findings = look()
    assert wrong(findings) == ["gradebook"]
    assert said in findings["gradebook"]["text"]
    assert (course / "grades" / "book.db").read_bytes() == content
    (course / "grades" / "book.db").unlink()
    assert wrong(look()) == []


def test_a_gradebook_on_a_server_is_left_alone(look: Look, course: Path) -> None:
    configure(course, 'c.CourseDirectory.db_url = "postgresql://staff:secret@host/grades"\n')
    found = look()["gradebook"]
    assert found["state"] == "none"
    assert "postgresql" in found["text"]
    assert "secret" not in found["text"]


# ------------------------------------------------------------------------------ exchange


def test_an_exchange_that_students_cannot_use_is_told(look: Look, course: Path) -> None:
    exchange = course.parent / "exchange"
    exchange.chmod(0o755)
    findings = look()
    assert wrong(findings) == ["exchange"]
    assert "has mode 755" in findings["exchange"]["text"]
    subprocess.run(findings["exchange"]["mend"], shell=True, check=True)
    assert wrong(look()) == []
    exchange.rmdir()
    findings = look()
    assert "does not exist" in findings["exchange"]["text"]
    subprocess.run(findings["exchange"]["mend"], shell=True, check=True)
    assert wrong(look()) == []


@pytest.mark.parametrize(
    ("mode", "said"),
    [(0o2777, "others can read"), (0o2711, "not everybody can")],
)
def test_an_inbound_folder_that_leaks_or_blocks_is_told(
    look: Look, course: Path, mode: int, said: str
) -> None:
    folder = course.parent / "exchange" / "moves101" / "inbound"
    folder.mkdir(parents=True)
    folder.chmod(mode)
    findings = look()
    assert wrong(findings) == ["inbound"]
    assert said in findings["inbound"]["text"]
    subprocess.run(findings["inbound"]["mend"], shell=True, check=True)
    assert folder.stat().st_mode & 0o7777 == 0o2733
    assert wrong(look()) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_an_exchange_folder_of_another_account_is_told(look: Look, course: Path) -> None:
    folder = course.parent / "exchange" / "moves101" / "inbound"
    folder.mkdir(parents=True)
    folder.chmod(0o2733)
    os.chown(folder.parent, 65534, -1)
    findings = look()
    assert wrong(findings) == ["inbound"]
    assert "belongs to another account" in findings["inbound"]["text"]
    os.chown(folder.parent, os.getuid(), -1)
    assert wrong(look()) == []


# ------------------------------------------------------------------------------ assignments


@pytest.mark.parametrize(("said", "state"), [("", "none"), ("3.11", "right"), ("3.99", "wrong")])
def test_a_python_older_than_students_are_told_is_told(
    look: Look, course: Path, said: str, state: str
) -> None:
    path = course / "solutions" / "toy" / "assignment.toml"
    if said:
        path.write_text(f'python = "{said}"\n{path.read_text("utf-8")}', "utf-8")
    finding = look()["toy: python"]
    assert finding["state"] == state
    assert said in finding["text"]


def test_cells_that_do_not_fit_the_slots_are_told(look: Look, course: Path) -> None:
    notebook(course, double=5)
    findings = look()
    assert wrong(findings) == ["toy: cells"]
    assert "the cell double has 5 points instead of 4" in findings["toy: cells"]["text"]


def test_cells_that_change_once_they_are_handed_out_are_told(look: Look, course: Path) -> None:
    shutil.copy(ROOT / "nbgrader_config.py", course)
    notebook(course)
    nbgrader = [sys.executable, "-m", "nbgrader", "generate_assignment", "toy"]
    subprocess.run(nbgrader, cwd=course, check=True, capture_output=True)
    configure(course)
    assert wrong(look()) == []
    toml = course / "solutions" / "toy" / "assignment.toml"
    old = toml.read_text()
    toml.write_text(old.replace("points = 4", "points = 5").replace("quadruple]", "fourfold]"))
    rubric = course / "solutions" / "toy" / "moves" / "double.toml"
    rubric.write_text(rubric.read_text().replace("points = 3", "points = 4"))
    rename_slot(course, "quadruple", "fourfold")
    notebook(course)
    found = look()["toy: cells handed out"]
    assert found["state"] == "wrong"
    assert "quadruple is in release/ and not in source/" in found["text"]
    assert found["mend"] == "nbgrader generate_assignment toy --force"
    shutil.rmtree(course / "release")  # which only the gradebook remembers now
    found = look()["toy: cells handed out"]
    assert "quadruple is in the gradebook and not in source/" in found["text"]
    assert "double has 5 points in source/ and 4 in the gradebook" in found["text"]
    change(
        course,
        "INSERT INTO student (id) VALUES ('ada')",
        "INSERT INTO submitted_assignment (id, assignment_id, student_id)"
        " SELECT 'one', id, 'ada' FROM assignment",
    )
    found = look()["toy: cells handed out"]
    assert found["text"].startswith("students have handed in already; ")
    assert "back as they were handed out" in found["mend"]
    toml.write_text(old)
    rubric.write_text(rubric.read_text().replace("points = 4", "points = 3"))
    rename_slot(course, "fourfold", "quadruple")
    notebook(course)
    assert wrong(look()) == []


def rename_slot(course: Path, old: str, new: str) -> None:
    for path in (course / "solutions/toy/moves").glob("*.*"):
        path.write_text(path.read_text().replace(old, new))
        path.rename(path.with_name(path.name.replace(old, new)))


def test_a_notebook_that_is_none_is_told(look: Look, course: Path) -> None:
    notebook(course).write_text("[]")
    findings = look()
    assert {"toy: cells", "toy: cells handed out"} == set(wrong(findings))
    assert "toy.ipynb is no notebook" in findings["toy: cells"]["text"]


def test_a_stale_release_is_told(autograder: Command, look: Look, course: Path) -> None:
    autograder("release", "toy", "--no-verify", cwd=course)
    (course / "release" / "toy" / "moves.py").write_text("x = 1\n")
    findings = look("toy")
    assert wrong(findings) == ["toy: release"]
    assert "it is stale: moves.py differs" in findings["toy: release"]["text"]
    assert autograder(*findings["toy: release"]["mend"].split()[1:], cwd=course).status == 0
    assert wrong(look("toy")) == []


def test_an_assignment_that_cannot_be_read_is_told_and_the_others_looked_at(
    look: Look, course: Path
) -> None:
    shutil.copytree(course / "solutions" / "toy", course / "solutions" / "broken")
    (course / "solutions/broken/moves/double.toml").unlink()
    findings = look()
    assert wrong(findings) == ["broken: files"]
    assert "moves/double.toml is missing" in findings["broken: files"]["text"]
    assert findings["toy: secrets"]["state"] == "none"


# ------------------------------------------------------------------------------ secrets

ANSWER = "            position = np.add(position, step)"
HIDDEN = "    case = np.ones(2), [np.ones(2)]"


@pytest.mark.parametrize(
    ("place", "content", "said"),
    [
        ("source/toy/notes.md", ANSWER, "holds a line of the answer of Walker.walk"),
        ("source/toy/more.py", "### BEGIN SOLUTION\n1\n", "more.py has ### BEGIN SOLUTION"),
        ("release/toy/moves.py", ANSWER, "release: moves.py holds a line of the answer"),
        ("../exchange/moves101/outbound/toy/x.py", HIDDEN, "outbound: x.py holds a line of moves/"),
        (
            "feedback/ada/toy/toy.html",
            HIDDEN.replace("np", "<span class='n'>np</span>").replace("(2", "<b>(2</b>"),
            "feedback: ada/toy/toy.html holds a line of moves/test_Walker_walk.py",
        ),
    ],
)
def test_a_secret_where_students_get_at_it_is_told(
    look: Look, course: Path, place: str, content: str, said: str
) -> None:
    path = course / place
    path.parent.mkdir(parents=True)
    path.write_text(f"For me:\n{content}\n")
    findings = look()
    assert "toy: secrets" in wrong(findings)
    assert said in findings["toy: secrets"]["text"]


def test_a_students_own_answer_in_feedback_is_no_secret(look: Look, course: Path) -> None:
    """A right answer is like the reference, and comes back with the feedback."""
    text = f"{ANSWER}\n{HIDDEN}\n"
    for folder in ("submitted", "feedback"):
        path = course / folder / "ada" / "toy" / "moves.py"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    (path.parent / "toy.html").write_text(f"<pre>{ANSWER}</pre>")
    (path.parent / "link").symlink_to(course / "solutions/toy/moves/test_double.py")
    findings = look()
    assert wrong(findings) == []
    assert "feedback (2)" in findings["toy: secrets"]["text"]


def test_the_secrets_of_the_toy_are_secrets(course: Path) -> None:
    assert {ANSWER.strip(), HIDDEN.strip()} <= set(leaks.secrets(reader.load("toy", course)))
