"""How sure the likely cause of a failure is."""

from __future__ import annotations

from enum import StrEnum


class Certainty(StrEnum):
    """How sure a cause is: all numbers agree, or most of those that are wrong."""

    EXACT = "exact"
    LOOKS_LIKE = "looks_like"

    @property
    def label(self) -> str:
        """What stands before the cause."""
        return "Likely cause" if self is Certainty.EXACT else "Looks most like"
