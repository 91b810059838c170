"""`autograder check` and `hint` as a student meets them, against transcripts kept as text.

After a deliberate change of a message, set UPDATE_TRANSCRIPTS=1, run this file and read the diff.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.assignment import reader
from autograder.assignment import solution_file as source
from autograder.assignment.model import Assignment
from tests.conftest import KNOWN, PATIENCE, ROOT, Ran

Command = Callable[..., Ran]
TRANSCRIPTS = ROOT / "tests" / "transcripts"


def write(assignment: Assignment, folder: Path, slot: str, answer: str) -> None:
    """Solve the slot's file, but for the slot, which gets `answer` for its body."""
    file = assignment.files[assignment.slots[slot].file]
    text = source.edit(file.text, file.name, assignment.slots, slot, [], [answer])
    (folder / file.name).write_text(text)


def compare(name: str, transcript: str) -> None:
    path = TRANSCRIPTS / f"{name}.txt"
    if os.environ.get("UPDATE_TRANSCRIPTS"):
        path.write_text(transcript)
    assert transcript == path.read_text()


# Mistakes that nobody has listed: what their numbers are is found out.
TRUNCATED = """
total = {n: np.zeros_like(getattr(rnn, n)) for n in ("W_xh", "W_hh", "W_hy", "b_h", "b_y")}
T, d_x, d_h0 = len(inputs), [np.zeros_like(x) for x in inputs], np.zeros_like(hidden_states[0])
for t in range(T):
    total["W_hy"] += d_outputs[t] @ hidden_states[t + 1].T
    total["b_y"] += d_outputs[t]
    dh = rnn.W_hy.T @ d_outputs[t]
    for s in range(t, max(t - 2, -1), -1):
        case = dh, inputs[s], hidden_states[s], hidden_states[s + 1], rnn.W_xh, rnn.W_hh
        dx, dh, *rest = rnn_step_backward(*case)
        d_x[s] += dx
        for n, part in zip(("W_xh", "W_hh", "b_h"), rest):
            total[n] += part
    d_h0 += dh if t - 2 < 0 else 0
return {**total, "inputs": d_x, "h_0": d_h0}
"""
LATE = """
h = np.zeros_like(self.b_h) if h_prev is None else h_prev
states, outputs = [h], []
for x in inputs:
    outputs.append(self.W_hy @ states[-1] + self.b_y)
    states.append(rnn_step(x, states[-1], self.W_xh, self.W_hh, self.b_h))
outputs = outputs[1:] + outputs[:1]
return outputs, states
"""
ANSWERS = {
    "pass": ("rnn_step", "return np.tanh(W_xh @ x + W_hh @ h_prev + b_h)"),
    "recognised": ("rnn_step", "return np.tanh(W_xh @ x + W_hh.T @ h_prev + b_h)"),
    "located": ("rnn_step", "return np.tanh(W_xh @ x + W_hh @ h_prev + b_h) * 1.01"),
    "truncated": ("bptt", TRUNCATED),
    "late": ("VanillaRNN.forward", LATE),
    "shape": ("rnn_step", "return np.tanh(W_xh @ x + W_hh @ h_prev + b_h).ravel()"),
    "nothing": ("rnn_step", "np.tanh(W_xh @ x + W_hh @ h_prev + b_h)"),
    "dtype": ("rnn_step", "return np.tanh(W_xh @ x + W_hh @ h_prev + b_h).astype('f')"),
    "exception": ("rnn_step", "return np.tanh(W_xh @ x + W_hh @ h + b_h)"),
    "timeout": ("rnn_step", "while True:\n    pass"),
    "crash": ("rnn_step", "import ctypes\nctypes.string_at(0)"),
    "forbidden": ("rnn_step", "import torch\nreturn torch.tanh(x)"),
    "printed": ("rnn_step", "print('x is', x.shape)\nreturn x"),
    "builds_on": (
        "VanillaRNN.forward",
        "h = np.zeros_like(self.b_h) if h_prev is None else h_prev\nstates, outputs = [h], []\n"
        "for t in range(len(inputs)):\n"
        "    h = rnn_step(inputs[t], h, self.W_xh, self.W_hh.T, self.b_h)\n"
        "    states.append(h)\n    outputs.append(self.W_hy @ h + self.b_y)\n"
        "return outputs, states",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_a_transcript(autograder: Command, assignment: Assignment, folder: Path, case: str) -> None:
    slot, answer = ANSWERS[case]
    write(assignment, folder, slot, answer)
    ran = autograder("check", slot, cwd=folder)
    assert ran.status == (0 if case == "pass" else 1)
    assert ran.err == ""
    # The rubric and the message fit on a small screen; what was printed comes on top.
    assert len(ran.out.splitlines()) <= 22 + (6 if case == "printed" else 0)
    compare(case, ran.out)


def test_the_untouched_handout(autograder: Command, folder: Path) -> None:
    ran = autograder("check", cwd=folder)
    assert ran.status == 1
    compare("untouched", ran.out)


def test_a_slot_that_is_not_started(autograder: Command, folder: Path) -> None:
    compare("not_started", autograder("check", "rnn_step", cwd=folder).out)


def test_a_missing_file(autograder: Command, folder: Path) -> None:
    (folder / "bptt.py").unlink()
    compare("missing", autograder("check", "bptt", cwd=folder).out)


def test_a_file_saved_half_written(autograder: Command, folder: Path) -> None:
    text = (folder / "vanilla_rnn.py").read_text()
    (folder / "vanilla_rnn.py").write_text(text[: text.index("return") + 3] + " (")
    compare("half_written", autograder("check", "rnn_step", cwd=folder).out)


def test_a_misconception_is_recognised_without_a_reference(
    autograder: Command, assignment: Assignment, folder: Path
) -> None:
    """On a NumPy file, where a check is cheap; verify counts the others."""
    known = next(k for k in assignment.misconceptions if k.slot == "bptt")
    (folder / "bptt.py").write_text(assignment.edited(known))
    ran = autograder("check", "bptt", "--json", cwd=folder)
    (result,) = json.loads(ran.out)
    assert result["misconception"] == known.id
    assert result["verdict"] == "wrong"
    assert result["line"] > 0


def test_everything_right_passes(autograder: Command, assignment: Assignment, folder: Path) -> None:
    for name, text in assignment.reference().items():
        (folder / name).write_bytes(text)
    ran = autograder("check", cwd=folder)
    assert ran.status == 0, ran.out
    assert f"{len(assignment.slots)} of {len(assignment.slots)} slots pass" in ran.out


def test_a_numpy_slot_needs_no_torch(assignment: Assignment, folder: Path, tmp_path: Path) -> None:
    """The command imports none of it, and the worker's interpreter gets what the file may use."""
    assert assignment.files["vanilla_rnn.py"].libraries == ("numpy",)
    write(assignment, folder, *ANSWERS["pass"])
    code = (
        "import sys; from click.testing import CliRunner; from autograder.cli import main;"
        "result = CliRunner().invoke(main, ['check', 'rnn_step']); assert result.exit_code == 0;"
        "heavy = {'torch', 'matplotlib', 'pytest', 'jinja2', 'nbgrader'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)


def test_elsewhere_it_says_where_to_go(autograder: Command, tmp_path: Path) -> None:
    for command in (["check"], ["hint", "rnn_step"]):
        ran = autograder(*command, cwd=tmp_path)
        assert ran.status == 2
        assert "change into the folder of the assignment" in ran.err


def test_it_works_from_a_subfolder(autograder: Command, folder: Path) -> None:
    assert autograder("hint", "rnn_step", cwd=folder / "checks").status == 0


def test_an_unknown_slot_is_misuse(autograder: Command, folder: Path) -> None:
    for command in ("check", "hint"):
        ran = autograder(command, "rnn_stop", cwd=folder)
        assert ran.status == 2
        assert "no slot rnn_stop; the slots are: rnn_step, " in ran.err


def test_watching_gives_no_json(autograder: Command, folder: Path) -> None:
    ran = autograder("check", "rnn_step", "--watch", "--json", cwd=folder)
    assert ran.status == 2
    assert "use only one of --watch, --json and --lines" in ran.err


def test_a_library_that_is_not_there_spoils_its_files_only(
    autograder: Command, assignment: Assignment, folder: Path
) -> None:
    write(assignment, folder, *ANSWERS["pass"])
    path = folder / "checks" / "assignment.json"
    path.write_text(path.read_text().replace('"torch"', '"torch_that_is_not_there"'))
    ran = autograder("check", cwd=folder)
    assert ran.status == 3
    assert "✓ rnn_step   all " in ran.out
    missing = "torch_that_is_not_there is not installed: pip install torch_that_is_not_there"
    assert f"? RNNCell   not checked: {missing}" in ran.out


def test_damaged_checks_are_named(autograder: Command, folder: Path) -> None:
    path = folder / "checks" / "vanilla_rnn.json"
    path.write_text(path.read_text()[:1000])
    ran = autograder("check", "rnn_step", cwd=folder)
    assert ran.status == 1
    assert "vanilla_rnn.json cannot be read" in ran.err
    assert "take the folder checks/ from the handout again" in ran.err


def test_hints_come_in_stages(autograder: Command, assignment: Assignment, folder: Path) -> None:
    for slot in assignment.slots.values():
        said = " ".join(autograder("hint", slot.name, "--all", cwd=folder).out.split())
        places = [said.index(hint) for hint in slot.hints]
        assert places == sorted(places)
    compare("hint", autograder("hint", "rnn_step", cwd=folder).out)
    compare("hint_all", autograder("hint", "rnn_step", "--all", cwd=folder).out)


def test_each_hint_names_the_next_command(autograder: Command, folder: Path) -> None:
    command, said = ["hint", "bptt"], []
    while command[0] == "hint" and len(said) < 4:
        said.append(autograder(*command, cwd=folder).out)
        following = said[-1].splitlines()[-1].removeprefix("  next: autograder ")
        command = following.split()
    assert command == ["check", "bptt"]
    assert [f"bptt, hint {number} of 3\n" in out for number, out in enumerate(said, 1)] == [
        True
    ] * 3
    both = autograder("hint", "bptt", "--all", "--stage", "2", cwd=folder)
    assert (both.status, both.out) == (2, "")


@pytest.mark.parametrize("name", KNOWN)
def test_the_last_of_three_hints_names_a_section_of_the_notebook(name: str) -> None:
    notebooks = [json.loads(path.read_text()) for path in (ROOT / "source" / name).glob("*.ipynb")]
    cells = [cell for notebook in notebooks for cell in notebook["cells"]]
    prose = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    headings = re.findall(r"^#+ (.*)$", "\n".join(prose), re.MULTILINE)
    numbers = {found[0] for one in headings if (found := re.match(r"[\d.]*\d", one))}
    exercises = {found[1] for one in headings if (found := re.match(r"Exercise (\d+)", one))}
    assert numbers
    for slot in reader.load(name, ROOT).slots.values():
        assert len(slot.hints) == 3, slot.name
        sections = re.findall(r"section ([\d.]*\d)", slot.hints[2], re.IGNORECASE)
        assert sections, slot.name
        assert set(sections) <= numbers, slot.name
        assert set(re.findall(r"exercise (\d+)", slot.hints[2])) <= exercises, slot.name


def test_watch_checks_again_when_a_file_is_saved(
    assignment: Assignment, folder: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "autograder.cli", "check", "rnn_step", "--watch"],
            cwd=folder,
            stdout=out,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            # in the background of a shell SIGINT is ignored, and that is inherited
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
    try:
        wait_for(log, "not started")
        write(assignment, folder, *ANSWERS["recognised"])
        wait_for(log, "W_hh is used transposed")
        write(assignment, folder, *ANSWERS["pass"])
        wait_for(log, "1 of 1 slots pass")
    finally:
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
    assert "\x1b" not in log.read_text()
    assert log.read_text().startswith("○ rnn_step   not started")  # what was said stays


def wait_for(log: Path, text: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while text not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
