"""Downloads as the five platforms make them, for three students of the toy assignment.

`ada` is right, `bob` is late or hands in twice, and another `ada` has the first one's name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

Files = Mapping[str, str | bytes]


def write(folder: Path, files: Files) -> Path:
    """Write files (path -> content) into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def python_zip(path: Path, files: Files) -> Path:
    """A zip by Python, whose names are as given: with backslashes, too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.filename = name
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return path


def real_zip(path: Path, folder: Path) -> Path:
    """A zip of a folder's content by `zip`, or by Python where there is no such program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if shutil.which("zip"):
        command = ["zip", "-q", "-r", "-y", str(path.resolve()), *sorted(os.listdir(folder))]
        subprocess.run(command, cwd=folder, check=True)
    else:
        shutil.make_archive(str(path.with_suffix("")), "zip", folder)
    return path


def real_tar(path: Path, folder: Path, *options: str) -> Path:
    """A tar by `tar`; its ending says how it is packed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = sorted(os.listdir(folder))
    subprocess.run(["tar", "-caf", str(path.resolve()), *options, *names], cwd=folder, check=True)
    return path


def zip_of(folder: Path, files: Files) -> bytes:
    """The bytes of a student's zip."""
    path = python_zip(folder / "student.zip", files)
    content = path.read_bytes()
    path.unlink()
    return content


def canvas(where: Path, code: Callable[[str], str]) -> Path:
    """Canvas's `submissions.zip`: loose files and zips side by side."""
    inner = zip_of(where, {"homework/moves.py": code("other ada"), "__MACOSX/._moves.py": "x"})
    files: dict[str, str | bytes] = {
        "lovelaceada_12345_67890_moves.py": code("ada"),
        "lovelaceada_12345_67891_toy.ipynb": "{}",
        "byronbob_LATE_12352_67897_moves-1.py": code("bob"),
        "lovelaceada_12399_67999_homework-1.zip": inner,
    }
    return real_zip(where / "submissions.zip", write(where / "canvas", files))


def moodle(where: Path, code: Callable[[str], str]) -> Path:
    files: dict[str, str | bytes] = {
        "Ada Lovelace_101_assignsubmission_file_/moves.py": code("ada"),
        "Ada Lovelace_101_assignsubmission_onlinetext_/onlinetext.html": "<p>Hello</p>",
        "Bob Byron_102_assignsubmission_file_/src/moves.py": code("bob"),
        "Ada Lovelace_103_assignsubmission_file_/moves.py": code("other ada"),
    }
    return real_zip(where / "CS101-Homework 1-4711.zip", write(where / "moodle", files))


METADATA = """\
---
submission_201:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1815'
    :email: ada@example.edu
  :created_at: 2026-11-30 23:30:00.123456000 Z
  :score: 1.0
  :status: processed
  :results:
    output: "moves.py: \\e[31mred"
submission_202:
  :submitters:
  - :name: Bob Byron
    :sid:
    :email: bob@example.edu
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-12-02 01:00:00.000000000 Z
    zone: !ruby/object:ActiveSupport::TimeZone
      name: America/Los_Angeles
    time: 2026-12-01 17:00:00.000000000 Z
submission_203:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1816'
    :email: ada2@example.edu
  :created_at: 2026-11-29 10:00:00.000000000 Z
"""


def gradescope(where: Path, code: Callable[[str], str]) -> Path:
    files: dict[str, str | bytes] = {
        "assignment_77_export/submission_metadata.yml": METADATA,
        "assignment_77_export/submission_201/moves.py": code("ada"),
        "assignment_77_export/submission_202/moves.py": code("bob"),
        "assignment_77_export/submission_203/moves.py": code("other ada"),
    }
    return real_zip(where / "submissions.zip", write(where / "gradescope", files))


def brightspace(where: Path, code: Callable[[str], str]) -> Path:
    files: dict[str, str | bytes] = {
        "index.html": "<html>",
        "12345-67890 - Ada Lovelace - Nov 30, 2026 1130 PM/moves.py": code("ada"),
        "12352-67890 - Bob Byron - Nov 30, 2026 1000 PM/moves.py": "raise SystemExit\n",
        "12352-67890 - Bob Byron - Dec 1, 2026 905 AM/moves.py": code("bob"),
        "12399-67890 - Ada Lovelace - Nov 29, 2026 1205 AM/moves.py": code("other ada"),
    }
    name = "Homework 1 Download Dec 2, 2026 800 AM.zip"
    return real_zip(where / name, write(where / "brightspace", files))


RECEIPT = """\
Name: {name} ({id})
Assignment: Homework 1
Date Submitted: Monday, November 30, 2026 {clock} PM EST
Current Grade: Needs Grading

Submission Field:
There is no student submission text data for this assignment.

Comments:
There are no student comments for this assignment.

Files:
\tOriginal filename: moves.py
\tFilename: Homework 1_{id}_attempt_2026-11-30-{time}_moves.py
"""


def blackboard(where: Path, code: Callable[[str], str]) -> Path:
    files: dict[str, str | bytes] = {}
    for name, id, clock, time, text in (
        ("Ada Lovelace", "al15", "11:30:00", "23-30-00", code("ada")),
        ("Bob Byron", "b_byron", "9:00:00", "21-00-00", "raise SystemExit\n"),
        ("Bob Byron", "b_byron", "10:00:00", "22-00-00", code("bob")),
        ("Ada Lovelace", "al16", "11:59:59", "23-59-59", code("other ada")),
    ):
        stem = f"Homework 1_{id}_attempt_2026-11-30-{time}"
        files[f"{stem}.txt"] = RECEIPT.format(name=name, id=id, clock=clock, time=time)
        files[f"{stem}_moves.py"] = text
    name = "gradebook_CS101_Homework201_2026-12-01-10-00-00.zip"
    return real_zip(where / name, write(where / "blackboard", files))


PLATFORMS = {
    "Canvas": canvas,
    "Moodle": moodle,
    "Gradescope": gradescope,
    "Brightspace": brightspace,
    "Blackboard": blackboard,
}
