"""Collecting from nbgrader's exchange: which submission is the newest, and odd ones in between."""

from __future__ import annotations

from tests.nbgrader.course import Course


def test_the_newest_is_collected_whatever_the_time_zone_is_called(course: Course) -> None:
    course.configure("c.Exchange.timezone = 'America/New_York'")
    course.nbgrader("release_assignment", "toy")
    inbound = course.exchange / "rnn" / "inbound"

    def hand_in(student: str, when: str, *more: str) -> None:
        folder = inbound / "+".join((student, "toy", when, *more))
        folder.mkdir()
        (folder / "moves.py").write_text(f"# {when}")
        (folder / "timestamp.txt").write_text(when)

    winter, summer = "2026-03-07 23:30:00.000000 EST", "2026-03-08 03:10:00.000000 EDT"
    hand_in("ada", winter, "aB3_")
    hand_in("ada", summer, "zz-9")
    hand_in("bob", winter)
    hand_in("eve", "yesterday")
    hand_in("..", winter)
    hand_in("", winter)
    ran = course.nbgrader("collect", "toy")
    collected = {p.parts[-3]: p.read_text() for p in course.root.glob("submitted/*/toy/moves.py")}
    assert collected == {"ada": f"# {summer}", "bob": f"# {winter}", "eve": "# yesterday"}
    assert not (course.root / "toy").exists()
    assert "when eve+toy+yesterday was handed in cannot be read" in ran.err
    assert "+toy+2026-03-07 23:30:00.000000 EST has no name of a student" in ran.err
    hand_in("bob", summer)
    course.nbgrader("collect", "toy", "--update")
    bob = course.root / "submitted" / "bob" / "toy" / "moves.py"
    assert bob.read_text() == f"# {summer}"
