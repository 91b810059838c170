"""Twenty submissions of a class, drawn from the assignment's library by a seed.

    right         the reference, and five that are written in other ways
    misconceived  one to four known mistakes each, in different slots, most of them in other words
    partly done   one or more files as handed out, the rest right or with mistakes
    untouched     the stubs
    raising       right, but for one function that raises

What runs into a time limit is left out: it would measure the limit.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "demo")]

import sample_class  # noqa: E402

from autograder.assignment import reader  # noqa: E402
from autograder.assignment.model import Assignment  # noqa: E402

ASSIGNMENT = "rnn_fundamentals"
SEED = 20
RAISING = {
    "file": "bptt.py",
    "find": "    # TODO: compute the gradients of the whole sequence",
    "replace": "    return grads\n    # TODO: compute the gradients of the whole sequence",
}
NUMPY = ["vanilla_rnn.py", "bptt.py"]
LATE = ["gradient_flow.py", "hidden_states.py", "sequence_prediction.py"]


def load() -> Assignment:
    """The assignment of this checkout."""
    return reader.load(ASSIGNMENT, ROOT)


def _recipes(assignment: Assignment, rng: random.Random) -> Iterator[tuple[str, dict[str, object]]]:
    """What is done to the reference; see `demo/sample_class.py`."""
    yield "right-0", {}
    for i in range(1, 6):
        yield f"right-{i}", {"programs": _styles(assignment, rng, 0.3 * i)}
    for i in range(9):
        wrong = _mistakes(assignment, rng, 1 + i % 4)
        styles = _styles(assignment, rng, 0.5 * (i % 3), wrong)
        yield f"misconceived-{i}", {"programs": [*wrong, *styles]}
    yield "partly-0", {"stubs": [f for f in assignment.files if f not in NUMPY]}
    yield "partly-1", {"stubs": LATE, "programs": _mistakes(assignment, rng, 2, LATE)}
    yield "partly-2", {"stubs": LATE[:1], "programs": _mistakes(assignment, rng, 1, LATE[:1])}
    yield "untouched-0", {"stubs": "all"}
    yield "raising-0", {"replace": [RAISING]}


def _styles(
    assignment: Assignment, rng: random.Random, share: float, wrong: Collection[str] = ()
) -> list[str]:
    """One variant each for a share of the slots that have none of the mistakes `wrong`."""
    taken = {known.slot for known in assignment.misconceptions if known.id in wrong}
    chosen = []
    for slot in assignment.slots:
        variants = [variant.id for variant in assignment.variants if variant.slot == slot]
        if slot not in taken and variants and rng.random() < share:
            chosen.append(rng.choice(variants))
    return chosen


def _mistakes(
    assignment: Assignment, rng: random.Random, count: int, without: Collection[str] = ()
) -> list[str]:
    """Misconceptions of `count` different slots, none of them in the files `without`."""
    slots = [slot.name for slot in assignment.slots.values() if slot.file not in without]
    return [
        rng.choice([one.id for one in assignment.misconceptions if one.slot == slot])
        for slot in rng.sample(slots, count)
    ]


def write(folder: Path, most: int = 20) -> list[str]:
    """Write the submissions as `folder/STUDENT/ASSIGNMENT/`; returns the students' names.

    More than there are come again under other names; of fewer, those of each kind come first. Each
    file but the stubs ends in the student's name: nobody hands in another's bytes, and files of the
    same bytes need not be graded twice.
    """
    shutil.rmtree(folder, ignore_errors=True)
    assignment = load()
    stubs = {file: stub.decode() for file, stub in assignment.stubs().items()}
    recipes = dict(_recipes(assignment, random.Random(SEED)))
    students = list(recipes)
    if most < len(students):  # the first of each kind, the second of each kind, and so on
        students.sort(key=lambda name: int(name.rpartition("-")[2]))
    names = []
    for number in range(most):
        round_, place = divmod(number, len(students))
        student = students[place]
        names.append(f"{round_:03d}-{student}" if most > len(students) else student)
        where = folder / names[-1] / assignment.name
        where.mkdir(parents=True)
        for notebook in (ROOT / "release" / ASSIGNMENT).glob("*.ipynb"):
            shutil.copy(notebook, where)
        recipe = msgspec.convert(recipes[student], sample_class.Recipe)
        for file, text in sample_class.submission(assignment, recipe).items():
            signed = text if text == stubs[file] else f"{text}\n# {names[-1]}\n"
            (where / file).write_text(signed, "utf-8")
    return names
