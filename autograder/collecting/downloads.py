"""What is in the downloads: the attempts of each student, and what belongs to nobody."""

from __future__ import annotations

import dataclasses
import datetime
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.collecting import blackboard_receipt, gradescope
from autograder.collecting.archive import is_archive_name, stem
from autograder.collecting.blackboard_receipt import Receipt
from autograder.collecting.budget import BadArchive
from autograder.collecting.download_shape import PAGES, Expected, Shape, shape
from autograder.collecting.member_path import is_junk
from autograder.collecting.platform_label import Label, Platform, folder_name, label
from autograder.collecting.platform_time import Zone
from autograder.collecting.unpacking import names, unpack_class
from autograder.errors import UsageError

STUDENT = r"(?P<student_id>[^_]+)"  # of the name of an archive that no platform labelled
BEGINS_ALIKE = "another archive's name begins alike: they were taken for two students"
BROWSERS = re.compile(r" ?\(\d+\)$")  # what a browser adds to a name that it has already
MAX_NAMES = 50_000
MAX_DEPTH = 6


@dataclass(frozen=True)
class Piece:
    """A file, folder or archive of an attempt.

    Attributes:
        path: where it is.
        shown: its name in the download.
        rest: the name that the student's file or archive had, "" if it is not known or a folder's.
        number: a later piece has a larger one.
        problem: why it cannot be unpacked; there is nothing at `path` then.
    """

    path: Path
    shown: str
    rest: str = ""
    number: int = 0
    problem: str = ""


@dataclass
class Attempt:
    """What a student handed in at one time.

    `when` is in UTC, None where it is not known; `is_unzoned` tells that its zone was not given.
    """

    platform: Platform
    name: str
    folder: str
    when: datetime.datetime | None = None
    is_unzoned: bool = False
    time_text: str = ""
    late: bool = False
    download: int = 0
    pieces: list[Piece] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        return max((piece.number for piece in self.pieces), default=0)

    @property
    def shown(self) -> str:
        return ", ".join(piece.shown for piece in self.pieces[:3])


@dataclass(frozen=True)
class _Place:
    """A folder with the hand-ins of a class, and what could not be unpacked into it."""

    folder: Path
    download: int
    bad: Mapping[str, str] = field(default_factory=dict)


