"""Gradescope's `submission_metadata.yml`: who handed in a submission, and when."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import time_stamp
from autograder.files import read_regular

NAME = "submission_metadata.yml"
MAX_BYTES = 64 << 20  # it has the outputs of all graders, too


@dataclass(frozen=True)
class Submitter:
    """`id` is the school's number of the student or, without one, the e-mail address."""

    name: str
    id: str


@dataclass(frozen=True)
class Submission:
    """`when` is in UTC, without a zone; several submitters are a group."""

    submitters: Sequence[Submitter]
    when: datetime.datetime | None


def read(path: Path) -> dict[str, Submission] | None:
    """Submission's number -> what is known of it; None if the file cannot be read."""
    import yaml  # here: slow, and only one platform needs it

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Reads plain data only; what Ruby calls its times and symbols are read as data, too."""

    Loader.add_multi_constructor("!ruby/", _construct_plain)
    content = read_regular(path, MAX_BYTES, hard_links=True)
    if not isinstance(content, bytes):
        return None
    try:
        data = yaml.load(content, Loader=Loader)
        return {
            str(name).removeprefix("submission_"): _submission(_fields(one))
            for name, one in data.items()
        }
    except Exception:  # a parser's errors are of many kinds, and so is what a file may hold
        return None


def _construct_plain(loader: Any, suffix: str, node: Any) -> Any:
    """A Ruby object as the plain data that it consists of."""
    if hasattr(node, "value") and isinstance(node.value, str):
        return node.value
    is_mapping = node.id == "mapping"
    construct = loader.construct_mapping if is_mapping else loader.construct_sequence
    return construct(node, deep=True)


def _fields(data: Any) -> dict[str, Any]:
    """A mapping whose names are Ruby's symbols (`:name`), texts, or both."""
    if not isinstance(data, Mapping):
        return {}
    return {str(name).lstrip(":"): value for name, value in data.items()}


def _submission(fields: Mapping[str, Any]) -> Submission:
    people = fields.get("submitters")
    submitters = []
    for person in people if isinstance(people, list) else []:
        found = _fields(person)
        name, sid, email = (_text(found.get(key)) for key in ("name", "sid", "email"))
        if name or sid or email:
            submitters.append(Submitter(name, sid or email))
    return Submission(submitters, _time(fields.get("created_at")))


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) else ""


def _time(value: Any) -> datetime.datetime | None:
    """A time in UTC, as YAML reads it, as a text, or as Ruby's time with a zone."""
    if isinstance(value, Mapping):
        value = _fields(value).get("utc")
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).replace(tzinfo=None) if value.tzinfo else value
    return time_stamp.parse(value).when if isinstance(value, str) else None
