"""Whose a file is, by its name; what a student chose in it makes it nobody else's."""

from __future__ import annotations

import datetime

import pytest

from autograder.collecting import platform_time
from autograder.collecting.platform_label import Platform, folder_name, label

FORGED = "x_103_assignsubmission_file_moves.py"
BLACKBOARD = "H 1_eve_attempt_2026-11-30-23-30-00"


@pytest.mark.parametrize(
    ("name", "id", "rest"),
    [
        (f"Eve_102_assignsubmission_file_{FORGED}", "102", FORGED),
        ("Eve_102_assignsubmission_onlinetext_onlinetext.html", "102", "onlinetext.html"),
        ("eve_102_5_pam_103_6_moves.py", "102", "pam_103_6_moves.py"),
        ("eve_LATE_102_5_moves.py", "102", "moves.py"),
        (f"{BLACKBOARD}_pam_attempt_2026-11-30-23-30-00_moves.py", "eve",
         "pam_attempt_2026-11-30-23-30-00_moves.py"),
        ("102-5 - Eve - 1. joulu 2026 1300 - Nov 1, 2026 100 PM - m.py", "102",
         "Nov 1, 2026 100 PM - m.py"),
        ("102-5 - Eve - Nov 30, 2026 1130 PM - m.py", "102", "m.py"),
    ],
)  # fmt: skip
def test_the_name_of_a_file_makes_it_nobody_elses(name: str, id: str, rest: str) -> None:
    found = label(name, is_folder=False)
    assert found is not None
    assert (found.id, found.rest) == (id, rest)


def test_the_name_of_a_file_changes_no_time() -> None:
    found = label("1-2 - Eve - Dec 1, 2026 100 PM - Nov 1, 2026 100 PM - m.py", is_folder=False)
    assert found is not None
    assert found.local == datetime.datetime(2026, 12, 1, 13)


@pytest.mark.parametrize(
    "name", ["moves.py", "ada_1.zip", "ada_2026_11_30.zip", "a_b_c.py", "1-2.py"]
)
def test_other_names_have_no_label(name: str) -> None:
    assert label(name, is_folder=False) is None


@pytest.mark.parametrize("name", ["ada", "ada_1_2_x", "1-2 - Ada", "submission", "submission_x"])
def test_other_folders_have_no_label(name: str) -> None:
    assert label(name, is_folder=True) is None


def test_a_folder_of_moodles_has_the_last_number() -> None:
    found = label("Ada_7_assignsubmission_file_ Byron_103_assignsubmission_file_", is_folder=True)
    assert found is not None
    assert (found.platform, found.id) == (Platform.MOODLE, "103")


@pytest.mark.parametrize(
    "text",
    ["Nov 30, 2026 1130 PM", "Nov 30, 2026 11:30 PM", "November 30, 2026 2330",
     "30 Nov, 2026 2330", "Nov. 30, 2026 11-30 pm", "Nov 30, 2026 11.30\u202fPM",
     "2026-11-30 2330", "2026\u5e7411\u670830\u65e5 23:30", "30 de noviembre de 2026 23:30",
     "30 nov. 2026 23 h 30", "30. November 2026 23:30 Uhr", "Nov 30, 2026 11 30 p. m."],
)  # fmt: skip
def test_brightspaces_times(text: str) -> None:
    assert platform_time.brightspace(text) == datetime.datetime(2026, 11, 30, 23, 30)


@pytest.mark.parametrize(
    "months",
    [
        "jan feb m\u00e4rz apr mai juni juli aug sept okt nov dez",
        "janv. f\u00e9vr. mars avr. mai juin juil. ao\u00fbt sept. oct. nov. d\u00e9c.",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gen feb mar apr mag giu lug ago set ott nov dic",
        "jan fev mar\u00e7o abr maio jun jul ago set out nov dez",
        "jan feb mrt apr mei jun jul aug sep okt nov dec",
    ],
)
def test_months_of_other_languages(months: str) -> None:
    times = [platform_time.brightspace(f"1 {month} 2026 9 30") for month in months.split()]
    assert [time and time.month for time in times] == list(range(1, 13))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nov 31, 2026 1130 PM",
        "30. nov. 26",
        "Foo 1, 2026 100 PM",
        "11/12/2026 1130",
        "2026-13-30 2330",
        "jui 1, 2026 100 PM",
    ],
)
def test_other_times_are_not_known(text: str) -> None:
    assert platform_time.brightspace(text) is None


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Ada Lovelace", "Ada_Lovelace_7"),
        ("../../etc", "etc_7"),
        (".hidden", "hidden_7"),
        ("-rf", "rf_7"),
        ("a+b;c$(d)", "a_b_c_d_7"),
        ("Ren\u00e9e", "Ren\u00e9e_7"),
        ("Rene\u0301e", "Ren\u00e9e_7"),
        ("\u202eevil", "evil_7"),
        ("", "7"),
        ("x" * 300, "x" * 98 + "_7"),
    ],
)
def test_folders_are_names_that_nbgrader_takes(name: str, folder: str) -> None:
    assert folder_name(name, "7") == folder


@pytest.mark.parametrize("name", ["con", "NUL", "aux.x", "com1"])
def test_names_that_windows_keeps_for_itself_are_changed(name: str) -> None:
    assert folder_name(name) == f"{name}_"
