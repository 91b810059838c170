"""`autograder collect`: what it writes, what it leaves, and what it says."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.collecting import class_collection, placement
from autograder.collecting.class_collection import ClassCollection, Order, Row, collect
from autograder.collecting.download_shape import Expected
from autograder.collecting.placement import Outcome
from autograder.collecting.platform_time import Zone
from autograder.errors import KitError, UsageError
from tests.collecting.samples import METADATA, canvas, python_zip, write, zip_of
from tests.conftest import TOY, Ran

EXPECTED = Expected("toy", ("moves.py",), ("moves.py", "toy.ipynb"))
H, ADA = "H 1_a_b_attempt_2026-11-30-", "1-2 - Ada - Nov 30, 2026 "
BOTH = {"moves.py": "x = 1\n", "toy.ipynb": "{}"}


class Place:
    """A folder for hand-ins, and downloads to collect into it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.submitted = root / "submitted"

    def collect(self, *downloads: Path, **options: object) -> ClassCollection:
        order = Order(EXPECTED, self.submitted, Zone("UTC"), **options)  # type: ignore[arg-type]
        return collect(order, downloads)

    def row(self, *downloads: Path, **options: object) -> Row:
        """The only row of a class of one."""
        (row,) = self.collect(*downloads, **options).rows
        return row

    def code(self, student: str) -> str:
        return (self.submitted / student / "toy" / "moves.py").read_text()

    def students(self) -> set[str]:
        if not self.submitted.exists():
            return set()
        return {name for name in os.listdir(self.submitted) if not name.startswith(".")}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def brightspace(root: Path, when: str, code: str) -> Path:
    """A folder with one student's attempt, as Brightspace names it."""
    shutil.rmtree(root / "class", ignore_errors=True)
    write(root / "class", {f"1-2 - Ada - {when}/moves.py": code})
    return root / "class"


# ------------------------------------------------------------------------------ downloads


@pytest.mark.parametrize(
    "files",
    [
        {"ada/moves.py": "a", "bob/moves.py": "b"},
        {"ada/toy/moves.py": "a", "bob/toy/moves.py": "b"},
        {"ada_moves.py": "a", "bob_moves.py": "b"},
        {"class/ada/moves.py": "a", "class/bob/src/moves.py": "b"},
        {"ada - moves.py": "a", "bob moves.py": "b", "README.txt": "hello"},
    ],
)
def test_folders_of_folders_and_of_loose_files(place: Place, files: dict[str, str]) -> None:
    found = place.collect(write(place.root / "hand-ins", files))
    assert not found.strays
    assert (place.code("ada"), place.code("bob")) == ("a", "b")
    assert place.students() == {"ada", "bob"}


@pytest.mark.parametrize("name", ["ada.zip", "ada_toy.zip", "ada_123_homework.zip"])
def test_the_zip_that_students_pack(place: Place, name: str) -> None:
    row = place.row(python_zip(place.root / name, BOTH))
    assert (row.student, row.there, row.missing) == ("ada", ["moves.py", "toy.ipynb"], [])


def test_the_assignments_name_makes_no_other_student(place: Place) -> None:
    python_zip(place.root / "zips" / "ada_toy.zip", {"moves.py": "first"})
    python_zip(place.root / "zips" / "ada_toy_2.zip", {"moves.py": "second"})
    python_zip(place.root / "zips" / "bob.zip", {"moves.py": "x"})
    place.collect(place.root / "zips")
    assert place.students() == {"ada", "bob"}
    assert place.code("ada") == "second"


def test_a_class_in_an_archive_of_archives(place: Place) -> None:
    one = zip_of(place.root, {"moves.py": "a"})
    bulk = python_zip(place.root / "section 3.zip", {"x/ada.zip": one, "x/bob.zip": one[:-9]})
    found = place.collect(bulk)
    assert [row.outcome for row in found.rows] == [Outcome.NEW, Outcome.BAD]
    assert place.students() == {"ada"}


