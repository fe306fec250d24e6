"""Atomic writes and lock files."""

import errno
from pathlib import Path

import pytest

from mnist_lab.errors import StoreError
from mnist_lab.files import atomic_write, try_lock


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("durable", [True, False])
def test_a_write_makes_the_folder_and_leaves_only_the_file(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "new folder" / "file.npz"
    with atomic_write(path, durable=durable) as temporary:
        assert temporary.suffix == ".npz"
        temporary.write_text("after")
        assert not path.exists()
    assert path.read_text() == "after"
    assert _names(path.parent) == ["file.npz"]


def test_of_two_writes_at_once_the_later_wins(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with atomic_write(path) as first, atomic_write(path) as second:
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"
    assert _names(tmp_path) == ["file"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")

    def write_half() -> None:
        with atomic_write(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert path.read_text() == "before"
    assert _names(tmp_path) == ["file"]


def test_a_file_that_the_disk_does_not_take_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text("before")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("mnist_lab.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"), atomic_write(path) as temporary:
        temporary.write_text("after")
    assert path.read_text() == "before"
    assert _names(tmp_path) == ["file"]


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "one.lock"
    lock = try_lock(path)
    assert lock is not None
    assert try_lock(path) is None
    lock.release()
    again = try_lock(path)
    assert again is not None
    again.release()


def test_a_lock_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be locked"):
        try_lock(tmp_path / "file" / "run" / "worker.lock")
