"""How long students wait: `python benchmarks/answers.py`.

The command from a cold start, for slots that need NumPy only, PyTorch, and everything; and the time
from a save to the result on the screen of `check --watch`. In the folder everything is solved.
Medians; CPU is user and system time of all processes. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import pty
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import submissions
from measure import ROOT, measured, median, say_machine

COMMAND = [sys.executable, "-m", "autograder.cli"]
COLD = (["--help"], ["check", "bptt"], ["check", "RNNCell"], ["check"])
SAVED = "bptt.py"
RIGHT, WRONG = b"1 of 1 slots right", b"0 of 1 slots right"


def solved(folder: Path) -> Path:
    """What students get, with the references in it."""
    assignment = submissions.load()
    shutil.copytree(ROOT / "release" / assignment.name, folder, dirs_exist_ok=True)
    for name, text in assignment.reference().items():
        (folder / name).write_bytes(text)
    return folder


def saves(folder: Path, times: int) -> list[float]:
    """Seconds from each save to its result on the screen, a wrong and a right file in turn."""
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "check", "bptt", "--watch"],
        cwd=folder,
        preexec_fn=lambda: os.login_tty(inside),
        env={**os.environ, "TERM": "xterm-256color"},
    )
    os.close(inside)
    right = (folder / SAVED).read_bytes()
    wrong = right.replace(b"return {", b"return 1 / 0, {", 1)
    until(terminal, RIGHT)
    waited = []
    for number in range(times):
        time.sleep(0.3)
        content, says = ((wrong, WRONG), (right, RIGHT))[number % 2]
        saved = time.perf_counter()
        (folder / SAVED).write_bytes(content)
        until(terminal, says)
        waited.append(time.perf_counter() - saved)
    os.write(terminal, b"q")
    process.wait()
    os.close(terminal)
    return waited


def until(terminal: int, text: bytes, seconds: float = 60) -> None:
    """Read what is drawn until it has a text. Raises TimeoutError."""
    drawn, end = b"", time.monotonic() + seconds
    while text not in drawn:
        if not select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0]:
            raise TimeoutError(f"no {text!r} after {seconds} s")
        drawn += os.read(terminal, 1 << 16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeat", type=int, default=11)
    given = parser.parse_args()
    say_machine()
    with tempfile.TemporaryDirectory() as work:
        folder = solved(Path(work))
        print(f"{'cold, medians of ' + str(given.repeat):28} wall s   CPU s")
        for arguments in COLD:
            command = [*COMMAND, *arguments]
            measured(command, folder)  # not counted: files come from the disk
            cost = median([measured(command, folder) for _ in range(given.repeat)])
            print(f"{'autograder ' + ' '.join(arguments):28} {cost.wall:6.2f}  {cost.cpu:6.2f}")
        waited = saves(folder, 2 * given.repeat)
        middle, longest = statistics.median(waited), max(waited)
        print(f"check bptt --watch, save to result: median {middle:.3f} s, longest {longest:.3f} s")


if __name__ == "__main__":
    main()
