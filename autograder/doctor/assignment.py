"""The doctor's checks of one assignment: its graded cells, its release, and leaked secrets."""

from __future__ import annotations

import html
import json
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment.model import Assignment
from autograder.course import handout
from autograder.course.newer_python import HERE, written
from autograder.doctor.findings import Course, Finding, first_problems, nothing, right, wrong
from autograder.doctor.nbgrader import TABLES, open_gradebook, table_names
from autograder.errors import AssignmentError, GraderFault
from autograder.files import Refusal, read_regular
from autograder.public import leaks, release
from autograder.public.release_folder import differences

MAX_FILE = 5 << 20  # bytes; nobody writes a larger text
MAX_FOLDER = 20 << 20  # bytes to read of a folder; a part of a class's feedback is enough
MARKERS = ("### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS", "### BEGIN MARK SCHEME")


@dataclass(frozen=True)
class Cells:
    """The graded cells of some notebooks: the notebooks' names, and (grade id, points) of each."""

    notebooks: frozenset[str]
    points: tuple[tuple[str, float], ...]


def python(course: Course, assignment: Assignment) -> Finding:
    """Whether the Python that grades is as new as the one that students are told of."""
    said = assignment.python
    if not said:
        text = "assignment.toml does not say with which one: students with a newer one get no word"
        return nothing("python", text)
    if tuple(map(int, said.split("."))) > HERE:
        mend = f'grade with Python {said}, or put python = "{HERE[0]}.{HERE[1]}" into '
        mend += f"solutions/{assignment.name}/assignment.toml and release it again"
        return wrong("python", f"students are told {said}, and this is {written(HERE)}", mend)
    return right("python", f"students are told {said}, and this is {written(HERE)}")


# ------------------------------------------------------------------------------ cells


def cells(course: Course, assignment: Assignment) -> Finding:
    """Whether the notebook has one graded cell for each slot and question, worth as much."""
    source = course.folder / "source" / assignment.name
    texts = {path.name: path.read_text("utf-8", "replace") for path in source.glob("*.ipynb")}
    if not texts:
        return nothing("cells", f"source/{assignment.name}/ has no notebook")
    problems = handout.problems(assignment, texts)
    if problems:
        mend = f"edit source/{assignment.name}/ or solutions/{assignment.name}/ until they agree"
        return wrong("cells", first_problems(problems), mend)
    count = len(handout.parts(assignment))
    return right("cells", f"{count} graded cells, as solutions/ has them")


def _cells_of(folder: Path) -> Cells | None:
    """The graded cells of a folder's notebooks, or None without one.

    Raises ValueError naming the notebook that cannot be read.
    """
    paths = sorted(folder.glob("*.ipynb"))
    found = []
    for path in paths:
        try:
            for grade_id, cell in handout.graded_cells(json.loads(path.read_bytes())):
                found.append((grade_id, float(cell["metadata"]["nbgrader"].get("points", 0))))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            why = f"{type(error).__name__}: {error}"
            raise ValueError(f"{path} cannot be read as a notebook: {why}") from None
    return Cells(frozenset(path.stem for path in paths), tuple(found)) if paths else None


def released_cells(course: Course, assignment: Assignment) -> Finding:
    """Whether the cells are still those of the release and of the gradebook."""
    name = "cells handed out"
    try:
        source = _cells_of(course.folder / "source" / assignment.name)
        released = _cells_of(course.folder / "release" / assignment.name)
    except ValueError as error:
        return wrong(name, str(error), "put an earlier version of it back")
    recorded, submitted = _recorded(course, assignment.name)
    if source is None or (released is None and recorded is None):
        return nothing(name, "no notebook has been handed out")
    submitted += len(list(course.folder.glob(f"submitted/*/{assignment.name}")))
    problems = []
    mend = f"nbgrader generate_assignment {assignment.name} --force"
    if recorded is not None:
        problems = _differences(source, recorded, "the gradebook")
    if released is not None and (differences := _differences(source, released, "release/")):
        mend = mend if problems else f"autograder release {assignment.name}"
        problems = list(dict.fromkeys(differences + problems))
    if problems and submitted:
        problems.insert(0, "students have handed in already")
        mend = f"put ids and points in source/{assignment.name}/ back as they were handed out"
    if problems:
        return wrong(name, first_problems(problems), mend)
    return right(name, "ids and points are those that were handed out")


def _differences(source: Cells, other: Cells, where: str) -> list[str]:
    """How the cells in source/ differ from those in another place."""
    new, old = dict(source.points), dict(other.points)
    notebooks = sorted(source.notebooks ^ other.notebooks)
    return [
        *(f"{book}.ipynb is not both in source/ and in {where}" for book in notebooks),
        *(f"{id} is in {where} and not in source/" for id in old if id not in new),
        *(f"{id} is in source/ and not in {where}" for id in new if id not in old),
        *(
            f"{id} has {points:g} points in source/ and {old[id]:g} in {where}"
            for id, points in new.items()
            if id in old and points != old[id]
        ),
    ]


