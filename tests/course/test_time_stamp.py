"""The time of handing in: what nbgrader, platforms and people write, in UTC."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.utils import parse_utc

from autograder.course.time_stamp import STAMP, Stamp, parse, read, written

WINTER, SUMMER = "2026-01-15 12:00:00.000000", "2026-07-15 12:00:00.000000"


def hour(text: str, timezone: str = "") -> str | None:
    """The day and the time in UTC that a text means; None where it is not known."""
    when = parse(text, timezone).when
    return None if when is None else f"{when:%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-01 12:00:00.000000 UTC", "01 12:00"),
        ("2026-03-01 12:00:00", "01 12:00"),
        ("2026-03-01 12:00", "01 12:00"),
        ("2026-03-01 12:00 UTC", "01 12:00"),
        ("2026-03-01T12:00:00Z", "01 12:00"),
        ("2026-03-01t12:00:00z\r\n", "01 12:00"),
        ("2026-03-01T12:00:00.5 +0200\n", "01 10:00"),
        ("2026-03-01 12:00:00,123456789+02:00", "01 10:00"),
        ("2026-03-01 12:00:00+00:00", "01 12:00"),
        ("2026-03-01 12:00:00 -0330", "01 15:30"),
        ("2026-03-01 12:00:00 \u22123:30", "01 15:30"),
        ("2026-03-01 12:00:00 +08", "01 04:00"),
        ("2026-03-01 12:00:00 +0545", "01 06:15"),
        ("2026-03-01 12:00:00 UTC+2", "01 10:00"),
        ("2026-03-01 12:00:00 GMT-05:00", "01 17:00"),
        ("2026-03-01 12:00:00 +0100 (CET)", "01 11:00"),
        ("2026-03-01 12:00:00 Europe/Berlin", "01 11:00"),
        ("2026-07-01 12:00 europe/berlin", "01 10:00"),
        ("20260301T120000Z", "01 12:00"),
        ("2026-W09-7T12:00", "01 12:00"),
        ("2026-03-01 24:00", "02 00:00"),
        ("2026-03-01T24:00:00+01:00", "01 23:00"),
        ("2026-03-01", "01 00:00"),
        ("\ufeff2026-03-01 12:00:00 UTC\r\n", "01 12:00"),
        ("  2026-03-01  12:00:00   utc ", "01 12:00"),
        ("Sun, 01 Mar 2026 12:00:00 +0100", "01 11:00"),
        ("March 1, 2026 12:00 PM EST", "01 17:00"),
        ("2026-03-01 1:30 pm", "01 13:30"),
        ("31.03.2026 12:00 UTC", "31 12:00"),
    ],
)  # fmt: skip
def test_a_time_is_read_in_utc(text: str, utc: str) -> None:
    assert hour(text) == utc


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "12",
        "12:00",
        "March 2026",
        "01/03/2026 12:00 UTC",  # January or March
        "2026-13-01 12:00:00",
        "2026-02-30 12:00:00",
        "2026-03-01 25:00",
        "2026-03-01 12:00:00 +99:00",
        "2026-03-01 12:00:00 UTC and more",
        "0001-01-01 00:00:00 UTC",
        "9999-12-31 23:59:59 -1200",
        "1" * 400,
        "",
    ],
)
def test_a_text_that_says_no_time_or_two_is_not_known(text: str) -> None:
    assert parse(text).when is None


@pytest.mark.parametrize(
    ("timezone", "winter", "summer"),
    [
        ("America/Los_Angeles", ("PST", "20:00"), ("PDT", "19:00")),
        ("America/New_York", ("EST", "17:00"), ("EDT", "16:00")),
        ("America/Chicago", ("CST", "18:00"), ("CDT", "17:00")),
        ("Asia/Shanghai", ("CST", "04:00"), ("CST", "04:00")),
        ("Asia/Manila", ("PST", "04:00"), ("PST", "04:00")),
        ("Europe/Berlin", ("CET", "11:00"), ("CEST", "10:00")),
        ("Europe/London", ("GMT", "12:00"), ("BST", "11:00")),
        ("Europe/Dublin", ("GMT", "12:00"), ("IST", "11:00")),
        ("Asia/Kolkata", ("IST", "06:30"), ("IST", "06:30")),
        ("Asia/Tokyo", ("JST", "03:00"), ("JST", "03:00")),
        ("Asia/Singapore", ("+08", "04:00"), ("+08", "04:00")),
        ("Australia/Sydney", ("AEDT", "01:00"), ("AEST", "02:00")),
        ("America/St_Johns", ("NST", "15:30"), ("NDT", "14:30")),
    ],
)  # fmt: skip
def test_an_abbreviation_means_what_it_means_in_the_courses_time_zone(
    timezone: str, winter: tuple[str, str], summer: tuple[str, str]
) -> None:
    assert hour(f"{WINTER} {winter[0]}", timezone) == f"15 {winter[1]}"
    assert hour(f"{SUMMER} {summer[0]}", timezone) == f"15 {summer[1]}"


def test_without_a_time_zone_an_abbreviation_is_read_if_all_places_agree() -> None:
    for zone, time in {"EST": "17:00", "CET": "11:00", "JST": "03:00", "AEDT": "01:00"}.items():
        assert hour(f"{WINTER} {zone}") == f"15 {time}", zone
    for zone, time in {"EDT": "16:00", "CEST": "10:00", "BST": "11:00"}.items():
        assert hour(f"{SUMMER} {zone}") == f"15 {time}", zone
    for zone in ("PST", "CST", "IST", "XYZ", "Nowhere/Land"):
        for text in (WINTER, SUMMER):
            assert parse(f"{text} {zone}") == Stamp(zone=zone)
    assert "the time zone PST" in parse(f"{WINTER} PST").problem


def test_the_hour_that_comes_twice_is_told_apart_by_its_abbreviation() -> None:
    assert hour("2026-11-01 01:30:00 EDT", "America/New_York") == "01 05:30"
    assert hour("2026-11-01 01:30:00 EST", "America/New_York") == "01 06:30"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_stamp_is_read_in_the_encodings_that_editors_write(tmp_path: Path, encoding: str) -> None:
    (tmp_path / STAMP).write_text("2026-03-01 12:00:00 UTC\r\n", encoding)
    assert read(tmp_path) == Stamp(datetime.datetime(2026, 3, 1, 12))


def test_a_missing_an_endless_and_a_linked_stamp_are_not_known(tmp_path: Path) -> None:
    assert read(tmp_path) == Stamp(is_there=False)
    (tmp_path / STAMP).write_text("2026-03-01 12:00:00 UTC" + " " * 1000)
    assert read(tmp_path) == Stamp()
    (tmp_path / "other").write_text("2026-03-01 12:00:00 UTC")
    (tmp_path / STAMP).unlink()
    (tmp_path / STAMP).symlink_to("other")
    assert read(tmp_path) == Stamp()


# ------------------------------------------------------------------------------ any text

PIECES = st.sampled_from(
    ["2026-03-01", "T", " ", "12:00", ":30", ".5", "Z", "+02:00", "-0330", "PST", "CST", "24:00",
     "UTC", "(", ")", "\ufeff", "\r\n", "am", "W09", "Europe/Berlin", "..", "/", "\0", "9" * 30]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=8).map("".join))


@settings(deadline=None)  # the first abbreviation reads all zones
@given(TEXTS, st.sampled_from(["", "Europe/Berlin", "America/Chicago", "../etc"]) | st.text())
def test_no_text_raises_and_what_is_read_can_be_written(text: str, timezone: str) -> None:
    when = parse(text, timezone).when
    if when is not None:
        assert when.tzinfo is None
        assert parse(written(when)).when == when


@given(st.binary(max_size=80))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / STAMP).write_bytes(content)
    read(folder)


@given(
    st.datetimes(datetime.datetime(1970, 1, 3), datetime.datetime(9990, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
def test_a_time_with_an_offset_is_written_as_nbgrader_reads_it(
    local: datetime.datetime, minutes: int
) -> None:
    zone = datetime.timezone(datetime.timedelta(minutes=minutes))
    aware = local.replace(tzinfo=zone)
    assert parse_utc(written(aware)) == parse(aware.isoformat()).when
