"""Whatever an archive is: one kind of error, nothing outside, never more than the limits."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import tarfile
import tempfile
import warnings
import zipfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.collecting import blackboard_receipt, gradescope, platform_time
from autograder.collecting.budget import BadArchive, Budget, Limits
from autograder.collecting.class_collection import Order, collect
from autograder.collecting.download_shape import Expected
from autograder.collecting.platform_label import folder_name, label
from autograder.collecting.platform_time import Zone
from autograder.collecting.unpacking import unpack, unpack_class, unpack_inside
from autograder.errors import KitError

LIMITS = Limits(files=20, file_bytes=3000, total_bytes=10_000, unmeasured_bytes=5000, depth=2)
many = settings(max_examples=max(200, settings().max_examples), deadline=None)

parts = st.sampled_from(["a", "b", "..", ".", "", "C:", "x" * 300, "é", "\0", "\n", "moves.py"])
paths = st.lists(parts, max_size=4).flatmap(
    lambda found: st.sampled_from(["/", "\\"]).map(lambda slash: slash.join(found))
)
names = paths | st.text(max_size=20)
contents = st.binary(max_size=300) | st.integers(0, 8000).map(bytes)
members = st.lists(st.tuples(names, contents, st.integers(0, 0xFFFF)), max_size=6)


def zipped(members: list[tuple[str, bytes, int]]) -> bytes:
    data = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(data, "w") as archive:
        warnings.simplefilter("ignore")
        for name, content, mode in members:
            info = zipfile.ZipInfo()
            info.filename = name.encode("utf-8", "replace").decode()[:1000] or "x"
            info.external_attr = mode << 16
            info.compress_type = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)[len(name) % 2]
            archive.writestr(info, content)
    return data.getvalue()


def tarred(members: list[tuple[str, bytes, int]]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content, kind in members:
            info = tarfile.TarInfo(
                name.encode("utf-8", "replace").decode().replace("\0", "") or "x"
            )
            info.type = b"%c" % (48 + kind % 8)
            info.linkname = "/etc/passwd"
            info.size = len(content) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


archives = members.flatmap(
    lambda found: st.sampled_from([zipped, tarred]).flatmap(
        lambda make: st.sampled_from([bytes, gzip.compress, lzma.compress]).map(
            lambda pack: pack(make(found))
        )
    )
)
nested = st.lists(archives, max_size=3).map(
    lambda found: zipped([(f"{i}.zip", data, 0) for i, data in enumerate(found)])
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """An archive in which some bytes were changed, left out or repeated."""
    data = bytearray(draw(archives | nested | st.binary(max_size=2000)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        change = draw(st.sampled_from(["byte", "cut", "drop", "repeat"]))
        if change == "byte" and at < len(data):
            data[at] = draw(st.integers(0, 255))
        elif change == "cut":
            del data[at:]
        elif change == "drop":
            del data[at : at + draw(st.integers(1, 50))]
        elif change == "repeat":
            data[at:at] = data[max(0, at - 60) : at]
    return bytes(data)


def check(root: Path, inside: Path, files: int, size: int) -> None:
    """Nothing lies outside of `inside`, and what lies there is regular and within limits."""
    assert set(os.listdir(root)) <= {"archive.zip", "archive.tar", inside.name}
    found = [Path(where, name) for where, _, names in os.walk(inside) for name in names]
    assert all(path.is_file() and not path.is_symlink() for path in found)
    assert len(found) <= files
    assert sum(path.stat().st_size for path in found) <= size


@many
@given(damaged(), st.sampled_from(["archive.zip", "archive.tar"]))
def test_a_students_archive(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, inside = Path(folder), Path(folder, "out")
        (root / name).write_bytes(data)
        budget, left_out = Budget(LIMITS), list[str]()
        inside.mkdir()
        try:
            left_out += unpack(root / name, inside, budget).left_out
            bad = unpack_inside(inside, budget, left_out)
            assert all(isinstance(why, str) and why for why in bad.values())
        except BadArchive as error:
            assert str(error)
        assert not any(c in sentence for sentence in left_out for c in "\0\n\r\x1b\ud800")
        check(root, inside, LIMITS.files, LIMITS.total_bytes)


@many
@given(damaged(), st.integers(1, 2))
def test_an_archive_of_a_class(data: bytes, parts: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, inside = Path(folder), Path(folder, "out")
        (root / "archive.zip").write_bytes(data)
        inside.mkdir()
        try:
            done = unpack_class(root / "archive.zip", inside, parts, LIMITS)
            assert not any((inside / unit).is_file() for unit in done.bad)
        except BadArchive as error:
            assert str(error)
        check(root, inside, 6 * LIMITS.files, 6 * LIMITS.total_bytes)


labels = st.sampled_from([
    "ada_1_2_{}", "ada_LATE_1_2_{}", "Ada_1_assignsubmission_file_/{}", "submission_1/{}",
    "1-2 - Ada - Nov 30, 2026 1130 PM/{}", "H_ada_attempt_2026-11-30-23-30-00_{}", "ada/{}",
    "H_ada_attempt_2026-11-30-23-30-00.txt", "submission_metadata.yml", "{}",
])  # fmt: skip
files = st.sampled_from(["moves.py", "toy.ipynb", "hw.zip", "hw.tar.gz", "x.txt", "timestamp.txt"])
entries = st.tuples(labels, files, damaged()).map(lambda e: (e[0].format(e[1]), e[2], 0))


@settings(max_examples=max(40, settings().max_examples // 20), deadline=None)
@given(st.lists(entries, min_size=1, max_size=5), st.booleans())
def test_a_download(found: list[tuple[str, bytes, int]], allow_odd: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        download = Path(folder, "download.zip")
        download.write_bytes(zipped(found))
        expected = Expected("toy", ("moves.py",), ("moves.py", "toy.ipynb"))
        submitted = Path(folder, "submitted")
        order = Order(expected, submitted, Zone("UTC"), allow_odd=allow_odd)
        try:
            for row in collect(order, [download]).rows:
                assert row.student and "/" not in row.student and row.student[0] != "."
        except KitError as error:
            assert str(error)
        assert set(os.listdir(folder)) <= {"download.zip", "submitted"}
        assert not (submitted / ".collecting").exists()


@many
@given(st.text(max_size=150), st.text(max_size=30))
def test_any_name_is_a_safe_folder_or_none(name: str, id: str) -> None:
    found = folder_name(name, id)
    assert len(found) <= 101
    assert len(found.encode()) <= 255
    assert found == "" or (found.isprintable() and found[0] not in ".-" and "/" not in found)
    label(name, is_folder=True)
    label(name, is_folder=False)
    platform_time.brightspace(name)


@many
@given(st.binary(max_size=300) | st.text("ab:-!&*?|>{}[]\n \"'#%@`", max_size=80).map(str.encode))
def test_any_metadata_and_any_receipt_are_read_or_not(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(data)
        gradescope.read(path)
        blackboard_receipt.read(path)
