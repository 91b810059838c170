"""Play a whole course with a sample class, in a course folder of its own.

    python demo/run.py [--course DIR]

The assignment is generated and released; the sample class fetches it and hands in through a real
exchange; the submissions are collected and graded; a written answer is marked; the feedback is
returned and the marks are exported. A real `submitted/`, gradebook or exchange is never touched.
"""

from __future__ import annotations

import argparse
import csv
import logging
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sample_class
from nbgrader.api import Gradebook
from students import Student

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from autograder.classroom import results
from autograder.classroom.grades_csv import points
from autograder.classroom.job import default_out
from autograder.judging.verdict import Verdict

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "rnn_fundamentals"
COURSE = "rnn"
MARKER = ".demo-course"
FEEDBACK_STUDENT = "dora"  # whose result is printed
MARKED_STUDENT = "ada"  # whose written answer is marked


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--course", type=Path, default=ROOT / "demo-course")
    course: Path = parser.parse_args().course.resolve()
    if course.exists() and any(course.iterdir()) and not (course / MARKER).exists():
        print(f"{course} is not a demo course: name another folder", file=sys.stderr)
        return 2
    started = time.monotonic()
    prepare(course)
    loaded = reader.load(ASSIGNMENT, course)
    logging.getLogger("traitlets").setLevel(logging.ERROR)

    step("1. Instructor: generate what students get, and release it")
    nbgrader(course, "generate_assignment", ASSIGNMENT)
    nbgrader(course, "release_assignment", ASSIGNMENT)

    step("2. Students: fetch it, work on it, hand it in")
    for name, recipe in sample_class.read(loaded).items():
        student = student_at_home(course, name)
        student.fetch_assignment()
        sample_class.write(loaded, recipe, course / "homes" / name / ASSIGNMENT)
        student.submit()
        print(f"  {name:8s} {recipe.says}")

    step("3. TA: collect and grade")
    nbgrader(course, "collect", ASSIGNMENT)
    run(course, "autograder", "grade", ASSIGNMENT)

    step("4. TA: mark a written answer")
    mark_an_answer(course, loaded)

    step("5. TA: return the feedback; what one student reads")
    nbgrader(course, "generate_feedback", ASSIGNMENT)
    nbgrader(course, "release_feedback", ASSIGNMENT)
    student_at_home(course, FEEDBACK_STUDENT).fetch_feedback()
    show_result(course, loaded)

    step("6. Instructor: export the marks")
    nbgrader(course, "export")
    with (course / "grades.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            print(f"  {row['student_id']:8s} {float(row['score']):6.2f} of {row['max_score']}")

    step("7. Where to look")
    feedback = next((course / "homes" / FEEDBACK_STUDENT / ASSIGNMENT / "feedback").rglob("*.html"))
    print(f"  the class report        {course}/reports/{ASSIGNMENT}/index.html")
    print(f"  the table of marks      {course}/reports/{ASSIGNMENT}/grades.csv")
    print(f"  the feedback of {FEEDBACK_STUDENT:8s}{feedback}")
    print(f"  what students got       {course}/release/{ASSIGNMENT}/")
    print(f"  nbgrader's gradebook    {course}/gradebook.db, all marks in {course}/grades.csv")
    print(f"  nbgrader's pages        cd {course} && ../.venv/bin/jupyter lab, then Nbgrader")
    print(f"\nplayed in {time.monotonic() - started:.0f} s")
    return 0


def prepare(course: Path) -> None:
    """Make a fresh course folder with an exchange of its own."""
    shutil.rmtree(course, ignore_errors=True)
    course.mkdir(parents=True)
    (course / MARKER).touch()
    for part in ("solutions", "source"):
        shutil.copytree(ROOT / part, course / part)
    exchange = course / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    settings = (ROOT / "nbgrader_config.py").read_text("utf-8")
    settings += f"\nc.Exchange.root = {str(exchange)!r}\n"
    settings += (
        "c.ReleaseFiles.prove = False  # the proof takes a minute, and `make test` runs it\n"
    )
    (course / "nbgrader_config.py").write_text(settings, "utf-8")


def student_at_home(course: Path, name: str) -> Student:
    return Student(name, course / "homes" / name, course / "exchange", COURSE, ASSIGNMENT)


def mark_an_answer(course: Path, loaded: Assignment) -> None:
    """Mark one student's first written answer, as nbgrader's formgrader does."""
    question = loaded.questions[0]
    with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE) as gradebook:
        grade = gradebook.find_grade(question.id, ASSIGNMENT, ASSIGNMENT, MARKED_STUDENT)
        grade.manual_score, grade.needs_manual_grade = question.points, False
        comment = gradebook.find_comment(question.id, ASSIGNMENT, ASSIGNMENT, MARKED_STUDENT)
        comment.manual_comment = "Complete."
        gradebook.db.commit()
    marks = f"{question.points:g} of {question.points:g}"
    print(f"  {MARKED_STUDENT}: {question.id}, {question.asks}: {marks}")
    print(f"  the marking scheme is in reports/{ASSIGNMENT}/marking.html")


def show_result(course: Path, loaded: Assignment) -> None:
    result = results.read(default_out(course, ASSIGNMENT), FEEDBACK_STUDENT)
    assert result is not None
    print(f"\n{FEEDBACK_STUDENT}: {points(result.score)} of {loaded.points:g} automatic points\n")
    for entry in result.tests:
        if entry.extra_data.verdict != Verdict.CORRECT:
            print(f"✗ {entry.output}  [{points(entry.score)} of {entry.max_score:g}]\n")


def step(title: str) -> None:
    print(f"\n== {title} ==\n", flush=True)


def nbgrader(course: Path, *arguments: str) -> None:
    run(course, "nbgrader", *arguments, "--log-level=ERROR")


def run(course: Path, program: str, *arguments: str) -> None:
    """Run a command of this environment in the course; the demo ends where it fails."""
    print(f"$ {program} {' '.join(arguments)}", flush=True)
    commands = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [commands / program, *arguments], cwd=course, env=environment, check=False
    )
    if done.returncode:
        print(f"{program} {arguments[0]} ended with status {done.returncode}", file=sys.stderr)
        sys.exit(done.returncode)


if __name__ == "__main__":
    sys.exit(main())
