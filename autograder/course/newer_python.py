"""What of a student file is of a newer Python than the one that runs here."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

Version = tuple[int, int]
MOST_LINES = 20_000  # of a file that are looked at
HERE: Version = (sys.version_info[0], sys.version_info[1])


class Newer(NamedTuple):
    """Something that is of a newer Python: its name in sentences, and the line where it stands."""

    what: str
    version: Version
    line: int | None = None


class _Syntax(NamedTuple):
    version: Version
    what: str
    pattern: re.Pattern[str]
    is_clear: bool = True  # also without an error on this line


def _quoted(quote: str) -> str:
    """Matches an f-string up to a quotation mark of its own, or a backslash, in its braces."""
    other = rf"[^{quote}{{}}\\\n]"
    return (
        rf"(?<![\w{quote}])[fF][rR]?{quote}(?:{other}|\\.|{{{{|}}}}|{{[^{quote}{{}}\\\n]*}})*"
        rf"{{(?!{{)[^{quote}{{}}\\\n]*[{quote}\\]"
    )


SYNTAX = (
    _Syntax(
        (3, 12),
        "type parameters in brackets",
        re.compile(r"[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+\w+[ \t]*\["),
    ),
    _Syntax(
        (3, 12),
        "a type statement",
        re.compile(r"[ \t]*type[ \t]+\w+[ \t]*(?:\[[^\]]*\][ \t]*)?=(?!=)"),
    ),
    _Syntax(
        (3, 12),
        "an f-string with its own quotation marks or a backslash in its braces",
        re.compile(rf".*?(?:{_quoted(chr(34))}|{_quoted(chr(39))})"),
    ),
    _Syntax(
        (3, 14),
        "several exceptions without parentheses",
        re.compile(r"[ \t]*except\*?[ \t]+[\w.]+[ \t]*,[ \t]*[\w., \t]+:"),
    ),
    _Syntax((3, 15), "a lazy import", re.compile(r"[ \t]*lazy[ \t]+(?:import|from)[ \t]")),
    _Syntax(
        (3, 14), "a t-string", re.compile(r".*?(?<![\w\"'])(?:[tT][rR]?|[rR][tT])[\"']"), False
    ),
    _Syntax(
        (3, 15),
        "a comprehension that unpacks",
        re.compile(r".*?[\[{][ \t]*\*{1,2}[\w.]+[ \t]+for\b"),
        False,
    ),
)
# Names of Python's library that are newer than the oldest Python of the kit.
NAMES: dict[Version, tuple[str, ...]] = {
    (3, 12): (
        *("typing.override", "typing.TypeAliasType", "itertools.batched", "math.sumprod"),
        *("collections.abc.Buffer", "random.binomialvariate", "types.get_original_bases"),
        *("calendar.Month", "calendar.Day", "sys.monitoring"),
    ),
    (3, 13): (
        *("typing.ReadOnly", "typing.TypeIs", "typing.NoDefault", "warnings.deprecated"),
        *("copy.replace", "math.fma", "queue.ShutDown", "statistics.kde", "os.process_cpu_count"),
        *("random.kde_random", "types.CapsuleType"),
    ),
    (3, 14): (
        *("annotationlib", "compression", "concurrent.interpreters", "string.templatelib"),
        *("functools.Placeholder", "operator.is_none", "operator.is_not_none"),
        *("heapq.heappush_max", "heapq.heappop_max", "heapq.heapify_max"),
    ),
}
MESSAGES = re.compile(
    r"cannot import name '(?P<name>\w{1,60})' from '(?P<module>[\w.]{1,60})'"
    r"|module '(?P<owner>[\w.]{1,60})' has no attribute '(?P<attribute>\w{1,60})'"
    r"|No module named '(?P<whole>[\w.]{1,60})'"
)


def written(version: Version) -> str:
    return f"Python {version[0]}.{version[1]}"


def syntax_of(line: str, here: Version = HERE) -> Newer | None:
    """What a line that Python refuses has of the syntax of a newer Python than `here`."""
    for one in SYNTAX:
        if one.version > here and one.pattern.match(line[:1000]):
            return Newer(one.what, one.version)
    return None


def clear_syntax(text: str, here: Version = HERE) -> Newer | None:
    """The first line that is plainly of a newer Python; docstrings and comments do not count."""
    clear = [one for one in SYNTAX if one.is_clear and one.version > here]
    for number, line in _code_lines(text) if clear else ():
        for one in clear:
            if one.pattern.match(line[:1000]):
                return Newer(one.what, one.version, number)
    return None


def _code_lines(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines that are no comment and do not stand in a string of several lines."""
    inside = ""
    for number, line in enumerate(text.split("\n")[:MOST_LINES], 1):
        if not inside and not line.lstrip().startswith("#"):
            yield number, line
        for quotes in re.findall(r'"""|\'\'\'', line):
            inside = quotes if not inside else "" if inside == quotes else inside


def name_in(message: str, here: Version = HERE) -> Newer | None:
    """The name of Python's library that an error misses and that is of a newer Python."""
    found = MESSAGES.search(message)
    if found is None:
        return None
    name, module, owner, attribute, whole = found.groups()
    missed = whole or (f"{module}.{name}" if module else f"{owner}.{attribute}")
    for version, names in NAMES.items():
        if version > here and _is_one_of(missed, names):
            return Newer(missed, version)
    return None


def _is_one_of(name: str, names: Iterable[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in names)