@pytest.mark.parametrize("as_folder", [False, True])
def test_a_folder_for_each_section_or_group(place: Place, as_folder: bool) -> None:
    files = {
        "Group A/Ada_101_assignsubmission_file_/moves.py": "a",
        "Group A/Bob_102_assignsubmission_file_/moves.py": "b",
        "Group B/Cy_103_assignsubmission_file_/moves.py": "c",
        "Group B/Bob_102_assignsubmission_file_/moves.py": "b",
    }
    files |= {f"Section {i}/doe_{i}_9_moves.py": "x = 1\n" for i in (1, 2)}
    folder = write(place.root / "class", files)
    archive = python_zip(place.root / "class.zip", files | {"Section 1/doe_3_9_hw.zip": b"bad"})
    found = place.collect(folder if as_folder else archive)
    students = {"Ada_101", "Bob_102", "Cy_103", "doe_1", "doe_2"}
    assert place.students() == students
    assert {row.student for row in found.rows} - students == (set() if as_folder else {"doe_3"})


def test_what_is_in_a_students_folder_is_nobody_elses(place: Place) -> None:
    files = {
        "eve/Ada_101_assignsubmission_file_/moves.py": "a",
        "eve/Bob_102_assignsubmission_file_/moves.py": "b",
        "bob/moves.py": "b",
    }
    place.collect(write(place.root / "class", files))
    assert place.students() == {"bob"}


def test_a_renamed_file_beside_the_untouched_one_is_seen(place: Place) -> None:
    stub = b'def rot():\n    # TODO\n    raise NotImplementedError("rot")\n'
    files = {"ada/moves.py": stub.decode(), "ada/moves-1.py": "def rot():\n    return 1\n"}
    row = place.row(write(place.root / "class", files | {"ada/toy.ipynb": "{}"}))
    assert row.notes == ["moves.py was read, and not moves-1.py, which differs"]
    row = place.row(place.root / "class", stubs={"moves.py": stub})
    assert "moves-1.py has work in it" in row.notes[0]


def test_several_downloads_at_once(place: Place) -> None:
    ada = python_zip(place.root / "ada.zip", BOTH)
    bob = write(place.root / "bob", BOTH)
    carl = write(place.root, {"carl_7_8_moves.py": "c"}) / "carl_7_8_moves.py"
    place.collect(ada, bob, carl)
    assert place.students() == {"ada", "bob", "carl_7"}


def test_a_bad_part_of_a_class_costs_one_student(place: Place) -> None:
    files: dict[str, str | bytes] = {"ada_1_2_moves.py": "good", "bob_3_4_moves.py": "b" * 99}
    bulk = python_zip(place.root / "submissions.zip", files | {"../out.py": "x"})
    data = bytearray(bulk.read_bytes())
    data[data.index(b"bob_3_4_moves.py") + 17] ^= 1
    bulk.write_bytes(data)
    found = place.collect(bulk)
    assert [(row.student, row.outcome) for row in found.rows] == [
        ("ada_1", Outcome.NEW),
        ("bob_3", Outcome.BAD),
    ]
    assert "damaged" in found.rows[1].doubts[0]
    assert "outside of it" in found.strays[0]
    assert not (place.root / "out.py").exists()


def test_a_group_of_gradescopes_is_collected_for_each(place: Place) -> None:
    text = METADATA.replace("  :created_at", "  - :name: Eve\n    :sid: E7\n  :created_at", 1)
    files = {"submission_metadata.yml": text, "submission_201/moves.py": "x"}
    found = place.collect(write(place.root / "export", files))
    assert place.students() == {"Ada_Lovelace_1815", "Eve_E7"}
    assert all("together with" in row.notes[0] for row in found.rows)


