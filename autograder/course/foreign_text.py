"""What stands in a student file that is no Python: of a notebook, a word processor, a merge."""

from __future__ import annotations

import re
import sys
import unicodedata

HEAD = 1000  # characters of a line, and of a file, that are looked at

# What a line begins with, what it is, and the mend.
LINES = (
    (
        r"(?:<{7}|\|{7}|>{7})(?:\s|$)|={7}$",
        "a mark of a merge that was not finished",
        "keep one of the two versions, and delete the marks",
    ),
    (r"[ \t]*%{1,2}[A-Za-z]", "a command of notebooks", "delete it"),
    (r"[ \t]*!{1,2}[ \t]*[\w./~]", "a shell command of notebooks", "delete it"),
    (r"[ \t]*(?:\?{1,2}[\w.]+|[\w.]+\?{1,2})[ \t]*$", "a question of notebooks", "delete it"),
    (r"[ \t]*(?:`{3}|~{3})", "a fence of Markdown", "delete it"),
    (r"[ \t]*(?:>>>|\.\.\.)(?:[ \t]|$)", "a prompt of Python's console", "delete the prompts"),
    (r"[ \t]*(?:In|Out)[ \t]*\[\d*\]:", "a prompt of notebooks", "delete the prompts"),
    (r"(?:diff --git|@@ -\d|[+-]{3} [ab]/)", "a line of a patch", "hand in the file itself"),
)
FIRST_MARK = re.compile(r"^(?:<{7}|>{7})(?:\s|$)", re.M)
INVALID = re.compile(r"invalid (?:non-printable )?character .*?\(?U\+([0-9A-F]{4,6})\)?")
PLAIN = {
    **dict.fromkeys("“”„‟«»″＂", '"'),
    **dict.fromkeys("‘’‚‛′´ˋ＇", "'"),
    **dict.fromkeys("‐‑‒–—−", "-"),
    "×": "*",
    "…": "...",
}
FILES = (
    (
        r"\s*\{(?=.*\"(?:cells|nbformat|cell_type)\")",
        "a notebook",
        "hand in the Python file itself",
    ),
    (r"\{\\rtf", "a document in RTF", "save it as plain text"),
    (r"\s*<(?:!doctype|html|head|\?xml)", "a web page", "download the file itself"),
    (r"(?:diff --git |--- a/)", "a patch", "hand in the file itself"),
)


def line_words(line: str) -> str:
    """What a line is and its mend, where it is no Python; or ""."""
    for pattern, what, mend in LINES:
        if re.match(pattern, line[:HEAD]):
            return f"{what}: {mend}"
    return ""


def merge_mark(text: str) -> int | None:
    """The number of the first line that is a mark of an unfinished merge."""
    found = FIRST_MARK.search(text)
    return None if found is None else text.count("\n", 0, found.start()) + 1


def character_words(message: str, text: str) -> str:
    """What the character of `text` is that Python says is invalid, and the mend; or ""."""
    found = INVALID.search(message)
    if found is None or int(found[1], 16) > sys.maxunicode or chr(int(found[1], 16)) not in text:
        return ""
    character = chr(int(found[1], 16))
    name = unicodedata.name(character, "") or "a character that cannot be seen"
    plain = PLAIN.get(character) or unicodedata.normalize("NFKC", character)
    if plain.isspace():
        mend = "type a plain space instead"
    elif plain != character and plain.isascii() and plain.isprintable():
        mend = f"type {plain} instead"
    else:
        mend = "delete it"
    return f"U+{found[1]} is {name.lower()}: {mend}"


def file_words(text: str) -> str:
    """What a whole file is instead of Python, and the mend; or ""."""
    for pattern, what, mend in FILES:
        if re.match(pattern, text[:HEAD], re.I | re.S):
            return f"it is {what} under the name of a Python file: {mend}"
    return ""
