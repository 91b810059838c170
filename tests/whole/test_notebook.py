"""The handout notebooks: complete, readable, without a secret, and running from top to bottom."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib
import nbformat
import psutil
import pytest
from nbclient import NotebookClient

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.notebook import needs
from autograder.public import leaks
from autograder.student.magic import Checker
from tests.conftest import KNOWN, LONGEST, PATIENCE, ROOT, Ran

NOTEBOOKS = sorted(ROOT.glob("source/*/*.ipynb"))
PLACEHOLDER = "YOUR ANSWER HERE"
Command = Callable[..., Ran]
Notebook = Any

matplotlib.use("Agg")


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture(scope="module")
def assignment(path: Path) -> Assignment:
    return reader.load(path.parent.name, ROOT)


@pytest.fixture(scope="module")
def notebook(path: Path) -> Notebook:
    return nbformat.read(path, as_version=4)


def handed_out(name: str, folder: Path) -> Path:
    """A copy of what students get."""
    return Path(shutil.copytree(ROOT / "release" / name, folder))


def run(notebook: Notebook, folder: Path) -> Notebook:
    """Execute a copy of the notebook in `folder`, to the end whatever happens."""
    ran = nbformat.from_dict(notebook)
    environment = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"}
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(
        ran, timeout=int(LONGEST), kernel_name="python3", allow_errors=True, resources=resources
    )
    client.execute(env=environment)
    return ran


@pytest.fixture(scope="module")
def solved(
    notebook: Notebook, assignment: Assignment, tmp_path_factory: pytest.TempPathFactory
) -> Notebook:
    """The notebook after it ran beside the references."""
    folder = handed_out(assignment.name, tmp_path_factory.mktemp("solved") / assignment.name)
    for file, content in assignment.reference().items():
        (folder / file).write_bytes(content)
    return run(notebook, folder)


@pytest.fixture(scope="module")
def untouched(
    notebook: Notebook, assignment: Assignment, tmp_path_factory: pytest.TempPathFactory
) -> Notebook:
    """The notebook after it ran beside the stubs."""
    folder = handed_out(assignment.name, tmp_path_factory.mktemp("stubs") / assignment.name)
    return run(notebook, folder)


def code(notebook: Notebook) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def said(cell: Any, stream: str = "stdout") -> str:
    outputs = [o for o in cell.outputs if o.output_type == "stream" and o.name == stream]
    return "".join(output.text for output in outputs)


def has_figure(cell: Any) -> bool:
    return any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))


def graded(notebook: Notebook, cell_type: str) -> dict[str, Any]:
    """grade id -> its graded cell."""
    cells = [
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == cell_type
    ]
    found = {cell.metadata.nbgrader.grade_id: cell for cell in cells}
    assert len(found) == len(cells)
    return found


# ------------------------------------------------------------------------------ what is in it


def test_every_assignment_has_a_notebook() -> None:
    assert {path.parent.name for path in NOTEBOOKS} == set(KNOWN)


def test_every_slot_has_one_locked_graded_cell_and_no_other_code_is_graded(
    notebook: Notebook, assignment: Assignment
) -> None:
    cells = graded(notebook, "code")
    assert sorted(cells) == sorted(name.replace(".", "-") for name in assignment.slots)
    for slot in assignment.slots.values():
        cell = cells[slot.name.replace(".", "-")]
        points = f"{slot.points:g}"
        word = "point" if slot.points == 1 else "points"
        assert cell.source == (
            f"# {slot.name}: {points} {word}, graded on your file {slot.file}.\n%check {slot.name}"
        )
        meta = cell.metadata.nbgrader
        assert (meta.points, meta.locked, meta.solution, meta.task) == (
            slot.points,
            True,
            False,
            False,
        )
        assert (meta.cell_type, meta.schema_version) == ("code", 3)


def test_every_question_is_asked_and_has_an_empty_answer_cell(
    notebook: Notebook, assignment: Assignment
) -> None:
    assert assignment.questions
    cells = graded(notebook, "markdown")
    assert sorted(cells) == sorted(question.id for question in assignment.questions)
    before = dict(zip(map(id, notebook.cells[1:]), notebook.cells[:-1], strict=True))
    for question in assignment.questions:
        cell = cells[question.id]
        meta = cell.metadata.nbgrader
        assert (meta.points, meta.locked, meta.solution) == (question.points, False, True)
        assert cell.source == PLACEHOLDER
        asked = before[id(cell)]
        assert asked.metadata.nbgrader.locked
        assert asked.metadata.nbgrader.grade_id == f"{question.id}-text"
        assert f"({question.points:g} point" in asked.source


def test_slots_and_questions_make_a_hundred_points(assignment: Assignment) -> None:
    assert assignment.points + sum(q.points for q in assignment.questions) == 100


def test_every_experiment_needs_slots_that_exist(
    notebook: Notebook, assignment: Assignment
) -> None:
    calls = [call for cell in code(notebook) for call in re.findall(r"needs\((.*?)\)", cell.source)]
    assert calls
    for call in calls:
        assert set(re.findall(r'"(.*?)"', call)) <= set(assignment.slots)


def test_no_secret_is_in_it(path: Path, assignment: Assignment) -> None:
    assert leaks.found_in(assignment, {path.name: path.read_bytes()}) == []
    text = " ".join(path.read_text("utf-8").split())
    for question in assignment.questions:
        for secret in (*re.split(r"(?<=[.:;]) ", question.answer), *question.scheme):
            assert len(secret) < 30 or " ".join(secret.split()) not in text


# ------------------------------------------------------------------------------ its form


def test_nothing_has_run(notebook: Notebook) -> None:
    for cell in code(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None


def test_it_is_a_sound_notebook_with_readable_cell_names(path: Path, notebook: Notebook) -> None:
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z][\w-]{0,63}", id) for id in ids)
    assert not any(re.fullmatch(r"[0-9a-f]{8}", id) for id in ids)  # as a program draws them
    assert path.read_bytes().endswith(b"}\n")


def test_there_is_one_title_and_no_level_is_skipped(notebook: Notebook) -> None:
    levels = list(headings(notebook))
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def headings(notebook: Notebook) -> Iterator[int]:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"^```.*?^```", "", cell.source, flags=re.M | re.S)
            yield from (len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.M))


def test_no_text_was_read_in_the_wrong_encoding(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.findall(r"[\ufffd\ue000-\uf8ff]", text)
    assert garbled(text) == []


def garbled(text: str) -> list[str]:
    """Parts of a text that are UTF-8 read in another encoding."""
    found = []
    for part in re.findall(r"[^\x00-\x7f]{2,}", text):
        for encoding in ("mac_roman", "cp1252", "latin-1"):
            try:
                part.encode(encoding).decode("utf-8")
            except UnicodeError:
                continue
            found.append(part)
    return found


def test_text_in_the_wrong_encoding_would_be_found() -> None:
    for encoding in ("mac_roman", "latin-1"):
        for text in ("h₁ → h₂", "naïve ✅"):
            assert garbled(text.encode().decode(encoding))
    assert garbled("h₁ → h₂ – “naïve” ✓ ½ 20 %") == []


def test_formulas_and_folds_are_closed(notebook: Notebook) -> None:
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        text = re.sub(r"^```.*?^```|`[^`\n]*`", "", cell.source, flags=re.M | re.S)
        displayed = re.findall(r"\$\$(.*?)\$\$", text, flags=re.S)
        rest = re.sub(r"\$\$.*?\$\$", "", text, flags=re.S)
        for paragraph in rest.split("\n"):
            assert paragraph.count("$") % 2 == 0, paragraph
        for formula in (*displayed, *re.findall(r"\$(.*?)\$", rest)):
            bare = re.sub(r"\\[{}]", "", formula)
            assert bare.count("{") == bare.count("}"), formula
            assert len(re.findall(r"\\left\b", formula)) == len(re.findall(r"\\right\b", formula))
        assert text.count("<details>") == text.count("</details>")


def test_links_within_the_course_are_relative_and_nothing_is_downloaded(
    notebook: Notebook,
) -> None:
    for cell in notebook.cells:
        for link in re.findall(r"\]\(([^)]*)\)", cell.source):
            assert link.startswith(("http://", "https://", "../")), link
        if cell.cell_type == "code":
            assert not re.search(r"https?:|urlopen|download|!pip|%pip", cell.source)


# ------------------------------------------------------------------------------ how it runs


def test_with_the_references_it_runs_without_error_or_warning(solved: Notebook) -> None:
    for cell in code(solved):
        assert [o.evalue for o in cell.outputs if o.output_type == "error"] == [], cell.id
        assert said(cell, "stderr") == "", cell.id
        assert "skipped" not in said(cell), cell.id


def test_with_the_references_every_check_passes(solved: Notebook, assignment: Assignment) -> None:
    cells = graded(solved, "code")
    for slot in assignment.slots:
        (output,) = cells[slot.replace(".", "-")].outputs
        assert output.data["text/plain"].startswith(f"✓ {slot}   all ")
        assert f"✓ <code>{slot}</code></strong> correct: all " in output.data["text/html"]


def test_every_figure_is_followed_by_its_description(solved: Notebook) -> None:
    drawn = [k for k, cell in enumerate(solved.cells) if has_figure(cell)]
    assert len(drawn) >= 8
    for k in drawn:
        following = solved.cells[k + 1]
        assert following.cell_type == "markdown"
        assert re.match(r"Figure: .{60,}", following.source), solved.cells[k].id
        for output in solved.cells[k].outputs:
            if "image/png" in output.get("data", {}):
                assert output.metadata["image/png"]["alt"]


def test_every_prediction_is_shown_beside_what_was_measured(solved: Notebook) -> None:
    asked = [cell for cell in code(solved) if re.match(r"my_\w+ = None\b", cell.source)]
    assert asked
    shown = [line for cell in code(solved) for line in said(cell).splitlines()]
    shown = [line for line in shown if re.search(r": no prediction, measured \S", line)]
    assert len(shown) == len(asked)


def test_with_untouched_stubs_nothing_fails_and_each_skip_names_the_file(
    untouched: Notebook, assignment: Assignment
) -> None:
    skipped = 0
    for cell in code(untouched):
        assert [o.evalue for o in cell.outputs if o.output_type == "error"] == [], cell.id
        assert said(cell, "stderr") == "", cell.id
        if "needs(" in cell.source:
            match = re.fullmatch(
                r"skipped: (\S+) is not written yet\. Open (\S+), write it where the TODO is, "
                r"then run this cell again\.\n",
                said(cell),
            )
            assert match, (cell.id, said(cell))
            assert assignment.slots[match[1]].file == match[2]
            assert not has_figure(cell)
            skipped += 1
    assert skipped


def test_with_untouched_stubs_every_check_says_where_to_write(untouched: Notebook) -> None:
    for cell in graded(untouched, "code").values():
        (output,) = cell.outputs
        assert "not started" in output.data["text/plain"]
        assert "where the TODO is" in output.data["text/plain"]


# ------------------------------------------------------------------------------ %check


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a copy of what students of the first assignment get."""
    folder = handed_out(KNOWN[0], tmp_path / KNOWN[0])
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def known(folder: Path) -> Assignment:
    return reader.load(KNOWN[0], ROOT)


