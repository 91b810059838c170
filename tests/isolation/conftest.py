"""What tests of workers share."""

from __future__ import annotations

import pytest

from autograder.isolation import deadline
from tests.isolation.clocks import Clocks


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    moved = Clocks()
    monkeypatch.setattr(deadline, "time", moved)
    return moved
