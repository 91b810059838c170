"""The memory of every process that grades a class: `PYTHONPATH=. python benchmarks/memory.py`.

A class of sixty is graded: forty honest students, ten who take memory and time, ten with odd
hand-ins. Printed is the most that each process had in memory at once (VmHWM), the largest first.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import time

from measure import BENCH, ROOT, say_machine

from tests.hostile.course import Course
from tests.hostile.neighbours import FILES, Peaks, attackers, hand_in_honestly, odd_ones

SHOWN = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all-files", action="store_true", help="six files a student, not two")
    parser.add_argument("--minutes", type=float, default=0.5, help="of a submission")
    given = parser.parse_args()
    about = say_machine()
    root = BENCH / "memory"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    folder = ROOT / "solutions" / "rnn_fundamentals"
    files = [path.name for path in folder.glob("*/*.py") if path.stem == path.parent.name]
    course = Course(root, ROOT, files if given.all_files else FILES)
    settings = course.solutions / "assignment.toml"
    settings.write_text(f"minutes = {given.minutes}\n{settings.read_text('utf-8')}", "utf-8")
    hand_in_honestly(course, course.submissions)
    started = time.perf_counter()
    with course.listening():
        for entry in (*attackers(), *odd_ones()):
            course.hand_in(entry)
        with Peaks(os.getpid()) as memory:
            ran = course.grade(course.submissions, course.out)
    course.clean_up()
    print(
        f"{len(ran.files)} students, {time.perf_counter() - started:.1f} s, exit status "
        f"{ran.status}; {len(memory.peaks)} processes, the largest:"
    )
    ordered = sorted(memory.peaks.items(), key=lambda found: -found[1])
    for pid, kb in ordered[:SHOWN]:
        print(f"  {kb / 1000:8.1f} MB  {_short(memory.commands[pid])}")
    path = BENCH / "memory.json"
    raw = {"machine": about, "kb": [[memory.commands[pid], kb] for pid, kb in ordered]}
    path.write_text(json.dumps(raw, indent=1) + "\n", "utf-8")
    print(f"raw numbers: {path.relative_to(ROOT)}")


def _short(command: str) -> str:
    """What a process is, in short."""
    if "spawn_main" in command:
        return "a grading process"
    if "autograder.isolation.zygote" in command:
        libraries = command.rpartition("zygote ")[2].split()[2:]
        return f"an interpreter with {' '.join(libraries) or 'nothing'}, or a student's process"
    return " ".join(word.rpartition("/")[2] for word in command.split())[:60]


if __name__ == "__main__":
    main()
