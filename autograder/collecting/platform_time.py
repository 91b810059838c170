"""Times as learning platforms write them into the names of files and folders."""

from __future__ import annotations

import datetime
import re
import zoneinfo

from autograder.errors import UsageError

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_FIRST = r"(?P<month>[A-Za-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})"
DAY_FIRST = r"(?P<day>\d{1,2})\.? (?P<month>[A-Za-z]{3,9})\.?,? (?P<year>\d{4})"
CLOCK = r",? (?P<hour>\d{1,2}?)[:.h\- ]?(?P<minute>\d\d)(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"


def brightspace(text: str) -> datetime.datetime | None:
    """`Nov 30, 2026 1130 PM`, also with the day first or 24 hours; None if it is another form."""
    text = " ".join(text.split())  # also the narrow spaces that some systems put before PM
    match = re.fullmatch(f"(?:{MONTH_FIRST}){CLOCK}", text) or re.fullmatch(DAY_FIRST + CLOCK, text)
    if match is None or match["month"][:3].lower() not in MONTHS:
        return None
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    month = MONTHS.index(match["month"][:3].lower()) + 1
    try:
        return datetime.datetime(
            int(match["year"]), month, int(match["day"]), hour, int(match["minute"])
        )
    except ValueError:
        return None


def blackboard(text: str) -> datetime.datetime | None:
    """`2026-11-30-23-30-00`."""
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d-%H-%M-%S")
    except ValueError:
        return None


class Zone:
    """The time zone of times that name none: one by name, or this machine's."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name or "this machine's time zone"
        self.is_default = not name
        self._zone: zoneinfo.ZoneInfo | None = None
        if name:
            try:
                self._zone = zoneinfo.ZoneInfo(name)
            except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
                raise UsageError(
                    f"{name} is no time zone: it is called like Europe/Berlin or UTC"
                ) from None

    def utc(self, local: datetime.datetime) -> datetime.datetime:
        """A time of this zone in UTC, without a zone."""
        aware = local.replace(tzinfo=self._zone) if self._zone else local.astimezone()
        return aware.astimezone(datetime.UTC).replace(tzinfo=None)
