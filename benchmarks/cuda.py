"""Run every check that asks for a device on CUDA: for the reference, right and wrong programs.

    make cuda [WHEELS=folder]

It needs Python, NumPy and PyTorch, and msgpack and pytest, which are installed from the folder
WHEELS where they are missing; no network and no nbgrader. It prints a row for docs/cuda.md. Exit
status: 0 if all is as it should be, 1 if not, 2 if nothing could be run.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import datetime
import importlib.util
import multiprocessing
import os
import re
import subprocess
import sys
import time
import venv
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv-cuda"
NEEDED = ("msgpack", "pytest")
ASSIGNMENT = "rnn_fundamentals"
ASKS_FOR_DEVICE = re.compile(r"^def test_\w+\([^)]*\bdevice\b", re.MULTILINE)


@dataclass
class Outcome:
    """What the checks of one slot on a device showed."""

    slot: str
    checks: int = 0
    right: int = 0  # programs that are right and pass: the reference and variants
    caught: int = 0  # misconceptions that fail on the device as they fail on the CPU
    left: int = 0  # programs for which there was no time
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("slots", nargs="*", help="default: all that have checks of a device")
    parser.add_argument("--wheels", type=Path, help="a folder with wheels of what is missing")
    parser.add_argument("--device", default="cuda", choices=["cpu", "cuda"])
    parser.add_argument("--seconds", type=float, default=120.0, help="when to start no more runs")
    parser.add_argument("--programs", type=int, help="how many programs of each slot; default: all")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 8))
    options = parser.parse_args()
    if sys.prefix != str(ENVIRONMENT) and not _is_complete():
        return _in_environment(options.wheels)
    return _run(options)


def _is_complete() -> bool:
    """Whether interpreters that see nothing but installed packages find all that is needed."""
    names = ("autograder", "numpy", "torch", *NEEDED)
    code = f"import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, {names!r})))"
    return subprocess.run([sys.executable, "-I", "-c", code], check=False).returncode == 0


def _in_environment(wheels: Path | None) -> int:
    """Run again in an environment with the packages seen here, the kit and what was missing."""
    venv.create(ENVIRONMENT, system_site_packages=True, with_pip=True, clear=True)
    python = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True)
    own = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    Path(site.stdout.strip(), "kit.pth").write_text("\n".join([str(ROOT), *own]) + "\n")
    missing = [name for name in NEEDED if not importlib.util.find_spec(name)]
    if missing:
        source = ["--no-index", f"--find-links={wheels.resolve()}"] if wheels else []
        command = [python, "-m", "pip", "install", "--quiet", *source, *missing]
        if subprocess.run(command, check=False).returncode:
            print(f"{', '.join(missing)} could not be installed: make cuda WHEELS=folder")
            return 2
    return subprocess.run([python, __file__, *sys.argv[1:]], check=False).returncode


def _run(options: argparse.Namespace) -> int:
    import torch

    device = options.device

    if device == "cuda" and not torch.cuda.is_available():
        print("torch finds no CUDA device here: nothing was run")
        return 2
    start = time.monotonic()
    context = multiprocessing.get_context("spawn")
    outcomes = []
    with concurrent.futures.ProcessPoolExecutor(options.jobs, mp_context=context) as pool:
        futures = [
            pool.submit(_prove, slot, device, options.seconds, options.programs)
            for slot in options.slots or _slots()
        ]
        for future in concurrent.futures.as_completed(futures):
            outcomes.append(future.result())
            _show(outcomes[-1])
    _record(device, outcomes, time.monotonic() - start)
    return int(any(outcome.problems for outcome in outcomes))


def _slots() -> list[str]:
    """The slots with checks that ask for a device, by their grader files' text."""
    assignment = _assignment()
    return [
        slot.name
        for slot in assignment.slots.values()
        if ASKS_FOR_DEVICE.search(assignment.files[slot.file].grader(slot).read_text())
    ]


