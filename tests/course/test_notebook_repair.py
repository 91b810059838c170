"""A handed-in notebook is repaired: the handout's graded cells, every text of the student's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autograder.course import notebook_file
from autograder.course.handout import PLACEHOLDER, Notebook
from autograder.course.notebook_repair import BESIDE, ELSEWHERE, WAITS, Repaired, Source
from autograder.course.notebook_repair import repair as repair_sources
from tests.course.notebooks import (
    END,
    HANDOUT,
    HOW,
    SLOT,
    WHEN,
    WHY,
    cell,
    handed_in,
    notebook,
    text_cell,
    with_cell,
)

QUESTIONS = ["why", "how", "when"]


def repair(*notebooks: Notebook) -> Repaired:
    """Repair `toy.ipynb`, with copies of it beside it."""
    sources = [
        Source(
            "toy.ipynb" if number == 0 else f"copy{number}.ipynb",
            notebook_file.parse(json.dumps(one).encode(), notebook_file.Room()).cells,
        )
        for number, one in enumerate(notebooks)
    ]
    return repair_sources(sources, HANDOUT, "toy.ipynb")


def texts(repaired: Repaired) -> list[str]:
    return [cell["source"] for cell in repaired.notebook["cells"]]


def text_behind(repaired: Repaired, id: str) -> str:
    ids = [cell.get("id") for cell in repaired.notebook["cells"]]
    return str(texts(repaired)[ids.index(id) + 1])


def answers(repaired: Repaired) -> dict[str, str]:
    return {c["id"]: c["source"] for c in repaired.notebook["cells"] if c.get("id") in QUESTIONS}


# ------------------------------------------------------------------------------ cells


def test_what_was_handed_out_comes_back_as_it_was() -> None:
    assert repair(HANDOUT) == Repaired(HANDOUT)
    assert repair() == Repaired(HANDOUT)


def test_an_answer_is_kept_and_a_changed_test_cell_is_put_back() -> None:
    repaired = repair(handed_in(double="pass", why="because", how="so", when="now"))
    assert answers(repaired) == {"why": "because", "how": "so", "when": "now"}
    assert texts(repaired)[1:3] == ["check()", "pass"]
    assert repaired.waiting == {}
    assert repaired.notes == ["toy.ipynb has text in locked cells (double): it stands below them"]


def test_deleted_cells_come_back_behind_their_predecessors() -> None:
    repaired = repair(notebook(SLOT, WHY, HOW, cell("mine", "m")))
    ids = ["double", "why-text", "why", "how-text", "how", "when-text", "when", "m"]
    assert [cell["id"] for cell in repaired.notebook["cells"]] == ids
    assert "toy.ipynb lacks 4 cells of the handout, which were put back" in repaired.notes


def test_of_duplicates_the_first_answer_counts_and_the_others_stay_as_text() -> None:
    doubled = [{**WHY, "source": text} for text in (PLACEHOLDER, "first", "second")]
    repaired = repair(notebook(SLOT, *doubled, HOW, WHEN))
    graded = [
        c for c in repaired.notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade")
    ]
    assert [c["source"] for c in graded] == ["check()", "first", PLACEHOLDER, PLACEHOLDER]
    assert "second" in texts(repaired)
    ids = [cell["id"] for cell in repaired.notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert "toy.ipynb has 2 answers to why: look at all of them" in repaired.notes


def test_a_cell_without_metadata_is_recognised_by_its_id_or_its_text() -> None:
    lost = {**WHY, "metadata": {}, "source": "because"}
    assert answers(repair(notebook(SLOT, text_cell("why"), lost)))["why"] == "because"
    bare = [{**c, "metadata": {}, "id": f"x{n}"} for n, c in enumerate(HANDOUT["cells"])]
    repaired = repair(notebook(*bare))
    known = [
        c["metadata"]["nbgrader"]["grade_id"] for c in repaired.notebook["cells"] if c["metadata"]
    ]
    assert known == ["double", "why-text", "why", "how-text", "how", "when-text", "when"]


def test_an_answer_cannot_carry_html_or_scripts() -> None:
    text = "<script>x</script> [a](javascript:b) [ok](https://c) ![p](attachment:p.png)"
    shown = answers(repair(handed_in(why=text)))["why"]
    assert "<script" not in shown
    assert "](javascript" not in shown
    assert "[ok](https://c)" in shown
    assert "missing picture p.png" in shown
    assert repair(handed_in()).notebook["cells"][0] == HANDOUT["cells"][0]  # the handout's own may


# ------------------------------------------------------------------------------ waiting

MINE = "My answer."


@pytest.mark.parametrize(
    ("handed", "waiting"),
    [
        (with_cell(cell(MINE, "m"), "why"), ["why", "how"]),
        (with_cell(cell(MINE, "m"), "why-text"), ["why"]),
        (with_cell(cell(MINE, "m"), "when"), ["when"]),
        (with_cell(cell(MINE, "m"), "more"), ["when"]),
        (with_cell(cell(MINE, "m", "code"), "when"), ["when"]),
        (with_cell(cell("x = 1", "m", "code"), "when"), ["when"]),
        (with_cell(cell(MINE, "m", "raw"), "when"), ["when"]),
        (with_cell(cell(MINE, "m", "heading"), "when"), ["when"]),
        (with_cell(cell(MINE, "when"), "when"), []),
        (handed_in(why_text="why?\n\nMy answer."), ["why"]),
        (handed_in(how_text="My answer."), ["how"]),
        (handed_in(more="## More. My answer."), ["how", "when"]),
        (with_cell(cell(MINE, "m"), "end"), QUESTIONS),
        (with_cell(cell(MINE, "m"), ""), QUESTIONS),
        (with_cell(cell("# My answer to why", "m", "code"), "end"), QUESTIONS),
        (with_cell(cell('"""My answer."""', "m", "code"), "end"), QUESTIONS),
        (with_cell(cell("%time x = 1\nx?\nprint(x)", "m", "code"), "end"), []),
        (with_cell(cell("# x = 1", "m", "code"), "end"), []),
        (handed_in(guess="guess = 7"), []),
        (handed_in(double="check()\nprint(1)"), []),
        (handed_in(double="It doubles."), []),
        (notebook(SLOT, cell("why?\n\nMy answer.", "merged"), HOW, WHEN), ["why", "how"]),
        (notebook(SLOT, {**text_cell("why"), "source": "why? My answer."}, HOW, WHEN),
         ["why", "how"]),
        (handed_in(), []),
    ],
)  # fmt: skip
def test_a_question_without_an_answer_waits_for_text_around_it(
    handed: Notebook, waiting: list[str]
) -> None:
    repaired = repair(handed)
    assert list(repaired.waiting) == waiting
    marked = [c["id"] for c in repaired.notebook["cells"] if WAITS in c["metadata"]]
    assert marked == waiting
    assert any("a person has to look at" in note for note in repaired.notes) == bool(waiting)
    if MINE in json.dumps(handed):
        assert any(MINE in text for text in texts(repaired))


def test_text_beside_an_answered_question_makes_no_other_wait() -> None:
    repaired = repair(with_cell(cell(MINE, "m"), "why", handed_in(why="because", how="so")))
    assert repaired.waiting == {}
    elsewhere = repair(with_cell(cell(MINE, "m"), "end", handed_in(why="because")))
    assert elsewhere.waiting == {"how": ELSEWHERE, "when": ELSEWHERE}
    assert repair(with_cell(cell(MINE, "m"), "when")).waiting == {"when": BESIDE}


def test_the_text_of_a_locked_cell_stands_beside_its_question() -> None:
    repaired = repair(handed_in(why_text="why?\n\nMy answer."))
    assert text_behind(repaired, "why-text") == "why?\n\nMy answer."
    assert answers(repaired)["why"] == PLACEHOLDER
    assert repaired.notes[0] == (
        "toy.ipynb has text in locked cells (why-text): it stands below them"
    )
    assert "no answer to why, which" in repaired.notes[1]


# ------------------------------------------------------------------------------ several notebooks


def test_answers_that_the_first_notebook_lacks_come_from_the_second() -> None:
    repaired = repair(HANDOUT, handed_in(why="because", when="now"))
    assert answers(repaired) == {"why": "because", "how": PLACEHOLDER, "when": "now"}
    assert repaired.waiting == {}
    assert repaired.notes == ["toy.ipynb: why, when taken from copy1.ipynb"]


def test_different_answers_stand_below_each_other_and_equal_ones_once() -> None:
    repaired = repair(handed_in(why="because", how="so"), handed_in(why="for", how="so"))
    assert answers(repaired)["why"] == "because"
    assert texts(repaired).count("so") == 1
    assert text_behind(repaired, "why") == "From the file `copy1.ipynb`:"
    assert "for" in texts(repaired)
    assert "toy.ipynb: copy1.ipynb has other answers to why: look at both" in repaired.notes


def test_a_second_notebook_without_the_handouts_cells_is_put_at_the_end() -> None:
    repaired = repair(HANDOUT, notebook(cell(MINE, "m")))
    assert texts(repaired)[-2:] == ["From the file `copy1.ipynb`:", MINE]
    assert list(repaired.waiting) == QUESTIONS
    program = repair(HANDOUT, notebook(cell("x = 1", "m", "code")))
    assert texts(program)[-1] == "x = 1"
    assert program.waiting == {}


def test_texts_in_a_file_that_is_no_notebook_make_all_questions_wait() -> None:
    read = notebook_file.parse(json.dumps(handed_in(why=MINE)).encode()[:-60], notebook_file.Room())
    repaired = repair_sources([Source("toy.ipynb", read.cells, read.problem)], HANDOUT, "toy.ipynb")
    assert MINE in texts(repaired)
    assert list(repaired.waiting) == QUESTIONS
    assert repaired.notes[0] == "toy.ipynb cannot be read as a notebook"
    assert END["source"] in texts(repaired)


def test_the_mark_of_a_question_changes_with_the_texts_around_it() -> None:
    def marks(text: str) -> Any:
        cells = repair(with_cell(cell(text, "m"), "when")).notebook["cells"]
        return [c["metadata"][WAITS] for c in cells if WAITS in c["metadata"]]

    assert marks(MINE) == marks(MINE)
    assert marks(MINE) != marks("Another.")
