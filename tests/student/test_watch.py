"""`check --watch` as a student meets it: the real command in a terminal of its own."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.model import Assignment
from tests.conftest import PATIENCE
from tests.student.test_check import ANSWERS, compare, write

if sys.platform != "linux":
    pytest.skip("processes are looked up in /proc", allow_module_level=True)

SLOTS = ("rnn_step", "VanillaRNN.forward", "rnn_step_backward", "bptt")
COMMAND = [sys.executable, "-m", "autograder.cli", "check"]
IDLE = "waiting for a save"


class Watch:
    """The command in a terminal, and what that shows."""

    def __init__(self, folder: Path, *slots: str, columns: int = 80, rows: int = 24) -> None:
        self.home = folder.parent / "home"  # by which its processes are known, the shut-in ones too
        self.terminal, inside = pty.openpty()
        self.inside = inside
        self.size(columns, rows)
        self.mode = termios.tcgetattr(inside)
        self.seen = b""
        environment = {"HOME": str(self.home), "TERM": "xterm-256color", "NO_COLOR": "1"}
        self.process = subprocess.Popen(
            [*COMMAND, *slots, "--watch"],
            cwd=folder,
            env={**os.environ, **environment},
            preexec_fn=lambda: os.login_tty(os.dup(inside)),  # as of a login: Ctrl-C is a signal
        )

    def size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.inside, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def frames(self) -> list[str]:
        """What it has shown, screen after screen, each as lines without colours."""
        while select.select([self.terminal], [], [], 0)[0]:
            self.seen += os.read(self.terminal, 1 << 16)
        drawn = self.seen.decode().replace("\r", "").split("\x1b[H")[1:]
        return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", one) for one in drawn if "\x1b[J" in one]

    def until(self, *texts: str) -> str:
        """The first screen, after the last one that was asked for, with all of these texts."""
        end = time.monotonic() + PATIENCE
        while True:
            frames = self.frames()
            found = [number for number, one in enumerate(frames) if all(t in one for t in texts)]
            if found:
                later = self.seen.split(b"\x1b[H")[found[0] + 2 :]
                self.seen = b"".join(b"\x1b[H" + part for part in later)
                return frames[found[0]]
            assert time.monotonic() < end, f"no {texts} in\n" + "\n".join(frames[-2:])
            assert self.process.poll() is None, f"it ended: {self.seen!r}"
            time.sleep(0.01)

    def press(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def running(self) -> list[int]:
        """Everything that it started and that runs, and itself."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"HOME={self.home}\0".encode() in (path / "environ").read_bytes():
                    found.append(int(path.name))
        return found

    def ends(self) -> None:
        """It ends with status 0, leaves the terminal as it was, and nothing running."""
        assert self.process.wait(PATIENCE) == 0
        assert termios.tcgetattr(self.inside) == self.mode
        self.frames()
        assert self.seen.endswith(b"\x1b[?25h\x1b[?1049l")
        assert b"Traceback" not in self.seen
        assert nothing(self.running)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)
        os.close(self.inside)


def nothing(running: Callable[[], list[int]]) -> bool:
    end = time.monotonic() + PATIENCE
    while running() and time.monotonic() < end:
        time.sleep(0.02)
    return not running()


def runs_the_file(watching: Watch) -> bool:
    """Wait until the command has an interpreter and a worker in it; False where that never is."""
    end = time.monotonic() + PATIENCE
    while len(watching.running()) < 4 and time.monotonic() < end:
        time.sleep(0.01)
    return len(watching.running()) >= 4


@pytest.fixture
def watch(folder: Path) -> Iterator[Callable[..., Watch]]:
    with contextlib.ExitStack() as stack:

        def start(*slots: str, **size: int) -> Watch:
            started = Watch(folder, *slots, **size)
            stack.callback(started.close)
            return started

        yield start


Start = Callable[..., Watch]


def test_what_is_saved_is_on_the_screen(watch: Start, assignment: Assignment, folder: Path) -> None:
    watching = watch(*SLOTS)
    first = watching.until("0 of 4 slots right")
    assert "· rnn_step  · VanillaRNN.forward" in first
    assert "checking vanilla_rnn.py" in first  # and not: waiting for a save
    watching.until("○ rnn_step   not started", "write it in vanilla_rnn.py:", IDLE)
    write(assignment, folder, *ANSWERS["recognised"])
    screen = watching.until("✗ rnn_step", "Likely cause: W_hh is used transposed", IDLE)
    compare("watch", screen + "\n")
    write(assignment, folder, *ANSWERS["pass"])
    watching.until("2 of 4 slots right", "✓ rnn_step  ✓ VanillaRNN.forward", IDLE)
    (folder / "bptt.py").write_bytes(assignment.reference()["bptt.py"])
    watching.until("4 of 4 slots right", "All 4 slots pass the public checks", IDLE)
    watching.press("q")
    watching.ends()


