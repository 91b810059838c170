"""`autograder verify`: it passes what is proved, and says what is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import KNOWN, ROOT, Ran

from autograder import assignment as assignments

Command = Callable[..., Ran]


@pytest.mark.parametrize("name", KNOWN)
def test_a_real_assignment_is_proved_in_one_screen(autograder: Command, name: str) -> None:
    ran = autograder("verify", name, cwd=ROOT, timeout=1200)
    assert ran.status == 0, ran.out + ran.err
    assert len(ran.out.splitlines()) <= 24
    assignment = assignments.load(name, ROOT)
    count = len(assignment.misconceptions)
    last = ran.out.splitlines()[len(assignment.slots) + 1].split()
    assert last[:3] == [str(len(assignment.slots)), "slots", "85"]
    assert last[5] == f"{count}/{count}"  # caught
    assert last[8] == f"{len(assignment.variants)}/{len(assignment.variants)}"


def test_the_toy_is_proved(autograder: Command, toy_course: Path) -> None:
    ran = autograder("verify", "toy", cwd=toy_course)
    assert ran.status == 0, ran.out + ran.err
    assert "✓ double" in ran.out


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "moves.py",
            "return x + x",
            "return x + 2 * x",
            "D1_triples: moves.py: an edit of double applies 0 times",
        ),
        ("moves.toml", '"x + x + x"', '"2 * x"', "D1_triples is wrong and keeps its points"),
        ("moves.toml", '"x * np.asarray(2, dtype=x.dtype)"', '"x * 2.1"', "product is right and"),
        ("moves.toml", '"x += x\\n    return x"', '"return x + x + x"', "D1_triples is not recog"),
        ("moves.toml", '"What is x and x?", ', "", "double: it has 2 hints instead of 3"),
        ("moves.toml", '"What is x and x?"', '"return double(double(x))"', "hint 1 contains code"),
        ("moves.toml", 'hint = "How often?"', 'hint = ""', "the hint of Q1_doubles is empty"),
        ("moves.py", "# TODO: double it (about 1 line).", "", "no TODO line"),
        ("assignment.toml", "twice_two", "twice_three", "which is no check"),
        ("test_moves.py", '@public\n@grades("quadruple")', '@grades("quadruple")', "no public"),
        ("test_moves.py", '@grades("quadruple")', '@grades("double")', "quadruple: it has no ch"),
    ],
)
def test_what_is_not_proved_is_said(
    autograder: Command, toy_course: Path, file: str, old: str, new: str, said: str
) -> None:
    path = toy_course / "solutions" / "toy" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    ran = autograder("verify", "toy", cwd=toy_course)
    assert ran.status == 1
    assert any(part in ran.out + ran.err for part in said.split("|") if part)


def test_a_reference_that_fails_is_named(autograder: Command, toy_course: Path) -> None:
    graders = toy_course / "solutions" / "toy" / "test_moves.py"
    text = graders.read_text()
    graders.write_text(text.replace("reference.double(x))", "1.0)", 1))
    ran = autograder("verify", "toy", cwd=toy_course)
    assert ran.status == 1
    assert "✗ double: the reference is wrong (twice_two): the result is an array" in ran.out


@pytest.mark.parametrize("name", KNOWN)
def test_a_new_slot_needs_nothing_but_files_under_solutions(
    autograder: Command, tmp_path: Path, name: str
) -> None:
    """A slot more, in a file of its own, in a throw-away copy of the course."""
    course = tmp_path / "course"
    shutil.copytree(ROOT / "solutions", course / "solutions")
    folder = course / "solutions" / name
    toml = folder / "assignment.toml"
    toml.write_text(
        toml.read_text().replace(
            "\n[slots.", '\n[files."extra.py"]\nlibraries = ["numpy"]\n\n[slots.', 1
        )
        + '\n[slots.softplus]\nfile = "extra.py"\npoints = 2\n'
    )
    (folder / "extra.py").write_text(
        '"""Extra."""\n\nimport numpy as np\n\n\ndef softplus(x):\n    """log(1 + exp(x))."""\n'
        "    # TODO: write it (about 1 line).\n    ### BEGIN SOLUTION\n"
        "    return np.logaddexp(0, x)\n    ### END SOLUTION\n"
    )
    (folder / "extra.toml").write_text(
        '[slots.softplus]\nhints = ["What is it at 0?", "Large x?", "See section 1."]\n'
        '[[misconceptions]]\nid = "X1"\nslot = "softplus"\nfind = "np.logaddexp(0, x)"\n'
        'replace = "np.log1p(x)"\ncause = "the exponential is missing"\nhint = "At 0?"\n'
    )
    (folder / "test_extra.py").write_text(
        "from autograder.grading import grades, public, same\n\n\n"
        '@public\n@grades("softplus")\ndef test_values(student, reference, rng):\n'
        '    """computes log(1 + exp(x))"""\n    x = rng.uniform(0, 1, (3, 2))\n'
        "    same(student.softplus(x), reference.softplus(x))\n"
    )
    ran = autograder("release", name, cwd=course)
    assert ran.status == 0, ran.err
    released = course / "release" / name
    assert 'NotImplementedError("softplus")' in (released / "extra.py").read_text()
    assert "not started" in autograder("check", "softplus", cwd=released).out
    (released / "extra.py").write_text(
        "import numpy as np\n\n\ndef softplus(x):\n    return np.log1p(x)\n"
    )
    ran = autograder("check", "softplus", cwd=released)
    assert ran.status == 1
    assert "Likely cause: the exponential is missing." in ran.out
    submitted = course / "submitted" / "ada" / name
    submitted.mkdir(parents=True)
    (submitted / "extra.py").write_bytes((released / "extra.py").read_bytes())
    assert autograder("grade", name, cwd=course).status == 0
    assert "softplus" in (course / "reports" / name / "grades.csv").read_text()
