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
from collections.abc import Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "demo")]

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

Texts = dict[str, str]


def load() -> Assignment:
    """The assignment of this checkout."""
    return reader.load(ASSIGNMENT, ROOT)


def students(assignment: Assignment, seed: int = SEED) -> dict[str, Texts]:
    """student -> file -> text; the same for the same library and seed."""
    import sample_class

    recipes = msgspec.convert(
        dict(_recipes(assignment, random.Random(seed))), dict[str, sample_class.Recipe]
    )
    return {
        name: dict(sample_class.submission(assignment, recipe)) for name, recipe in recipes.items()
    }


def signed(texts: Texts, assignment: Assignment, name: str) -> Texts:
    """The files with the student's name in a comment at their ends; stubs stay as they are.

    Nobody hands in another's bytes, and files of the same bytes need not be graded twice.
    """
    stubs = {file: stub.decode() for file, stub in assignment.stubs().items()}
    return {
        file: text if text == stubs[file] else f"{text}\n# {name}\n" for file, text in texts.items()
    }


def _recipes(assignment: Assignment, rng: random.Random) -> Iterator[tuple[str, dict[str, object]]]:
    """What is done to the reference; see `demo/sample_class.py`."""
    yield "right-0", {}
    for i in range(1, 6):
        yield f"right-{i}", {"programs": _styles(assignment, rng, 0.3 * i)}
    for i in range(9):
        wrong = _mistakes(assignment, rng, 1 + i % 4)
        yield (
            f"misconceived-{i}",
            {"programs": [*wrong, *_styles(assignment, rng, 0.5 * (i % 3), wrong)]},
        )
    yield "partly-0", {"stubs": [f for f in assignment.files if f not in NUMPY]}
    yield "partly-1", {"stubs": LATE, "programs": _mistakes(assignment, rng, 2, without=LATE)}
    yield "partly-2", {"stubs": LATE[:1], "programs": _mistakes(assignment, rng, 1, LATE[:1])}
    yield "untouched-0", {"stubs": "all"}
    yield "raising-0", {"replace": [RAISING]}


def _styles(
    assignment: Assignment, rng: random.Random, share: float, taken: list[str] | None = None
) -> list[str]:
    """For a share of the slots, one variant each."""
    slots = _slots_of(assignment, taken or [])
    chosen = []
    for slot in assignment.slots:
        variants = [variant.id for variant in assignment.variants if variant.slot == slot]
        if slot not in slots and variants and rng.random() < share:
            chosen.append(rng.choice(variants))
    return chosen


def _mistakes(
    assignment: Assignment, rng: random.Random, count: int, without: list[str] | None = None
) -> list[str]:
    """Misconceptions of `count` different slots, none of them in the files `without`."""
    slots = [s.name for s in assignment.slots.values() if s.file not in (without or [])]
    return [
        rng.choice([one.id for one in assignment.misconceptions if one.slot == slot])
        for slot in rng.sample(slots, count)
    ]


def _slots_of(assignment: Assignment, ids: list[str]) -> set[str]:
    return {known.slot for known in assignment.misconceptions if known.id in ids}


def write(assignment: Assignment, folder: Path, most: int = 20, seed: int = SEED) -> list[str]:
    """Write the submissions as `folder/STUDENT/ASSIGNMENT/`; returns the students' names.

    More than there are come again under other names; of fewer, those of each kind come first.
    """
    shutil.rmtree(folder, ignore_errors=True)
    texts = students(assignment, seed)
    notebooks = list((ROOT / "release" / ASSIGNMENT).glob("*.ipynb"))
    everybody = list(texts) if most >= len(texts) else _mixed(list(texts))
    names = []
    for number in range(most):
        round_, place = divmod(number, len(everybody))
        student = everybody[place]
        name = f"{round_:03d}-{student}" if most > len(everybody) else student
        names.append(name)
        where = folder / name / assignment.name
        where.mkdir(parents=True)
        for notebook in notebooks:
            shutil.copy(notebook, where)
        for file, text in signed(texts[student], assignment, name).items():
            (where / file).write_text(text, "utf-8")
    return names


def _mixed(students: list[str]) -> list[str]:
    """The first of each kind, the second of each kind, and so on."""
    return sorted(students, key=lambda name: int(name.rpartition("-")[2]))
