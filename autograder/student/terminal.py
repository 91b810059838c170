"""The terminal of `check --watch`: a screen of its own, and keys that need no Enter.

On Windows nobody has tried this yet.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

if sys.platform == "win32":
    import msvcrt
else:
    import select
    import termios
    import tty

ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"  # another screen, without a cursor
HOME, REST_OF_LINE, REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
ESCAPES = re.compile(
    r"\x1b(\[[0-9;]*.?|o.?)?"
)  # arrows and other keys that send an escape sequence
DEFAULT_SIZE = 80, 24


class Terminal:
    """A terminal that is taken from the shell and given back as it was."""

    def __init__(self, console: Console) -> None:
        self._console = console
        if sys.platform != "win32":
            self._mode = termios.tcgetattr(0)

    def take(self) -> None:
        """Open another screen; from now on keys arrive without Enter and are not echoed."""
        if sys.platform != "win32":
            tty.setcbreak(0)
        _write(ENTER)

    def give_back(self) -> None:
        """Restore the screen and the mode. May be called more than once."""
        with contextlib.suppress(OSError):  # the terminal may be gone
            _write(LEAVE)
        if sys.platform != "win32":
            with contextlib.suppress(termios.error):
                termios.tcsetattr(0, termios.TCSADRAIN, self._mode)

    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        with contextlib.suppress(OSError):
            columns, rows = os.get_terminal_size(1)
            if columns and rows:
                return columns, rows
        return DEFAULT_SIZE

    def draw(self, lines: Sequence[Text]) -> None:
        """Draw the whole screen in one write, over what it shows, so that nothing flickers."""
        with self._console.capture() as captured:
            self._console.print(Text("\n").join(lines), soft_wrap=True, end="")
        drawn = captured.get().replace("\n", f"{REST_OF_LINE}\n")
        _write(f"{HOME}{drawn}{REST_OF_LINE}{REST_OF_SCREEN}")

    def keys(self, seconds: float) -> str:
        """The keys pressed within some seconds, in lower case, without arrows and the like.

        If the terminal is gone, that counts as q.
        """
        if sys.platform == "win32":
            if not msvcrt.kbhit():
                time.sleep(seconds)
                return ""
            return msvcrt.getwch().lower()
        if not select.select([0], [], [], seconds)[0]:
            return ""
        try:
            typed = os.read(0, 64).decode("latin-1").lower()
        except OSError:
            return "q"
        return without_escapes(typed) if typed else "q"


def without_escapes(typed: str) -> str:
    """The characters that are no part of an escape sequence."""
    return ESCAPES.sub("", typed)


def interrupt_main_thread() -> None:
    """Do what Ctrl-C does, even while the main thread waits for a worker."""
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _write(text: str) -> None:
    data = text.encode(sys.stdout.encoding, sys.stdout.errors or "replace")
    while data:
        data = data[os.write(1, data) :]
