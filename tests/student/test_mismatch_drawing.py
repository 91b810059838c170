"""The drawing of a mismatch: every kind of result, as characters and as HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.judging.difference import difference
from autograder.judging.tolerance import Tolerance
from autograder.student.mismatch_grid import index_runs
from autograder.student.mismatch_html import draw_html
from autograder.student.mismatch_text import WIDTH, draw_text

ONES = np.ones((3, 4))


def changed(array: np.ndarray, at: Any, value: Any) -> np.ndarray:
    copy = array.copy()
    copy[at] = value
    return copy


def lines(got: Any, want: Any, **options: Any) -> list[str]:
    found = difference(got, want, Tolerance(**options)).mismatch()
    return [] if found is None else draw_text(found)


def test_a_matrix_has_its_two_axes_and_signed_gaps() -> None:
    assert lines({"W": changed(ONES, (1, 2), 3.5)}, {"W": ONES}) == [
        "    W, got minus expected: 1 of 12 entries are wrong, at index 2 of axis 1.",
        "            axis 1",
        "    axis 0  0       1       2       3",
        "         0  ·       ·       ·       ·",
        "         1  ·       ·       █ +2.5  ·",
        "         2  ·       ·       ·       ·",
        "    █ over half of the largest gap, 2.5; · right",
    ]


def test_a_series_has_steps_in_columns_and_a_vector_is_a_strip() -> None:
    steps = [np.ones((2, 1)) for _ in range(4)]
    drawn = lines(([*steps[:3], steps[3] * 3], 1.0), (steps, 1.0), names=("outputs", "loss"))
    assert drawn[0] == "    outputs, got minus expected: 2 of 8 entries are wrong, at step 3."
    assert drawn[1] == "           step (index of outputs)"
    assert drawn[3] == "        0  ·     ·     ·     █ +2"
    strip = lines(np.array([[1.0], [2.0], [4.0]]), np.array([[1.0], [2.0], [3.0]]))
    assert strip[1:4] == ["    axis 0", "    0     1     2", "    ·     ·     █ +1"]


def test_larger_results_are_drawn_in_shades_and_the_largest_in_blocks() -> None:
    want = np.zeros((100, 30))
    got = changed(want, (slice(50, None), 29), [10.0 ** -(k % 4) for k in range(50)])
    drawn = lines(got, want)
    assert "A cell is the largest of 7 × 1 entries." in " ".join(map(str.strip, drawn[:2]))
    rows = [line for line in drawn if re.search(r"[·░▒▓█]{60}$", line)]
    assert len(rows) == 15
    assert [line[-2:] for line in rows] == ["··"] * 7 + ["██"] * 8
    assert all(set(line[:-2]) <= set(" 0123456789·") for line in rows)


def test_numbers_that_are_too_long_for_a_line_are_left_out() -> None:
    want = np.zeros(10)
    drawn = lines(want - 1.5e-7, want)
    assert "how far got is from expected" in drawn[0]
    assert drawn[3] == "    " + 20 * "█"
    found = difference(want - 1.5e-7, want).mismatch()
    assert found is not None
    assert draw_html(found).count("-1.5e-07</td>") == 10


def test_shades_are_decades_of_the_largest_gap() -> None:
    want = np.zeros(5)
    got = np.array([0.0, 0.001, 0.05, 0.3, 1.0])
    assert re.findall("[·░▒▓█]", lines(got, want)[3]) == list("·░▒▓█")


def test_what_is_not_finite_and_more_than_two_axes_are_said() -> None:
    assert lines(changed(ONES, 0, np.nan), ONES)[-1] == "    █ not finite; · right"
    drawn = lines(changed(ONES, (slice(2), 0), [np.inf, 2.0]), ONES)
    assert "█ inf" in drawn[3]
    assert drawn[-1] == "    █ over half of the largest gap, 1, or not finite; · right"
    deep = np.zeros((2, 2, 3))
    drawn = lines(changed(deep, (1, 0, 2), -7.0), deep)
    assert drawn[0].startswith("    the result, how far got is from expected: 1 of 12 entries are")
    assert "A cell is the largest along axis 0." in " ".join(map(str.strip, drawn[:2]))
    assert any(line.endswith("0  ·    ·    █ 7") for line in drawn)


@pytest.mark.parametrize(
    ("got", "want"),
    [(2.0, 1.0), ("a", "b"), (ONES.T, ONES), (ONES.astype("float32"), ONES), ([ONES], [ONES] * 2),
     (ONES, ONES)],
)  # fmt: skip
def test_what_has_no_two_numbers_to_compare_is_not_drawn(got: Any, want: Any) -> None:
    assert lines(got, want) == []


def test_neighbouring_indices_are_named_as_runs() -> None:
    assert index_runs([0, 2, 3, 4, 7, 8]) == ["0", "2 to 4", "7 to 8"]
    assert index_runs([]) == []


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_two_arrays_are_drawn_within_the_width_and_as_sound_html(data: st.DataObject) -> None:
    shape = data.draw(arrays.array_shapes(max_dims=4, max_side=50).filter(lambda s: len(s) > 0))
    dtype = data.draw(st.sampled_from(["float64", "float32", "complex128", "int64", "bool"]))
    got, want = (data.draw(arrays.arrays(dtype, shape, fill=st.just(1))) for _ in range(2))
    found = difference({"<b>&": got}, {"<b>&": want}).mismatch()
    if found is None:
        return
    assert all(len(line) <= WIDTH for line in draw_text(found))
    html = draw_html(found)
    assert len(html) < 60_000
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert tags.seen <= {"figure", "figcaption", "table", "tr", "th", "td", "pre", "div", "span"}
    series = difference(list(got), list(want)).mismatch()
    assert series is None or draw_text(series) or series.wrong.size < 2