@pytest.mark.parametrize("metadata", ["", "- [", "{}", "a: &a [*a]", "!!python/object:os.x {}"])
def test_gradescope_without_metadata_keeps_submissions_apart(place: Place, metadata: str) -> None:
    files = {f"submission_{i}/moves.py": f"{i}" for i in (1, 2)}
    folder = write(place.root / "export", files | {"submission_metadata.yml": metadata})
    found = place.collect(folder)
    assert place.students() == {"submission_1", "submission_2"}
    assert all("does not say who" in row.doubts[0] for row in found.rows)


def test_canvas_gives_the_later_of_two_files_of_one_name(place: Place) -> None:
    files = {"ada_1_20_moves-1.py": "later", "ada_1_10_moves.py": "earlier"}
    row = place.row(write(place.root / "canvas", files))
    assert place.code("ada_1") == "later"
    assert any("moves.py was left out" in note for note in row.notes)
    assert not row.doubts


def test_a_newer_attempt_that_lacks_a_file_is_doubtful(place: Place) -> None:
    first, second = "1-2 - Ada - Nov 30, 2026 1000 PM", "1-2 - Ada - Nov 30, 2026 1100 PM"
    files = {f"{first}/moves.py": "x", f"{first}/toy.ipynb": "{}", f"{second}/toy.ipynb": "{}"}
    row = place.row(write(place.root / "class", files))
    assert row.missing == ["moves.py"]
    assert any("moves.py" in doubt for doubt in row.doubts)


def test_a_damaged_newest_attempt_gives_way_to_the_one_before(place: Place) -> None:
    first, second = "1-2 - Ada - Nov 30, 2026 1000 PM", "1-2 - Ada - Nov 30, 2026 1100 PM"
    files: dict[str, str | bytes] = {f"{first}/moves.py": "x", f"{second}/hw.zip": b"PK\x03\x04"}
    row = place.row(write(place.root / "class", files))
    assert row.outcome == Outcome.NEW


@pytest.mark.parametrize(
    "name", ["İpek Ünal", "李小龍", "Ada/../..", "CON", "aux.x", "..", "x" * 300]
)
def test_any_name_becomes_a_folder_of_its_own(place: Place, name: str) -> None:
    folder = f"{name.replace('/', '_')[:80]}_77_assignsubmission_file_"
    write(place.root / "moodle", {f"{folder}/moves.py": "x"})
    row = place.row(place.root / "moodle")
    assert "77" in row.student
    assert "/" not in row.student and not row.student.startswith((".", "-"))
    assert place.code(row.student) == "x"


def test_names_that_look_alike_are_two_students(place: Place) -> None:
    files = {
        "café/moves.py": "nfc",
        "cafe\u0301/moves.py": "nfd",
        "Ada/moves.py": "",
        "ada/moves.py": "",
    }
    found = place.collect(write(place.root / "class", files))
    assert len({row.student.casefold() for row in found.rows}) == 4
    assert all(row.doubts for row in found.rows)


@pytest.mark.parametrize(
    ("names", "student"),
    [
        (("ada_1_2_hw.zip", "ada_1_3_hw-1.zip"), "ada_1"),
        (("ada_1_2_hw.zip", "ada_LATE_1_3_hw.zip"), "ada_1"),
        (("anon_x7Qa1_2_hw.zip", "anon_x7Qa1_3_hw-1.zip"), "anon_x7Qa1"),
        ((f"{H}22-00-00_hw.zip", f"{H}23-00-00_hw.zip"), "b"),
        ((f"{ADA}1000 PM - hw.zip", f"{ADA}1100\u202fPM - hw.zip"), "Ada_1"),
    ],
)
def test_nothing_of_an_earlier_attempt_is_mixed_in(
    place: Place, names: tuple[str, str], student: str
) -> None:
    python_zip(place.root / "zips" / names[0], {"moves.py": "old", "removed.py": "old"})
    python_zip(place.root / "zips" / names[1], {"moves.py": "new"})
    row = place.row(place.root / "zips")
    assert row.student == student
    assert place.code(student) == "new"
    assert not (place.submitted / student / "toy" / "removed.py").exists()
    assert not [doubt for doubt in row.doubts if "LATE" not in doubt]
    assert row.notes


