"""Which protection from students' code is in force: what a canary has proved, not what was asked.

Tiers: A has namespaces, Landlock, seccomp and limits; B has seccomp, limits, and either namespaces
or Landlock to keep files out of reach; D is anything less. In A and B every attempt of the canary
was blocked. Below B, a person has to allow hidden grading (`--allow-weak-isolation`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.errors import KitError

NAMESPACES = ("user", "pid", "mount", "net", "ipc")


class WeakIsolation(KitError):
    """The protection from students' code is too weak; the message says how to improve it."""


@dataclass(frozen=True)
class Protection:
    """What was proved of a worker.

    Attributes:
        namespaces: those, of NAMESPACES, in which it does not share ours.
        landlock: the kernel's version of Landlock, 0 where it is not in force.
        attempts: the canary's attempts, and whether each was blocked; None where no canary ran.
    """

    namespaces: tuple[str, ...] = ()
    landlock: int = 0
    seccomp: bool = False
    attempts: Mapping[str, bool] | None = None

    @property
    def tier(self) -> str:
        everywhere = len(self.namespaces) == len(NAMESPACES)
        blocked = self.attempts is not None and all(self.attempts.values())
        if not (blocked and self.seccomp and (self.landlock or everywhere)):
            return "D"
        return "A" if self.landlock and everywhere else "B"

    @property
    def line(self) -> str:
        """The protection in the words of the report."""
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

    def require(self, tier: str = "B") -> None:
        """Raise WeakIsolation below `tier`."""
        if self.tier > tier:
            raise WeakIsolation(
                f"students' code would not be held back (isolation {self.line}). {self.mend()} "
                "To grade all the same, and let the code read and send what you can: "
                "--allow-weak-isolation"
            )

    def mend(self) -> str:
        """Say in sentences how to improve the protection."""
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


@dataclass(frozen=True)
class RunProtection:
    """The protection that a whole run was promised.

    `open_device` is a device whose cases run without a sandbox, "" where there is none.
    """

    sandbox: Protection
    open_device: str = ""

    @property
    def line(self) -> str:
        """The protection in the words of the report."""
        if not self.open_device:
            return self.sandbox.line
        return f"{self.sandbox.line}; {self.open_device}: D, a process of its own"
