"""Why a student's file or call failed for a reason outside of its mathematics, in words.

The grader's Python is older, a module is not there, the sandbox refuses, a text is no Python. These
read like a broken installation, so the facts of this grader are added to the message.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace

from autograder.assignment.model import StudentFile
from autograder.course import foreign_text, newer_python
from autograder.course.newer_python import HERE, written
from autograder.course.student_file import Source
from autograder.isolation.worker_protocol import RaisedError
from autograder.judging.failure import Failure

INVALID = ("SyntaxError", "IndentationError", "TabError")
# Beginnings of what Python says of syntax that it does not know.
UNKNOWN = ("invalid syntax", "expected ", "f-string", "iterable unpacking", "unterminated string")
# Often used packages: what misses one of them is no file of the student's.
KNOWN_PACKAGES = {
    *("scipy", "pandas", "sklearn", "seaborn", "tqdm", "torch", "torchvision", "torchaudio"),
    *("tensorflow", "keras", "jax", "jaxlib", "flax", "numba", "cupy", "sympy", "networkx"),
    *("statsmodels", "plotly", "bokeh", "PIL", "cv2", "skimage", "imageio", "einops"),
    *("transformers", "lightning", "pytorch_lightning", "IPython", "ipywidgets", "requests"),
    *("rich", "pytest", "hypothesis", "nbgrader", "autograd", "jaxtyping", "typing_extensions"),
    *("numpy", "matplotlib", "xarray", "h5py", "yaml", "google", "wandb", "tensorboard"),
}
REFUSED = re.compile(r"\[Errno (?:1|13)\]|Operation not permitted|Permission denied")
NO_WRITING = re.compile(r"\[Errno (?:27|30)\]|Read-only file system|no file can be written")
NO_NETWORK = re.compile(r"urlopen error|name resolution|getaddrinfo|Network is unreachable")
# What starts processes, and fails before that for want of a file.
PROCESSES = re.compile(r"\b(?:multiprocessing|ProcessPoolExecutor|num_workers|subprocess)\b")


def explained(
    failure: Failure, error: RaisedError, source: Source | None, about: StudentFile
) -> Failure:
    """The failure with what this grader knows of its cause.

    Args:
        error: what the worker said.
        source: the text of the student's file `about`.
    """
    if not isinstance(source, bytes):
        return failure
    text = source.decode("utf-8", "replace")
    return replace(failure, surroundings=tuple(_facts(error, text, about)))


def _facts(error: RaisedError, text: str, about: StudentFile) -> Iterator[str]:
    name, message = error.type, error.message
    is_odd = name in (*INVALID, "NameError") or error.kind == "missing"
    if is_odd and (whole := foreign_text.file_words(text)):
        yield whole
    elif name in INVALID:
        yield from _syntax_facts(error, text)
    elif name in ("ModuleNotFoundError", "ImportError", "AttributeError"):
        yield from _import_facts(message, text, about)
    elif name == "NameError" and "'get_ipython'" in message:
        yield "get_ipython is there in notebooks alone: delete the line"
    elif name == "EOFError":
        yield "nobody can answer input() here: delete it"
    elif name == "SystemExit":
        yield "it ends the program: delete exit(), quit() or sys.exit()"
    elif error.kind == "raised":
        yield from _refusals(name, message, text)


def _syntax_facts(error: RaisedError, text: str) -> Iterator[str]:
    lines = text.split("\n")
    number = error.line if error.line and 1 <= error.line <= len(lines) else None
    line = lines[number - 1] if number else ""
    words = foreign_text.line_words(line)
    if not words and (mark := foreign_text.merge_mark(text)):
        number, words = mark, foreign_text.line_words(lines[mark - 1])
    newer = newer_python.syntax_of(line)
    if words:
        yield f"line {number} is {words}"
    elif newer is not None:
        yield (
            f"line {number} has {newer.what}: that needs {written(newer.version)} or newer, "
            f"and the grader runs {written(HERE)}"
        )
    elif invalid := foreign_text.character_words(error.message, text):
        yield invalid
    elif error.type == "TabError" or (error.type == "IndentationError" and "\t" in text):
        yield "the file has tabs: indent with spaces alone"
    elif error.message.startswith(UNKNOWN):
        yield f"the grader runs {written(HERE)}"


def _import_facts(message: str, text: str, about: StudentFile) -> Iterator[str]:
    newer = newer_python.name_in(message)
    found = newer_python.MESSAGES.search(message)
    if found and not all(
        part in text for name in filter(None, found.groups()) for part in name.split(".")
    ):
        return  # the code made up the message: nothing of it is repeated
    if newer is not None:
        yield (
            f"{newer.what} needs {written(newer.version)} or newer, "
            f"and the grader runs {written(HERE)}"
        )
    elif "relative import" in message:
        yield "only the assignment's files are read, each by itself: import no file of your own"
    elif found is None:
        return
    elif found["whole"]:
        yield from _module_facts(found["whole"].partition(".")[0], about)
    elif (found["module"] or found["owner"]).partition(".")[0] in sys.stdlib_module_names:
        yield f"the grader runs {written(HERE)}"


def _module_facts(module: str, about: StudentFile) -> Iterator[str]:
    """What is so where a module is not found."""
    if module in sys.stdlib_module_names:
        yield f"this part of Python cannot be used here; the grader runs {written(HERE)}"
        return
    allowed = " and ".join(["Python's own library", *about.libraries])
    yield f"{about.name} may import {allowed}, and nothing else, installed or not"
    if module not in KNOWN_PACKAGES:
        yield (
            f"only the assignment's files are read: {module}.py is not among them, even if it lies "
            f"beside {about.name}; move what you need from it into {about.name}"
        )


def _refusals(name: str, message: str, text: str) -> Iterator[str]:
    """What the sandbox refuses."""
    starts = name == "FileNotFoundError" and PROCESSES.search(text)
    if name == "PermissionError" or REFUSED.search(message) or starts:
        yield (
            "student code may start no program or process here, open no connection, and make no "
            "file: subprocess, multiprocessing, asyncio and torch.compile need this; delete them"
        )
    elif NO_WRITING.search(message):
        yield "no file can be written here: delete what saves, or return the result instead"
    elif NO_NETWORK.search(message):
        yield "there is no network here"
    elif name == "FileNotFoundError":
        yield "no files lie here, also where they lie beside yours: code gets all as arguments"
