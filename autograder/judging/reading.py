"""Readings: what the raw facts of a probe mean, decided in the grader's process.

A probe runs beside the student's code and returns facts: a figure's artists, a module's parameters.
If the file's `readings.py` has a function of the probe's name, that function is called with the
facts and the arguments of the call, and what it returns is the answer. Facts may be forged, so that
a reading may fail on them; that is the answer's fault.
"""

from __future__ import annotations

import traceback
import types
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.assignment.model import PublicAssignment
from autograder.errors import GraderFault
from autograder.isolation.worker_protocol import Function
from autograder.judging.answers import Answer
from autograder.judging.failure import UNUSABLE, Failure
from autograder.judging.program import ReferenceFailed
from autograder.judging.verdict import Verdict
from autograder.probing import BadResult
from autograder.text import printable

MAX_BYTES = 8 << 20  # of the arrays among the facts, so that no reading takes long


class Readings:
    """The readings of an assignment's student files; a module is loaded when it is needed."""

    def __init__(self, assignment: PublicAssignment) -> None:
        self._assignment = assignment
        self._modules: dict[str, types.ModuleType] = {}

    def read(
        self,
        file: str,
        function: Function,
        outcome: Answer | Failure,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Answer | Failure:
        """The outcome of a call as checks see it; unchanged where there is no reading.

        Raises GraderFault where the readings cannot be loaded.
        """
        reading = self._reading(file, function)
        if reading is None or isinstance(outcome, Failure):
            return outcome
        if _size(outcome.value) > MAX_BYTES:
            return Failure(Verdict.WRONG, "the result holds more numbers than can be looked at")
        try:
            with np.errstate(all="ignore"):
                return replace(outcome, value=reading(outcome.value, *args, **kwargs))
        except BadResult as error:
            return Failure(Verdict.WRONG, printable(str(error)), brief=UNUSABLE)
        except Exception as error:
            fact = f"nothing can be made of the facts about the result ({type(error).__name__})"
            lines = [
                number
                for frame, number in traceback.walk_tb(error.__traceback__)
                if frame.f_code.co_filename == f"readings_{file}"
            ]
            staff = f"readings_{file}:{lines[-1]}" if lines else ""
            return Failure(Verdict.WRONG, fact, staff=staff)

    def read_reference(
        self,
        file: str,
        function: Function,
        answer: Answer,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Answer:
        """As `read`, for the reference's answer. Raises ReferenceFailed where its reading fails."""
        read = self.read(file, function, answer, args, kwargs)
        if isinstance(read, Failure):
            said = f"the reading {function.name} fails on the reference: {read.fact}"
            raise ReferenceFailed(said, read.staff)
        return read

    def _reading(self, file: str, function: Function) -> Callable[..., Any] | None:
        text = self._assignment.files[file].readings
        if function.owner != "probe" or not text:
            return None
        if file not in self._modules:
            name = f"readings_{file}"
            module = types.ModuleType(name.removesuffix(".py"))
            try:
                exec(compile(text, name, "exec", dont_inherit=True), module.__dict__)
            except Exception as error:
                fault = f"{name} cannot be loaded: {type(error).__name__}: {error}"
                raise GraderFault(fault) from None
            self._modules[file] = module
        found = vars(self._modules[file]).get(function.name)
        return found if isinstance(found, types.FunctionType) else None


def _size(value: Any) -> int:
    """The bytes of all arrays in a value."""
    total, stack = 0, [value]
    while stack:
        item = stack.pop()
        if isinstance(item, np.ndarray):
            total += item.nbytes
        elif isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, (list, tuple)):
            stack.extend(item)
    return total
