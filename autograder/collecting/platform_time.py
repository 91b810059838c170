"""Times as learning platforms write them into the names of files and folders."""

from __future__ import annotations

import datetime
import re
import unicodedata
import zoneinfo
from collections.abc import Callable

from autograder.errors import UsageError

# How months begin, without accents, in English, German, French, Spanish, Portuguese, Italian,
# Dutch, and the languages of Scandinavia.
MONTHS = (
    ("jan", "gen", "ene"),
    ("feb", "fev"),
    ("mar", "maa", "mrt"),
    ("apr", "abr", "avr"),
    ("may", "mai", "mag", "mei", "maj"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "out", "ott"),
    ("nov",),
    ("dec", "dez", "dic", "des"),
)
NAME = r"(?P<month>[^\W\d_]{3,10})"
MONTH_FIRST = NAME + r"\.? (?P<day>\d{1,2}),? (?P<year>\d{4})"
DAY_FIRST = r"(?P<day>\d{1,2})\.?(?: de)? " + NAME + r"\.?,?(?: de)? (?P<year>\d{4})"
YEAR_FIRST = r"(?P<year>\d{4})[-/.\u5e74] ?(?P<month>\d{1,2})[-/.\u6708] ?(?P<day>\d{1,2})\u65e5?"
CLOCK = (
    r",? (?P<hour>\d{1,2}?)(?: ?[:.h\-] ?| ?)(?P<minute>\d\d)"
    r"(?: ?(?P<half>[AaPp])\.? ?[Mm]\.?| Uhr)?"
)


def brightspace(text: str) -> datetime.datetime | None:
    """`Nov 30, 2026 1130 PM`; None if it is another form.

    Also with the day or the year first, 24 hours, or a month in another language. A month in
    figures after the day is no form that is read: 11/12/2026 is two days.
    """
    text = " ".join(text.split())  # also the narrow spaces that some systems put before PM
    forms = (MONTH_FIRST, DAY_FIRST, YEAR_FIRST)
    match = next(filter(None, (re.fullmatch(form + CLOCK, text) for form in forms)), None)
    month = _month(match["month"]) if match else None
    if match is None or month is None:
        return None
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    try:
        return datetime.datetime(
            int(match["year"]), month, int(match["day"]), hour, int(match["minute"])
        )
    except ValueError:
        return None


def _month(text: str) -> int | None:
    """A month's number by its name in one of several languages, or by its figures."""
    if text.isdecimal():
        return int(text)
    plain = "".join(filter(str.isalpha, unicodedata.normalize("NFD", text))).lower()
    return next((i for i, names in enumerate(MONTHS, 1) if plain.startswith(names)), None)


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
