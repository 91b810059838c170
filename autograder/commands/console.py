"""What several commands use: arguments, and output that fits the terminal and its encoding."""

from __future__ import annotations

import codecs
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.text import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

FILE_WIDTH = 140  # columns of output that does not go to a terminal

course_option = click.option(
    "--course",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The course folder, which contains solutions/. Default: the current folder.",
)
assignment_argument = click.argument("assignment")


# What is written where the encoding of the output lacks a character. Each has one letter, as tables
# are aligned.
PLAIN = str.maketrans(
    {
        **dict.fromkeys("✓✔", "+"),
        **dict.fromkeys("✗✘×", "x"),
        **dict.fromkeys("○●", "o"),
        **dict.fromkeys("•·", "*"),
        **dict.fromkeys("│┃║▏▎▍", "|"),
        **dict.fromkeys("─━═–—−‐‑", "-"),
        **dict.fromkeys("█▉▊▋▌", "#"),
        "▓": "%",
        "▒": ":",
        "░": ".",  # each shade means something else
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┡┩╇╪╞╡", "+"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‘’‚", "'"),
        "…": "...",
        "→": ">",
        "←": "<",
        "↑": "^",
        "↓": "v",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "√": "sqrt",
        "∂": "d",
        "∞": "inf",
        "‖": "||",
        "\ufeff": "",
        "\N{NO-BREAK SPACE}": " ",
    }
)
PLAIN_LETTERS = "autograder.plain_letters"  # an errors handler of this name


def plain_letters(error: UnicodeError) -> tuple[str, int]:
    """Replace what an encoding lacks: by plain letters where they mean the same, else an escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = []
    for character in error.object[error.start : error.end]:
        plain = unicodedata.normalize("NFKD", character.translate(PLAIN)).replace("⁄", "/")
        if not plain.isascii():
            plain = "".join(c for c in plain if not unicodedata.combining(c))
        escaped = character.encode("ascii", "backslashreplace").decode()
        letters.append(plain if plain.isascii() else escaped)
    return "".join(letters), error.end


codecs.register_error(PLAIN_LETTERS, plain_letters)


def echo(text: str = "", err: bool = False) -> None:
    """Write a line, and what is not drawn as escapes.

    Unlike click's function, it keeps to the encoding of an ASCII output.
    """
    print(visible(text), file=sys.stderr if err else sys.stdout, flush=True)


def new_console() -> Console:
    """A console for standard output, without rich's colouring of numbers and names.

    In strings that it prints, escapes stand for what is not drawn.
    """
    from rich.console import Console  # here: keeps start-up short

    class Visible(Console):
        def print(self, *objects: Any, **options: Any) -> None:
            shown = (visible(one) if isinstance(one, str) else one for one in objects)
            super().print(*shown, **options)

        def status(self, status: Any, **options: Any) -> Status:
            return super().status(status, **{"spinner": "line", **options})  # in ASCII

    return Visible(highlight=False, width=None if sys.stdout.isatty() else FILE_WIDTH)
