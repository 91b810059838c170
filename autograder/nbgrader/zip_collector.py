"""nbgrader's `zip_collect`: which student an archive belongs to, and where its files go."""

from __future__ import annotations

import re
from pathlib import Path

from nbgrader.plugins import FileNameCollectorPlugin
from traitlets import Unicode


class ZipCollector(FileNameCollectorPlugin):
    """Collects for `nbgrader zip_collect` from one archive a student.

    `student_regexp` is matched with the archive's name, without its ending. Files keep their paths
    in the archive; a single folder around all of them is dropped.
    """

    student_regexp = Unicode(
        r"(?P<student_id>[^_]+)", help="Finds the student in an archive's name: (?P<student_id>…)."
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
