"""The text that Blackboard puts beside the files of an attempt: who, when, and the files' names."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import time_stamp
from autograder.files import read_regular

MAX_BYTES = 1 << 20  # a student's text for the hand-in stands in it, too


@dataclass(frozen=True)
class Receipt:
    """What Blackboard says of an attempt.

    `when` is in UTC, None if its zone is not known. `original` has the student's name of each file.
    """

    name: str = ""
    id: str = ""
    when: datetime.datetime | None = None
    original: Mapping[str, str] = field(default_factory=dict)


def read(path: Path, timezone: str = "") -> Receipt:
    """What a receipt says; an empty one where it says nothing."""
    content = read_regular(path, MAX_BYTES, hard_links=True)
    text = content.decode("utf-8-sig", "replace") if isinstance(content, bytes) else ""
    head, _, rest = text.partition("Submission Field:")
    head = head.replace("o'clock ", "")
    who = re.search(r"^Name:\s*(.*?)\s*\(([^()\n]*)\)\s*$", head, re.MULTILINE)
    date = re.search(r"^Date Submitted:\s*(?:\w+, )?(.+?)\s*$", head, re.MULTILINE)
    zoned = date is not None and re.search(r"[A-Z]{3,5}$|[+-]\d\d:?\d\d$", date[1])
    has_zone = date is not None and zoned and not re.search(r"\d ?[AP]M$", date[1])
    when = time_stamp.parse(date[1], timezone).when if date and has_zone else None
    files = rest.rpartition("\nFiles:")[2]  # the last: a student's text may say "Files:", too
    pairs = re.findall(r"Original filename:\s*(.+?)\s*\n\s*Filename:\s*(.+?)\s*(?:\n|$)", files)
    return Receipt(
        who[1] if who else "", who[2].strip() if who else "", when, {new: old for old, new in pairs}
    )
