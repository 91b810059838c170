"""A class of hostile and other students, in a course that holds secrets, and its grading."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.assignment import reader
from autograder.assignment.model import Assignment
from tests.conftest import keep_files
from tests.hostile.catalogue import CANARY, SECRET, Hostile, Places

ASSIGNMENT = "rnn_fundamentals"
PERFECT, STUB, MISTAKEN, IDLE = "z-perfect", "z-stub", "z-mistaken", "z-idle"  # graded last
KEPT = (b"as it was", 0o640, 1_000_000_000)  # contents, mode, time


@dataclass(frozen=True)
class Ran:
    """A grading that ended: what it said and what it wrote."""

    status: int
    said: str
    out: Path
    files: Mapping[str, str]  # folder's name -> text of the result file

    def result(self, student: str) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(self.files[student])
        return result

    def page(self, student: str) -> str:
        path = self.out / "students" / f"{student}.html"
        return path.read_bytes().decode("utf-8", "replace")


@dataclass
class Course:
    """The course, its places, and the ears that listen for what gets out."""

    root: Path
    source: Path  # of the assignment: what is copied
    files: Collection[str]  # those of it that are graded
    heard: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.token = f"hostile-{secrets.token_hex(4)}"
        self.course, self.home = self.root / "course", self.root / "home"
        self.scratch, self.submissions = self.root / "scratch", self.root / "handed-in"
        self.out = self.root / "reports"
        for folder in ("solutions", "source", "release"):
            shutil.copytree(self.source / folder / ASSIGNMENT, self.course / folder / ASSIGNMENT)
        self.solutions = self.course / "solutions" / ASSIGNMENT
        keep_files(self.solutions, self.files)  # others would cost time only
        self.assignment: Assignment = reader.load(ASSIGNMENT, self.course)
        self.places = Places(
            self.course,
            self.solutions,
            self.submissions,
            self.scratch,
            self.assignment.stubs(),
            self.assignment.reference(),
        )
        for name in ("mount", "kept"):
            (self.scratch / name).mkdir(parents=True)
        self.home.mkdir()
        self._plant()
        self.fixed: dict[str, str] = {}

    def _plant(self) -> None:
        beside = ("probes.py", "stand_ins.py")  # these go to the student's process: no secrets
        for path in sorted(self.solutions.rglob("*.py")):
            if path.name in beside:
                continue
            path.write_text(f"{path.read_text('utf-8')}# {SECRET}\n", "utf-8")
        (self.course / "gradebook.db").write_text(f"SQLite format 3 {SECRET}")
        (self.home / ".netrc").write_text(f"machine x password {SECRET}")

    # ---------------------------------------------------------------- who hands in what

    def neighbours(self, submissions: Path) -> None:
        """Four students who did nothing wrong."""
        stubs, references = self.places.stubs, self.places.references
        mistaken = dict(references)
        for file in ("vanilla_rnn.py", "bptt.py"):
            mistaken[file] = self.assignment.edited(self._misconception(file)).encode()
        idle = {file: stubs[file] for file in ("vanilla_rnn.py", "bptt.py")}
        for file, slot, nothing in (
            ("vanilla_rnn.py", "rnn_step", "return None"),
            ("vanilla_rnn.py", "VanillaRNN.forward", "return [], []"),
            ("bptt.py", "rnn_step_backward", "return None"),
        ):
            unwritten = f'raise NotImplementedError("{slot}")'
            idle[file] = idle[file].replace(unwritten.encode(), nothing.encode())
        secret = {name: text + f"# {SECRET}\n".encode() for name, text in references.items()}
        for student, files in {
            PERFECT: secret, STUB: stubs, MISTAKEN: mistaken, IDLE: idle,
        }.items():  # fmt: skip
            folder = submissions / student / ASSIGNMENT
            folder.mkdir(parents=True)
            for name, text in files.items():
                (folder / name).write_bytes(text)

    def _misconception(self, file: str) -> Any:
        """One of the file's first slot, on which others build."""
        first = next(slot.name for slot in self.assignment.slots.values() if slot.file == file)
        return next(known for known in self.assignment.misconceptions if known.slot == first)

    def hand_in(self, entry: Hostile) -> None:
        folder = self.submissions / entry.student / ASSIGNMENT
        folder.mkdir(parents=True)
        kept = self.scratch / "kept" / entry.id
        kept.write_bytes(KEPT[0])
        kept.chmod(KEPT[1])
        os.utime(kept, (KEPT[2], KEPT[2]))
        if entry.build is not None:
            entry.build(folder, self.places)
        else:
            (folder / entry.file).write_bytes(entry.source(self.places))
        if entry.result:
            for path in _all_below(folder):
                status = path.lstat()
                ours = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
                if ours and path.suffix == ".py" and status.st_size <= 1 << 20:
                    text = path.read_bytes()
                    if b"@" in text:  # a sparse file stays sparse
                        path.write_bytes(self._filled_in(entry, text))

    def _filled_in(self, entry: Hostile, text: bytes) -> bytes:
        names = {
            **self.fixed,
            "COURSE": str(self.course),
            "SOLUTIONS": str(self.solutions),
            "SUBMISSIONS": str(self.submissions),
            "OUT": str(self.out),
            "HOME": str(self.home),
            "SCRATCH": str(self.scratch),
            "KEPT": str(self.scratch / "kept" / entry.id),
            "ME": str(self.scratch / self.name(entry)),
            "NAME": self.name(entry),
            "CANARY": CANARY,
        }
        for name, value in names.items():
            text = text.replace(f"@{name}@".encode(), value.encode())
        return text

    def name(self, entry: Hostile) -> str:
        """The name that only this entry knows; never the beginning of another's."""
        return f"{self.token}-{entry.id}-end"

    # ---------------------------------------------------------------- ears

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Services of the machine; what they are told is `heard`."""
        path = str(self.root / "s")
        if len(path) > 100:  # the name of a socket is short
            path = tempfile.mktemp(prefix=f"{self.token}-")
        abstract = f"{self.token}-abstract"
        with contextlib.ExitStack() as stack:
            tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            udp.bind(("127.0.0.1", 0))
            unix = stack.enter_context(socket.socket(socket.AF_UNIX))
            unix.bind(path)
            nameless = stack.enter_context(socket.socket(socket.AF_UNIX))
            nameless.bind(f"\0{abstract}")
            self.fixed = {
                "TCP": str(tcp.getsockname()[1]),
                "UDP": str(udp.getsockname()[1]),
                "UNIX": path,
                "ABSTRACT": abstract,
            }
            threads = [threading.Thread(target=self._hear, args=(udp,), daemon=True)]
            for server in (tcp, unix, nameless):
                server.listen()
                threads.append(threading.Thread(target=self._serve, args=(server,), daemon=True))
            for sock in (tcp, udp, unix, nameless):
                sock.settimeout(0.5)
            for thread in threads:
                thread.start()
            yield
        for thread in threads:
            thread.join(5)
        Path(path).unlink(missing_ok=True)

    def _serve(self, server: socket.socket) -> None:
        while server.fileno() >= 0:
            with contextlib.suppress(TimeoutError, OSError):
                connection, _ = server.accept()
                with connection:
                    connection.settimeout(0.5)
                    self.heard.append(b"somebody")
                    self.heard.append(connection.recv(1000))

    def _hear(self, sock: socket.socket) -> None:
        while sock.fileno() >= 0:
            with contextlib.suppress(TimeoutError, OSError):
                self.heard.append(sock.recv(1000))

    # ---------------------------------------------------------------- grading

    def grade(self, submissions: Path, out: Path) -> Ran:
        """Run the command as a person does."""
        environment = {
            **os.environ,
            "HOME": str(self.home),
            "GRADING_TOKEN": SECRET,
            "NO_COLOR": "1",
            "COLUMNS": "100",
        }
        command = [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT, "--seed", "5"]
        command += ["--jobs", "2", "--submissions", str(submissions), "--out", str(out)]
        command += ["--allow-weak-isolation"]  # what was in force is in the result files
        done = subprocess.run(
            command,
            cwd=self.course,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=3600,
            check=False,
        )
        files = {
            path.stem: path.read_bytes().decode("utf-8", "replace")
            for path in sorted((out / "results").glob("*.json"))
            if not path.stem.startswith(self.token)  # of a student's making
        }
        return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), out, files)

    # ---------------------------------------------------------------- what is left

    def lying_around(self) -> set[str]:
        """Every path of the course, the home and the hand-ins, but not of results."""
        return {
            str(path)
            for root in (self.course, self.home, self.scratch, self.submissions)
            for path in _all_below(root)
        }

    def traces(self) -> list[str]:
        """Every path, wherever somebody may write, that is called after an entry."""
        elsewhere = [tempfile.gettempdir(), "/dev/shm", sysconfig.get_path("purelib"), os.getcwd()]
        found = [str(p) for place in elsewhere for p in Path(place).glob(f"*{self.token}-*")]
        found += [str(path) for path in _all_below(self.root) if self.token in path.name]
        return [path for path in found if not path.endswith(("-abstract", ".sock"))]

    def running(self) -> Sequence[str]:
        """Processes that come from a grading of this course: they have its home, or its names."""
        marks = (f"HOME={self.home}".encode(), self.token.encode())
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            if folder.name == str(os.getpid()):
                continue
            with contextlib.suppress(OSError):
                text = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
                if any(mark in text for mark in marks):
                    found.append(f"{folder.name}: {(folder / 'cmdline').read_bytes()[:80]!r}")
        return found

    def clean_up(self) -> None:
        for path in self.traces():
            if str(self.root) not in path:
                with contextlib.suppress(OSError):
                    os.unlink(path)


def _all_below(root: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(root):
        for name in (*folders, *names):
            yield Path(where, name)
