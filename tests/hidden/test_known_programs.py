"""Known programs: pairs of edits, and what they answer to hidden checks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from autograder.hidden.known_programs import KnownPrograms
from autograder.hidden.runner import HiddenChecks
from autograder.judging.answers import Answer


@pytest.fixture
def known(hidden: HiddenChecks) -> Iterator[KnownPrograms]:
    with KnownPrograms(hidden) as known:
        yield known


def test_pairs_are_edits_that_can_both_be_made(known: KnownPrograms) -> None:
    assert known.singles("double") == [("D1_triples",), ("D2_overwrites",)]
    assert known.pairs("quadruple") == []
    pair = ("W1_stands", "W2_starts_with_the_start")
    assert pair in known.pairs("Walker.walk")
    text = known.sources("Walker.walk", pair)["moves.py"].decode()
    assert "np.add(self.start, step)" in text
    assert "positions = [self.start]" in text


def test_answers_are_those_of_the_program_and_none_where_it_passes(known: KnownPrograms) -> None:
    triples, overwrites = known.answers("double", "twice_two", (), known.singles("double"))
    assert overwrites is None
    assert triples is not None
    (answer,) = triples
    assert isinstance(answer, Answer)
    assert answer.value.shape == (2, 3)
    assert known.fingerprint("double", (), "D1_triples")["argument"] is None


def test_another_seed_gives_other_answers(hidden: HiddenChecks, known: KnownPrograms) -> None:
    def triples() -> np.ndarray:
        (outcomes,) = known.answers("double", "twice_two", (), [("D1_triples",)])
        assert outcomes is not None
        assert isinstance(outcomes[0], Answer)
        return outcomes[0].array()

    first = triples()
    with hidden.seeded(4):
        assert not np.allclose(triples(), first)
    assert np.array_equal(triples(), first)
