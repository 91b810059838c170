"""Time of commands with all that they start, and how fast the machine is just now.

CPU is what the kernel adds up for processes that were waited for. Processes that outlive those
who started them (a zygote whose grading process was ended) would be lost: so this process adopts
orphans (Linux's PR_SET_CHILD_SUBREAPER) and waits for them, too, before it reads the sum.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / "build" / "bench"
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 20.0  # seconds in which orphans may end by themselves


class Cost(NamedTuple):
    """Seconds of CPU (user and system), seconds on the wall, and what was printed."""

    cpu: float
    wall: float
    out: str = ""


def total(costs: Sequence[Cost]) -> Cost:
    """The cost of commands that ran one after the other."""
    return Cost(
        sum(cost.cpu for cost in costs),
        sum(cost.wall for cost in costs),
        "".join(cost.out for cost in costs),
    )


def median(costs: Sequence[Cost], share: int = 1) -> Cost:
    """The medians, divided by `share`."""
    cpu = statistics.median(cost.cpu for cost in costs)
    return Cost(cpu / share, statistics.median(cost.wall for cost in costs) / share)


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
        command,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - started
    reap()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Cost(cpu, wall, done.stdout)


def reap() -> None:
    """Wait for all adopted orphans; those that do not end are killed."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            if time.monotonic() > deadline:
                for child in psutil.Process().children():
                    child.kill()
            time.sleep(0.02)


def say_machine() -> None:
    """Print what figures of different days can be compared by."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if sys.platform == "linux" else []
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    yardstick = median([measured([sys.executable, "-I", "-c", "import numpy"]) for _ in range(11)])
    print(
        f"{(names or [platform.processor()])[0]}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"{time.strftime('%Y-%m-%d')}; load {os.getloadavg()[0]:.1f}; "
        f"importing NumPy: {yardstick.cpu:.3f} s of CPU",
        flush=True,
    )
