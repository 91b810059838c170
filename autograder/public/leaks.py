"""What must not leave the staff's hands, and where it stands in what does."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping

from autograder.assignment import solution_file as source
from autograder.assignment.model import Assignment
from autograder.public.released_folder import FOLDER

MIN_SECRET = 12  # letters and digits of a line, below which it is nobody's secret
FOUND_ANYWHERE = 30  # characters of a line, from which on it is looked for inside other lines


def secrets(assignment: Assignment) -> dict[str, str]:
    """line -> where it stands, for each line of an answer or of a hidden staff file.

    A line of a stub is no secret, and neither is one of a hidden file that a probe has as well.
    """
    files = list(assignment.files.values())
    stubs = {line for stub in assignment.stubs().values() for line in _stripped(stub.decode())}
    stubs |= set(assignment.idioms)
    probes = {line for file in files for line in _stripped(file.probes)}
    found: dict[str, str] = {}
    for file in files:
        answers = source.answer_lines(file.text, file.name, assignment.slots)
        for slot, texts in answers.items():
            for line in _stripped("\n".join(texts)) - stubs:
                found.setdefault(line, f"the answer of {slot}")
        for module, text in file.hidden.items():
            for line in _stripped(text) - stubs - probes:
                found.setdefault(line, f"{file.stem}/{module}")
    for question in assignment.questions:
        for text in (question.answer, *question.scheme):
            for sentence in _sentences_of(text):
                found.setdefault(sentence, f"the marking of {question.id}")
    return found


def _sentences_of(text: str) -> set[str]:
    """The sentences of a prose text that are long enough to be recognised, in one line each."""
    parts = re.split(r"(?<=[.;:?!])\s+", " ".join(text.split()))
    return {part for part in parts if len(part) >= FOUND_ANYWHERE}


def _stripped(text: str) -> set[str]:
    """The lines that are long enough to be recognised; imports tell nothing."""
    lines = {line.strip() for line in text.splitlines()}
    return {
        line
        for line in lines
        if len(re.sub(r"\W", "", line)) >= MIN_SECRET and not line.startswith(("import ", "from "))
    }


def found_in(assignment: Assignment, files: Mapping[str, bytes]) -> list[str]:
    """Where a secret line stands in files that leave the staff's hands.

    A long line is found anywhere, a short one where it is a line of its own, in JSON's strings
    (a notebook's cells) and in HTML too. The sentences of public checks are public.
    """
    hidden = secrets(assignment)
    found = []
    for name, content in files.items():
        text = content.decode("utf-8", "replace")
        strings = list(_strings(text))
        lines = {line.strip() for part in (text, *strings) for line in part.splitlines()}
        if name.endswith(".html"):  # where highlighted code has tags between its words
            text = html.unescape(re.sub(r"<[^>]*>", "", text))
        prose = " ".join((text + "".join(strings)).split())  # however its lines are broken
        public = {f'"""{line}"""' for line in _sentences(name, text)}
        for line, where in hidden.items():
            there = line in lines or (
                len(line) >= FOUND_ANYWHERE and (line in text or line in prose)
            )
            if there and line not in public:
                found.append(f"{name} holds a line of {where}: {line[:60]}")
    return found


def _strings(text: str) -> Iterator[str]:
    """Every string in a JSON text, in order; none where it is no JSON."""
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
    if not (name.startswith(f"{FOLDER}/") and name.endswith(".json")):
        return set()
    return {check["sentence"] for check in json.loads(text).get("checks", [])}
