"""Runs the canary in a worker, and so proves which protection holds there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from autograder.isolation.client import Code, Worker, WorkerDied
from autograder.isolation.kernel import landlock_version
from autograder.isolation.protection import NAMESPACES, Protection
from autograder.isolation.worker_protocol import CallAnswer, Function
from autograder.limits import Limits

LIMITS = Limits(seconds=10.0)
LINKS = {"mount": "mnt"}  # namespaces that have another name in /proc/<pid>/ns


def prove(worker: Worker) -> Protection:
    """Let the canary try in a worker what must fail there, and look at the worker from outside.

    Ends the worker.
    """
    canary = Code("canary.py", Path(__file__).with_name("canary.py").read_bytes())
    with tempfile.TemporaryDirectory(prefix="canary-") as folder:
        os.chmod(folder, 0o777)  # no attempt may fail for want of a permission
        planted = Path(folder, "planted")
        for path in (planted, Path(f"{planted}.gone")):
            path.write_text("a secret")
            path.chmod(0o666)
        try:
            worker.load(canary)
            names = _value(worker, "names")
            known = names if isinstance(names, list) and names else ["answer"]
            attempts = {str(name): False for name in known}
            proved = _value(worker, "attempts", str(planted), os.getpid())
            if isinstance(proved, dict):
                attempts = {name: proved.get(name) is True for name in attempts}
            landlock = landlock_version() if _value(worker, "files_are_ruled") is True else 0
            namespaces = tuple(name for name in NAMESPACES if _is_apart(worker.pid, name))
            seccomp = _status(worker.pid, "Seccomp") == "2"
        except WorkerDied:  # one of the attempts ended it
            return Protection(attempts={"end the canary": False})
        finally:
            worker.close()
    return Protection(namespaces, landlock, seccomp, attempts)


def _value(worker: Worker, name: str, *args: object) -> object:
    """What a function of the canary returned; None where it raised."""
    reply = worker.call("attempts", Function("student", name), args, limits=LIMITS)
    return reply.value if isinstance(reply, CallAnswer) else None


def _is_apart(pid: int, namespace: str) -> bool:
    """Whether a process does not share our namespace of this kind."""
    kind = LINKS.get(namespace, namespace)
    try:
        return os.readlink(f"/proc/{pid}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}")
    except OSError:
        return False


def _status(pid: int, key: str) -> str:
    """The first word of a line of /proc/<pid>/status, or ""."""
    try:
        with open(f"/proc/{pid}/status") as status:
            found = [line.split()[1] for line in status if line.startswith(f"{key}:")]
    except OSError:
        return ""
    return found[0] if found else ""
