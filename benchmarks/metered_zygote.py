"""The zygote with timers in its workers: each answer tells where the worker's time went.

Started by `breakdown.py` in the place of `autograder.zygote`. Before each answer a worker sends a
frame `metered`: part -> CPU seconds since the one before.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))

from meter import Meter

from autograder.isolation import wire, worker, zygote

PARTS = {
    "_revive": "worker: inputs made tensors",
    "_copy": "worker: arguments copied and compared",
    "_identical": "worker: arguments copied and compared",
    "_seed": "worker: generators seeded",
    "_global_state": "worker: global state read",
}


def install() -> None:
    """Put the timers in; the meter itself is made anew in each worker."""
    box: list[Meter] = []

    def timed(part: str, function: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> Any:
            box[0].enter(part)
            try:
                return function(*args, **kwargs)
            finally:
                box[0].leave()

        return run

    for name, part in PARTS.items():
        setattr(worker, name, timed(part, getattr(worker, name)))
    restore = timed("worker: settings put back", worker._Settings.restore)
    worker._Settings.restore = restore  # type: ignore[method-assign]
    wire.unpack = timed("worker: wire", wire.unpack)
    wire.encode = timed("worker: wire", wire.encode)
    for name in ("prepare", "load", "call"):
        part = "worker: call, the rest" if name == "call" else "worker: load"
        setattr(worker._Worker, name, timed(part, getattr(worker._Worker, name)))
    find, send, serve = worker._Worker.find, worker._Worker.send, worker.serve

    def found(self: Any, name: str) -> Any:
        function, names = find(self, name)
        return timed("worker: the function itself", function), names

    def told(self: Any, kind: str, body: Any, *rest: Any) -> None:
        self.channel.send("metered", 0, box[0].take())
        send(self, kind, body, *rest)

    def served(channel: Any) -> None:
        started = time.process_time()
        meter = Meter()
        meter.seconds["worker: start"] += started
        box.append(meter)
        serve(channel)

    worker._Worker.find = found  # type: ignore[method-assign]
    worker._Worker.send = told  # type: ignore[method-assign]
    worker.serve = served


if __name__ == "__main__":
    install()
    zygote.main(sys.argv[1:])
