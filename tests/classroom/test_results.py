"""Result files: written and read, whole, edited and damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.classroom import results
from autograder.classroom.results import Check, Part, from_json, is_intact, to_json
from tests.classroom.examples import entry, result


def test_what_was_written_is_read(tmp_path: Path) -> None:
    written = result({"double": 1.5, "half": None}, seconds=1.25, notes=("a note",))
    results.write(tmp_path, "ada", written)
    read = results.read(tmp_path, "ada", only_intact=True)
    assert read is not None
    assert read.tests == written.tests
    assert [one.number for one in read.tests] == ["1", "2"]
    assert read.score is None
    assert read.extra_data.seconds == 1.25
    assert read.extra_data.has_same_inputs(written.extra_data)
    summary = results.read_summaries(tmp_path)["ada"]
    assert (summary.score, summary.extra_data) == (None, read.extra_data)


def test_the_total_is_the_sum_of_the_scores() -> None:
    assert result({"double": 1.1, "half": 2.2}).score == 3.3


def test_an_edited_file_can_be_read_and_is_not_intact(tmp_path: Path) -> None:
    results.write(tmp_path, "ada", result({"double": 1.5}))
    path = results.result_path(tmp_path, "ada")
    path.write_bytes(path.read_bytes().replace(b"1.5", b"2.5"))
    assert results.read(tmp_path, "ada") is not None
    assert results.read(tmp_path, "ada", only_intact=True) is None
    assert results.read_summaries(tmp_path) == {}


def test_the_seconds_are_not_part_of_the_digest() -> None:
    data = to_json(result({"double": 1.5}, seconds=1.25))
    assert is_intact(data.replace(b"1.250", b"9.000"))
    assert not is_intact(data + b"\n")


@pytest.mark.parametrize("old", [b'"verdict": "wrong"', b'"seed": 1', b'"score": 1.5'])
def test_a_field_of_another_type_is_refused(old: bytes) -> None:
    data = to_json(result({"double": 1.5}))
    assert old in data
    with pytest.raises(ValueError, match=r"Expected|Invalid"):
        from_json(data.replace(old, old.partition(b":")[0] + b': "other"'))


def test_damaged_files_are_named_and_the_others_read(tmp_path: Path) -> None:
    results.write(tmp_path, "ada", result({"double": 1.5}))
    for name, text in (("bob", "{}"), ("cat", "")):
        (tmp_path / "results" / f"{name}.json").write_text(text)
    found, problems = results.read_all(tmp_path)
    assert list(found) == ["ada"]
    assert ["bob.json" in problems[0], "cat.json" in problems[1]] == [True, True]


def test_a_name_that_is_no_utf8_can_be_written(tmp_path: Path) -> None:
    results.write(tmp_path, "m\udcfc", result({"double": 1.5}, student="m\udcfc"))
    assert results.read(tmp_path, "m\udcfc", only_intact=True) is not None


@pytest.mark.parametrize(
    ("passed", "margin", "near"),
    [
        (True, 0.09, False),
        (True, 0.1, True),
        (False, 0.5, False),
        (False, 10.0, True),
        (False, 11.0, False),
        (None, 0.5, False),
        (True, None, False),
    ],
)
def test_near_is_within_a_factor_of_ten(
    passed: bool | None, margin: float | None, near: bool
) -> None:
    assert Check(name="a", passed=passed, message="", margin=margin).is_near is near


def test_a_part_is_repeatable_where_the_grader_and_the_machine_cannot_be_to_blame() -> None:
    skipped = Check(name="cuda", passed=None, message="")
    assert Part({"double": entry("double", 4.0, (skipped,))}).is_repeatable("cpu")
    assert not Part({"double": entry("double", 4.0, (skipped,))}).is_repeatable("cuda")
    assert not Part({"double": entry("double", None)}).is_repeatable("cpu")
