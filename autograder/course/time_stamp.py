"""The time of handing in: nbgrader's `timestamp.txt`, and times as people and platforms write them.

nbgrader writes the abbreviation of a time zone, such as PST, and reads few of them. An abbreviation
means what it means in the course's own time zone at that time; without one, what all places that
use it agree on. Where they do not agree, the time is not known.
"""

from __future__ import annotations

import codecs
import datetime
import functools
import os
import re
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.files import read_regular
from autograder.text import printable

STAMP = "timestamp.txt"
MAX_BYTES = 400
EARLIEST = 1970  # years before it, and the last that can be written, are mistakes
LATEST = 9998
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
ISO = re.compile(
    r"(\d{4}-\d\d-\d\d|\d{4}-W\d\d-\d|\d{4}W\d{3}|\d{8})"
    r"(?:[T ](\d\d:?\d\d(?::?\d\d(?:[.,]\d+)?)?))?(?! ?(?:[AP]\.?M\b|\d)) ?(.*)",
    re.IGNORECASE | re.ASCII,
)
OFFSET = re.compile(r"(?:UTC|GMT)? ?([+-])(\d\d?)(?::?(\d\d)(?::?(\d\d))?)?(?: \(.*\))?", re.ASCII)


@dataclass(frozen=True)
class Stamp:
    """What is known of a time of handing in.

    Attributes:
        when: the time in UTC, without a zone; None where it is not known.
        zone: the time zone that makes it unknown, or "".
        is_there: whether there is a time stamp at all.
    """

    when: datetime.datetime | None = None
    zone: str = ""
    is_there: bool = True

    @property
    def problem(self) -> str:
        """Why the time is not known, as a sentence without an end; "" where it is."""
        if self.when is not None:
            return ""
        if not self.is_there:
            return f"there is no {STAMP}"
        if self.zone:
            zone = printable(self.zone, 40)
            return f"{STAMP} has the time zone {zone}, which can mean several or none"
        return f"{STAMP} cannot be read"


@dataclass(frozen=True)
class LateRules:
    """What a course says of late submissions.

    Attributes:
        timezone: the course's time zone, such as Europe/Berlin, or "".
        has_penalty: whether who is late loses points.
    """

    timezone: str = ""
    has_penalty: bool = False

    def note(self, folder: Path) -> str:
        """What a person should know about a submission's time stamp; "" where nothing."""
        stamp = read(folder, self.timezone)
        if not stamp.problem or not (stamp.is_there or self.has_penalty):
            return ""
        penalty = ", and late submissions lose points" if self.has_penalty else ""
        return f"{stamp.problem}: whether it was late is not known{penalty}"


def read(folder: Path, timezone: str = "") -> Stamp:
    """The time stamp of a submission; `timezone` is the course's, such as Europe/Berlin."""
    path = folder / STAMP
    if not os.path.lexists(path):
        return Stamp(is_there=False)
    content = read_regular(path, MAX_BYTES, hard_links=True)
    return parse(_decoded(content), timezone) if isinstance(content, bytes) else Stamp()


def written(when: datetime.datetime) -> str:
    """The text of a `timestamp.txt` that nbgrader reads; `when` without a zone is UTC."""
    if when.tzinfo is not None:
        when = when.astimezone(datetime.UTC).replace(tzinfo=None)
    return f"{when.isoformat(' ', 'microseconds')} UTC"


def parse(text: str, timezone: str = "") -> Stamp:
    """Read a time: ISO 8601, what nbgrader writes, and dates that can be read in one way only.

    A time without a zone is UTC, as nbgrader takes it. Raises nothing, whatever the text.
    """
    plain = text[:MAX_BYTES].replace("\u2212", "-").replace("\ufeff", "")
    text = " ".join(plain.split())
    try:
        match = ISO.fullmatch(text)
        if match is None:
            return _parse_freely(text, timezone)
        day, time, zone = match[1].upper(), (match[2] or "00:00"), match[3]
        next_day = re.fullmatch(r"24:?00(?::?00(?:[.,]0+)?)?", time) is not None
        when = datetime.datetime.fromisoformat(f"{day}T{'00:00' if next_day else time}")
        return _in_utc(when + datetime.timedelta(days=next_day), zone, timezone)
    except _UnknownZoneError as error:
        return Stamp(zone=str(error))
    except Exception:  # the parser of dates raises many kinds
        return Stamp()


