"""`check --watch` in a terminal: one screen that is kept up to date, and single keys.

The main thread checks. A second thread reads the keys and draws, so that keys work while a check
runs. To quit, it sends the main thread what Ctrl-C sends; on the way out, a running call is ended.
On Windows, quitting waits for the running call.
"""

from __future__ import annotations

import contextlib
import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from autograder.student.file_checker import PATIENCE_SECONDS, POLL_SECONDS, FileChecker, Saves
from autograder.student.terminal import Terminal, interrupt_main_thread
from autograder.student.watch_keys import QUIT, RUN_AGAIN, after_key
from autograder.student.watch_state import WatchState, with_results
from autograder.student.watch_view import screen_lines

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.isolation.pool import Workers
    from autograder.public.released_folder import Released


class Screen:
    """The screen of the watch, and the thread that reads its keys."""

    def __init__(self, terminal: Terminal, state: WatchState) -> None:
        self.check_again = threading.Event()  # RUN_AGAIN was pressed
        self.ended = threading.Event()
        self.state = state
        self._terminal = terminal
        self._lock = threading.RLock()
        self._size = terminal.size()
        self._key_thread = threading.Thread(target=self._serve_keys, daemon=True)

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Show the screen; at the end, give the terminal back as it was, whatever happens."""
        try:
            self._take()
            self._key_thread.start()
            yield
        finally:
            self.ended.set()
            if self._key_thread.is_alive():
                self._key_thread.join()  # from now on, keys are for the shell
            self._terminal.give_back()

    def change(self, change: Callable[[WatchState], WatchState]) -> None:
        """Change the state, and draw it."""
        with self._lock:
            self.state = change(self.state)
            self._draw()

    def suspend(self, *_: object) -> None:
        """Ctrl-Z: give the terminal back until the shell continues this program."""
        with self._lock:
            self._terminal.give_back()
            handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            signal.raise_signal(signal.SIGTSTP)  # has no effect if no shell could continue us
            signal.signal(signal.SIGTSTP, handler)
            self._take()

    def _take(self) -> None:
        self._terminal.take()
        self._draw()

    def _draw(self) -> None:
        columns, rows = self._size = self._terminal.size()
        # In some terminals, a line of the full width would wrap.
        self._terminal.draw(screen_lines(self.state, columns - 1, rows))

    def _serve_keys(self) -> None:
        while not self.ended.is_set():
            keys = self._terminal.keys(POLL_SECONDS)
            for key in keys:
                if key == QUIT:
                    interrupt_main_thread()
                    return
                if key == RUN_AGAIN:
                    self.check_again.set()
                self.change(partial(after_key, key=key))
            if not keys and self._size != self._terminal.size():
                self.change(lambda state: state)


@contextlib.contextmanager
def _signals(screen: Screen) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the watch, once; Ctrl-Z gives the terminal back for a while."""

    def end(*_: object) -> None:
        if not screen.ended.is_set():  # otherwise the watch is already ending
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


def watch(released: Released, slots: Sequence[str], workers: Workers, console: Console) -> None:
    """Check the slots, and again each file that is saved, until q, Ctrl-C or SIGTERM.

    Ends the workers.
    """
    gc.freeze()  # spares the garbage collector all that was imported
    gc.enable()
    assignment = released.assignment
    wanted = {name: slot for name, slot in assignment.slots.items() if name in slots}
    files = released.files_of(slots)
    screen = Screen(Terminal(console), WatchState(assignment.title, wanted, checking=files[0]))
    with (
        contextlib.suppress(KeyboardInterrupt),
        _signals(screen),
        workers,
        screen.shown(),
    ):
        _keep_checking(screen, FileChecker(released, workers), files)


def _keep_checking(screen: Screen, checker: FileChecker, files: Sequence[str]) -> None:
    saves = Saves(checker.released.folder, files)
    waiting, last_saved = list(files), ""
    while not screen.ended.is_set():
        for file in saves.since_last_call():
            last_saved = file
            waiting = [file, *(other for other in waiting if other != file)]
        if screen.check_again.is_set():
            screen.check_again.clear()
            waiting = _focus_first(screen.state, files)
        if not waiting:
            screen.check_again.wait(POLL_SECONDS)
            continue
        file = waiting.pop(0)
        screen.change(partial(replace, checking=file))
        results = checker.check(file, screen.state.slots, PATIENCE_SECONDS)
        next_file = waiting[0] if waiting else ""
        screen.change(
            partial(with_results, results=results, saved=file == last_saved, checking=next_file)
        )


def _focus_first(state: WatchState, files: Sequence[str]) -> list[str]:
    """The files in order, but first that of the slot whose message is shown."""
    focus = state.slots.get(state.focus)
    return sorted(files, key=lambda file: focus is not None and file != focus.file)
