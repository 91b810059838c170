"""The autograded assignment kit: an engine that knows no exercise.

Nothing is imported here: a command imports what it needs, when it needs it.
"""

__version__ = "0.1.0"


def load_ipython_extension(ipython: object) -> None:
    """`%load_ext autograder` in a notebook: adds the magic `%check`."""
    from autograder.notebook import load_ipython_extension as load

    load(ipython)
