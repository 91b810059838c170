"""Times as learning platforms write them into the names of files and folders."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections.abc import Callable

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
    """The time zone of times that name none: one by name, the course's, or this machine's.

    `ask` finds the course's, or "", when a time is met that names none. Raises UsageError.
    """

    def __init__(self, name: str | None = None, ask: Callable[[], str] = str) -> None:
        self.is_given = name is not None
        self._ask = ask
        self._known: tuple[str, zoneinfo.ZoneInfo | None] | None = None
        if name is not None:
            self._known = name, _zone(name)

    @property
    def name(self) -> str:
        return self._found()[0]

    @property
    def key(self) -> str:
        """Its name such as Europe/Berlin; "" for this machine's."""
        return self._found()[0] if self._found()[1] else ""

    def utc(self, local: datetime.datetime) -> datetime.datetime:
        """A time of this zone in UTC, without a zone."""
        zone = self._found()[1]
        aware = local.replace(tzinfo=zone) if zone else local.astimezone()
        return aware.astimezone(datetime.UTC).replace(tzinfo=None)

    def _found(self) -> tuple[str, zoneinfo.ZoneInfo | None]:
        """The zone's name and the zone, which is None for this machine's."""
        if self._known is None:
            name = self._ask()
            self._known = (name, _zone(name)) if name else ("this machine's time zone", None)
        return self._known


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"{name} is no time zone: one is called Europe/Berlin, for example, or UTC"
        ) from None
