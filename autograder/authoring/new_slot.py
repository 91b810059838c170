"""The slot that `autograder new` adds, and the templates that its files start from."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import jinja2

from autograder.assignment.model import Assignment
from autograder.errors import AssignmentError, KitError


@dataclass(frozen=True)
class NewSlot:
    """A slot to be added.

    `points` is an int where it is whole. `existing` is the assignment, None where that is new, too.
    """

    assignment: str
    name: str
    file: str
    points: float
    course: Path
    existing: Assignment | None

    @property
    def folder(self) -> Path:
        """The assignment's folder under solutions/."""
        return self.course / "solutions" / self.assignment

    @property
    def files(self) -> Path:
        """The folder of the slot's student file."""
        return self.folder / self.file.removesuffix(".py")

    @property
    def stem(self) -> str:
        """The name of the slot's own two files."""
        return self.name.replace(".", "_")


@functools.cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def rendered(template: str, **values: object) -> str:
    """The text of a template with these values; every value that it names must be given."""
    return _templates().get_template(f"{template}.jinja").render(values)


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or the name with the first free number after it."""
    numbered = (f"{name}_{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(n for n in numbered if n not in taken)


def read_text(path: Path) -> str:
    """The text of a file. Raises KitError, and AssignmentError where it is not UTF-8."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise AssignmentError(f"{path} is not UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise KitError(f"{path} cannot be read: {error.strerror}") from None


def title_of(name: str) -> str:
    """A title made of the name of a file or an assignment."""
    return re.sub(r"[_-]+", " ", name).capitalize()
