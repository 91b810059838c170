"""Numbers cross unchanged; anything malformed is refused before it costs anything."""

from __future__ import annotations

import contextlib
import datetime
import decimal
import enum
import fractions
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from autograder.isolation import wire

dtypes = st.sampled_from(sorted(wire.DTYPES)).map(np.dtype)
arrays = dtypes.flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=4, min_side=0))
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.complex_numbers()
    | st.binary(max_size=9)
    | st.text(max_size=50)
    | arrays
    | arrays.map(wire.tensor)
)
keys = st.text(max_size=9) | st.integers(-9, 9) | st.tuples(st.integers(-9, 9), st.text(max_size=2))
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


def through(value: Any) -> Any:
    frame = wire.pack("ok", 1, value)
    sizes = wire.check_prefix(frame[: wire.PREFIX.size])
    rest = frame[wire.PREFIX.size :]
    return wire.unpack(rest[: sizes[0]], rest[sizes[0] :])[2]


def identical(a: Any, b: Any) -> bool:
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(identical(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray):
        return (
            type(a) is type(b)
            and (a.shape, a.dtype) == (b.shape, b.dtype)
            and a.tobytes() == b.tobytes()
        )
    if isinstance(a, float):
        return type(b) is float and (a == b or (a != a and b != b))
    if isinstance(a, complex):
        return type(b) is complex and identical((a.real, a.imag), (b.real, b.imag))
    return type(a) is type(b) and a == b


@given(trees)
def test_values_cross_unchanged(value: Any) -> None:
    assert identical(through(value), value)


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (object(), "object"),
        (len, "builtin_function_or_method"),
        ({1, 2}, "set"),
        (frozenset(), "frozenset"),
        ((i for i in range(3)), "generator"),
        (range(3), "range"),
        (fractions.Fraction(1, 3), "Fraction"),
        (decimal.Decimal(1), "Decimal"),
        (datetime.date(2026, 1, 1), "date"),
        (datetime.timedelta(1), "timedelta"),
        (Colour.RED, "Colour"),
        (1 << 4096, "int of more than 4,096 bits"),
        ("a" * 20_001, "text of more than 20,000 characters"),
        ("\ud800", "text with half a character"),
        (np.longdouble(1), "array of dtype float128 with 0 axes"),
        (np.array(["2026-01-01"], "M8[D]"), "array of dtype datetime64[D] with 1 axes"),
        (np.zeros(2, [("a", float)]), "array of dtype void64 with 1 axes"),
        (np.ma.masked_array([1.0, 2.0], [True, False]), "MaskedArray"),
        ({frozenset({1}): 2}, "frozenset"),
        ({2**70: 1}, "int"),
        ({Colour.RED: 1}, "Colour"),
    ],
)
def test_what_cannot_cross_whole_is_named(value: Any, name: str) -> None:
    assert wire.lost_in([1.0, (value,)]) == [name]
    crossed = through(value)
    if isinstance(crossed, dict):
        (crossed,) = crossed
    assert isinstance(crossed, wire.Opaque)
    assert crossed.type_name == name
    assert crossed != through(crossed)  # nobody knows whether they were equal
    assert wire.lost_in(crossed) == [name]


def test_numbers_and_keys_of_all_kinds_cross_whole() -> None:
    value = [2**70, -(2**4095), 2**64 - 1, 1 + 2j, b"\x00\xff", {(1, "a"): 2, 3: 4, b"k": None}]
    assert identical(through(value), value)
    assert wire.lost_in(value) == []
    assert through({np.int64(3): 1, (np.float64(0.5), 1): 2}) == {3: 1, (0.5, 1): 2}


def test_arrays_of_texts_and_objects_cross_as_lists() -> None:
    assert through(np.array([["a", "b"], ["c", "d"]])) == [["a", "b"], ["c", "d"]]
    assert through(np.array([[1, None]], dtype=object)) == [[1, None]]
    [[thing]] = through(np.array([[object()]]))
    assert thing.type_name == "object"


def test_an_array_of_arrays_crosses_as_a_list() -> None:
    holder = np.empty(2, dtype=object)
    holder[0], holder[1] = np.ones(2), 1.5
    crossed = through(holder)
    assert isinstance(crossed, list)
    assert crossed[0].tolist() == [1.0, 1.0]
    assert crossed[1] == 1.5


def test_a_list_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(wire.WireError, match="nested more than 32 deep"):
        through(loop)


