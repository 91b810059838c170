"""What learning platforms write into the names of files and folders: whose it is, and when."""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from autograder.collecting import platform_time
from autograder.text import INVISIBLE

CANVAS = re.compile(r"(?P<name>.*?)(?P<late>_LATE|_late)?_(?P<id>\d+)_(?P<number>\d+)_(?P<rest>.+)")
CANVAS_ANONYMOUS = re.compile(
    r"(?P<name>anon)(?P<late>_LATE|_late)?_(?P<id>[A-Za-z0-9]{5})_(?P<number>\d+)_(?P<rest>.+)"
)
CANVAS_TEXT = re.compile(
    r"(?P<name>.*?)(?P<late>_LATE|_late)?_(?P<id>\d+)_(?P<rest>(?:text|link)\.html)"
)
# What a student chose, the name of a file, stands last: the first that fits is the platform's.
MOODLE_FOLDER = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<rest>)")
MOODLE_FILE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+_(?P<rest>.*)")
BRIGHTSPACE = re.compile(r"(?P<id>\d+)-(?P<number>\d+) - (?P<rest>.+)")
BLACKBOARD = re.compile(
    r"(?P<title>.+?)_(?P<id>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|\.txt)?"
)
GRADESCOPE = re.compile(r"submission_(?P<id>\d+)(?:\.zip)?")
MAX_FOLDER = 100  # characters of a student's folder; nbgrader's gradebook takes 128
MAX_FOLDER_BYTES = 180
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


class Platform(Enum):
    CANVAS = "Canvas"
    MOODLE = "Moodle"
    GRADESCOPE = "Gradescope"
    BRIGHTSPACE = "Brightspace"
    BLACKBOARD = "Blackboard"
    NONE = ""


@dataclass(frozen=True)
class Label:
    """Whose a file or folder is, by its name.

    Attributes:
        name: the student's name as the platform writes it, or "".
        id: the platform's number or name of the student; "" without a platform.
        rest: the name that the student's file had; "" for a folder or an archive of the hand-in.
        local: the time of handing in, in the platform's time zone; None if the name has none.
        time_text: that time as it stands in the name.
        number: a later file of the student's has a larger one.
        is_receipt: what the platform wrote about the hand-in.
    """

    platform: Platform
    name: str
    id: str
    rest: str = ""
    local: datetime.datetime | None = None
    time_text: str = ""
    number: int = 0
    late: bool = False
    is_receipt: bool = False

    @property
    def student(self) -> tuple[Platform, str]:
        """What tells students apart: the id, and on Canvas the name, which it adds for a quiz."""
        if self.platform == Platform.CANVAS:
            return self.platform, f"{self.name}_{self.id}"
        return self.platform, self.id or self.name


def label(name: str, is_folder: bool) -> Label | None:
    """What a platform wrote into the name of a file or a folder; None if none did."""
    if match := (MOODLE_FOLDER if is_folder else MOODLE_FILE).fullmatch(name):
        return Label(Platform.MOODLE, match["name"], match["id"], match["rest"])
    if match := BLACKBOARD.fullmatch(name):
        local = platform_time.blackboard(match["time"])
        rest = match["rest"] or ""
        receipt = not rest and name.endswith(".txt")
        return Label(
            Platform.BLACKBOARD, "", match["id"], rest, local, match["time"], is_receipt=receipt
        )
    if match := BRIGHTSPACE.fullmatch(name):
        return _brightspace(match, is_folder)
    if match := GRADESCOPE.fullmatch(name):
        return Label(Platform.GRADESCOPE, "", match["id"])
    if is_folder:
        return None
    forms = (CANVAS_ANONYMOUS, CANVAS, CANVAS_TEXT)
    match = next(filter(None, (form.fullmatch(name) for form in forms)), None)
    if match and re.search(r"[^\W\d_]", match["rest"].rpartition(".")[0] or match["rest"]):
        number = int(match.groupdict().get("number") or 0)
        late = bool(match["late"])
        return Label(
            Platform.CANVAS, match["name"], match["id"], match["rest"], number=number, late=late
        )
    return None


def _brightspace(match: re.Match[str], is_folder: bool) -> Label | None:
    """`12345-67890 - Ada Lovelace - Nov 30, 2026 1130 PM`, for a file with ` - moves.py` after."""
    parts = match["rest"].split(" - ")
    last = len(parts) - (1 if is_folder else 2)
    if last < 1:
        return None
    dated = (i for i in range(1, last) if re.search(r"\d{4}", parts[i]))  # the year or the time
    at = last if is_folder else next(dated, last)
    rest = " - ".join(parts[at + 1 :])
    return Label(
        Platform.BRIGHTSPACE,
        " - ".join(parts[:at]),
        match["id"],
        rest,
        platform_time.brightspace(parts[at]),
        parts[at],
    )


# ------------------------------------------------------------------------------ folders


def folder_name(name: str, id: str = "") -> str:
    """A student's folder in `submitted/`: a name that nbgrader and all file systems take.

    Letters, digits and `._-@`; at most 100 characters; never hidden. The platform's id keeps
    students of one name apart. "" if nothing is left of either.
    """
    plain, number = _plain(name), _plain(id)
    room = MAX_FOLDER - (len(number) + 1 if number else 0)
    plain = plain[: max(room, 0)]
    while plain and len(plain.encode()) > MAX_FOLDER_BYTES - len(number.encode()):
        plain = plain[:-1]
    folder = "_".join(filter(None, (plain.strip("._-@ "), number)))[:MAX_FOLDER]
    return f"{folder}_" if RESERVED.fullmatch(folder) else folder


def _plain(text: str) -> str:
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    kept = "".join(c if c in "._-@" or unicodedata.category(c)[0] in "LMN" else "_" for c in text)
    return re.sub("_{2,}", "_", kept).strip("._-@")
