"""nbgrader's `zip_collect`, which collects as `autograder collect` does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nbgrader.apps.baseapp import NbGrader
from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from traitlets import Unicode

from autograder.assignment import reader
from autograder.assignment.reader import is_ours
from autograder.collecting import class_collection, unpacking
from autograder.collecting.archive import is_archive_name, stem
from autograder.collecting.budget import BadArchive, Budget
from autograder.collecting.class_collection import ClassCollection, Order
from autograder.collecting.download_shape import Expected
from autograder.collecting.downloads import STUDENT
from autograder.collecting.placement import Outcome
from autograder.collecting.platform_time import Zone
from autograder.errors import KitError
from autograder.text import distinguishable, printable

start_of_nbgrader = ZipCollectApp.start


class ZipExtractor(ExtractorPlugin):
    """Unpacks one archive after the other, within limits; a bad one costs nobody else anything.

    For courses with a collector of their own; `ZipCollector` needs no extracted folder.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        source, into = Path(archive_path), Path(extracted_path)
        for path in sorted(source.rglob("*")):
            if not path.is_file() or path.is_symlink():
                continue
            folder = into / path.parent.relative_to(source)
            try:
                if is_archive_name(path.name):
                    self._unpack(path, folder / stem(path.name))
                else:
                    done = unpacking.Unpacked()
                    unpacking.copy_file(path, folder / path.name, path.name, Budget(), done)
            except BadArchive as error:
                self.log.error("%s %s: left out", printable(path.name, 100), error)

    def _unpack(self, path: Path, into: Path) -> None:
        budget = Budget()
        try:
            done = unpacking.unpack(path, into, budget)
            bad = unpacking.unpack_inside(into, budget, done.left_out)
        except BadArchive:
            unpacking.remove(into)
            raise
        for sentence in (*done.left_out, *(f"{name} {why}" for name, why in bad.items())):
            self.log.warning("%s: %s", printable(path.name, 100), printable(sentence))


class ZipCollector(FileNameCollectorPlugin):
    """Collects for `nbgrader zip_collect` what a learning platform gives.

    `student_regexp` is matched with the name, without its ending, of an archive that no platform
    labelled with a student. Files keep their paths in the archive; a single folder around all of
    them is dropped.
    """

    student_regexp = Unicode(
        STUDENT, help="Finds the student in an archive's name: (?P<student_id>…)."
    ).tag(config=True)
    extracted = Unicode("extracted", help="nbgrader's folder of extracted archives.").tag(
        config=True
    )

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        path = Path(submitted_file)
        positions = [i for i, part in enumerate(path.parts) if part == self.extracted]
        if not positions or len(path.parts) < positions[-1] + 3:
            self.log.warning("%s lies in no archive of a student's: left out", path.name)
            return None
        archive = Path(*path.parts[: positions[-1] + 2])
        match = re.match(self.student_regexp, archive.name)
        if match is None or path.is_symlink() or not path.is_file():
            return None
        if match["student_id"].startswith(".") or not match["student_id"]:
            self.log.warning("%s names no student: left out", archive.name)
            return None
        top = archive
        while len(inside := list(top.iterdir())) == 1 and inside[0].is_dir():
            top = inside[0]
        inner = path.relative_to(top) if path.is_relative_to(top) else path.relative_to(archive)
        return {"student_id": match["student_id"], "file_id": inner.as_posix()}


# ------------------------------------------------------------------------------ the command


def start(app: Any) -> None:
    """Run `nbgrader zip_collect`; `configure` puts this in the place of `ZipCollectApp.start`.

    nbgrader makes the application before it reads the configuration, so that a subclass would come
    too late. An assignment that is not the kit's, and a course with another collector, are
    collected as nbgrader does.
    """
    course, name = Path(app.coursedir.root), app.coursedir.assignment_id
    if not issubclass(app.collector_plugin, ZipCollector) or not is_ours(course, name):
        start_of_nbgrader(app)
        return
    NbGrader.start(app)
    app.init_plugins()
    downloads = Path(app._format_collect_path(app.archive_directory))
    if not downloads.is_dir():
        app.fail("no folder %s: put what the learning platform gives there", downloads)
    try:
        found = class_collection.collect(_order(app, course, name), [downloads])
    except KitError as error:
        app.fail("%s", error)
    _log(app, found)
    if found.is_doubtful:
        app.exit(1)


def _order(app: Any, course: Path, name: str) -> Order:
    timezone = app.config.Exchange.get("timezone") if "Exchange" in app.config else None
    assignment = reader.load(name, course)
    return Order(
        expected=Expected.of(assignment, course),
        stubs=assignment.stubs(),
        submissions=course / app.coursedir.submitted_directory,
        zone=Zone(str(timezone) if timezone else None),
        pattern=app.collector_plugin_inst.student_regexp,
        replace=app.force,
    )


def _log(app: Any, found: ClassCollection) -> None:
    for row in found.rows:
        student = distinguishable(row.student, 60)
        late = " LATE" if row.attempt.late else ""
        missing = f"; missing: {', '.join(row.missing)}" if row.missing and row.there else ""
        if row.outcome != Outcome.BAD:
            app.log.info("%s: %s%s%s", student, row.outcome.value, late, missing)
        for note in row.notes:
            app.log.info("%s: %s", student, printable(note))
        for doubt in row.doubts:
            app.log.error("%s: %s", student, printable(doubt))
    for stray in found.strays:
        app.log.error("%s", printable(stray))
