"""The search for secrets of staff in files that others get."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from autograder.assignment import solution_file as source
from autograder.assignment.model import Assignment
from autograder.public.released_folder import FOLDER

MIN_SECRET = 12  # letters and digits: anybody could write a line with fewer
FOUND_ANYWHERE = 30  # characters: a line with as many is searched for inside other lines, too
SHOWN = 60  # characters of a line in messages


class Kind(Enum):
    """Where staff wrote a secret."""

    ANSWER = auto()  # of a slot
    HIDDEN_FILE = auto()
    MARKING = auto()  # of a written question
    KNOWN_PROGRAM = auto()


@dataclass(frozen=True)
class Origin:
    """The slot, file, question or known program that a secret belongs to, by name."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        words = {Kind.ANSWER: "the answer of ", Kind.MARKING: "the marking of "}
        return words.get(self.kind, "") + self.name


@dataclass(frozen=True)
class Leak:
    """A secret line in a file that others get; without an origin, the file itself is secret."""

    file: str
    origin: Origin | None = None
    line: str = ""

    def __str__(self) -> str:
        if self.origin is None:
            return f"{self.file} is a file of staff's"
        return f"{self.file} holds a line of {self.origin}: {self.line[:SHOWN]}"


def secrets(assignment: Assignment) -> dict[str, Origin]:
    """line -> where staff wrote it, for the lines of answers, hidden files and marking schemes.

    A line of a stub is no secret, nor is a line of a hidden file that a released one has too.
    """
    files = list(assignment.files.values())
    stubs = {line for stub in assignment.stubs().values() for line in _stripped(stub.decode())}
    stubs |= set(assignment.idioms)
    released = {line for f in files for line in _stripped(f"{f.probes}\n{f.readings}")}
    found: dict[str, Origin] = {}
    for file in files:
        answers = source.answer_lines(file.text, file.name, assignment.slots)
        for slot, texts in answers.items():
            for line in _stripped("\n".join(texts)) - stubs:
                found.setdefault(line, Origin(Kind.ANSWER, slot))
        for module, text in file.hidden.items():
            for line in _stripped(text) - stubs - released:
                found.setdefault(line, Origin(Kind.HIDDEN_FILE, f"{file.stem}/{module}"))
    for question in assignment.questions:
        for text in (question.answer, *question.scheme):
            for sentence in _sentences_of(text):
                found.setdefault(sentence, Origin(Kind.MARKING, question.id))
    return found


def _sentences_of(text: str) -> set[str]:
    """The sentences of a prose text that are long enough to be told apart, each in one line."""
    parts = re.split(r"(?<=[.;:?!])\s+", " ".join(text.split()))
    return {part for part in parts if len(part) >= FOUND_ANYWHERE}


def _stripped(text: str) -> set[str]:
    """The lines that are long enough to be told apart, but for imports."""
    lines = {line.strip() for line in text.splitlines()}
    return {
        line
        for line in lines
        if len(re.sub(r"\W", "", line)) >= MIN_SECRET and not line.startswith(("import ", "from "))
    }


def found_in(assignment: Assignment, files: Mapping[str, bytes]) -> list[Leak]:
    """The secret lines in files (path -> content) that others get.

    A long line is found anywhere, a short one where it is a whole line, also in the strings of
    JSON (the cells of a notebook) and in HTML. The sentences of public checks are no secrets.
    """
    hidden = secrets(assignment)
    found = []
    for name, content in files.items():
        text = content.decode("utf-8", "replace")
        strings = list(_strings(text))
        lines = {line.strip() for part in (text, *strings) for line in part.splitlines()}
        if name.endswith(".html"):  # highlighted code has tags between its words
            text = html.unescape(re.sub(r"<[^>]*>", "", text))
        prose = " ".join((text + "".join(strings)).split())  # wherever it breaks lines
        words = set(prose.split())
        public = {f'"""{line}"""' for line in _sentences(name, text)}
        for line, origin in hidden.items():
            inside = (
                len(line) >= FOUND_ANYWHERE
                and words.issuperset(line.split()[1:-1])  # quicker than looking for each line
                and (line in text or line in prose)
            )
            if (line in lines or inside) and line not in public:
                found.append(Leak(name, origin, line))
    return found


def _strings(text: str) -> Iterator[str]:
    """Every string in a JSON text, in order; none in a text that is no JSON."""
    try:
        stack = [json.loads(text)]
    except ValueError:
        return
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, dict)):
            stack.extend(reversed([*value.values()] if isinstance(value, dict) else value))


def _sentences(name: str, text: str) -> set[str]:
    """The sentences of the public checks in a file."""
    if not (name.startswith(f"{FOLDER}/") and name.endswith(".json")):
        return set()
    return {check["sentence"] for check in json.loads(text).get("checks", [])}