@pytest.fixture
def checker() -> Iterator[Checker]:
    checker = Checker()
    yield checker
    checker.close()


def test_check_says_what_the_command_says(
    autograder: Command, checker: Checker, known: Assignment, folder: Path
) -> None:
    wrong = known.misconceptions[0]
    file = known.slots[wrong.slot].file
    loud = f"print('<b>loud</b>')\n{known.edited(wrong)}"
    for text in (known.files[file].text, loud, "def (", (folder / file).read_text()):
        (folder / file).write_text(text)
        command = autograder("check", wrong.slot, cwd=folder).out
        assert checker.text([wrong.slot]).rstrip() == command.rstrip()


def in_terminal(folder: Path, *slots: str) -> str:
    """What IPython prints for `%check SLOT`, slot after slot."""
    lines = ["%load_ext autograder", *(f"%check {slot}" for slot in slots)]
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "-c", "\n".join(lines)],
        cwd=folder,
        env={**os.environ, "IPYTHONDIR": str(folder.parent / "ipython"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_magic_draws_what_differs_below_the_facts_in_a_terminal(
    known: Assignment, folder: Path
) -> None:
    wrong = next(one for one in known.misconceptions if one.id == "F01_never_advances")
    slot = known.slots[wrong.slot]
    (folder / slot.file).write_text(known.edited(wrong))
    before, _, after = in_terminal(folder, slot.name).partition("    outputs, got minus expected: ")
    assert "got         " in before
    assert re.match(
        r"4 of 6 entries are wrong, at steps 1 to 2\.\n"
        r" +step \(index of outputs\)\n"
        r" +entry  0 +1 +2\n"
        r" +0  · +[░▒▓█] [-+]\S+ +[░▒▓█] [-+]\S+\n"
        r" +1  · +[░▒▓█] [-+]\S+ +[░▒▓█] [-+]\S+\n"
        r" +█ over half of the largest gap, \S+; .*· right\n\n"
        r"  Likely cause: ",
        after,
    )


def test_check_without_slots_checks_all_and_explains_the_first_to_mend(
    checker: Checker, known: Assignment, folder: Path
) -> None:
    wrong = known.misconceptions[0]
    file = known.slots[wrong.slot].file
    (folder / file).write_text(known.edited(wrong))
    text = checker.text([])
    for slot in known.slots:
        assert re.search(rf"^\S {re.escape(slot)}   ", text, flags=re.M)
    assert f"Likely cause: {wrong.cause[:30]}" in text
    assert re.search(r"See more: %check \S+$", text)


def children() -> set[int]:
    return {process.pid for process in psutil.Process().children()}


def test_the_second_check_starts_no_interpreter_and_a_dead_one_is_replaced(
    checker: Checker, known: Assignment
) -> None:
    others = children()
    slot = next(iter(known.slots))
    first = checker.text([slot])
    started = children() - others
    assert started
    assert checker.text([slot]) == first
    assert children() - others == started
    for pid in started:
        psutil.Process(pid).kill()
        psutil.Process(pid).wait(PATIENCE)
    assert checker.text([slot]) == first
    assert children() - others - started
    checker.close()
    assert children() == others


def test_an_unknown_slot_and_another_folder_are_one_line(
    checker: Checker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = checker.text(["no_such_slot"])
    assert text.startswith("autograder: no slot no_such_slot; the slots are: ")
    monkeypatch.chdir(folder.parent)
    text = checker.text([])
    assert "change into the folder of the assignment" in text
    assert len(text.splitlines()) == 1


def test_the_magic_prints_text_in_a_terminal(known: Assignment, folder: Path) -> None:
    slot = next(iter(known.slots))
    said = in_terminal(folder, slot, "no_such_slot")
    assert said.startswith(f"○ {slot}   not started\n")
    assert "<pre" not in said
    assert "autograder: no slot no_such_slot" in said


def test_the_magic_escapes_what_it_shows_in_a_notebook(known: Assignment, folder: Path) -> None:
    slot = next(iter(known.slots.values()))
    (folder / slot.file).write_text("raise ValueError('<script>1</script>')\n")
    small = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(f"%load_ext autograder\n%check {slot.name}")]
    )
    (cell,) = run(small, folder).cells
    (output,) = cell.outputs
    assert "<script>" in output.data["text/plain"]
    assert "<script>" not in output.data["text/html"]
    assert "&lt;script&gt;" in output.data["text/html"]


# ------------------------------------------------------------------------------ needs


def test_needs_skips_at_any_slot_and_names_the_file(
    known: Assignment, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *_, last = known.slots.values()
    with needs(first.name):
        raise NotImplementedError(last.name)
    assert capsys.readouterr().out == (
        f"skipped: {last.name} is not written yet. Open {last.file}, write it where the TODO is, "
        "then run this cell again.\n"
    )


def test_needs_lets_every_other_exception_through(known: Assignment, folder: Path) -> None:
    slot = next(iter(known.slots))
    for error in (NotImplementedError("later"), NotImplementedError(), ValueError(slot)):
        with pytest.raises(type(error)) as caught, needs(slot):
            raise error
        assert caught.value is error


def test_needs_lets_everything_through_elsewhere(
    known: Assignment, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    slot = next(iter(known.slots))
    with pytest.raises(NotImplementedError), needs(slot):
        raise NotImplementedError(slot)


def test_needs_closes_the_figures_of_a_skipped_cell_and_no_others(known: Assignment) -> None:
    from matplotlib import pyplot as plt

    slot = next(iter(known.slots))
    earlier = plt.figure()
    try:
        with needs(slot):
            plt.figure()
            raise NotImplementedError(slot)
        assert plt.get_fignums() == [earlier.number]
    finally:
        plt.close("all")
