"""Commands without their start: forked from a process that has imported their packages.

Importing takes most of the time of a command in a small course, a second or two with nbgrader. The
process that imports them runs nothing itself. Each command has a process of its own with its own
folder, environment and streams, and ends as any Python program does.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import subprocess
import sys
import tempfile
import types
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The packages of each kind of command; numpy takes one thread, as it does in the command.
ENGINE = (
    *("pytest", "numpy", "rich.console", "rich.table", "rich.progress", "jinja2", "msgspec"),
    *("filelock", "multiprocessing.connection", "autograder.cli", "autograder.hidden.runner"),
    *("autograder.classroom.grading_process", "autograder.proof.verification"),
    *(f"autograder.commands.{name}" for name in ("check", "grade", "verify", "release", "doctor")),
)
NBGRADER = (*ENGINE, "nbgrader.apps", "nbgrader.apps.nbgraderapp", "autograder.nbgrader_plugin")


class WarmProcess:
    """A process that has imported some modules, from which commands are forked."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", *modules],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **dict.fromkeys(THREADS, "1")},
        )

    def run(
        self, module: str, arguments: Sequence[str], cwd: Path, environment: Mapping[str, str]
    ) -> tuple[int, str, str]:
        """Run `main()` of a module with these arguments: (exit status, output, errors)."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            paths = [str(Path(folder, name)) for name in ("out", "err")]
            request = [module, [module, *arguments], str(cwd), dict(environment), paths]
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            status = int(self._process.stdout.readline())
            out, err = (Path(path).read_text() for path in paths)
        return status, out, err


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@functools.cache
def warm_process(modules: Sequence[str]) -> WarmProcess:
    """The process of this process of tests that has imported these modules."""
    return WarmProcess(modules)


# ------------------------------------------------------------------------------ inside


def _serve() -> None:
    """Fork for each request; in the fork, run what it asks for."""
    for module in sys.argv[1:]:
        importlib.import_module(module)
    for line in sys.stdin:
        process = os.fork()
        if not process:
            _become(*json.loads(line))
            return
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        print(status, flush=True)


def _become(
    module: str, arguments: list[str], cwd: str, environment: dict[str, str], paths: list[str]
) -> None:
    """Run a command in this process as if it had been started for it."""
    main = importlib.import_module(module).main
    for number, path in enumerate([os.devnull, *paths]):
        flags = os.O_RDWR | (os.O_CREAT if number else 0)
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[:] = arguments
    sys.path[:1] = ["", *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    sys.modules["__main__"] = types.ModuleType("__main__")  # its children must not run this one
    main()


if __name__ == "__main__":
    _serve()
