"""Print a line for each program, and for each slot how many are named by `grade` and `check`."""

from __future__ import annotations

import sys

from autograder.assignment import reader
from autograder.isolation.pool import Workers
from tests.conftest import ROOT
from tests.whole_programs import collection
from tests.whole_programs.measurement import Measured, labels, measure


def line(one: Measured) -> str:
    """Name, band, share, what is wrong with it, and the names of both."""
    program = one.program
    notes = [one.misjudged] if one.misjudged else []
    notes += ["band"] if one.out_of_band else []
    notes += [f"false: {id}" for id in one.false_names]
    names = [" ".join(labels(result)) or "-" for result in (one.graded, one.checked)]
    return (
        f"  {program.name:30} {program.keeps:8}{one.share:6.2f}  "
        f"{names[0]:32} {names[1]:32} {', '.join(notes)}"
    )


def main() -> int:
    assignment = reader.load("rnn_fundamentals", ROOT)
    faults = 0
    with Workers() as workers:
        for slot in sys.argv[1:] or collection.slots():
            print(slot, flush=True)
            wrong = []
            for one in measure(assignment, workers, slot):
                print(line(one), flush=True)
                faults += bool(one.misjudged or one.false_names)
                wrong += [] if one.program.right else [one]
            graded, checked = (sum(one.named[k] for one in wrong) for k in (0, 1))
            known = sum(bool(one.program.grade) for one in wrong)
            print(
                f"  {len(wrong)} wrong, {known} known; named {graded} by grade, {checked} by check;"
                f" {sum(one.out_of_band for one in wrong)} out of their band",
                flush=True,
            )
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
