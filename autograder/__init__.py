"""The autograded assignment kit: an engine that knows no exercise.

Nothing is imported here, so that commands start fast: each imports what it needs when it runs.
"""

__version__ = "0.1.0"


def load_ipython_extension(ipython: object) -> None:
    """IPython calls this for `%load_ext autograder`: it adds the magic `%check`."""
    from autograder.notebook import load_ipython_extension as load

    load(ipython)