def _recorded(course: Course, name: str) -> tuple[Cells | None, int]:
    """The assignment's cells in the gradebook, and how many submissions it has.

    A gradebook that cannot be read counts as none: another check reports it.
    """
    path = course.gradebook
    if path is None or not path.is_file():
        return None, 0
    notebooks = """
        SELECT notebook.id, notebook.name FROM notebook
        JOIN assignment ON assignment.id = notebook.assignment_id WHERE assignment.name = ?
    """
    graded = """
        SELECT base_cell.name, grade_cells.max_score FROM grade_cells
        JOIN base_cell ON base_cell.id = grade_cells.id WHERE base_cell.notebook_id = ?
    """
    submissions = """
        SELECT count(*) FROM submitted_assignment
        JOIN assignment ON assignment.id = submitted_assignment.assignment_id
        WHERE assignment.name = ?
    """
    try:
        with open_gradebook(path) as db:
            if TABLES - table_names(db):
                return None, 0
            books = db.execute(notebooks, (name,)).fetchall()
            points = tuple(
                (str(id), float(score))
                for book, _ in books
                for id, score in db.execute(graded, (book,))
            )
            (count,) = db.execute(submissions, (name,)).fetchone()
    except sqlite3.Error:
        return None, 0
    found = Cells(frozenset(str(book) for _, book in books), points)
    return (found if books else None), int(count)


# ------------------------------------------------------------------------------ release, secrets


def release_folder(course: Course, assignment: Assignment) -> Finding:
    """Whether the release is what `autograder release` would write now."""
    from autograder.isolation.pool import Workers

    name, folder = "release", course.folder / "release" / assignment.name
    again = f"autograder release {assignment.name}"
    if not folder.is_dir():
        return nothing(name, f"not built yet: {again} builds it")
    try:
        with Workers() as workers:
            files = release.build(assignment, course.folder, workers)
    except (AssignmentError, GraderFault) as error:
        text = f"it cannot be built: {error}"
        return wrong(name, text, f"autograder verify {assignment.name} tells more")
    found = differences(files, folder)
    if found:
        return wrong(name, f"it is stale: {first_problems(found)}", again)
    return right(name, f"{len(files)} files, up to date")


def secrets(course: Course, assignment: Assignment) -> Finding:
    """Whether students can read lines of the answers or of the hidden graders."""
    places = {
        "source": course.folder / "source" / assignment.name,
        "release": course.folder / "release" / assignment.name,
        "feedback": course.folder / "feedback",
        "outbound": course.exchange / "outbound" / assignment.name,
    }
    if not course.settings.course_id:
        del places["outbound"]
    problems: list[str] = []
    searched: dict[str, int] = {}  # place -> how many files
    for place, folder in places.items():
        files = dict(_files(folder, assignment.name if place == "feedback" else ""))
        searched |= {place: len(files)} if files else {}
        if place == "feedback":
            problems += _in_feedback(course, assignment, files)
        else:
            problems += [f"{place}: {leak}" for leak in leaks.found_in(assignment, files)]
            problems += [f"{place}: {problem}" for problem in _markers(files, place == "source")]
    if problems:
        mend = "take it out there; what is in release, feedback or outbound may be with students"
        return wrong("secrets", first_problems(problems), mend)
    if not searched:
        return nothing("secrets", "nothing has been handed out")
    places_searched = ", ".join(f"{place} ({count})" for place, count in searched.items())
    return right("secrets", f"none in the files of {places_searched}")


def _files(folder: Path, assignment: str) -> Iterator[tuple[str, bytes]]:
    """(path, content) of the regular files in a folder; links are not followed.

    `assignment`, if not "", limits it to the folders of that name.
    """
    left = MAX_FOLDER
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(where, name)
            inside = path.relative_to(folder).as_posix()
            if assignment and f"/{assignment}/" not in f"/{inside}":
                continue
            content = read_regular(path, MAX_FILE, hard_links=True)
            if isinstance(content, Refusal):
                continue
            left -= len(content)
            if left < 0:
                return
            yield inside, content


def _markers(files: Mapping[str, bytes], source: bool) -> Iterator[str]:
    """The markers that nbgrader would release word for word: it clears them in notebooks only."""
    for name, content in files.items():
        for marker in MARKERS:
            if marker.encode() in content and not (source and name.endswith(".ipynb")):
                yield f"{name} has {marker}, and nbgrader releases it as it is"


def _in_feedback(
    course: Course, assignment: Assignment, files: Mapping[str, bytes]
) -> Iterator[str]:
    """Secrets in the feedback, other than right answers, which students wrote themselves."""
    texts = {}
    for name, content in files.items():
        mine = course.folder / "submitted" / name
        if not (mine.is_file() and mine.read_bytes() == content):
            texts[name] = _page_text(content) if name.endswith((".html", ".htm")) else content
    for leak in leaks.found_in(assignment, texts):
        if leak.origin is None or leak.origin.kind != leaks.Kind.ANSWER:
            yield f"feedback: {leak}"


def _page_text(page: bytes) -> bytes:
    """The text of a page without tags, which highlighted code has between any two words."""
    return html.unescape(re.sub(r"<[^>]*>", "", page.decode("utf-8", "replace"))).encode()
