"""A class of sixty: forty who did nothing wrong, ten who attack, and ten with odd hand-ins.

And how much memory each process took that graded it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.hostile import exhausting, odd
from tests.hostile.catalogue import Hostile
from tests.hostile.course import ASSIGNMENT, Course

HONEST = 40
FILES = ("vanilla_rnn.py", "bptt.py")
ATTACKS = (
    *("answers_at_the_limit", "keys_in_every_answer", "parts_in_every_answer"),
    *("memory_caught", "answers_made_to_grow", "stack"),
    *("sleep_at_import", "doze_at_import", "sleep_in_every_call", "work_between_calls"),
)
ODD = (
    *("folder", "link_to_solution", "fifo", "sparse", "empty"),
    *("null_bytes", "merge_conflict", "utf7", "not_a_function", "hidden_in_a_crowd"),
)


def attackers() -> Sequence[Hostile]:
    """Ten programs that take memory and time."""
    known = {entry.id: entry for entry in (*exhausting.ENTRIES, *exhausting.SLOW)}
    return [known[f"exhausting-{name}"] for name in ATTACKS]


def odd_ones() -> Sequence[Hostile]:
    """Ten hand-ins that are not what they seem."""
    known = {entry.id: entry for entry in odd.ENTRIES}
    return [known[f"odd-{name}"] for name in ODD]


def hand_in_honestly(course: Course, submissions: Path) -> list[str]:
    """Forty submissions, no two of them alike: right, not started, or with a known mistake.

    Returns their students.
    """
    stubs, references = course.places.stubs, course.places.references
    mistakes = [
        known
        for known in course.assignment.misconceptions
        if course.assignment.slots[known.slot].file in stubs
    ]
    students = [f"{'am'[i % 2]}-honest{i:02}" for i in range(HONEST)]  # some first, some last
    for i, student in enumerate(students):
        files = dict(references)
        if i % 4 == 1:
            files = {**files, "bptt.py": stubs["bptt.py"]}
        elif i % 4 > 1:
            known = mistakes[i % len(mistakes)]
            file = course.assignment.slots[known.slot].file
            files[file] = course.assignment.edited(known).encode()
        folder = submissions / student / ASSIGNMENT
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_bytes(text + f"\n# {student}\n".encode())
    return students


def without_seconds(results: Mapping[str, str], students: Sequence[str]) -> dict[str, str]:
    """The results of these students, less how long they took."""
    seconds = re.compile(r'"seconds": [0-9.]+')
    return {student: seconds.sub("", results[student]) for student in students}


class Peaks(threading.Thread):
    """Looks at processes below one again and again; `peaks` has the most that each took, in kB.

    A context manager. A process that ends within milliseconds may be missed.
    """

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.peaks: dict[int, int] = {}
        self.commands: dict[int, str] = {}
        self._root = root
        self._ended = threading.Event()

    def __enter__(self) -> Peaks:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        while not self._ended.wait(0.01):
            for pid in _below(self._root):
                self._look_at(pid)

    def _look_at(self, pid: int) -> None:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            return
        peak = status.partition("VmHWM:")[2].split()
        if peak:  # else it has ended, and nobody has waited for it yet
            self.peaks[pid] = max(self.peaks.get(pid, 0), int(peak[0]))
            self.commands[pid] = command.replace("\0", " ").strip()


def _below(pid: int) -> list[int]:
    """The processes below one."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            try:
                children = [int(child) for child in task.read_text().split()]
            except OSError:
                continue
            found += children
            waiting += children
    return found
