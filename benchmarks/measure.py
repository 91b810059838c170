"""Time and memory of commands with all that they start, and a description of the machine.

CPU is what the kernel adds up for processes that were waited for. Processes that outlive those
who started them (a zygote whose grading process was ended) would be lost: so this process adopts
orphans (Linux's PR_SET_CHILD_SUBREAPER) and waits for them, too, before it reads the sum.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import platform
import resource
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / "build" / "bench"
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 20.0  # seconds in which orphans may end by themselves


@dataclass(frozen=True)
class Cost:
    """CPU seconds (user and system) and seconds on the wall. `killed`: orphans that stayed."""

    user: float = 0.0
    system: float = 0.0
    wall: float = 0.0
    killed: int = 0
    status: int = 0
    out: str = field(default="", repr=False)

    @property
    def cpu(self) -> float:
        return self.user + self.system

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.user + other.user,
            self.system + other.system,
            self.wall + other.wall,
            self.killed + other.killed,
            self.status or other.status,
            self.out + other.out,
        )

    def raw(self) -> dict[str, float]:
        """As it stands in the JSON file."""
        return {"user": self.user, "system": self.system, "wall": self.wall, "killed": self.killed}


def adopt_orphans() -> None:
    """From now on orphaned descendants become children of this process."""
    if sys.platform != "linux":
        print("not Linux: CPU of processes that outlive their parents is not counted")
    elif ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def measured(
    command: Sequence[str | Path], cwd: Path = ROOT, environment: Mapping[str, str] | None = None
) -> Cost:
    """Run a command to its end. Nothing else may be started meanwhile."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - started
    killed = reap()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(
        after.ru_utime - before.ru_utime,
        after.ru_stime - before.ru_stime,
        wall,
        killed,
        done.returncode,
        done.stdout,
    )


def reap() -> int:
    """Wait for all adopted orphans; those that do not end are killed. Returns how many were."""
    deadline = time.monotonic() + PATIENCE
    killed = 0
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return killed
        if pid:
            continue
        if time.monotonic() > deadline:
            for child in children(os.getpid()):
                os.kill(child, signal.SIGKILL)
                killed += 1
            deadline = time.monotonic() + PATIENCE
        time.sleep(0.02)


# ------------------------------------------------------------------------------ /proc


def children(pid: int) -> list[int]:
    """The children of a process's threads, as far as they live."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def tree(pid: int) -> Iterator[int]:
    """A process and everything below it."""
    yield pid
    for child in children(pid):
        yield from tree(child)


def private_kb(pid: int) -> int | None:
    """Memory that is a process's own (USS); None where it is gone or may not be looked at."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def command_of(pid: int) -> str:
    """What a process is, in short."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "?"
    return " ".join(word.rpartition("/")[2] for word in words if word)[:80]


# ------------------------------------------------------------------------------ machine


def _yardstick() -> float:
    """CPU seconds in which a Python of its own imports NumPy: how fast the machine is just now."""
    taken = []
    for _ in range(11):
        process = subprocess.Popen([sys.executable, "-I", "-c", "import numpy"])
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
        taken.append(used.ru_utime + used.ru_stime)
    return statistics.median(taken)


def say_machine() -> dict[str, Any]:
    """Print what figures of different days can be compared by. Returns `machine()`."""
    about = machine()
    print(
        f"{about['cpu']}, {about['cores']} cores, Python {about['python']}, {about['time'][:10]}; "
        f"importing NumPy: {about['import_numpy']:.3f} s of CPU",
        flush=True,
    )
    return about


def machine() -> dict[str, Any]:
    """What numbers depend on besides the program."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text().splitlines()
        model = next((ln.partition(":")[2].strip() for ln in lines if "model name" in ln), "")
    versions = {}
    for name in ("torch", "numpy", "matplotlib", "pytest", "nbgrader", "rnn-autograder"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "cpu": model or platform.processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "versions": versions,
        "load_average": os.getloadavg(),
        "import_numpy": _yardstick(),
        "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
