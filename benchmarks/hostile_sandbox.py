"""One hostile submission through one grader, in namespaces of its own; started by `hostile.py`.

The process is the first of a new PID namespace and root of a new user namespace. Every mount is
made read-only; /tmp, /dev/shm and what is installed (by an overlay) are writable and go when it
ends; of the network there is loopback. The grader is then run in one more user namespace, as an
ordinary user without capabilities, below a shell that goes on when it has ended, and with
limits. What happened is printed as JSON.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

STAGE = Path(__file__).resolve().parent
ROOT = Path("/tmp/h")
ENGINE = Path("/tmp/engine")
GIB = 1 << 30
RECURSIVE, READ_ONLY, PRIVATE = 0x8000, 1, 1 << 18
MOUNT_SETATTR, HERE = 442, -100
NOBODY = ["unshare", "-U", "--map-user=1000", "--map-group=1000"]
ALONE = ["sh", "-c", '"$@"; echo $? > "$HOSTILE_STATUS"', "sh"]
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
PATIENCE = 4.0  # seconds in which what was started may end by itself


# ------------------------------------------------------------------------------ the sandbox


class Attributes(ctypes.Structure):
    """What mount_setattr is given."""

    _fields_ = [
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("namespace", ctypes.c_uint64),
    ]


LIBC = ctypes.CDLL(None, use_errno=True)


def _must(done: int, what: str) -> None:
    if done:
        raise OSError(ctypes.get_errno(), what)


def _set_all(attributes: Attributes) -> None:
    size, all_of = ctypes.sizeof(attributes), ctypes.byref(attributes)
    done = LIBC.syscall(MOUNT_SETATTR, HERE, b"/", RECURSIVE, all_of, size)
    _must(done, "mount_setattr")


def _mount(kind: str, at: str, data: str = "") -> None:
    _must(LIBC.mount(kind.encode(), at.encode(), kind.encode(), 0, data.encode() or None), at)


def close_in(installed: Sequence[str]) -> None:
    """Make everything read-only but what is lost afterwards."""
    _set_all(Attributes(0, 0, PRIVATE, 0))
    _set_all(Attributes(READ_ONLY, 0, 0, 0))
    _mount("proc", "/proc")
    _mount("tmpfs", "/tmp", "size=2g,mode=1777")
    _mount("tmpfs", "/dev/shm", "size=256m,mode=1777")
    for number, folder in enumerate(installed):
        upper, work = f"/tmp/.o/{number}/upper", f"/tmp/.o/{number}/work"
        os.makedirs(upper)
        os.makedirs(work)
        _mount("overlay", folder, f"lowerdir={folder},upperdir={upper},workdir={work},userxattr")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


# ------------------------------------------------------------------------------ the graders


class Job:
    """What `hostile.py` asks for, and where things are."""

    def __init__(self, given: dict[str, Any]) -> None:
        from hostile.catalogue import REFERENCE, SECRET, Hostile
        from hostile.course import Course

        self.given, self.way = given, str(given["way"])
        self.entry = entry_of(given["entry"], Hostile, REFERENCE)
        slot = self.entry.slot
        self.course = Course(ROOT, STAGE / "tree", {"vanilla_rnn.py", "bptt.py", self.entry.file})
        self.home = ROOT / "nb"
        if self.way == "nbgrader":
            shutil.copytree(STAGE / "nbgrader" / slot, self.home)
            self.course.submissions = self.home / "submitted"
            self.course.out = self.home / "autograded"
        (self.course.out / "results").mkdir(parents=True)
        for name in ("run.json", "z-perfect.json"):
            (self.course.out / name).write_text("{}")
        shutil.copytree(STAGE / "engine", ENGINE)
        self.result, self.notes = ROOT / "result.json", ROOT / "notes"
        self.status, self.said = ROOT / "status", ROOT / "said"
        self.environment = {
            **{key: os.environ[key] for key in ("LANG", "TERM") if key in os.environ},
            **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")},
            "PATH": os.pathsep.join((given["bin"], "/usr/local/bin", "/usr/bin", "/bin")),
            "HOME": str(self.course.home),
            "GRADING_TOKEN": SECRET,
            "MPLBACKEND": "Agg",
            "PYTHONPATH": str(ENGINE),
            "BENCH_SEED": "1",
            "BENCH_STAFF": str(self.course.solutions),
            "HOSTILE_SLOT": slot,
            "HOSTILE_NOTES": str(self.notes),
            "HOSTILE_STATUS": str(self.status),
        }

    @property
    def folder(self) -> Path:
        return Path(self.course.submissions, self.entry.student, "rnn_fundamentals")

    def command(self) -> list[str]:
        """The grader's command line; what it needs is put there."""
        if self.way == "nbgrader":
            self._copy_notebook()
            return ["nbgrader", "autograde", "rnn_fundamentals", "--student", self.entry.student]
        if self.way == "otter":
            made = str(STAGE / "otter" / f"{self.entry.slot}.zip")
            return ["otter", "run", str(self._zipped()), "-a", made, "-o", str(self.course.out)]
        self.environment |= {
            "BENCH_SUBMISSION": str(self.folder),
            "BENCH_RESULT": str(self.result),
            **({"HOSTILE_PLAIN": "1"} if self.way == "pytest-allclose" else {}),
        }
        tests = str(self.course.solutions / f"test_{self.entry.file}")
        options = ["-q", "--tb=short", "-c", os.devnull, "--import-mode=importlib"]
        plugins = ["-p", "no:cacheprovider", "-p", "inprocess", "-p", "hostile_checks"]
        return [sys.executable, "-m", "pytest", *options, *plugins, tests]

    def _copy_notebook(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.home / "release" / "rnn_fundamentals" / "checks.ipynb", self.folder)

    def _zipped(self) -> Path:
        path = ROOT / "handed-in.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(STAGE / "otter" / "submission.ipynb", "submission.ipynb")
            for file in sorted(self.folder.rglob("*")):
                if file.is_file():
                    archive.write(file, file.relative_to(self.folder))
        return path

    def share(self) -> float | None:
        """The part of the slot's points that were given; None where there is no result."""
        if self.way == "nbgrader":
            return self._share_of_nbgrader()
        path = self.course.out / "results.json" if self.way == "otter" else self.result
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        if self.way == "otter":
            tests = [t for t in found["tests"] if "score" in t and t["max_score"]]
            most = sum(t["max_score"] for t in tests)
            return sum(t["score"] for t in tests) / most if most else None
        if self.entry.slot not in found:
            return None
        return float(1 - len(found[self.entry.slot]) / self.given["checks"])

    def _share_of_nbgrader(self) -> float | None:
        student = self.entry.student
        if not (self.course.out / student / "rnn_fundamentals" / "checks.ipynb").is_file():
            return None
        row = sqlite3.connect(self.home / "gradebook.db").execute(
            "select g.auto_score from grade g join submitted_notebook sn on g.notebook_id = sn.id"
            " join submitted_assignment sa on sn.assignment_id = sa.id where sa.student_id = ?",
            (student,),
        )
        scores = [score for (score,) in row if score is not None]
        return float(sum(scores) / self.given["points"]) if scores else None

    def shown(self) -> str:
        """What the grader prints and writes for those who read results."""
        paths = [self.said]
        if self.way == "nbgrader":
            paths.append(self.course.out / self.entry.student / "rnn_fundamentals/checks.ipynb")
        if self.way == "otter":
            paths.append(self.course.out / "results.json")
        return "\n".join(_text(path) for path in paths)

    def limits(self) -> None:
        """Set from outside, for the grader and all that it starts."""
        memory = 2 * GIB if self.entry.id.startswith("exhausting-") else 8 * GIB
        most = {"AS": memory, "CPU": self.given["wall"] + 15, "FSIZE": GIB // 4, "CORE": 0}
        for name, limit in most.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))