@settings(max_examples=max(300, settings().max_examples))
@given(st.binary(max_size=200), st.binary(max_size=64))
def test_random_bytes_raise_nothing_but_wire_errors(header: bytes, blob: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        wire.unpack(header, blob)


@settings(max_examples=max(300, settings().max_examples))
@given(trees, st.data())
def test_damaged_frames_raise_nothing_but_wire_errors(value: Any, data: st.DataObject) -> None:
    frame = bytearray(wire.pack("ok", 1, value))
    at = data.draw(st.integers(0, len(frame) - 1))
    frame[at] = data.draw(st.integers(0, 255))
    try:
        header, blob = wire.check_prefix(bytes(frame[: wire.PREFIX.size]))
        rest = bytes(frame[wire.PREFIX.size :])
        wire.unpack(rest[:header], rest[header : header + blob])
    except wire.WireError:
        pass


numbers = st.integers(-2, 70) | st.sampled_from([2**31, 2**40, 2**63, -(2**63)])
entries = st.tuples(
    st.sampled_from([*sorted(wire.DTYPES), "object", ""]),
    st.lists(numbers, max_size=9),
    numbers,
    numbers,
)
plausible = st.recursive(
    st.none() | st.booleans() | numbers | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(st.sampled_from("lt"), st.lists(inner, max_size=3))
        | st.tuples(st.just("d"), st.lists(st.tuples(inner, inner), max_size=3))
        | st.tuples(st.sampled_from("agbi"), numbers)
        | st.tuples(st.just("i"), st.text("-0123456789abcdefx_", max_size=6))
        | st.tuples(st.just("c"), inner, inner)
        | st.tuples(st.just("x"), numbers, inner)
        | st.tuples(st.just("o"), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=max(1000, settings().max_examples))
@given(plausible, st.lists(entries | plausible, max_size=4), st.binary(max_size=64))
def test_frames_that_look_right_raise_nothing_but_wire_errors(
    node: Any, table: Any, blob: bytes
) -> None:
    header = msgpack.packb(["ok", 1, node, table], default=lambda big: str(big))
    try:
        _, _, value = wire.unpack(header, blob)
    except wire.WireError:
        return
    assert sum(array.nbytes for array in _arrays(value)) <= len(blob)


def _arrays(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [array for item in value.values() for array in _arrays(item)]
    if isinstance(value, (list, tuple)):
        return [array for item in value for array in _arrays(item)]
    return [value] if isinstance(value, (np.ndarray, np.generic)) else []


ONE = ["float64", [1], 0, 8]


@pytest.mark.parametrize(
    ("node", "table"),
    [
        (["l", [["a", 0], ["a", 1]]], [ONE, ONE]),  # two arrays in the same bytes
        (["l", [["a", 0], ["a", 0]]], [ONE]),  # one array twice
        (["l", [["x", 0, "cpu"], ["x", 0, "cpu"]]], [ONE]),
        (["l", []], [ONE]),  # one that nobody asked for
    ],
)
def test_no_bytes_are_taken_twice(node: Any, table: Any) -> None:
    """Else a small frame could become more than there is memory."""
    with pytest.raises(wire.WireError):
        wire.unpack(msgpack.packb(["ok", 1, node, table]), b"12345678")


@pytest.mark.parametrize(
    "table",
    [
        [["float64", [2**40], 0, 2**43]],
        [["float64", [2**32, 2**32], 0, 0]],
        [["float64", [-1], 0, -8]],
        [["object", [1], 0, 8]],
        [["float64", [1] * 9, 0, 8]],
        [["float64", [1], 1, 8]],
        [["float64", [1], -8, 8]],
        [["float64", [True], 0, 8]],
        "not a table",
    ],
)
def test_array_entries_that_lie_are_refused(table: Any) -> None:
    header = msgpack.packb(["ok", 1, ["a", 0], table])
    with pytest.raises(wire.WireError):
        wire.unpack(header, b"12345678")


def test_sizes_are_refused_before_anything_is_read() -> None:
    with pytest.raises(wire.WireError):
        wire.check_prefix(wire.PREFIX.pack(wire.MAGIC, 10, 2**40))
    with pytest.raises(wire.WireError):
        wire.check_prefix(wire.PREFIX.pack(b"http", 10, 10))


@given(trees, st.integers(0, 2**40))
def test_what_is_still_encoded_says_the_same_later(value: Any, seq: int) -> None:
    frame = wire.pack("ok", seq, value)
    header, _ = wire.check_prefix(frame[: wire.PREFIX.size])
    parts = frame[wire.PREFIX.size :][:header], frame[wire.PREFIX.size :][header:]
    encoded = wire.still_encoded(*parts, "ok", seq)
    assert encoded == wire.encode(value)
    assert identical(wire.decode(encoded), wire.unpack(*parts)[2])
    assert wire.frame("ok", seq, encoded) == frame
    assert wire.still_encoded(*parts, "ok", seq + 1) is None
    assert wire.still_encoded(*parts, "error", seq) is None


@pytest.mark.parametrize(
    "value",
    [
        dict.fromkeys(range(wire.MAX_NODES + 1), 0.0),
        [[0.0] * 100] * 101,
        [np.ones(1)] * (wire.MAX_NODES + 1),
    ],
)
def test_an_answer_of_very_many_parts_is_refused_by_both_sides(
    value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(wire.WireError, match="more than 10,000 parts"):
        wire.encode(value)
    with monkeypatch.context() as lenient:
        lenient.setattr(wire, "MAX_NODES", 10**6)
        encoded = wire.encode(value)
    with pytest.raises(wire.WireError, match="malformed"):
        wire.decode(encoded)
