"""Text from students, made safe to print."""

from __future__ import annotations

import re
import unicodedata

# Letters and marks that are drawn as nothing: fillers and variation selectors.
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
UNDRAWN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # categories of Unicode
MAX_MARKS = 4  # combining marks on one letter; more of them cover the lines above and below
WORD = re.compile(r"[^\s_.,'()-]+|[\s_.,'()-]+")
LOOK_LIKE_LATIN = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")  # scripts, as Unicode names them
HYPHENS = "\u2010\u2011\u2212"


def visible(text: str) -> str:
    """The text with an escape in the place of each character that is not drawn as a character.

    Among these are control characters, such as those that move the cursor, bidirectional marks,
    and characters without a width. A line feed stays.
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    marks = 0
    shown = []
    for c in text:
        marks = marks + 1 if unicodedata.combining(c) else 0
        shown.append(_escaped(c) if c != "\n" and (_is_invisible(c) or marks > MAX_MARKS) else c)
    return "".join(shown)


def printable(text: str, limit: int = 300) -> str:
    """The text in one line of at most `limit` characters, as `visible` makes it.

    White space is merged.
    """
    text = visible(re.sub(r"\s+", " ", text[: 4 * limit]).strip())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def distinguishable(name: str, limit: int = 200) -> str:
    """A student's name, safe to print; names that differ look different.

    Escapes stand for what `visible` escapes, for white space that `printable` would merge, and for
    letters that look like others: those of a word that is not composed (`e` and an accent),
    compatibility forms of ASCII, and Cyrillic or Greek letters beside Latin ones.
    """
    shown = visible("".join(map(_word, WORD.findall(name))))
    ends = len(shown) - len(shown.lstrip(" ")), len(shown.rstrip(" "))
    shown = r"\x20" * ends[0] + shown[ends[0] : ends[1]] + r"\x20" * (len(shown) - ends[1])
    shown = re.sub(" {2,}", lambda spaces: r"\x20" * len(spaces[0]), shown)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _word(word: str) -> str:
    """A word, or what is between words, with escapes for letters that look like others."""
    is_composed = unicodedata.is_normalized("NFC", word)
    has_latin = any(_script(c) == "LATIN" for c in word)

    def is_doubtful(c: str) -> bool:
        if c.isascii():
            return c == "\\" or (c.isspace() and c != " ")
        is_other_script = has_latin and _script(c) in LOOK_LIKE_LATIN
        return c.isspace() or not is_composed or is_other_script or _is_form_of_ascii(c)

    return "".join(_escaped(c) if is_doubtful(c) else c for c in word)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""


def _is_form_of_ascii(c: str) -> bool:
    """Whether it looks like ASCII: full width, a ligature, a Roman numeral, another hyphen."""
    kind = unicodedata.decomposition(c).partition(" ")[0]
    is_raised = kind in ("<super>", "<sub>")  # the ª of Spanish names
    return c in HYPHENS or (not is_raised and unicodedata.normalize("NFKC", c).isascii())


def _escaped(c: str) -> str:
    return c.encode("unicode_escape", "backslashreplace").decode()


def _is_invisible(c: str) -> bool:
    return unicodedata.category(c) in UNDRAWN or bool(INVISIBLE.match(c))
