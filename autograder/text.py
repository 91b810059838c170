"""Text from students, made safe to print."""

from __future__ import annotations

import re
import unicodedata

# Letters and marks that are drawn as nothing: fillers and variation selectors.
INVISIBLE = re.compile("[\u034f\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def printable(text: str, limit: int = 300) -> str:
    """The text in one line of at most `limit` characters, without control characters.

    Bidirectional marks, lone surrogates and private code points are left out, too.
    """
    text = re.sub(r"\s+", " ", text[: 4 * limit]).strip()
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def distinguishable(name: str, limit: int = 200) -> str:
    """A student's name, safe to print; names that differ look different.

    Characters that `printable` would leave out, and white space that it would merge, are written
    as escapes.
    """
    shown = "".join(
        c if c == " " or not (c.isspace() or _is_invisible(c)) else _escaped(c) for c in name
    )
    ends = len(shown) - len(shown.lstrip(" ")), len(shown.rstrip(" "))
    shown = r"\x20" * ends[0] + shown[ends[0] : ends[1]] + r"\x20" * (len(shown) - ends[1])
    shown = re.sub(" {2,}", lambda spaces: r"\x20" * len(spaces[0]), shown)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _escaped(c: str) -> str:
    return c.encode("unicode_escape", "backslashreplace").decode()


def _is_invisible(c: str) -> bool:
    return unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") or bool(INVISIBLE.match(c))
