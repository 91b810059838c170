"""`files`: a file is written whole or not at all, a zip has the same bytes wherever it is made."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from autograder.errors import KitError, NoRoom, UsageError
from autograder.files import (
    digest,
    remove_temporary,
    require_zip_name,
    utf8,
    write_file,
    zip_bytes,
    zip_contents,
)


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for data in (b"one", b"two", b""):
        write_file(path, data)
        assert path.read_bytes() == data
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_file_with_the_same_bytes_is_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_file(path, b"one")
    os.utime(path, (0, 0))
    write_file(path, b"one")
    assert path.stat().st_mtime == 0


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, NoRoom), (errno.EIO, KitError)])
def test_what_cannot_be_written_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[KitError]
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")

    def fail(descriptor: int) -> None:
        raise OSError(number, "says the disk")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(KitError, match=r"a\.txt cannot be written: says the disk") as raised:
        write_file(path, b"new")
    assert type(raised.value) is kind
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_folders_are_created_only_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    with pytest.raises(KitError, match="No such file"):
        write_file(path, b"")
    write_file(path, b"", parents=True)
    assert path.is_file()


def test_only_temporary_files_are_removed(tmp_path: Path) -> None:
    for name in (".12.tmp", "12.tmp", ".a.tmp", ".12.tmp.json"):
        (tmp_path / name).touch()
    remove_temporary(tmp_path)
    remove_temporary(tmp_path / "nowhere")
    assert sorted(os.listdir(tmp_path)) == [".12.tmp.json", ".a.tmp", "12.tmp"]


def test_a_lone_surrogate_is_escaped() -> None:
    assert utf8("é\udcff") == b"\xc3\xa9\\udcff"


def test_a_zip_depends_on_nothing_but_its_files() -> None:
    files = {"b/c.py": b"x", "a.py": b""}
    assert zip_bytes(files) == zip_bytes(dict(reversed(files.items())))
    assert zip_contents(zip_bytes(files)) == files
    assert zip_bytes(files) != zip_bytes({**files, "a.py": b"y"})


def test_a_zip_must_be_named_like_one() -> None:
    assert require_zip_name(Path("a.ZIP")) == Path("a.ZIP")
    with pytest.raises(UsageError, match=r"bptt\.py is no name of a zip"):
        require_zip_name(Path("bptt.py"))


def test_parts_do_not_run_together_in_a_digest() -> None:
    assert digest(b"ab", b"c") != digest(b"a", b"bc")
    assert len(digest()) == 32
