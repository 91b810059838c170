"""Frames over a socket: whole ones only, and each before its deadline."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import numpy as np
import pytest

from autograder.isolation import wire
from autograder.isolation.channel import Channel

Pair = tuple[socket.socket, socket.socket]


class Looks:
    """A deadline that is over when it was looked at a number of times."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def left(self) -> float:
        self.looks -= 1
        return 0.01 if self.looks >= 0 else 0.0


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


class Dripping:
    """A socket on which a frame arrives byte by byte."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def settimeout(self, _: float | None) -> None:
        pass

    def recv(self, _: int) -> bytes:
        byte, self.data = self.data[:1], self.data[1:]
        return byte


def test_one_deadline_holds_for_a_frame_that_drips_in() -> None:
    frame = wire.pack("ok", 1, list(range(100)))
    with pytest.raises(wire.DeadlineExceeded):
        Channel(Dripping(frame)).receive(("ok",), 1, Looks(len(frame) - 1))
    channel = Channel(Dripping(frame))
    assert channel.receive(("ok",), 1, Looks(len(frame)))[2] == list(range(100))


def test_nobody_waits_for_a_frame_after_the_deadline(pair: Pair) -> None:
    deadline = Looks(2)
    with pytest.raises(wire.DeadlineExceeded):
        Channel(pair[0]).receive(("ok",), None, deadline)
    assert deadline.looks < 0


def test_a_reader_that_does_not_read_is_not_waited_for(pair: Pair) -> None:
    with pytest.raises(wire.DeadlineExceeded):
        Channel(pair[0]).send("ok", 1, np.zeros(1 << 20), Looks(3))


@pytest.mark.parametrize(("kind", "number"), [("ok", 8), ("error", 7)])
def test_another_kind_or_number_than_expected_is_refused(
    pair: Pair, kind: str, number: int
) -> None:
    Channel(pair[1]).send("ok", 7, None)
    with pytest.raises(wire.WireError):
        Channel(pair[0]).receive((kind,), number)


def test_frames_that_arrive_together_are_read_one_by_one(pair: Pair) -> None:
    values = ["one", None, [1, "two"], 3.0]
    pair[1].sendall(b"".join(wire.pack("ok", i, value) for i, value in enumerate(values)))
    pair[1].close()
    channel = Channel(pair[0])
    assert [channel.receive(("ok",), i)[2] for i in range(len(values))] == values
    with pytest.raises(wire.Closed):
        channel.receive(("ok",))


def test_half_a_frame_is_no_frame(pair: Pair) -> None:
    pair[1].sendall(wire.pack("ok", 1, "text")[:-1])
    pair[1].close()
    with pytest.raises(wire.Closed):
        Channel(pair[0]).receive(("ok",))
