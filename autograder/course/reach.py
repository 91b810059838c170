"""Reach: the names by which a student file reaches for the inside of the interpreter or the kit.

No slot needs them, and who forges results does. Nothing is executed or parsed: the text is split
into names, strings and comments in one pass, however deep or long its expressions are. A name that
is put together while the program runs is not seen.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from typing import NamedTuple

MODULES = frozenset(
    [
        "atexit",
        "autograder",
        "builtins",
        "cffi",
        "ctypes",
        "faulthandler",
        "gc",
        "importlib",
        "inspect",
        "marshal",
        "msgpack",
        "signal",
        "socket",
        "subprocess",
        "_ctypes",
        "_thread",
    ]
)
NAMES = frozenset(
    [
        "_getframe",
        "_current_frames",
        "currentframe",
        "settrace",
        "setprofile",
        "get_objects",
        "get_referrers",
        "get_referents",
        "meta_path",
        "path_hooks",
        "excepthook",
        "addaudithook",
        "fork",
        "forkpty",
        "dup2",
        "f_back",
        "f_globals",
        "f_locals",
        "f_code",
        "f_builtins",
        "tb_frame",
        "gi_frame",
        "cr_frame",
        "ag_frame",
        "__globals__",
        "__builtins__",
        "__code__",
        "__closure__",
        "__subclasses__",
        "__import__",
        "__loader__",
        "__reduce__",
        "__reduce_ex__",
        "_VariableFunctions",
        "DisableTorchFunction",
        "DisableTorchFunctionSubclass",
        "TorchFunctionMode",
        "TorchDispatchMode",
    ]
)
DOTTED = frozenset({("sys", "modules"), ("linecache", "cache")})
SHOWN = 4  # of so many at most, all are named

ANY = re.compile("|".join(sorted({*MODULES, *NAMES, *("modules", "cache")})))
TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*)"
    r"|(?P<string>'''(?:[^\\]|\\.)*?(?:'''|\Z)|\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)"
    r"|'(?:[^'\\\n]|\\.)*'?|\"(?:[^\"\\\n]|\\.)*\"?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<line>;|\\\n|\n)"
    r"|(?P<dot>\.)"
    r"|(?P<other>:|[^\s\w'\"#.;:\\]+|\S)",
    re.DOTALL,
)


class Reach(NamedTuple):
    """A name that reaches inside, and its line."""

    name: str
    line: int


def reaches(text: str) -> list[Reach]:
    """The names in a source text that reach inside, each once, by line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # as Python reads it
    if not ANY.search(text):
        return []
    found: dict[str, int] = {}
    ends = [match.start() for match in re.finditer("\n", text)]
    for name, at in _names(text):
        found.setdefault(name, bisect.bisect_left(ends, at) + 1)
    return [Reach(name, line) for name, line in found.items()]


def in_words(found: list[Reach]) -> str:
    """`reaches inside the interpreter: gc on line 3, f_back on line 9`; "" for none."""
    if not found:
        return ""
    shown = [f"{name} on line {line}" for name, line in found[:SHOWN]]
    more = [f"{len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return f"reaches inside the interpreter: {', '.join(shown + more)}"


def _names(text: str) -> Iterator[tuple[str, int]]:
    """(name, place) of everything that reaches inside."""
    statement, before, last = "", "", "\n"  # the line's first word; the name and token before
    for match in TOKEN.finditer(text):
        kind, word = match.lastgroup, match[0]
        if kind == "comment" or word == "\\\n":
            continue
        if kind == "line":
            statement = ""
        elif kind == "string":
            if word.strip("'\"") in NAMES:  # as `getattr` takes it
                yield word.strip("'\""), match.start()
        elif kind == "name":
            if last in (*"\n;:", ""):
                statement = word
            elif word == "import":
                statement = ""  # behind it are names of things, not of modules
            if word in NAMES:
                yield word, match.start()
            elif last == "." and (before, word) in DOTTED:
                yield f"{before}.{word}", match.start()
            elif last != "." and statement in ("import", "from") and word in MODULES:
                yield word, match.start()
            before = word
        last = word
