"""The errors of the kit.

    KitError                 something to tell a person, in one sentence
    ├── UsageError           a command was called with something that does not exist (exit 2)
    ├── NoRoom               nothing more can be written: the disk or a quota is full (exit 1)
    ├── AssignmentError      staff files are inconsistent: names the file and the mend (exit 1)
    └── GraderFault          the grader's own failure, never a student's (exit 3)

What goes wrong in student code is not an error of the kit: it is a `failure.Failure`.
"""


class KitError(Exception):
    """Something a person has to hear about, in one sentence that names file and mend."""

    exit_code = 1


class UsageError(KitError):
    exit_code = 2


class NoRoom(KitError):
    exit_code = 1


class AssignmentError(KitError):
    exit_code = 1


class GraderFault(KitError):
    exit_code = 3
