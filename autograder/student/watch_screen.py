"""`check --watch` in a terminal: one screen that is kept up to date, and keys without Enter.

The main thread checks. A second one reads the keys and draws, so that they answer while a check
runs; to leave, it sends the main thread what Ctrl-C sends, and whatever runs is ended on the way
out. On Windows, where nobody has tried this, leaving waits for the call that is running.
"""

from __future__ import annotations

import _thread
import contextlib
import gc
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text

from autograder.student.file_checker import PATIENCE_SECONDS, POLL_SECONDS, FileChecker, Saves
from autograder.student.watch_view import View, picture, pressed, with_results

if sys.platform == "win32":
    import msvcrt
else:
    import select
    import termios
    import tty

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.isolation.pool import Workers
    from autograder.public.released_folder import Released

ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"  # another screen, without a cursor
HOME, REST_OF_LINE, REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
ARROWS = re.compile(r"\x1b(\[[0-9;]*.?|o.?)?")  # and other keys that send more than one character


class Screen:
    """The terminal while it is ours."""

    def __init__(self, console: Console, view: View) -> None:
        self.again = threading.Event()  # r was pressed
        self.ended = threading.Event()
        self.view = view
        self._console = console
        self._lock = threading.RLock()
        self._size = _size()
        self._keys = threading.Thread(target=self._serve_keys, daemon=True)
        if sys.platform != "win32":
            self._mode = termios.tcgetattr(0)

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Leaving it gives the terminal back as it was, whatever happens."""
        try:
            self._take()
            self._keys.start()
            yield
        finally:
            self.ended.set()
            if self._keys.is_alive():
                self._keys.join()  # a key that is typed from now on is for the shell
            self._give_back()

    def change(self, change: Callable[[View], View]) -> None:
        """Change what is shown, and show it."""
        with self._lock:
            self.view = change(self.view)
            self._draw()

    def suspend(self, *_: object) -> None:
        """Ctrl-Z: give the terminal back until the shell goes on with this program."""
        with self._lock:
            self._give_back()
            handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            signal.raise_signal(signal.SIGTSTP)  # does nothing where no shell could go on with it
            signal.signal(signal.SIGTSTP, handler)
            self._take()

    def _take(self) -> None:
        if sys.platform != "win32":
            tty.setcbreak(0)
        _write(ENTER)
        self._draw()

    def _give_back(self) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone
            _write(LEAVE)
        if sys.platform != "win32":
            with contextlib.suppress(termios.error):
                termios.tcsetattr(0, termios.TCSADRAIN, self._mode)

    def _draw(self) -> None:
        """All of it in one write, over what is there: nothing flickers."""
        width, height = self._size = _size()
        lines = picture(self.view, width - 1, height)  # a full line would wrap in some terminals
        with self._console.capture() as captured:
            self._console.print(Text("\n").join(lines), soft_wrap=True, end="")
        drawn = captured.get().replace("\n", f"{REST_OF_LINE}\n")
        _write(f"{HOME}{drawn}{REST_OF_LINE}{REST_OF_SCREEN}")

    def _serve_keys(self) -> None:
        while not self.ended.is_set():
            keys = _keys(POLL_SECONDS)
            for key in keys:
                if key == "q":
                    _interrupt_main()
                    return
                if key == "r":
                    self.again.set()
                self.change(partial(pressed, key=key))
            if not keys and self._size != _size():
                self.change(lambda view: view)


def _size() -> tuple[int, int]:
    with contextlib.suppress(OSError):
        width, height = os.get_terminal_size(1)
        if width and height:
            return width, height
    return 80, 24


def _write(text: str) -> None:
    data = text.encode(sys.stdout.encoding, "replace")
    while data:
        data = data[os.write(1, data) :]


def _keys(seconds: float) -> str:
    """The keys that are pressed within some seconds, in lower case.

    Arrows and the like are left out. A terminal that has gone counts as q.
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
    return ARROWS.sub("", typed) if typed else "q"


def _interrupt_main() -> None:
    """Ctrl-C for the main thread, even where it waits for a worker."""
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@contextlib.contextmanager
def _signals(screen: Screen) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the watch, once; Ctrl-Z gives the terminal back for a while."""

    def end(*_: object) -> None:
        if not screen.ended.is_set():  # else it is on its way out
            screen.ended.set()
            raise KeyboardInterrupt

    handlers = {signal.SIGINT: end, signal.SIGTERM: end}
    if sys.platform != "win32":
        handlers[signal.SIGTSTP] = screen.suspend
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# ------------------------------------------------------------------------------ the watch


def watch(released: Released, slots: Sequence[str], workers: Workers, console: Console) -> None:
    """Check, and check again what is saved, until q, Ctrl-C or SIGTERM; then end the workers."""
    gc.freeze()  # a collection of garbage need not walk through all that was imported
    assignment = released.assignment
    wanted = {name: slot for name, slot in assignment.slots.items() if name in slots}
    files = released.files_of(slots)
    screen = Screen(console, View(assignment.title, wanted, checking=files[0]))
    with (
        contextlib.suppress(KeyboardInterrupt),
        _signals(screen),
        workers,
        screen.shown(),
    ):
        _keep_checking(screen, FileChecker(released, workers), files)


def _keep_checking(screen: Screen, checker: FileChecker, files: Sequence[str]) -> None:
    saves = Saves(checker.released.folder, files)
    todo, saved = list(files), ""
    while not screen.ended.is_set():
        for file in saves.since_last_call():
            saved, todo = file, [file, *(other for other in todo if other != file)]
        if screen.again.is_set():
            screen.again.clear()
            focus = screen.view.slots.get(screen.view.focus)
            todo = sorted(files, key=lambda file: focus is not None and file != focus.file)
        if not todo:
            screen.again.wait(POLL_SECONDS)
            continue
        file = todo.pop(0)
        screen.change(partial(replace, checking=file))
        results = checker.check(file, screen.view.slots, PATIENCE_SECONDS)
        following = todo[0] if todo else ""
        done = partial(with_results, results=results, saved=file == saved, checking=following)
        screen.change(done)