class Downloads:
    """Reads downloads one after the other. Archives of a class are unpacked into `spool`.

    `attempts` has those of each student, by what tells students apart; `strays` are sentences
    about hand-ins that belong to nobody, `others` the names of other files.
    """

    def __init__(self, spool: Path, expected: Expected, zone: Zone, pattern: str = STUDENT) -> None:
        self.attempts: dict[tuple[Platform, str], list[Attempt]] = {}
        self.strays: list[str] = []
        self.others: list[str] = []
        self._spool = spool
        self._expected = expected
        self._zone = zone
        self._pattern = pattern
        self._count = 0

    def read(self, paths: Sequence[Path]) -> None:
        """Read the downloads. Raises UsageError where one is not there."""
        archives = [path for path in paths if _is_plain_archive(path) and path.is_file()]
        classes = self._classes(archives, alone=len(archives) == len(paths))
        for path in paths:
            self._count += 1
            name = path.resolve().name
            if path.is_dir():
                self._take(path, name, shape(_walk(path), self._expected, name, is_archive=False))
            elif path in archives:
                self._archive(path, path in classes)
            elif path.is_file():
                self._class(_Place(path.parent, self._count), [path.name])
            else:
                raise UsageError(f"there is no {path} to collect from")

    # -------------------------------------------------------------------------- shapes

    def _classes(self, archives: Sequence[Path], alone: bool) -> set[Path]:
        """Those of the archives that have the hand-ins of a class.

        A student's archive could have files that look like somebody else's. So an archive among
        those of students is a class's only if no student is called as it is.
        """
        found = {path for path in archives if self._holds_a_class(path)}
        if alone and len(found) == len(archives):
            return found
        return {path for path in found if self._expected.is_pile(path.name)}

    def _leave_out(self, name: str) -> None:
        """Name what belongs to nobody; it is doubtful only if a student may have handed it in."""
        code = name.lower().endswith((".py", ".ipynb", ".py.txt"))
        if code or is_archive_name(name) or self._expected.is_file(name):
            self.strays.append(f"{name} names no student: call it STUDENT_{name}")
        else:
            self.others.append(name)

    def _holds_a_class(self, archive: Path) -> bool:
        try:
            paths = names(archive)
        except BadArchive:
            return False
        return shape(paths, self._expected, archive.name, is_archive=True).is_class

    def _archive(self, path: Path, is_class: bool) -> None:
        """Take an archive: a class's or one student's."""
        try:
            found = shape(names(path), self._expected, path.name, is_archive=True)
            if not is_class:
                self._single(path, (path.name, *found.folder.parts))
                return
            spool = self._spool / f"download-{self._count}-{len(os.listdir(self._spool))}"
            spool.mkdir()
            done = unpack_class(path, spool, found.unit_parts)
        except BadArchive as error:
            if self._expected.is_pile(path.name):
                self.strays.append(f"{path.name} {error}")
            else:
                self._single(path, (path.name,), str(error))
            return
        self.strays += [f"{path.name}: {sentence}" for sentence in done.left_out]
        for part in found.sections or ("",):
            where = found.folder / part
            bad = {unit.name: why for unit, why in done.bad.items() if unit.parent == where}
            self._class(_Place(spool / where, self._count, bad))

    def _take(self, path: Path, name: str, found: Shape) -> None:
        """Take a folder that is a class's or one student's."""
        if found.is_class:
            for part in found.sections or ("",):
                self._class(_Place(path / found.folder / part, self._count))
        else:
            inner = (name, *found.folder.parts)
            self._single(path / found.folder, tuple(reversed(inner)))

    def _single(self, path: Path, candidates: tuple[str, ...], problem: str = "") -> None:
        """Take one student's hand-in; the first name that is no pile's is the student's."""
        named = [name for name in candidates if not self._expected.is_pile(name)]
        name = named[0] if named else candidates[0]
        known = label(name, path.is_dir()) or self._plain_label(name, not is_archive_name(name))
        if known is None:
            self._leave_out(name)
            return
        self._note(known, Piece(path, path.name, problem=problem), self._count)

    def _class(self, place: _Place, only: list[str] | None = None) -> None:
        """Take the hand-ins of a class that lie in a folder side by side."""
        if only is None:
            only = sorted({*_listed(place.folder), *place.bad}, key=_natural)
        archives = [n for n in only if _is_plain_archive(place.folder / n) and n not in place.bad]
        classes = self._classes(
            [place.folder / name for name in archives], alone=set(only) <= {*archives, *PAGES}
        )
        submissions = gradescope.read(place.folder / gradescope.NAME) or {}
        receipts = self._receipts(place.folder, only)
        apart = self._kept_apart(archives)
        for name in only:
            path = place.folder / name
            if path in classes:
                self._archive(path, is_class=True)
            elif path.is_symlink() or not (path.is_dir() or path.is_file() or name in place.bad):
                self.strays.append(f"{name} is a link or no regular file, and was left out")
            elif name not in PAGES:
                is_folder = path.is_dir()
                known = label(name, is_folder) or self._plain_label(name, is_folder, apart)
                piece = Piece(path, name, problem=place.bad.get(name, ""))
                if known is None:
                    self._leave_out(name)
                elif known.platform == Platform.GRADESCOPE:
                    self._note_submission(known, piece, submissions.get(known.id), place.download)
                elif known.platform == Platform.BLACKBOARD:
                    receipt = receipts.get((known.id, known.time_text), Receipt())
                    self._note_blackboard(known, piece, receipt, place.download)
                else:
                    attempt = self._note(known, piece, place.download)
                    if name in apart:
                        attempt.doubts.append(f"{BEGINS_ALIKE} (--student-pattern says otherwise)")

    # -------------------------------------------------------------------------- labels

    def _plain_label(
        self, name: str, is_folder: bool, apart: Mapping[str, str] | None = None
    ) -> Label | None:
        """Whose a file or a folder is that no platform labelled."""
        if is_folder:
            return Label(Platform.NONE, name, "")
        if is_archive_name(name):
            match = re.match(self._pattern, BROWSERS.sub("", stem(name)))
            rest = name[len(match[0]) :].lstrip(" _-") if match else ""
            student = (apart or {}).get(name) or (match and match["student_id"]) or ""
            return Label(Platform.NONE, student, "", rest) if student.strip(" .") else None
        for file in self._expected.files:
            ending = re.escape(file)
            match = re.fullmatch(rf"(?P<name>.+?)[ _-]+(?P<rest>{ending})", name, re.IGNORECASE)
            if match:
                return Label(Platform.NONE, match["name"], "", match["rest"])
        return None

    def _kept_apart(self, archives: list[str]) -> dict[str, str]:
        """Archive -> student, where names that begin alike seem to be several students'."""
        if self._pattern != STUDENT:
            return {}
        seconds: dict[str, dict[str, list[str]]] = {}
        for name in archives:
            assignment = re.escape(self._expected.assignment)
            plain = BROWSERS.sub("", stem(name))
            plain = re.sub(rf"[ _-]{assignment}(?=[ _-]|$)", "", plain, flags=re.IGNORECASE)
            first, *words = plain.split("_")
            second = words[0] if words and words[0].isalpha() else ""
            seconds.setdefault(first, {}).setdefault(second, []).append(name)
        return {
            name: f"{first}_{second}" if second else first
            for first, groups in seconds.items()
            if len(groups) > 1
            for second, group in groups.items()
            for name in group
        }

    def _receipts(self, folder: Path, found: list[str]) -> dict[tuple[str, str], Receipt]:
        labels = {name: label(name, is_folder=False) for name in found}
        return {
            (known.id, known.time_text): blackboard_receipt.read(folder / name, self._zone.key)
            for name, known in labels.items()
            if known and known.is_receipt
        }

    # -------------------------------------------------------------------------- notes

    def _note(self, known: Label, piece: Piece, download: int) -> Attempt:
        """Add a piece to the attempt that it belongs to."""
        attempts = self.attempts.setdefault(known.student, [])
        is_loose = known.rest and not is_archive_name(known.rest)
        piece = dataclasses.replace(piece, rest=known.rest, number=known.number)
        apart = known.platform == Platform.NONE and not is_loose
        for attempt in attempts:
            same_time = (attempt.time_text, attempt.download) == (known.time_text, download)
            same_time = same_time and attempt.late == known.late
            if same_time and not (apart and attempt.pieces):
                break
        else:
            when = self._zone.utc(known.local) if known.local else None
            folder = folder_name(known.name, known.id)
            attempt = Attempt(known.platform, known.name, folder, when, time_text=known.time_text)
            attempt.late = known.late
            attempt.download, attempt.is_unzoned = download, known.local is not None
            if known.time_text and when is None:
                attempt.doubts.append(f"the time {known.time_text} cannot be read")
            attempts.append(attempt)
        attempt.pieces.append(piece)
        return attempt

    def _note_submission(
        self, known: Label, piece: Piece, found: gradescope.Submission | None, download: int
    ) -> None:
        """Add a submission of Gradescope's to each of its submitters."""
        people = found.submitters if found else ()
        for person in people:
            one = dataclasses.replace(
                known, name=person.name, id=person.id or known.id, time_text=known.id
            )
            attempt = self._note(one, piece, download)
            attempt.doubts.clear()
            attempt.when = found.when if found else None
            if len(people) > 1:
                names = ", ".join(other.name for other in people if other != person)
                attempt.notes.append(f"handed in together with {names}")
        if not people:
            nobody = dataclasses.replace(known, name="submission")
            attempt = self._note(nobody, piece, download)
            attempt.doubts.append(f"{gradescope.NAME} does not say who handed it in")

    def _note_blackboard(self, known: Label, piece: Piece, receipt: Receipt, download: int) -> None:
        id = known.id
        if receipt.id and piece.shown.rpartition("_attempt_")[0].endswith(f"_{receipt.id}"):
            id = receipt.id  # a name of a user may have underscores
        original = receipt.original.get(piece.shown, known.rest)
        known = dataclasses.replace(known, id=id, rest=PurePosixPath(original).name)
        if known.is_receipt:
            piece = dataclasses.replace(piece, shown="")
        attempt = self._note(known, piece, download)
        if known.is_receipt:
            attempt.pieces.pop()
        attempt.name = receipt.name or attempt.name
        if receipt.when:
            attempt.when, attempt.is_unzoned = receipt.when, False


