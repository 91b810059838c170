"""What a result depends on, as digests: under the same digest, grading gives the same result.

A slot's result depends on the file that it stands in, on what staff wrote about that file, and on
what is shared by all: slots build on slots of their own file only, and student files do not import
one another.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.assignment.model import Assignment, Slot, StudentFile
from autograder.course import handin_notebook as staging
from autograder.course import handout
from autograder.errors import AssignmentError
from autograder.files import digest
from autograder.isolation.protection import RunProtection
from autograder.judging.failure import Failure
from autograder.versions import engine_digest, versions


@dataclass(frozen=True)
class Conditions:
    """All that the results of a class depend on, besides what was handed in.

    `graders` has for each student file a digest of what its marks depend on, `everything` one of
    all that its results depend on, messages included; `handout` is a digest of the released
    notebooks, whose names are `notebooks`.
    """

    assignment: str
    seed: int
    isolation: RunProtection
    versions: Mapping[str, str]
    graders: Mapping[str, str]
    everything: Mapping[str, str]
    handout: str
    notebooks: tuple[str, ...]

    def key(self, file: str, source: bytes | Failure) -> str:
        """The digest of all that the results of a student's file depend on."""
        return digest(self.everything[file].encode(), _handed_in(source))

    def notes_key(self, folder: Path, notes: tuple[str, ...]) -> str:
        """The digest of all that the notes on a hand-in depend on."""
        return digest(
            *(self.handout.encode(), repr(notes).encode()),
            *staging.looked_at(folder, self.notebooks),
        )

    @property
    def whole(self) -> str:
        """One digest of it all."""
        return digest(repr(self).encode())


def conditions(
    assignment: Assignment, course: Path, seed: int, device: str, isolation: RunProtection
) -> Conditions:
    """The conditions of a class as they are now. Raises AssignmentError."""
    found, kit = versions(), engine_digest()
    graders = {file.name: _marks(assignment, file) for file in assignment.files.values()}
    surroundings = (seed, device, isolation, found, kit, sys.platform, platform.machine())
    shared = digest(
        repr((surroundings, assignment.libraries, list(assignment.slots))).encode(),
        *_shared(assignment),
    )
    notebooks = handout.basis(course, assignment.name)
    return Conditions(
        assignment=assignment.name,
        seed=seed,
        isolation=isolation,
        versions=found,
        graders=graders,
        everything={
            file.name: digest(
                *(shared.encode(), graders[file.name].encode(), file.name.encode()),
                repr((file.libraries, assignment.blocked(file.name))).encode(),
                repr([m for m in assignment.misconceptions if _is_in(assignment, m.slot, file)])
                .encode(),
            )
            for file in assignment.files.values()
        },
        handout=digest(kit.encode(), repr(sorted(notebooks.items())).encode()),
        notebooks=tuple(notebooks),
    )  # fmt: skip


def made_of(sources: Mapping[str, bytes | Failure]) -> dict[str, str]:
    """file -> a digest of what was handed in."""
    return {name: digest(_handed_in(source)) for name, source in sources.items()}


def _handed_in(source: bytes | Failure) -> bytes:
    return b"bytes" + source if isinstance(source, bytes) else repr(source).encode()


def _is_in(assignment: Assignment, slot: str, file: StudentFile) -> bool:
    return assignment.slots[slot].file == file.name


def _marks(assignment: Assignment, file: StudentFile) -> str:
    """A digest of all that staff wrote about a file and that a mark depends on."""
    return digest(
        *(part.encode() for part in (file.text, file.probe, file.stand_in, file.oracle)),
        _bytes(file.graders),
        repr([_settings(slot) for slot in assignment.slots_of(file.name)]).encode(),
    )


def _settings(slot: Slot) -> tuple[Any, ...]:
    """What of a slot's entry in assignment.toml can change a mark."""
    return (
        *(slot.name, slot.points, slot.limits, slot.builds_on, sorted(slot.weights.items())),
        *(slot.forbids, slot.all_or_nothing),
    )


def _shared(assignment: Assignment) -> Iterator[bytes]:
    """Names and contents of files beside the graders that belong to no one student file."""
    known = {"assignment.toml", "questions.toml"}
    for file in assignment.files.values():
        known |= {file.name, f"{file.stem}.toml"}
        known |= {f"{kind}_{file.name}" for kind in ("test", "probe", "stand_in", "oracle")}
    for path in sorted(assignment.folder.rglob("*")):
        name = path.relative_to(assignment.folder)
        hidden = any(part.startswith((".", "__pycache__")) for part in name.parts)
        if str(name) not in known and not hidden and path.is_file():
            yield from (str(name).encode("utf-8", "surrogateescape"), _bytes(path))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AssignmentError(f"{path} cannot be read: {error.strerror}") from None
