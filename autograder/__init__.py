"""The autograded assignment kit: an engine that knows no exercise.

Nothing is imported here: a command imports what it needs, when it needs it.
"""

__version__ = "0.1.0"