def test_equal_attempts_leave_no_doubt(place: Place) -> None:
    """Some systems unpack an archive and leave it there."""
    python_zip(place.root / "class" / "ada.zip", {"moves.py": "x"})
    python_zip(place.root / "class" / "ada (1).zip", {"moves.py": "x"})
    write(place.root / "class" / "ada", {"moves.py": "x"})
    row = place.row(place.root / "class")
    assert (row.student, row.doubts) == ("ada", [])


def test_a_browsers_second_download_is_the_later(place: Place) -> None:
    python_zip(place.root / "class" / "ada (1).zip", {"moves.py": "second"})
    python_zip(place.root / "class" / "ada.zip", {"moves.py": "first"})
    row = place.row(place.root / "class")
    assert place.code("ada") == "second"
    assert "nothing says" in row.doubts[0]


def test_canvas_quizzes_keep_students_apart(place: Place) -> None:
    files = {f"{name}_question_678_{i}_moves.py": name for i, name in enumerate(("ada1", "bob2"))}
    place.collect(write(place.root / "quiz", files))
    assert len(place.students()) == 2


def test_a_name_that_is_no_text_is_collected(place: Place) -> None:
    folder = os.fsdecode(b"Ren\xe9_101_assignsubmission_file_")
    place.row(write(place.root / "moodle", {f"{folder}/moves.py": "x"}))
    assert place.students() == {"Ren_101"}


def test_the_old_form_of_blackboards_receipt_names_its_zone(place: Place) -> None:
    stem = "H_ada_attempt_2026-11-30-23-30-00"
    text = "Name: Ada (ada)\nDate Submitted: Monday, November 30, 2026 11:30:00 o'clock PM PST\n"
    write(place.root / "bb", {f"{stem}.txt": text, f"{stem}_moves.py": "x"})
    order = Order(EXPECTED, place.submitted, Zone("America/Los_Angeles"))
    (row,) = collect(order, [place.root / "bb"]).rows
    assert str(row.attempt.when) == "2026-12-01 07:30:00"
    assert not row.attempt.is_unzoned


def test_times_without_a_zone_are_in_the_courses(place: Place) -> None:
    order = Order(EXPECTED, place.submitted, Zone(None, lambda: "Europe/Berlin"))
    (row,) = collect(order, [brightspace(place.root, "Jul 1, 2026 1200 PM", "x")]).rows
    assert str(row.attempt.when) == "2026-07-01 10:00:00"


# ------------------------------------------------------------------------------ a second run


def test_a_second_run_changes_nothing(place: Place) -> None:
    download = canvas(place.root, lambda who: who)
    place.collect(download)
    before = {p: p.stat().st_mtime_ns for p in place.submitted.rglob("*") if p.is_file()}
    found = place.collect(download)
    assert {row.outcome for row in found.rows} == {Outcome.SAME}
    lock = place.submitted / placement.LOCK
    after = {p: p.stat().st_mtime_ns for p in place.submitted.rglob("*") if p.is_file()}
    assert {p: t for p, t in after.items() if p != lock} == {
        p: t for p, t in before.items() if p != lock
    }


def test_a_newer_hand_in_replaces_and_says_so_and_an_older_does_not(place: Place) -> None:
    place.collect(brightspace(place.root, "Nov 30, 2026 1000 PM", "ten"))
    row = place.row(brightspace(place.root, "Nov 30, 2026 1100 PM", "eleven"))
    assert (row.outcome, place.code("Ada_1")) == (Outcome.REPLACED, "eleven")
    assert row.notes == ["replaced 2026-11-30 22:00:00"]
    row = place.row(brightspace(place.root, "Nov 30, 2026 900 PM", "nine"))
    assert (row.outcome, place.code("Ada_1")) == (Outcome.KEPT, "eleven")
    row = place.row(brightspace(place.root, "Nov 30, 2026 900 PM", "nine"), replace=True)
    assert (row.outcome, place.code("Ada_1")) == (Outcome.REPLACED, "nine")