def entry_of(name: str, hostile: Any, reference: str) -> Any:
    """An entry of the catalogue, or one that is none: it does nothing, or all that is asked."""
    from hostile import confusing, escaping, exhausting, forging, odd, reading

    kind, _, slot = name.partition(":")
    files = {"rnn_step_backward": "bptt.py", "RNNCell": "torch_rnn.py"}
    nothing = {"rnn_step": "return None", "VanillaRNN.forward": "return [], []"}
    nothing["rnn_step_backward"] = "return None"
    if kind in ("idle", "right"):
        about = {"slot": slot, "file": files.get(slot, "vanilla_rnn.py")}
        more = {"body": nothing.get(slot, "")} if kind == "idle" else {"base": reference}
        return hostile(f"{kind}-{slot}", kind, **about, **more)
    families = (forging, reading, escaping, exhausting, confusing, odd)
    return next(one for family in families for one in family.ENTRIES if one.id == name)


def _text(path: Path) -> str:
    try:
        return path.read_bytes()[: 64 << 20].decode("utf-8", "replace")
    except OSError:
        return ""


# ------------------------------------------------------------------------------ what happened


def run(job: Job) -> dict[str, Any]:
    """Grade, and look around."""
    course, entry = job.course, job.entry
    with course.listening():
        course.neighbours(course.submissions)
        course.hand_in(entry)
        command = job.command()
        kept = course.scratch / "kept" / entry.id
        before = _state(kept)
        started = time.monotonic()
        with job.said.open("wb") as said:
            process = subprocess.Popen(
                [*NOBODY, *ALONE, *command],
                cwd=job.home if job.way == "nbgrader" else course.course,
                env=job.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                preexec_fn=job.limits,
                start_new_session=True,
            )
            limit = False
            try:
                process.wait(job.given["wall"])
            except subprocess.TimeoutExpired:
                limit = True
        wall = time.monotonic() - started
        running = [] if limit else _left_running(course)
        for pid in _others():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        time.sleep(0.1)
    return {"wall": round(wall, 1), "limit": limit, "running": running, **_found(job, before)}


