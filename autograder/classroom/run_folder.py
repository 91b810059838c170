"""The folder that a run writes to: one run at a time, and what a run that was killed has left.

`run.json` says which assignment and seed the folder is for, whether the run before came to its
end, and which protection was proved here.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import KitError, UsageError
from autograder.files import digest, remove_temporary, write_file
from autograder.isolation.protection import RunProtection

try:
    import fcntl
except ImportError:  # Windows, where nothing keeps two runs apart
    fcntl = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Output:
    """An output folder while a run has it to itself. `record` is what `run.json` says.

    `going_on` tells that the run before did not come to its end: what it changed since the one
    before it belongs to this run, too.
    """

    path: Path
    record: dict[str, Any]
    going_on: bool
    whole_class: bool = True

    @property
    def seed(self) -> int:
        seed: int = self.record["seed"]
        return seed

    def proved(self) -> RunProtection | None:
        """The protection that was proved here before, in the same surroundings; else None."""
        proof = self.record.get("proof")
        if not isinstance(proof, dict) or proof.get("surroundings") != _surroundings():
            return None
        return RunProtection.from_json(proof.get("isolation"))

    def note_proof(self, isolation: RunProtection) -> None:
        """Remember which protection was proved. Raises KitError."""
        self._note(proof={"isolation": isolation.to_json(), "surroundings": _surroundings()})

    def begin(self) -> None:
        """To be called before results are written. Raises KitError."""
        if self.whole_class and self.record.get("finished") is not False:
            self._note(finished=False)

    def finish(self) -> None:
        """To be called when all results and views are written. Raises KitError."""
        if self.whole_class and self.record.get("finished") is not True:
            self._note(finished=True)

    def _note(self, **more: Any) -> None:
        self.record.update(more)
        write_file(self.path / "run.json", f"{json.dumps(self.record)}\n".encode())


@contextlib.contextmanager
def opened(
    out: Path, assignment: str, asked: int | None = None, whole_class: bool = True
) -> Iterator[Output]:
    """Have an output folder to oneself, with its seed: the one asked for, its own, or a new one.

    Raises KitError where the folder is in use or cannot be written, UsageError where it is another
    assignment's.
    """
    with _alone(out):
        for folder in (out, out / "results", out / "students"):
            remove_temporary(folder)
        record = _read(out, assignment)
        seed = asked if asked is not None else record.get("seed")
        if not whole_class and seed != record.get("seed", seed):
            raise UsageError(
                f"{out} was graded with seed {record['seed']}, the same for everybody: "
                "name another --out to try another seed for one student"
            )
        if type(seed) is not int:
            seed = secrets.randbelow(2**31)
        going_on = record.get("finished") is False
        output = Output(out, record, going_on, whole_class)
        output._note(assignment=assignment, seed=seed)
        yield output


def _read(out: Path, assignment: str) -> dict[str, Any]:
    path = out / "run.json"
    try:
        record = dict(json.loads(path.read_text("utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, TypeError):
        raise KitError(f"{path} cannot be read: delete it, or name another --out") from None
    if record.get("assignment", assignment) != assignment:
        raise UsageError(f"{out} holds the results of {record['assignment']}: name another --out")
    return record


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the folder's lock, which ends with its process, however that ends."""
    path = out / ".lock"
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = _lock(path)
    except OSError as error:
        if error.errno == errno.EWOULDBLOCK:
            raise KitError(
                f"{out} is in use by another run: wait for its end, or name another --out"
            ) from None
        raise KitError(f"{out / 'run.json'} cannot be written: {error.strerror}") from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(lock)


def _lock(path: Path) -> int:
    """The open lock file. Raises OSError; EWOULDBLOCK where another process has it."""
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.stat(path).st_ino == os.fstat(lock).st_ino:
                return lock
        except FileNotFoundError:
            pass  # its holder has just ended and taken it away
        except OSError:
            os.close(lock)
            raise
        os.close(lock)


def _surroundings() -> str:
    """A digest of what decides how well this process can protect itself, as far as can be seen."""
    seen: list[str] = [os.environ.get("LD_LIBRARY_PATH", "")]
    if hasattr(os, "uname"):
        seen += [*os.uname(), str(os.getuid())]
    for path in (
        "/proc/sys/kernel/random/boot_id",
        "/sys/kernel/security/lsm",
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "/proc/sys/user/max_user_namespaces",
    ):
        with contextlib.suppress(OSError):
            seen.append(Path(path).read_text())
    with contextlib.suppress(OSError):
        kinds = ("CapEff", "NoNewPrivs", "Seccomp")
        lines = Path("/proc/self/status").read_text().splitlines()
        seen += [line for line in lines if line.startswith(kinds)]
        seen += [os.readlink(f"/proc/self/ns/{kind}") for kind in ("mnt", "pid", "user")]
    return digest(*(text.encode() for text in seen))