def test_where_nothing_says_which_is_newer_the_old_stays(place: Place) -> None:
    place.collect(write(place.root / "a" / "ada", {"moves.py": "old"}))
    new = write(place.root / "b" / "ada", {"moves.py": "new"})
    row = place.row(new)
    assert (row.outcome, place.code("ada")) == (Outcome.KEPT, "old")
    assert "--replace" in row.doubts[0]
    assert place.row(new, replace=True).outcome == Outcome.REPLACED


def test_canvas_numbers_tell_which_is_newer(place: Place) -> None:
    for number, text in ((20, "second"), (10, "first"), (30, "third")):
        shutil.rmtree(place.root / "c", ignore_errors=True)
        place.collect(write(place.root / "c", {f"ada_1_{number}_moves.py": text}))
        assert place.code("ada_1") == ("third" if number == 30 else "second")


def test_a_dry_run_writes_nothing(place: Place) -> None:
    row = place.row(python_zip(place.root / "ada.zip", BOTH), dry_run=True)
    assert (row.outcome, row.there) == (Outcome.NEW, ["moves.py", "toy.ipynb"])
    assert not place.submitted.exists()


def test_a_killed_run_loses_no_hand_in(place: Place) -> None:
    place.collect(write(place.root / "a" / "ada", {"moves.py": "old"}))
    work = place.submitted / placement.WORK
    (work / placement.OLD / "ada").mkdir(parents=True)
    (place.submitted / "ada" / "toy").rename(work / placement.OLD / "ada" / "toy")
    (work / "student-0" / "attempt-0").mkdir(parents=True)
    place.collect(write(place.root / "b" / "bob", {"moves.py": "b"}))
    assert place.code("ada") == "old"
    assert not work.exists()


def test_two_runs_do_not_mix(place: Place) -> None:
    ada = write(place.root / "ada", {"moves.py": "a"})
    with placement.workplace(place.submitted, False), pytest.raises(UsageError, match="another"):
        place.collect(ada)


@pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to("/tmp")])
def test_what_is_no_folder_at_a_students_place_is_left(
    place: Place, make: Callable[[Path], None]
) -> None:
    place.submitted.mkdir()
    make(place.submitted / "ada")
    row = place.row(write(place.root / "ada", {"moves.py": "a"}))
    assert row.outcome == Outcome.BAD
    assert "move it away" in row.doubts[0]


# ------------------------------------------------------------------------------ late ones


def test_a_late_time_can_be_given(place: Place) -> None:
    download = canvas(place.root, lambda who: who)
    when = class_collection.datetime.datetime(2026, 12, 1, 9)
    found = place.collect(download, late_time=when)
    assert not any(row.doubts for row in found.rows)
    stamp = place.submitted / "byronbob_12352" / "toy" / "timestamp.txt"
    assert stamp.read_text() == "2026-12-01 09:00:00.000000 UTC"


def test_what_the_platform_says_is_kept(place: Place) -> None:
    place.collect(canvas(place.root, lambda who: who))
    record = placement.read_record(place.submitted, "toy")
    assert record["byronbob_12352"].late
    assert record["lovelaceada_12345"].platform == "Canvas"


# ------------------------------------------------------------------------------ gone wrong


def test_a_pile_is_no_student(place: Place) -> None:
    row = place.row(python_zip(place.root / "submissions.zip", BOTH))
    assert row.outcome == Outcome.BAD
    assert "no student's name" in row.doubts[0]
    odd = place.row(python_zip(place.root / "submissions.zip", BOTH), allow_odd=True)
    assert odd.outcome == Outcome.NEW


