"""nbgrader's exchange, which follows no links and survives odd submissions."""

from __future__ import annotations

import datetime
import glob
import shutil
import tempfile
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseFeedback
from nbgrader.utils import temp_attrs

from autograder.course import time_stamp
from autograder.course.handin_notebook import SECRET
from autograder.course.time_stamp import STAMP
from autograder.text import printable


class CollectWithoutLinks(ExchangeCollect):
    """Collects like nbgrader, which would follow a link to any file that staff can read.

    Times are read as everywhere in the kit: nbgrader knows few abbreviations of time zones, and
    stops for all students at a time that it cannot read.
    """

    def init_src(self) -> None:
        super().init_src()
        records: list[Any] = self.src_records  # type: ignore[has-type]
        for record in records:
            if not record["username"]:
                name = printable(record["filename"], 200)
                self.log.warning("%s has no name of a student: left out", name)
        self.src_records = [record for record in records if record["username"]]

    def _path_to_record(self, path: str) -> dict[str, object]:
        name = Path(path).name
        student, _, rest = name.partition(f"+{self.coursedir.assignment_id}+")
        moments = (rest, rest.rpartition("+")[0])  # behind the time may be a random text
        known = [time_stamp.parse(moment, self.timezone).when for moment in moments if moment]
        when = next((moment for moment in known if moment is not None), None)
        if when is None:
            self.log.warning("when %s was handed in cannot be read", printable(name, 200))
        record = {"username": student, "filename": name}
        return record | {"timestamp": when or datetime.datetime.min}

    def copy_files(self) -> None:
        def existing(folder: str) -> datetime.datetime | None:
            return time_stamp.read(Path(folder), self.timezone).when

        with temp_attrs(self.coursedir, get_existing_timestamp=existing):
            super().copy_files()

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        if self.get_size(src) > 1000 * self.coursedir.max_dir_size:
            self.log.error("%s is too large: left out", src)
            return
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder, "copy")
            try:
                shutil.copytree(src, plain, symlinks=True, ignore=_special_files)
            except shutil.Error as error:  # everything that can be read was copied
                self.log.warning("%s cannot be read in full: %s", src, error)
            for path in list(plain.rglob("*")):
                if path.is_symlink():
                    self.log.warning("%s is a link, which is not followed: left out", path.name)
                    path.unlink()
            super().do_copy(str(plain), dest, log)


def _special_files(folder: str, names: list[str]) -> list[str]:
    """The fifos, which would block, the devices, which never end, and the like."""
    kinds = {name: Path(folder, name) for name in names}
    return [name for name, p in kinds.items() if not (p.is_symlink() or p.is_dir() or p.is_file())]


class ReleaseFeedbackToTheExchange(ExchangeReleaseFeedback):
    """Releases feedback like nbgrader, which stops at a submission from outside the exchange."""

    def copy_files(self) -> None:
        excluded = self.coursedir.student_id_exclude
        for page in sorted(glob.glob(str(Path(self.src_path, "*.html")))):
            folder = Path(page).parent
            if not all((folder / name).is_file() for name in (STAMP, SECRET)):
                student = folder.parent.name
                self.log.warning(
                    "%s did not hand in through the exchange: return %s another way",
                    printable(student, 100),
                    page,
                )
                excluded = f"{excluded},{student}"
        with temp_attrs(self.coursedir, student_id_exclude=excluded.strip(",")):
            super().copy_files()
