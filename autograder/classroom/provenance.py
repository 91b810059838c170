"""What a result depends on, as digests: under the same digest, grading gives the same result.

A slot's result depends on its student file, on what staff wrote about that file, and on what all
files share: slots build only on slots of their own file, and student files do not import one
another.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment.model import Assignment, Slot, StaffFile
from autograder.course import handin_notebook, handout
from autograder.course.student_file import Source
from autograder.course.time_stamp import LateRules
from autograder.errors import AssignmentError
from autograder.files import digest
from autograder.isolation.protection import RunProtection
from autograder.versions import engine_digest, versions


@dataclass(frozen=True)
class Conditions:
    """Everything that the results of a class depend on, besides what was handed in.

    Attributes:
        graders: student file -> digest of what its marks depend on.
        everything: student file -> digest of what its results depend on, messages included.
        handout: digest of the released notebooks.
        notebooks: their names.
    """

    assignment: str
    seed: int
    isolation: RunProtection
    versions: Mapping[str, str]
    graders: Mapping[str, str]
    everything: Mapping[str, str]
    handout: str
    notebooks: tuple[str, ...]

    def key(self, file: str, source: Source) -> str:
        """The digest of everything that the results of a student's file depend on."""
        return digest(self.everything[file].encode(), _source_bytes(source))

    def notes_key(self, folder: Path, notes: tuple[str, ...], late: LateRules) -> str:
        """The digest of everything that the notes on a hand-in depend on."""
        return digest(
            self.handout.encode(),
            repr((notes, late)).encode(),
            *handin_notebook.looked_at(folder, self.notebooks),
        )

    @property
    def digest(self) -> str:
        """A digest of all the conditions together."""
        return digest(repr(self).encode())


def conditions(
    assignment: Assignment, course: Path, seed: int, device: str, isolation: RunProtection
) -> Conditions:
    """The conditions of a class as they are now. Raises KitError where a file cannot be read."""
    installed, engine = versions(), engine_digest()
    surroundings = (seed, device, isolation, installed, engine, sys.platform, platform.machine())
    shared = digest(
        repr((surroundings, assignment.libraries, list(assignment.slots))).encode(),
        *_shared_files(assignment),
    )
    graders = {file.name: _graders_digest(assignment, file) for file in assignment.files.values()}
    everything = {}
    for file in assignment.files.values():
        slots = {slot.name for slot in assignment.slots_of(file.name)}
        misconceptions = [one for one in assignment.misconceptions if one.slot in slots]
        own = (file.name, file.libraries, assignment.blocked(file.name), misconceptions)
        parts = (shared, graders[file.name], repr(own))
        everything[file.name] = digest(*(part.encode() for part in parts))
    notebooks = handout.basis(course, assignment.name)
    return Conditions(
        assignment=assignment.name,
        seed=seed,
        isolation=isolation,
        versions=installed,
        graders=graders,
        everything=everything,
        handout=digest(engine.encode(), repr(sorted(notebooks.items())).encode()),
        notebooks=tuple(notebooks),
    )


def submission_digests(sources: Mapping[str, Source]) -> dict[str, str]:
    """student file -> a digest of what was handed in."""
    return {name: digest(_source_bytes(source)) for name, source in sources.items()}


def _source_bytes(source: Source) -> bytes:
    return b"bytes" + source if isinstance(source, bytes) else repr(source).encode()


def _graders_digest(assignment: Assignment, file: StaffFile) -> str:
    """A digest of everything that staff wrote about a file, as far as marks depend on it."""
    hidden = [part.encode() for module in sorted(file.hidden.items()) for part in module]
    return digest(
        *(file.text.encode(), file.probes.encode(), file.readings.encode(), *hidden),
        repr([_mark_settings(slot) for slot in assignment.slots_of(file.name)]).encode(),
    )


def _mark_settings(slot: Slot) -> tuple[object, ...]:
    """The settings of a slot in assignment.toml that can change a mark."""
    return (
        *(slot.name, slot.points, slot.limits, slot.builds_on, slot.demands),
        slot.forbids,
    )


def _shared_files(assignment: Assignment) -> Iterator[bytes]:
    """Names and contents of the staff files that belong to no one student file."""
    known = {Path("assignment.toml"), Path("questions.toml")}
    for file in assignment.files.values():
        own = (file.name, "probes.py", "readings.py", *file.hidden)
        known |= {Path(file.stem, name) for name in own}
        known |= {Path(file.stem, f"{slot.stem}.toml") for slot in assignment.slots_of(file.name)}
    for path in sorted(assignment.folder.rglob("*")):
        name = path.relative_to(assignment.folder)
        hidden = any(part.startswith((".", "__pycache__")) for part in name.parts)
        if name not in known and not hidden and path.is_file():
            yield from (str(name).encode("utf-8", "surrogateescape"), _read(path))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise AssignmentError(f"{path} cannot be read: {error.strerror}") from None