def _is_plain_archive(path: Path) -> bool:
    """Whether a path is called as an archive that no platform labelled with a student."""
    is_archive = is_archive_name(path.name) and not path.is_dir()
    return is_archive and label(path.name, is_folder=False) is None


def _listed(folder: Path) -> list[str]:
    try:
        found = os.listdir(folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from None
    return [name for name in found if not _is_hidden(PurePosixPath(name))]


def _is_hidden(path: PurePosixPath) -> bool:
    """Whether a file or a folder is hidden, and not because a student is called like that."""
    labelled = label(path.name, True) or label(path.name, False)
    return is_junk(path) or (path.name.startswith(".") and labelled is None)


def _walk(folder: Path) -> list[PurePosixPath]:
    """The paths of some files in a folder: as many as are needed to see what it is."""
    found: list[PurePosixPath] = []
    for where, folders, files in os.walk(folder):
        inner = PurePosixPath(Path(where).relative_to(folder).as_posix())
        folders[:] = sorted(f for f in folders if not _is_hidden(inner / f))
        if len(inner.parts) >= MAX_DEPTH or len(found) > MAX_NAMES:
            folders.clear()
        found += [inner / f for f in files if not _is_hidden(inner / f)]
    return found


def _natural(name: str) -> list[tuple[int, str]]:
    """A key by which `a2` stands before `a10`."""
    parts = re.split(r"(\d+)", name.replace(" (", "~("))  # `a (1).zip` is later than `a.zip`
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
