"""Global state: a change is noticed, and restored."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest

from autograder.isolation import library_state
from autograder.isolation.library_state import Settings, global_state, seed_generators


@pytest.fixture(autouse=True)
def only_numpy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Torch and matplotlib of this process stay as they are; NumPy's state is put back."""
    monkeypatch.setattr(library_state, "_imported", lambda _: None)
    before, drawn, numpy_drawn = Settings(), random.getstate(), np.random.get_state()
    yield
    before.restore()
    random.setstate(drawn)
    np.random.set_state(numpy_drawn)


def changed(before: dict[str, object]) -> list[str]:
    now, _ = global_state()
    return [name for name in before if before[name] != now[name]]


def test_a_seed_repeats_what_is_drawn() -> None:
    drawn = []
    for _ in range(2):
        seed_generators()
        drawn.append((random.random(), np.random.rand()))
    assert drawn[0] == drawn[1]


def test_each_change_is_noticed_by_its_name() -> None:
    before, _ = global_state()
    assert changed(before) == []
    np.random.rand()
    assert changed(before) == ["numpy.random"]
    random.random()
    np.seterr(divide="raise")
    assert changed(before) == ["numpy.random", "random", "numpy.seterr"]


def test_settings_are_restored() -> None:
    settings = Settings()
    before, _ = global_state()
    np.seterr(all="raise")
    np.set_printoptions(precision=2)
    np.seterrcall(print)
    np.setbufsize(1 << 14)
    assert len(changed(before)) == 4
    settings.restore()
    assert changed(before) == []
