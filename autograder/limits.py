"""Limits of what student code may use, and how many processes grade at once."""

from __future__ import annotations

import os
from dataclasses import dataclass

MINUTES = 3.0  # for one submission, the loading of its files included
CHECK_MB = 128  # of all answers in one check
KEPT_MB = 16  # of the wrong answers to a slot's checks that are kept, to find likely causes
GRADING_MB = 768  # that a grading process may take for submissions
MAX_PRINTED = 4000  # characters of what a slot's code prints that are kept


@dataclass(frozen=True)
class Limits:
    """What one call of student code may use."""

    seconds: float = 3.0  # of the process's own CPU time
    memory_mb: int = 512  # beyond what the interpreter has with its libraries
    output_mb: int = 64  # the largest result


def default_jobs() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
