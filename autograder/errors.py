"""The errors of the kit.

    KitError                 something to tell a person, in one sentence
    ├── UsageError           a command was called with something that does not exist (exit 2)
    ├── NoRoom               nothing more can be written: the disk or a quota is full (exit 1)
    ├── AssignmentError      the files of an assignment are inconsistent (exit 1)
    └── GraderFault          the grader itself failed; never a student's fault (exit 3)

A mistake in student code is no error of the kit: it is a `judging.failure.Failure`.
"""


class KitError(Exception):
    """Its text is one sentence that names the file and what to do."""

    exit_code = 1


class UsageError(KitError):
    exit_code = 2


class NoRoom(KitError):
    pass


class AssignmentError(KitError):
    pass


class GraderFault(KitError):
    exit_code = 3
