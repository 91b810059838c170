"""Which protection from students' code is in force: what a canary has proved, not what was asked.

Tiers: A has namespaces, Landlock, seccomp and limits; B has seccomp, limits, and one of the two
that keep files out of reach; D is anything less. In A and B every attempt of the canary was
blocked. Below B, hidden grading takes a person's word for it (`--allow-weak-isolation`).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import KitError

if TYPE_CHECKING:
    from autograder.isolation.client import Worker

SECONDS = 10.0
KINDS = {"user": "user", "pid": "pid", "mount": "mnt", "net": "net", "ipc": "ipc"}  # as /proc says


class WeakIsolation(KitError):
    """Students' code would not be held back well enough; says how to get better."""


@dataclass(frozen=True)
class Protection:
    """What was proved of a worker. `attempts` says of each whether it was blocked."""

    namespaces: tuple[str, ...] = ()
    landlock: int = 0
    seccomp: bool = False
    attempts: Mapping[str, bool] | None = None

    @property
    def tier(self) -> str:
        everywhere = len(self.namespaces) == len(KINDS)
        blocked = self.attempts is not None and all(self.attempts.values())
        if not (blocked and self.seccomp and (self.landlock or everywhere)):
            return "D"
        return "A" if self.landlock and everywhere else "B"

    @property
    def line(self) -> str:
        """In the words of the report."""
        if self.attempts is None:
            return "D: a process of its own, a limit on time; no sandbox"
        parts = [
            ",".join(self.namespaces),
            f"landlock {self.landlock}" if self.landlock else "",
            "seccomp" if self.seccomp else "",
            "limits",
        ]
        done = f"{sum(self.attempts.values())} probes blocked"
        through = [attempt for attempt, blocked in self.attempts.items() if not blocked]
        if through:
            done += f"; NOT blocked: {', '.join(through)}"
        return f"{self.tier}: {'; '.join([*filter(None, parts), done])}"

    def demand(self, tier: str = "B") -> None:
        """Raises WeakIsolation below `tier`."""
        if self.tier > tier:
            raise WeakIsolation(
                f"students' code would not be held back (isolation {self.line}). {self.mend()} "
                "To grade all the same, and let the code read and send what you can: "
                "--allow-weak-isolation"
            )

    def mend(self) -> str:
        """How to get better, as sentences."""
        if sys.platform != "linux":
            return "Grade on Linux, in a container or a virtual machine for instance."
        found = []
        if not self.landlock:
            found.append(
                "Landlock is missing: it takes Linux 5.13 and 'landlock' among the names in "
                "/sys/kernel/security/lsm."
            )
        if not self.seccomp:
            found.append("The filter is missing: install libseccomp (Debian: libseccomp2).")
        return " ".join(found) or "Something lets through what should be blocked: please report it."


def prove(worker: Worker, program: bytes) -> Protection:
    """Try in a worker what must fail there, and look at it from outside. Ends the worker."""
    from autograder.assignment.model import Slot
    from autograder.isolation.client import Code, WorkerDied
    from autograder.isolation.kernel import landlock_version

    canary = Slot("attempts", "canary.py", 0.0, SECONDS, (), {}, (), False, ())

    with tempfile.TemporaryDirectory(prefix="canary-") as folder:
        os.chmod(folder, 0o777)  # whoever the worker is, it is not for want of a permission
        planted = Path(folder, "planted")
        for path in (planted, Path(f"{planted}.gone")):
            path.write_text("a secret")
            path.chmod(0o666)
        try:
            worker.load(Code("canary.py", program))
            names = worker.call("names", [], {}, slot=canary).get("value")
            attempts = {str(name): False for name in names or ["answer"]}
            proved = worker.call("attempts", [str(planted), os.getpid()], {}, slot=canary).get(
                "value"
            )
            if isinstance(proved, dict):
                attempts |= {name: proved.get(name) is True for name in attempts}
            ruled = worker.call("files_are_ruled", [], {}, slot=canary).get("value") is True
            namespaces = tuple(n for n, kind in KINDS.items() if _differs(worker.pid, kind))
            seccomp = _status(worker.pid, "Seccomp") == "2"
        except WorkerDied:  # one of the attempts ended it
            return Protection(attempts={"end the canary": False})
        finally:
            worker.close()
    return Protection(namespaces, landlock_version() if ruled else 0, seccomp, attempts)


def _differs(pid: int, kind: str) -> bool:
    """Whether a process lives in a namespace that is not our own."""
    try:
        return os.readlink(f"/proc/{pid}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}")
    except OSError:
        return False


def _status(pid: int, key: str) -> str:
    try:
        with open(f"/proc/{pid}/status") as status:
            found = [line.split()[1] for line in status if line.startswith(f"{key}:")]
    except OSError:
        return ""
    return found[0] if found else ""