def _assignment():
    """The assignment; its files need no library that is not installed."""
    from autograder.assignment import reader

    assignment = reader.load(ASSIGNMENT, ROOT)
    files = {
        name: replace(file, libraries=tuple(filter(importlib.util.find_spec, file.libraries)))
        for name, file in assignment.files.items()
    }
    return replace(assignment, files=files)


def _prove(slot: str, device: str, seconds: float, most: int | None) -> Outcome:
    from autograder.hidden.collection import collect
    from autograder.hidden.known_programs import sources_of
    from autograder.hidden.runner import HiddenChecks, device_of
    from autograder.isolation.pool import Workers

    start, outcome = time.monotonic(), Outcome(slot)
    assignment = _assignment()
    every = [c for c in collect(assignment, [assignment.slots[slot].file]) if c.slot == slot]
    checks = [check for check in every if check.params.get("device") == device]
    twins = {
        check.name: next(c for c in every if c.name == check.name.replace(device, "cpu", 1))
        for check in checks
    }
    outcome.checks = len(checks)
    programs = [("the reference", assignment.reference(), True)]
    for right, known in ((True, assignment.variants), (False, assignment.misconceptions)):
        of_slot = [one for one in known if one.slot == slot]
        programs += [(one.id, sources_of(assignment, one), right) for one in of_slot]
    with (
        Workers() as workers,
        HiddenChecks(assignment, workers, every, seed=0, device=device) as hidden,
    ):
        for name, sources, right in programs[:most]:
            if time.monotonic() - start > seconds:
                outcome.left += 1
                continue
            with hidden.program(sources) as program:
                wanted = [
                    (check, True if right else hidden.run(program, twins[check.name]).passed)
                    for check in checks
                ]
                runs = [
                    (hidden.run(program, check), passes)
                    for check, passes in wanted
                    if right or not passes
                ]
            for run, passes in runs:
                assert device_of(run.check) == device
                if run.skipped or run.broken or run.passed != passes:
                    why = (
                        run.skipped or run.broken or (run.failure.fact if run.failure else "passes")
                    )
                    outcome.problems.append(f"{name}: {run.check.name}: {why}")
            outcome.right += right
            outcome.caught += not right and bool(runs)
    outcome.seconds = time.monotonic() - start
    return outcome


def _show(outcome: Outcome) -> None:
    left = f", no time for {outcome.left} programs" if outcome.left else ""
    print(
        f"{outcome.slot}: {outcome.checks} checks; {outcome.right} right programs and "
        f"{outcome.caught} wrong ones in {outcome.seconds:.0f} s{left}",
        flush=True,
    )
    for problem in outcome.problems:
        print(f"  ✗ {problem}")


def _record(device: str, outcomes: list[Outcome], seconds: float) -> None:
    """Print the row for docs/cuda.md."""
    import torch

    gpu, driver = "none", "none"
    if device == "cuda":
        gpu = torch.cuda.get_device_name()
        query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        said = subprocess.run(query, capture_output=True, text=True, check=False).stdout.split()
        driver = said[0] if said else "unknown"
    checks = sum(outcome.checks for outcome in outcomes)
    right, caught, left, problems = (
        sum(numbers)
        for numbers in zip(
            *((o.right, o.caught, o.left, len(o.problems)) for o in outcomes), strict=True
        )
    )
    result = "as on the CPU" if not problems else f"{problems} differ"
    cells = [
        *(f"{datetime.date.today()}", gpu, driver, torch.__version__),
        f"{checks} checks of {len(outcomes)} slots; {right} right programs, {caught} wrong ones"
        + (f"; no time for {left}" if left else ""),
        f"{result}, {seconds:.0f} s, Python {sys.version.split()[0]}",
    ]
    print("\n" + " | ".join(["", *cells, ""]).strip())


if __name__ == "__main__":
    raise SystemExit(main())