class _UnknownZoneError(Exception):
    """Its text is the zone."""


def _in_utc(when: datetime.datetime, zone: str, course: str) -> Stamp:
    aware = when.replace(tzinfo=_zone(zone, when, course))
    utc = aware.astimezone(datetime.UTC).replace(tzinfo=None, fold=0)
    return Stamp(utc if EARLIEST <= utc.year <= LATEST else None)


def _parse_freely(text: str, course: str) -> Stamp:
    """A time as dateutil, which nbgrader uses, reads it; unknown where it could be another."""
    import dateutil.parser  # here: slow, and rarely needed

    bases = (datetime.datetime(2000, 1, 1), datetime.datetime(2001, 2, 2))
    found = {
        dateutil.parser.parse(text, ignoretz=True, default=base, dayfirst=dayfirst)
        for base in bases  # what the text lacks comes from them
        for dayfirst in ((False,) if re.match(r"\d{4}-", text) else (False, True))
    }
    if len(found) != 1:
        return Stamp()
    (when,) = found

    def zone(name: str | None, seconds: int | None) -> datetime.tzinfo:
        if seconds is not None:
            return datetime.timezone(datetime.timedelta(seconds=seconds))
        return _zone(name or "", when, course)

    read = dateutil.parser.parse(text, tzinfos=zone, default=bases[0])
    offset = read.utcoffset() or datetime.timedelta()
    utc = when - offset
    return Stamp(utc if EARLIEST <= utc.year <= LATEST else None)


# ------------------------------------------------------------------------------ time zones


def _zone(text: str, when: datetime.datetime, course: str) -> datetime.tzinfo:
    """The zone that a text names at a local time. Raises _UnknownZoneError."""
    name = text.strip(" ()").lower()
    if name in ("", "z", "utc", "gmt", "ut"):
        return datetime.UTC
    offset = OFFSET.fullmatch(text.strip().upper())
    if offset is not None:
        hours, minutes, seconds = (int(part or 0) for part in offset.groups()[1:])
        ahead = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return datetime.timezone(-ahead if offset[1] == "-" else ahead)
    if course.lower() in _zone_names():
        zone = zoneinfo.ZoneInfo(_zone_names()[course.lower()])
        for moments in ([when, when.replace(fold=1)], _seasons(when.year)):
            found = _offsets(name, [zone], moments)
            if len(found) == 1:
                return datetime.timezone(found.pop())
    if name in _zone_names():
        return zoneinfo.ZoneInfo(_zone_names()[name])
    everywhere = _offsets_everywhere(name, when.year)
    if len(everywhere) == 1:
        return datetime.timezone(next(iter(everywhere)))
    raise _UnknownZoneError(text.strip())


def _seasons(year: int) -> list[datetime.datetime]:
    """A time in winter and one in summer."""
    return [datetime.datetime(year, month, 1, 12) for month in (1, 7)]


def _offsets(
    abbreviation: str,
    zones: Iterable[datetime.tzinfo],
    moments: Iterable[datetime.datetime],
) -> set[datetime.timedelta]:
    """The offsets that zones call by an abbreviation, in lower case, at some local times."""
    times = [moment.replace(tzinfo=zone) for zone in zones for moment in moments]
    offsets = {t.utcoffset() for t in times if (t.tzname() or "").lower() == abbreviation}
    return {offset for offset in offsets if offset is not None}


@functools.lru_cache(maxsize=500)
def _offsets_everywhere(abbreviation: str, year: int) -> frozenset[datetime.timedelta]:
    """The offsets that any place calls by an abbreviation in a year."""
    zones = [zoneinfo.ZoneInfo(name) for name in _zone_names().values()]
    return frozenset(_offsets(abbreviation, zones, _seasons(year)))


@functools.cache
def _zone_names() -> dict[str, str]:
    """The names of all zones, by their lower-case forms."""
    return {name.lower(): name for name in zoneinfo.available_timezones()}


def _decoded(content: bytes) -> str:
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    return content.decode("utf-8", "replace")