def test_the_hand_ins_of_several_are_no_students(place: Place) -> None:
    """A student's archive could hold what looks like somebody else's hand-in."""
    files = {"pam_1_2_moves.py": "evil", "sam_3_4_moves.py": "evil"}
    python_zip(place.root / "zips" / "eve.zip", files)
    python_zip(place.root / "zips" / "ada.zip", BOTH)
    found = place.collect(place.root / "zips")
    assert place.students() == {"ada"}
    assert "2 students" in found.rows[1].doubts[0]
    assert "by itself" in found.rows[1].doubts[0]


def test_two_copies_of_a_file_are_doubtful(place: Place) -> None:
    files = {f"section {i}/{name}/moves.py": "x" for i in (1, 2) for name in ("ada", "bob")}
    found = place.collect(write(place.root / "class", files))
    assert ["in several folders: ada, bob" in row.doubts[0] for row in found.rows] == [True, True]


def test_another_assignments_download_is_refused(place: Place) -> None:
    files = {f"s{i}/other.py": "x" for i in range(5)}
    with pytest.raises(KitError, match="5 of 5 hand-ins have none of the files"):
        place.collect(write(place.root / "class", files))
    assert place.students() == set()


def test_nothing_to_collect_is_said(place: Place) -> None:
    (place.root / "empty").mkdir()
    with pytest.raises(KitError, match="no hand-ins"):
        place.collect(place.root / "empty")
    with pytest.raises(UsageError, match="there is no"):
        place.collect(place.root / "absent")


# ------------------------------------------------------------------------------ the command


def test_the_table_names_everything(autograder: Callable[..., Ran], tmp_path: Path) -> None:
    write(tmp_path / "hand-ins", {"ada/moves.py": "x", "eve/notes.txt": "x", "moves.py.txt": "x"})
    (tmp_path / "hand-ins" / "bob.zip").write_bytes(b"Rar!\x1a\x07\x00")
    os.remove(tmp_path / "hand-ins" / "moves.py.txt")
    write(tmp_path / "hand-ins", {"stray.py": "x", "roster.csv": "x"})
    course = shutil.copytree(TOY, tmp_path / "course")
    ran = autograder("collect", "toy", "../hand-ins", cwd=course)
    assert ran.status == 1
    lines = ran.out.splitlines()
    assert [line for line in lines if "bob" in line and "look at" in line] == [
        "look at bob: bob.zip is a .rar archive, which is not read: unpack it, pack it as a zip"
    ]
    assert "look at eve: has none of the files of the assignment" in lines
    assert "look at stray.py names no student: call it STUDENT_stray.py" in lines
    assert "  roster.csv was left out" in lines
    assert lines[-1].startswith("3 students: 2 new, 1 not collected")


@pytest.mark.parametrize(
    "arguments",
    [
        ("toy",),
        ("nothing", "."),
        ("toy", "absent.zip"),
        ("toy", ".", "--timezone", "Mars"),
        ("toy", ".", "--student-pattern", "("),
        ("toy", ".", "--late-time", "soon"),
    ],
)
def test_wrong_use_is_misuse(
    autograder: Callable[..., Ran], toy_course: Path, arguments: tuple[str, ...]
) -> None:
    ran = autograder("collect", *arguments, cwd=toy_course)
    assert ran.status == 2
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (
            {"submissions/toy/pam_1_2_moves.py": "x", "submissions/toy/sam_3_4_moves.py": "x"},
            "2 st",
        ),
        ({"assignment/toy/submission_metadata.yml": "x"}, "is no student's name"),
        ({f"ada/toy/{i}/moves.py": "x" for i in range(3)}, "3 folders"),
        ({f"s{i}/toy/README": "x" for i in range(4)}, "4 of 4"),
    ],
)
def test_grade_stops_before_the_gradebook(
    autograder: Callable[..., Ran], toy_course: Path, files: dict[str, str], why: str
) -> None:
    write(toy_course / "submitted", files)
    ran = autograder("grade", "toy", "--gradebook", cwd=toy_course)
    assert ran.status == 1
    assert why in ran.err
    assert "autograder collect toy" in ran.err
    assert not (toy_course / "reports").exists()
