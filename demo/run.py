"""Play the kit on a sample class, in a course folder of its own.

    python demo/run.py [--course DIR]

Builds the release, writes a class of sample submissions, grades them, and shows the table of
marks and one student's feedback. A real `submitted/` is never touched.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sample_class

from autograder import assignment as assignments
from autograder.results import points

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "rnn_fundamentals"
MARKER = ".demo-course"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--course", type=Path, default=ROOT / "demo-course")
    course: Path = parser.parse_args().course.resolve()
    if course.exists() and any(course.iterdir()) and not (course / MARKER).exists():
        print(f"{course} is not a demo course: name another folder", file=sys.stderr)
        return 2
    shutil.rmtree(course, ignore_errors=True)
    course.mkdir(parents=True)
    (course / MARKER).touch()
    for part in ("solutions", "source"):
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, course / part)

    step("1. The release: what students get")
    if run(course, "release", ASSIGNMENT):
        return 1

    step("2. A class hands in")
    loaded = assignments.load(ASSIGNMENT, course)
    says = sample_class.build(loaded, course / "submitted")
    for student, what in says.items():
        print(f"  {student:8s} {what}")

    step("3. Grading it")
    status = run(course, "grade", ASSIGNMENT)

    step("4. What one student reads")
    shown = "dora"
    result = json.loads(
        (course / "reports" / ASSIGNMENT / "results" / f"{shown}.json").read_text("utf-8")
    )
    print(f"{shown}: {points(result['score'])} of {loaded.points:g}\n")
    for test in result["tests"]:
        if test["extra_data"]["verdict"] != "correct":
            print(f"✗ {test['output']}  [{points(test['score'])} of {test['max_score']:g}]\n")

    step("5. Where to look")
    print(f"  the report           {course}/reports/{ASSIGNMENT}/index.html")
    print(f"  the table of marks   {course}/reports/{ASSIGNMENT}/grades.csv")
    print(f"  what students got    {course}/release/{ASSIGNMENT}/")
    return status


def step(title: str) -> None:
    print(f"\n== {title} ==\n", flush=True)


def run(course: Path, *arguments: str) -> int:
    command = [str(Path(sys.executable).with_name("autograder")), *arguments]
    print(f"$ autograder {' '.join(arguments)}", flush=True)
    return subprocess.run(command, cwd=course, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
