"""`autograder verify`: it passes what is proved, and says what is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.assignment import reader
from tests.conftest import KNOWN, ROOT, Ran, keep_files

Command = Callable[..., Ran]


@pytest.mark.parametrize("name", KNOWN)
def test_a_real_assignment_is_proved_in_one_screen(autograder: Command, name: str) -> None:
    ran = autograder("verify", name, cwd=ROOT)
    assert ran.status == 0, ran.out + ran.err
    assert len(ran.out.splitlines()) <= 24
    assignment = reader.load(name, ROOT)
    wrong, right = len(assignment.misconceptions), len(assignment.variants)
    assert wrong >= 250
    assert right >= 80
    last = total(ran.out)
    assert last[:3] == [str(len(assignment.slots)), "slots", "85"]
    assert last[5:8] == [f"{wrong}/{wrong}", f"{wrong}/{wrong}", f"{right}/{right}"]


def total(out: str) -> list[str]:
    return next(line.split() for line in out.splitlines() if " slots " in line)


def test_the_whole_proof_has_mutants_pairs_seeds_and_margins(
    autograder: Command, toy_course: Path
) -> None:
    ran = autograder("verify", "toy", "--thorough", "--seeds", "30", cwd=toy_course)
    assert ran.status == 0, ran.out + ran.err
    counts = total(ran.out)
    assert counts[5:8] == ["6/6", "6/6", "6/6"]  # caught, recognised, by the public checks
    assert counts[8:11] == ["3/3", "90/90", "17/17"]  # variants, with 30 seeds, others spared
    assert counts[11:] == ["36/36", "1", "4/4", "0", "0/12"]  # …, pairs, misnamed, named if unknown
    assert "double, 4 points: product 3, argument 1\n25%  little  D1_triples     0 1" in ran.out
    margin = next(line for line in ran.out.splitlines() if line.startswith("Walker.walk: walk"))
    assert "1e-10" in margin
    assert margin.count("|") == margin.count("x") == margin.count("o") == 1


def test_a_survivor_is_shown_with_its_diff(autograder: Command, toy_course: Path) -> None:
    graders = toy_course / "solutions/toy/moves/test_double.py"
    graders.write_text(graders.read_text().replace("reference.double(x))", "student.double(x))"))
    ran = autograder("verify", "toy", "--thorough", "--seeds", "1", cwd=toy_course)
    assert ran.status == 1
    assert (
        "✗ double: D1_triples is wrong and keeps its points\n      -    return x + x\n" in ran.out
    )
    assert "      +    return x + x + x" in ran.out
    assert "✗ double: a mutant keeps its points\n      -    return x + x\n      +    " in ran.out
    assert "twice_two: no misconception ever trips this check" in ran.out


@pytest.mark.parametrize(
    ("rtol", "said"),
    [
        ("1e-10", "twice_two: product is right and comes within 0.7 decades"),
        ("0.05", "twice_two: D1_triples is wrong and fails by 1.0 decades"),
        ("2.0", "D1_triples is wrong and keeps its points"),
    ],
)
def test_a_tolerance_too_near_to_either_side_is_no_proof(
    autograder: Command, toy_course: Path, rtol: str, said: str
) -> None:
    folder = toy_course / "solutions/toy/moves"
    graders, toml = folder / "test_double.py", folder / "double.toml"
    text = graders.read_text().replace("reference.double(x))", f"reference.double(x), rtol={rtol})")
    graders.write_text(text)
    toml.write_text(toml.read_text().replace("np.asarray(2, dtype=x.dtype)", "(2 + 4e-11)"))
    ran = autograder("verify", "toy", cwd=toy_course)
    assert ran.status == 1
    assert said in ran.out


def test_a_mark_that_is_not_fair_is_shown_with_the_scores_of_its_demands(
    autograder: Command, toy_course: Path
) -> None:
    toml = toy_course / "solutions/toy/moves/double.toml"
    text = toml.read_text().replace('keeps = "little"', 'keeps = "most"')
    toml.write_text(text.replace('keeps = "most"\nfind = "return', 'find = "return'))
    ran = autograder("verify", "toy", "--marks", "marks.csv", cwd=toy_course)
    assert ran.status == 1
    assert (
        '✗ double: D1_triples keeps 25% of the points, and keeps = "most" means 60% to 100%: '
        "product 0/3, argument 1/1\n"
    ) in ran.out
    assert "without keeps, whose marks were not proved: double 1\n" in ran.out
    rows = (toy_course / "marks.csv").read_text().splitlines()
    assert rows[2] == 'double,D2_overwrites,,0.7500,"product 3/3, argument 0/1",x itself is changed'


def test_an_equivalent_that_is_caught_or_gone_is_named(
    autograder: Command, toy_course: Path
) -> None:
    toml = toy_course / "solutions/toy/moves/double.toml"
    for before, after in (("return x + x", "return x - x"), ("return 2 * x", "return 3 * x")):
        with toml.open("a") as file:
            file.write(f'\n[[equivalents]]\nbefore = "{before}"\n')
            file.write(f'after = "{after}"\nreason = "none"\n')
    ran = autograder("verify", "toy", "--thorough", "--seeds", "1", cwd=toy_course)
    assert ran.status == 1
    assert "listed as equivalent, and is caught: return x - x" in ran.out
    assert "no mutant is like this equivalent any more: return 3 * x" in ran.out


def test_what_is_wrong_in_the_last_digits_needs_one_check_that_is_sure(
    autograder: Command, toy_course: Path
) -> None:
    toml = toy_course / "solutions/toy/moves/double.toml"
    toml.write_text(
        toml.read_text()
        + '\n[[misconceptions]]\nid = "D3_nearly"\nfind = "x + x"\n'
        + 'replace = "x * (2 + 2e-9)"\ncause = "too large"\nhint = "Two?"\nprecision = true\n'
    )
    ran = autograder("verify", "toy", "--thorough", "--seeds", "1", cwd=toy_course)
    assert ran.status == 1
    assert "D3_nearly fails every check by less than 2 decades" in ran.out
    toml.write_text(toml.read_text().replace("2 + 2e-9", "2 + 2e-6"))
    ran = autograder("verify", "toy", "--thorough", "--seeds", "1", cwd=toy_course)
    assert ran.status == 0, ran.out


def test_what_is_not_proved_is_not_released(autograder: Command, toy_course: Path) -> None:
    ran = autograder("release", "toy", cwd=toy_course)
    assert ran.status == 0
    assert "proving toy first" in ran.out
    ran = autograder("release", "toy", cwd=toy_course)
    assert (ran.status, "proving" in ran.out) == (0, False)  # nothing has changed
    released = toy_course / "release" / "toy" / "checks" / "moves.json"
    before = released.read_bytes()
    toml = toy_course / "solutions/toy/moves/double.toml"
    toml.write_text(toml.read_text().replace('"x + x + x"', '"x * 2"'))
    ran = autograder("release", "toy", cwd=toy_course)
    assert ran.status == 1
    assert "D1_triples is wrong and keeps its points" in ran.out
    assert ran.out.splitlines()[-1] == "nothing was released"
    assert released.read_bytes() == before
    assert autograder("release", "toy", "--no-verify", cwd=toy_course).status == 0
    assert autograder("release", "toy", cwd=toy_course).status == 1  # it is still not proved


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "moves/double.toml",
            '"x * np.asarray(2, dtype=x.dtype)"',
            '"x * 2.1"',
            "product is right and",
        ),
        (
            "moves/double.toml",
            '"x += x\\n    return x"',
            '"return x + x + x"',
            "D1_triples is not recog",
        ),
        ("moves/moves.py", "# TODO: double it (about 1 line).", "", "no TODO line"),
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
    assert said in ran.out


def test_a_reference_that_fails_is_named(autograder: Command, toy_course: Path) -> None:
    graders = toy_course / "solutions/toy/moves/test_double.py"
    text = graders.read_text()
    graders.write_text(text.replace("reference.double(x))", "1.0)", 1))
    ran = autograder("verify", "toy", cwd=toy_course)
    assert ran.status == 1
    said = (
        "✗ double: moves/test_double.py:11: the reference fails this check: the result is an array"
    )
    assert said in ran.out


@pytest.mark.parametrize("name", KNOWN)
def test_a_new_slot_needs_nothing_but_files_under_solutions(
    autograder: Command, tmp_path: Path, name: str
) -> None:
    """In a throw-away copy of the course: a slot in a file of its own, beside the first file."""
    course = tmp_path / "course"
    shutil.copytree(ROOT / "solutions", course / "solutions")
    folder = course / "solutions" / name
    keep_files(folder, [next(iter(reader.load(name, ROOT).files))])
    ran = autograder("new", f"{name}/treble", "--file", "extra.py", cwd=course)
    assert ran.status == 0, ran.err
    ran = autograder("release", name, "--no-verify", cwd=course)
    assert ran.status == 0, ran.err
    released = course / "release" / name
    assert 'NotImplementedError("treble")' in (released / "extra.py").read_text()
    assert "not started" in autograder("check", "treble", cwd=released).out
    (released / "extra.py").write_text("def treble(x):\n    return 3.0 * x\n")
    ran = autograder("check", "treble", cwd=released)
    assert ran.status == 1
    assert "Likely cause: x is counted three times." in ran.out
    submitted = course / "submitted" / "ada" / name
    submitted.mkdir(parents=True)
    shutil.copy(released / "extra.py", submitted)
    assert autograder("grade", name, cwd=course).status == 0
    assert "treble" in (course / "reports" / name / "grades.csv").read_text()