def _found(job: Job, before: Any) -> dict[str, Any]:
    course, entry = job.course, job.entry
    name = course.name(entry)
    traces = [path for path in course.traces() if name in path]
    for place in job.given["installed"]:
        traces += [str(path) for path in Path(place).glob(f"*{name}*")]
    notes, shown, status = _text(job.notes).split("\0"), job.shown(), _text(job.status).strip()
    said = _text(job.said)
    return {
        "share": job.share(),
        "status": int(status) if status else None,
        "notes": [text[:300] for text in sorted(set(notes), key=notes.index) if text][:5],
        "told": _told(entry, notes),
        "secret_noted": _secret("\n".join(notes)),
        "secret_shown": _secret(shown),
        "raw_controls": bool(CONTROLS.search(said)),
        "traces": sorted({path.replace(name, "NAME") for path in traces}),
        "heard": sum(name.encode() in heard for heard in course.heard),
        "changed": _state(course.scratch / "kept" / entry.id) != before,
        "said": said[-600:],
    }


def _told(entry: Any, notes: list[str]) -> bool:
    """Whether the entry's own words say that it got what it was after."""
    if any(text in note for text in entry.never for note in notes):
        return True
    own = [note for note in notes if note.startswith("RuntimeError: ")]
    counted = re.search(r"\d|terminal", entry.says) is not None
    return counted and bool(own) and not any(entry.says in note for note in own)


def _secret(text: str) -> bool:
    from hostile.catalogue import SECRET

    return SECRET in text or SECRET[::-1] in text or SECRET.encode().hex() in text


def _state(path: Path) -> Any:
    try:
        now = path.stat()
        extra = list(os.listxattr(path))
        return path.read_bytes(), now.st_mode, int(now.st_mtime), extra, now.st_nlink
    except OSError:
        return None


def _others() -> list[int]:
    return [int(p.name) for p in Path("/proc").glob("[0-9]*") if int(p.name) != os.getpid()]


def _left_running(course: Any) -> list[str]:
    deadline = time.monotonic() + PATIENCE
    while (found := list(course.running())) and time.monotonic() < deadline:
        time.sleep(0.1)
    return [text.partition(": ")[2][:80] for text in found]


def main() -> None:
    given = json.loads(sys.argv[1])
    close_in(given["installed"])
    os.chdir("/tmp")
    sys.path[:0] = [str(STAGE), str(STAGE / "engine")]
    assert sysconfig.get_path("purelib") in given["installed"]
    print(json.dumps(run(Job(given))))


if __name__ == "__main__":
    main()