def test_the_slot_in_focus_is_in_the_file_saved_last(
    watch: Start, assignment: Assignment, folder: Path
) -> None:
    watching = watch(*SLOTS)
    watching.until("○ rnn_step   not started", IDLE)
    text = (folder / "bptt.py").read_text()
    (folder / "bptt.py").write_text(text + "\n")
    watching.until("○ rnn_step_backward   not started", IDLE)
    watching.press("n")
    watching.until("○ bptt   not started")
    (folder / "bptt.py").write_text(text)  # the one that was chosen there stays
    assert "○ bptt   not started" in watching.until("checking bptt.py")
    assert "○ bptt   not started" in watching.until(IDLE)


def test_keys(watch: Start, assignment: Assignment) -> None:
    watching = watch(*SLOTS)
    watching.until("○ rnn_step   not started", IDLE)
    for number, hint in enumerate(assignment.slots["rnn_step"].hints, 1):
        watching.press("h")
        screen = watching.until(f"Hint {number} of 3: ")
        assert hint in " ".join(screen.split())
    watching.press("h")
    assert "Hint" not in watching.until("○ rnn_step   not started")
    for slot in (*SLOTS[1:], *SLOTS[:1]):
        watching.press("n")
        watching.until(f"○ {slot}   not started")
    watching.press("hn")  # both are taken, and a hint is the slot's own
    assert "Hint" not in watching.until("○ VanillaRNN.forward   not started")
    watching.press("r")
    watching.until("checking vanilla_rnn.py")
    watching.until("checking bptt.py")
    watching.until(IDLE)
    watching.press("\x1b[B\x1bOqx?")  # an arrow and what follows it are no keys of ours
    watching.press("H")
    watching.until("Hint 1 of 3: ")
    watching.press("q")
    watching.ends()


@pytest.mark.parametrize("how", ["q", "Ctrl-C", "Ctrl-C twice", "SIGTERM", "at the start"])
def test_it_leaves_the_terminal_as_it_was(watch: Start, how: str) -> None:
    watching = watch("rnn_step")
    watching.until("checking" if how == "at the start" else "○ rnn_step   not started")
    if how == "SIGTERM":
        watching.process.terminate()
    else:
        watching.press("\x03" if how.startswith("Ctrl-C") else "q")
    if how == "Ctrl-C twice":
        os.kill(watching.process.pid, signal.SIGINT)
    watching.ends()


def test_a_kill_leaves_nothing_running(watch: Start, assignment: Assignment, folder: Path) -> None:
    write(assignment, folder, *ANSWERS["timeout"])
    watching = watch("rnn_step")
    watching.until("checking vanilla_rnn.py")
    assert runs_the_file(watching)
    watching.process.kill()
    watching.process.wait()
    assert nothing(watching.running)


def test_keys_answer_while_an_endless_loop_runs(
    watch: Start, assignment: Assignment, folder: Path
) -> None:
    watching = watch("rnn_step")
    watching.until("not started", IDLE)
    write(assignment, folder, *ANSWERS["timeout"])
    watching.until("checking vanilla_rnn.py")
    watching.press("h")
    watching.until("Hint 1 of 3: ", "checking vanilla_rnn.py")
    watching.until("✗ rnn_step   timeout", "an endless loop?", IDLE)
    watching.press("r")
    watching.until("checking vanilla_rnn.py")
    assert runs_the_file(watching)
    watching.press("q")
    watching.ends()
    assert not [frame for frame in watching.frames() if IDLE in frame]  # the call was not awaited


def test_a_file_that_is_being_saved(watch: Start, assignment: Assignment, folder: Path) -> None:
    path = folder / "vanilla_rnn.py"
    write(assignment, folder, *ANSWERS["pass"])
    right = path.read_bytes()
    watching = watch("rnn_step")
    watching.until("1 of 1 slots right", IDLE)
    path.write_bytes(right[: right.index(b"return") + 8] + b"(")
    watching.until("vanilla_rnn.py is not valid Python: '(' was never closed", IDLE)
    path.write_bytes(b"")
    time.sleep(0.2)
    path.write_bytes(right)
    assert "has no rnn_step" not in watching.until("1 of 1 slots right", IDLE)
    path.write_bytes(right[:-1] + b"\n\n\x00\xff")
    watching.until("vanilla_rnn.py is no text: it has null bytes", IDLE)
    path.unlink()
    time.sleep(0.2)
    (folder / "new").write_bytes(right)
    (folder / "new").replace(path)
    watching.until("1 of 1 slots right", IDLE)
    path.unlink()
    watching.until("○ rnn_step   missing", "vanilla_rnn.py is not there", IDLE)
    path.write_bytes(right)
    watching.until("1 of 1 slots right", IDLE)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 12), (200, 60), (20, 5)])
