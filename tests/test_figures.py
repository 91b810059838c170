"""A figure as data: what it shows, and nothing that is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from autograder.artists import read_artists
from autograder.figures import describe
from autograder.isolation.wire import decode, encode
from autograder.probing import BadResult


@pytest.fixture
def figure() -> Iterator[Figure]:
    yield Figure()


def test_lines_have_their_data_label_and_style(figure: Figure) -> None:
    ax = figure.add_subplot()
    ax.plot([1, 2, 3], [4, 5, 6], "r--", label="a")
    ax.plot([1, 2], [1, 2], label="hidden", visible=False)
    ax.axhline(0.0)
    ax.set(title="T", xlabel="steps", ylabel="norm", yscale="log")
    ax.legend()
    (axes,) = describe(figure)["axes"]
    (line,) = axes["lines"]
    assert (line["label"], line["style"][:2]) == ("a", ["#ff0000", "--"])
    assert line["y"].tolist() == [4.0, 5.0, 6.0]
    assert (axes["title"], axes["xlabel"], axes["yscale"]) == ("T", "steps", "log")
    assert "a" in [entry["label"] for entry in axes["legend"]]


@pytest.mark.parametrize("draw", ["imshow", "pcolormesh", "matshow"])
def test_a_heat_map_has_its_values_where_they_are_shown(figure: Figure, draw: str) -> None:
    values = np.arange(6.0).reshape(2, 3)
    ax = figure.add_subplot()
    artist = getattr(ax, draw)(values)
    figure.colorbar(artist)
    axes, bar = describe(figure)["axes"]
    (mesh,) = axes["meshes"]
    assert mesh["values"].tolist() == values.tolist()
    assert np.diff(mesh["x"]).tolist() == [1.0, 1.0]
    assert (mesh["clim"], mesh["colorbar"]) == ([0.0, 5.0], True)
    assert bar["is_colorbar"]
    assert bar["clim"] == [0.0, 5.0]
    assert bar["lines"] == bar["meshes"] == []


def test_titles_and_legends_of_the_figure_are_its_own(figure: Figure) -> None:
    top, bottom = figure.subfigures(2)
    top.suptitle("one")
    bottom.suptitle("two")
    line = top.subplots().plot([1, 2], label="a")
    figure.legend(line, ["a"])
    found = describe(figure)
    assert found["suptitle"] == "one two"
    assert [entry["label"] for entry in found["legend"]] == ["a"]


def test_facts_that_crossed_show_what_the_figure_shows(figure: Figure) -> None:
    left, right = figure.subplots(1, 2)
    left.errorbar([1, 2], [3, 4], yerr=[1, 1], label="bars")
    left.scatter([5, 6], [7, 8], label="points")
    figure.colorbar(right.pcolormesh(np.eye(3)), ax=[left, right])
    facts = decode(encode(read_artists(figure)))
    assert plain(describe(facts)) == plain(describe(figure))


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


def test_a_line_that_cannot_be_seen_joins_nothing(figure: Figure) -> None:
    ax = figure.add_subplot()
    ax.plot([1, 2], [3, 4], "o-", linewidth=0)
    ax.plot([1, 2], [3, 4], "o-", color="red", alpha=0)
    styles = [line["style"][1] for line in describe(figure)["axes"][0]["lines"]]
    assert styles == ["None", "None"]


def test_what_is_no_figure_is_named() -> None:
    with pytest.raises(BadResult, match=r"the result is a tuple \(int, str\) where a Figure"):
        describe((1, "x"))
    with pytest.raises(BadResult, match="nothing"):
        describe(None)
