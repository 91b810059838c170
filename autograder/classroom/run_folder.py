"""The folder that a run writes to: one run at a time, its seed, and how the run before ended."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from autograder.errors import KitError, UsageError
from autograder.files import digest, remove_temporary, write_file
from autograder.isolation.protection import RunProtection


class Proof(msgspec.Struct, frozen=True):
    """The protection that was proved, and a digest of what it depends on."""

    isolation: RunProtection
    surroundings: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The content of `run.json`. `finished` is False while a run of the whole class goes on."""

    assignment: str
    seed: int
    proof: Proof | None = None
    finished: bool | None = None


class RunFolder:
    """An output folder that one run has locked.

    `resumed` tells that the run before was stopped: what it changed counts as changed by this one.
    """

    def __init__(self, path: Path, record: Record, whole_class: bool) -> None:
        self.path = path
        self.seed = record.seed
        self.resumed = record.finished is False
        self._record = record
        self._whole_class = whole_class

    def proved_isolation(self) -> RunProtection | None:
        """The protection that an earlier run proved in the same surroundings, else None."""
        proof = self._record.proof
        return proof.isolation if proof and proof.surroundings == _surroundings() else None

    def note_proof(self, isolation: RunProtection) -> None:
        """Record which protection was proved. Raises KitError."""
        self._note(proof=Proof(isolation, _surroundings()))

    def begin(self) -> None:
        """Record that results are about to be written. Raises KitError."""
        if self._whole_class and self._record.finished is not False:
            self._note(finished=False)

    def finish(self) -> None:
        """Record that all results and pages are written. Raises KitError."""
        if self._whole_class and self._record.finished is not True:
            self._note(finished=True)

    def _note(self, **changes: object) -> None:
        self._record = msgspec.structs.replace(self._record, **changes)
        _write_record(self.path, self._record)


@contextlib.contextmanager
def lock(
    out: Path, assignment: str, seed: int | None = None, whole_class: bool = True
) -> Iterator[RunFolder]:
    """Lock an output folder for one run. Its seed is `seed`, else the folder's own, else drawn.

    `whole_class` is False where only some students are graded, who get the seed of the others.
    Raises KitError where the folder is in use or cannot be written, UsageError where it belongs to
    another assignment.
    """
    with _exclusive(out):
        for folder in (out, out / "results", out / "students"):
            remove_temporary(folder)
        record = _read_record(out)
        if record is not None and record.assignment != assignment:
            raise UsageError(f"{out} holds the results of {record.assignment}: name another --out")
        if record is not None and not whole_class and seed not in (None, record.seed):
            raise UsageError(
                f"{out} was graded with seed {record.seed}, the same for everybody: "
                "name another --out to try another seed for one student"
            )
        if record is None:
            drawn = secrets.randbelow(2**31) if seed is None else seed
            record = Record(assignment=assignment, seed=drawn)
        elif seed is not None:
            record = msgspec.structs.replace(record, seed=seed)
        _write_record(out, record)
        yield RunFolder(out, record, whole_class)


def _read_record(out: Path) -> Record | None:
    path = out / "run.json"
    try:
        data = path.read_bytes()
        try:
            return msgspec.json.decode(data, type=Record)
        except msgspec.ValidationError:  # the proof may be of another version: a new one follows
            fields = msgspec.json.decode(data, type=dict[str, object])
            return msgspec.convert({**fields, "proof": None}, Record)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        raise KitError(f"{path} cannot be read: delete it, or name another --out") from None


def _write_record(out: Path, record: Record) -> None:
    write_file(out / "run.json", msgspec.json.encode(record) + b"\n")


@contextlib.contextmanager
def _exclusive(out: Path) -> Iterator[None]:
    """Hold the folder's lock; the system releases it when the process ends, however it ends.

    The lock's file stays: removing it would let two later runs lock different files.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        held = FileLock(out / ".lock", timeout=0, mode=0o666)  # other TAs grade in the folder, too
        held.acquire()
    except Timeout:
        raise KitError(
            f"{out} is in use by another run: wait for its end, or name another --out"
        ) from None
    except OSError as error:
        raise KitError(f"{out / 'run.json'} cannot be written: {error.strerror}") from None
    try:
        yield
    finally:
        held.release()


def _surroundings() -> str:
    """A digest of everything visible that decides how well this process can protect itself."""
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
