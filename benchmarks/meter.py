"""CPU seconds by part: a stack of parts, of which only the topmost runs at any time."""

from __future__ import annotations

import functools
import time
from collections import Counter
from collections.abc import Callable
from typing import Any


class Meter:
    """Adds up the CPU time of this process by part, nested parts excluded."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self._stack = ["other"]
        self._since = time.process_time()

    def enter(self, part: str) -> None:
        """From now on time belongs to `part`."""
        self._settle()
        self._stack.append(part)
        self.calls[part] += 1

    def leave(self) -> None:
        """Time belongs to the part before again."""
        self._settle()
        self._stack.pop()

    def _settle(self) -> None:
        now = time.process_time()
        self.seconds[self._stack[-1]] += now - self._since
        self._since = now

    def take(self) -> dict[str, float]:
        """What was added up since the last time."""
        self._settle()
        taken, self.seconds = dict(self.seconds), Counter()
        return taken

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time belonging to `part`."""

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.enter(part)
            try:
                return function(*args, **kwargs)
            finally:
                self.leave()

        return timed

    def wrap(self, owner: Any, name: str, part: str) -> None:
        """Put a timer around `owner.name`, where there is one."""
        if hasattr(owner, name):
            setattr(owner, name, self.timed(part, getattr(owner, name)))
