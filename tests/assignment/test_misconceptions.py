"""The misconceptions that the course knows of are all in the library, each with its hint."""

from __future__ import annotations

import pytest

from autograder.assignment.model import Assignment

# The table of wrong programs that the graders were written against, row by row.
ROWS = {
    "rnn_step": "S01 S02 S03 S04 S05 S07 S10 S13",
    "VanillaRNN.forward": "F01 F02 F05 F06 F07 F09 F15",
    "rnn_step_backward bptt": "B01 B02 B03 B04 B05 B07 B09 B10 B11 B12 B15 B16 B17 B27 B47",
    "RNNCell MyRNN to_torch_rnn": "C01 C03 C04 C06 M02 M03 M07 M10 M12 M13",
    "gradient_norm compute_gradient_norms": "G01 G02 G06 G07 G13 G17 G20 L01",
    "lstm_with_forget_bias plot_gradient_norms": "L07 L08 L10",
    "train_step train": "T01 T02 T13 T16 T25",
    "hidden_state_matrix plot_hidden_states": "V01 V02 V08",
}


@pytest.mark.parametrize(
    ("slots", "row"), [(slots, row) for slots, rows in ROWS.items() for row in rows.split()]
)
def test_a_row_is_in_the_library(assignment: Assignment, slots: str, row: str) -> None:
    known = [k for k in assignment.misconceptions if k.id.partition("_")[0] == row]
    assert known
    assert {k.slot for k in known} <= set(slots.split())
    assert all(k.cause and k.hint for k in known)