def test_it_fits(
    watch: Start, assignment: Assignment, folder: Path, columns: int, rows: int
) -> None:
    write(assignment, folder, *ANSWERS["recognised"])
    watching = watch(*SLOTS, columns=100, rows=30)
    watching.until("Likely cause", IDLE)
    watching.press("hh")
    watching.until("Hint 2 of 3: ")
    watching.size(columns, rows)
    while len(lines := watching.until("").split("\n")) != rows:
        pass  # drawn before
    assert max(map(len, lines)) < columns
    assert lines[0].startswith("RNN fundamentals"[: columns - 1])
    assert lines[-1].startswith("r run again  h hint"[: columns - 1])
    if rows >= 24:
        assert any(line.startswith("  Ask yourself: ") for line in lines)
    if rows == 12:  # the hint was asked for; the message is what is cut
        cut = [line for line in lines if "more lines: autograder check" in line]
        assert len(cut) == 1
        assert "  Hint 2 of 3: " in "\n".join(lines)


def test_it_prints_plainly_where_no_keys_can_be_read(assignment: Assignment, folder: Path) -> None:
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "rnn_step", "--watch"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=inside,
        # in the background of a shell SIGINT is ignored, and that is inherited
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    said = b""

    def until(text: str) -> None:
        nonlocal said
        end = time.monotonic() + PATIENCE
        while text.encode() not in said and time.monotonic() < end:
            if select.select([terminal], [], [], 0.1)[0]:
                said += os.read(terminal, 1 << 16)
        assert text.encode() in said

    try:
        until("○ rnn_step   not started")
        write(assignment, folder, *ANSWERS["pass"])
        until("✓ rnn_step   all 8 checks pass")
        until("Ctrl-C to stop")
        assert b"\x1b" not in said
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        os.close(terminal)
        os.close(inside)


class Tmux:
    """A shell in tmux, with a server of its own."""

    def __init__(self, folder: Path) -> None:
        self.base = ["tmux", "-S", str(folder.parent / "tmux"), "-f", "/dev/null"]
        shell = ["env", "PS1=ready> ", "NO_COLOR=1", "bash", "--norc", "--noprofile"]
        self("new-session", "-d", "-x", "80", "-y", "24", "-c", str(folder), *shell)

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self.base, *arguments], check=True, capture_output=True, encoding="utf-8"
        )
        return done.stdout

    def screen(self) -> str:
        return self("capture-pane", "-p").rstrip("\n")

    def until(self, happened: Callable[[str], Any]) -> str:
        end = time.monotonic() + PATIENCE
        while not happened(screen := self.screen()):
            assert time.monotonic() < end, screen
            time.sleep(0.05)
        return screen


@pytest.fixture
def tmux(folder: Path) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not on this machine")
    tmux = Tmux(folder)
    yield tmux
    tmux("kill-server")


def test_in_tmux_with_a_shell(tmux: Tmux, assignment: Assignment, folder: Path) -> None:
    """The whole screen as people see it, and Ctrl-Z, which gives the shell back for a while."""
    write(assignment, folder, *ANSWERS["recognised"])
    tmux.until(lambda screen: "ready>" in screen)
    tmux("send-keys", f"clear; {shlex.join([*COMMAND, *SLOTS, '--watch'])}", "Enter")
    compare("watch", tmux.until(lambda screen: IDLE in screen) + "\n")
    tmux("send-keys", "C-z")
    tmux.until(lambda screen: "Stopped" in screen and IDLE not in screen)
    tmux("send-keys", "fg", "Enter")
    compare("watch", tmux.until(lambda screen: IDLE in screen) + "\n")
    tmux("send-keys", "q")
    tmux.until(lambda screen: IDLE not in screen and screen.endswith("ready>"))
    tmux("send-keys", "echo status $?", "Enter")  # typed where it can be seen
    shown = tmux.until(lambda screen: "status 0" in screen)
    assert "echo status $?" in shown
