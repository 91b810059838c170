"""Which expected file a file of another name is: platforms, browsers and systems rename files.

Canvas makes `moves-1.py` of a second upload, a browser `moves (1).py`, Windows `moves - Copy.py` or
`moves.py.txt`. Canvas, Blackboard and Moodle put the student's name and numbers in front.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import NamedTuple

MAX_NAME = 300
ENDINGS = (".py", ".txt", ".text", ".pyw", ".py3", ".download")
COPY = r"(?:copy|kopie|kopia|kopi|copia|copie|cópia|kópia|копия|副本|コピー|사본)"
BEHIND = re.compile(
    rf"(?: ?\(\d{{1,3}}\)|[-_ ]\d{{1,2}}|[-_ ]*\b{COPY} ?\d*|_{COPY} ?\d*|-{COPY}\d*"
    rf"| ?\([^()]*{COPY}[^()]*\)|[-_ ]late|(?:副本|コピー|사본))$"
)
IN_FRONT = re.compile(
    rf"{COPY} (?:of|von|de|di|av|van) "
    r"|.*_\d+_\d+_"  # Canvas: name, LATE, student, upload
    r"|.*_attempt_[\d-]+_"  # Blackboard
    r"|.*_\d+_assignsubmission_file_(?:.*/)?"  # Moodle
)
# Words that tell that a file is something else than what is handed in.
OTHER = {
    *("test", "tests", "old", "older", "backup", "bak", "orig", "original", "stub", "empty"),
    *(
        "probe",
        "readings",
        "template",
        "example",
        "notes",
        "draft",
        "wrong",
        "broken",
        "unused",
        "ignore",
    ),
}


class Meaning(NamedTuple):
    """The expected file that another name stands for.

    `is_certain` tells that the name is what a platform or a system makes of it; other names only
    contain its words, so that the content has to tell.
    """

    file: str
    is_certain: bool


def meaning(name: str, expected: Collection[str]) -> Meaning | None:
    """The expected file that `name` stands for; None if there is none, or if it may be several."""
    if name in expected or name.startswith(".") or len(name) > MAX_NAME:
        return None
    stem, is_text = _without_endings(_plain(name))
    if not is_text and "." in stem:
        return None  # a file of another kind
    stems: dict[str, list[str]] = {}
    for file in expected:
        stems.setdefault(_stem(file), []).append(file)
    known = _renamed(stem, stems)
    if known is not None:
        return Meaning(stems[known][0], True) if len(stems[known]) == 1 else None
    files = _containing(_words(stem), expected) if is_text else []
    return Meaning(files[0], False) if len(files) == 1 else None


def is_of_another_kind(name: str, file: str) -> bool:
    """Whether a name is the expected file's but for its ending: `moves.docx`, `moves.py~`."""
    left = _plain(name)[:MAX_NAME].rstrip("~")
    while "." in left.lstrip("."):
        left = left.rpartition(".")[0]
        if _renamed(left.strip(".#"), [_stem(file)]):
            return name != file
    return False


def _plain(name: str) -> str:
    """The name without what cannot be seen, and without case."""
    name = unicodedata.normalize("NFKC", name).casefold()
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf"))
    return re.sub(r"\s+", " ", name).strip(" .")


def _joined(stem: str) -> str:
    return re.sub(r"[-_ ]+", "_", stem)


def _stem(file: str) -> str:
    return _joined(_plain(file).removesuffix(".py"))


def _without_endings(name: str) -> tuple[str, bool]:
    """The name without the endings of Python's and text files, and whether it had any."""
    is_text = False
    while True:
        inside = BEHIND.sub("", name)  # `moves.py (1)`
        name = inside if inside.endswith(ENDINGS) else name
        ending = next((e for e in ENDINGS if name.endswith(e) and name != e), "")
        if not ending:
            return name, is_text
        is_text = True
        name = name.removesuffix(ending).rstrip(" .")


def _renamed(stem: str, stems: Collection[str]) -> str | None:
    """The expected stem that is left when what was put in front and behind is taken away."""
    for left in (stem, IN_FRONT.sub("", stem, count=1)):
        while _joined(left) not in stems:
            shorter = BEHIND.sub("", left).rstrip(" .")
            if shorter == left:
                break
            left = shorter
        if _joined(left) in stems:
            return _joined(left)
    return None


def _words(stem: str) -> list[str]:
    """The words of a name: `my-MovesTwo_2` in small letters has my, movestwo and 2."""
    return re.findall(r"[^\W_]+", stem)


def _containing(words: Sequence[str], expected: Collection[str]) -> list[str]:
    """The expected files whose words stand in a name, except those that are part of another one."""
    if OTHER.intersection(words):
        return []
    found = {file: _words(_stem(file)) for file in expected}
    found = {file: own for file, own in found.items() if _stands_in(own, words)}
    return [
        file
        for file, own in found.items()
        if not any(_stands_in(own, other) for key, other in found.items() if key != file)
    ]


def _stands_in(inner: Sequence[str], outer: Sequence[str]) -> bool:
    """Whether the words stand side by side in others, together or apart."""
    joined = "".join(inner)
    for start in range(len(outer)):
        text = ""
        for word in outer[start:]:
            text += word
            if text == joined:
                return True
            if not joined.startswith(text):
                break
    return False
