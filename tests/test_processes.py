"""Child processes: messages, and how they end."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from autograder.processes import ChildProcess, end, with_news

Start = Callable[..., ChildProcess]


@pytest.fixture
def start() -> Iterator[Start]:
    children: list[ChildProcess] = []

    def start(*arguments: object) -> ChildProcess:
        children.append(ChildProcess(*arguments))  # type: ignore[arg-type]
        return children[-1]

    yield start
    end(children)


def double(pipe: Connection, by: int) -> None:
    while True:
        number = pipe.recv()
        if number is None:
            return
        pipe.send(number * by)


def clean_up(pipe: Connection, path: str) -> None:
    try:
        pipe.send("ready")
        time.sleep(60)
    finally:
        Path(path).write_text("cleaned up")


def test_a_child_answers_until_it_ends(start: Start) -> None:
    child = start(double, 3)
    child.send(2)
    while not with_news([child]):  # it is starting
        pass
    assert pickle.loads(child.receive() or b"") == 6
    child.send(None)
    assert child.receive() is None


def test_a_child_that_is_ended_cleans_up(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "said"
    child = start(clean_up, str(path))
    assert child.receive() is not None
    end([child])
    assert path.read_text() == "cleaned up"  # which nobody does who is killed
