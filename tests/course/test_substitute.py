"""A file under another name is taken in the place of one that is missing or untouched."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder.assignment import reader
from autograder.course import submissions
from autograder.course.student_file import Unreadable, is_missing
from autograder.course.submissions import Submission
from tests.conftest import TOY

WORK = b"def double(x):\n    return 2 * x\n"
OTHER_WORK = b"def double(x):\n    return x + x\n"


@pytest.fixture(scope="module")
def stub() -> bytes:
    return reader.load("toy", TOY).stubs()["moves.py"]


def read(folder: Path, files: Mapping[str, bytes], stub: bytes) -> Submission:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return submissions.read(folder, "ada", ["moves.py"], {"moves.py": stub})


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("moves-1.py", "was handed in as moves-1.py: taken from there"),
        ("moves.py.txt", "was handed in as moves.py.txt: taken from there"),
        ("ada_moves.py", "was handed in as ada_moves.py: taken from there"),
        ("src/Moves.py", "was handed in as src/Moves.py: taken from there"),
        ("src/moves.py", "lies in src/ instead of beside the notebook: taken from there"),
    ],
)
def test_a_sole_renamed_file_is_taken(tmp_path: Path, stub: bytes, name: str, note: str) -> None:
    found = read(tmp_path, {name: WORK, "README.txt": b"def double", "test_moves.py": WORK}, stub)
    assert found.sources == {"moves.py": WORK}
    assert found.sentences == (f"moves.py {note}",)


@pytest.mark.parametrize("name", ["moves-1.py", "work/moves.py", "my_moves.txt"])
def test_an_untouched_file_gives_way_to_work(tmp_path: Path, stub: bytes, name: str) -> None:
    found = read(tmp_path, {"moves.py": stub.replace(b"\n", b"\r\n"), name: WORK}, stub)
    assert found.sources == {"moves.py": WORK}
    (sentence,) = found.sentences
    assert sentence == (
        f"moves.py is as it was handed out, and {name} has work in it: that was taken"
    )


def test_a_file_of_which_no_slot_was_started_is_untouched(tmp_path: Path, stub: bytes) -> None:
    mine = b"# Ada\nimport math\n" + stub + b"\n\ndef square(x):\n    return x * x\n"
    found = read(tmp_path, {"moves.py": mine, "moves (1).py": WORK}, stub)
    assert found.sources == {"moves.py": WORK}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'    raise NotImplementedError("double")', b"    return 2 * x"),
        (
            b'    raise NotImplementedError("double")',
            b'    return 2 * x\n    raise NotImplementedError("double")',
        ),
        (b"", b""),
    ],
)
def test_a_file_with_work_keeps_its_place(
    tmp_path: Path, stub: bytes, before: bytes, after: bytes
) -> None:
    mine = stub.replace(before, after) if before else stub + b"\ndef double(x):\n    return 4\n"
    found = read(tmp_path, {"moves.py": mine, "moves-1.py": WORK}, stub)
    assert found.sources == {"moves.py": mine}
    assert found.sentences == ("moves.py was read, and not moves-1.py, which differs",)


def test_of_two_none_is_taken(tmp_path: Path, stub: bytes) -> None:
    found = read(tmp_path, {"moves-1.py": WORK, "moves (1).py": OTHER_WORK}, stub)
    source = found.sources["moves.py"]
    assert isinstance(source, Unreadable)
    assert source.details == ("moves (1).py, moves-1.py may be it: none was taken",)
    assert found.sentences == (
        "moves.py is not there, and moves (1).py, moves-1.py may be it: none was taken",
    )
    found = read(tmp_path, {"moves.py": stub}, stub)
    assert found.sources == {"moves.py": stub}
    assert found.sentences == (
        "moves.py is as it was handed out, and moves (1).py, moves-1.py may be meant: "
        "none was taken",
    )


def test_a_certain_name_comes_before_a_likely_one(tmp_path: Path, stub: bytes) -> None:
    found = read(tmp_path, {"moves-1.py": WORK, "moves_final.py": OTHER_WORK}, stub)
    assert found.sources == {"moves.py": WORK}
    found = read(tmp_path, {"moves-1.py": stub}, stub)
    assert found.sources == {"moves.py": OTHER_WORK}


def test_an_untouched_copy_is_better_than_nothing(tmp_path: Path, stub: bytes) -> None:
    assert read(tmp_path, {"moves-1.py": stub}, stub).sources == {"moves.py": stub}


def test_a_copy_that_is_no_text_is_an_error_of_the_file(tmp_path: Path, stub: bytes) -> None:
    found = read(tmp_path, {"moves-1.py": b"\xff"}, stub)
    assert isinstance(found.sources["moves.py"], Unreadable)
    assert not is_missing(found.sources["moves.py"])
    assert found.sentences == ("moves.py was handed in as moves-1.py: taken from there",)
    found = read(tmp_path, {"moves.py": b"\xff", "moves-1.py": WORK}, stub)
    assert not isinstance(found.sources["moves.py"], bytes)
    assert "moves.py cannot be used, and moves-1.py may be meant: look at it" in found.sentences


def test_texts_that_define_no_slot_are_not_taken(tmp_path: Path, stub: bytes) -> None:
    found = read(tmp_path, {"moves.txt": b"My notes", "moves-2.py": b"import math\n"}, stub)
    assert is_missing(found.sources["moves.py"])
    assert found.sentences[0] == (
        "moves.py is not there, and moves-2.py, moves.txt may have it: look at it"
    )


def test_files_of_another_kind_are_named(tmp_path: Path, stub: bytes) -> None:
    found = read(tmp_path, {"moves.docx": b"PK", "moves.py~": WORK}, stub)
    assert is_missing(found.sources["moves.py"])
    assert found.sentences == (
        "moves.py is not there, and moves.docx, moves.py~ may have it: look at it",
        "nothing of the code was handed in: ask the student",
    )


def test_another_expected_file_is_never_taken(tmp_path: Path) -> None:
    (tmp_path / "part_1.py").write_bytes(WORK)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "part_1.py").write_bytes(OTHER_WORK)
    found = submissions.read(tmp_path, "ada", ["part.py", "part_1.py"])
    assert is_missing(found.sources["part.py"])
    assert found.sources["part_1.py"] == WORK
    assert found.notes == ()


def test_without_what_was_handed_out_any_code_counts(tmp_path: Path) -> None:
    (tmp_path / "moves (1).py").write_bytes(b"import math\n\nclass Walker:\n    pass\n")
    assert isinstance(submissions.read(tmp_path, "", ["moves.py"]).sources["moves.py"], bytes)


def test_no_code_at_all_is_told(tmp_path: Path, stub: bytes) -> None:
    found = read(tmp_path, {"toy.ipynb": b"{}"}, stub)
    assert is_missing(found.sources["moves.py"])
    assert found.sentences == ("nothing of the code was handed in: ask the student",)


def test_an_own_module_beside_is_told(tmp_path: Path, stub: bytes) -> None:
    work = b"from helpers import f\nimport math\nimport lib.tools, numpy\n" + WORK
    beside = {"helpers.py": b"", "lib/tools.py": b"", "math.py": b"", "other.py": b""}
    found = read(tmp_path, {"moves.py": work, **beside}, stub)
    assert found.sentences == (
        "moves.py imports helpers, which lies beside it: only the assignment's files are read",
        "moves.py imports lib, which lies beside it: only the assignment's files are read",
    )


def test_a_crowd_of_copies_is_read_within_limits(tmp_path: Path, stub: bytes) -> None:
    copies = {f"moves-{number}.py": WORK + b"#%d\n" % number for number in range(60)}
    found = read(tmp_path, copies, stub)
    assert is_missing(found.sources["moves.py"])
    assert all(len(sentence) < 300 for sentence in found.sentences)
    assert " more may be it: none was taken" in found.sentences[0]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads it")
def test_newer_syntax_is_told(tmp_path: Path, stub: bytes) -> None:
    found = read(tmp_path, {"moves.py": WORK + b"type Pair = tuple[int, int]\n"}, stub)
    assert found.sentences == (
        "moves.py has a type statement on line 3: that needs Python 3.12 or newer, "
        "and the grader runs Python 3.11",
    )
