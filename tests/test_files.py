"""Atomic writes, lock files, and the number of files that may be open."""

import errno
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnist_lab.errors import StoreError
from mnist_lab.files import OPEN_FILES, atomic_write, raise_open_file_limit, try_lock, write_arrays


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


LIMITS = "import resource, subprocess, sys; from mnist_lab.files import raise_open_file_limit; "
OWN = "resource.getrlimit(resource.RLIMIT_NOFILE)"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(
    ("soft", "hard", "raised"),
    [(256, 4096, 4096), (256, 20_000, OPEN_FILES), (300, 300, 300), (12_000, 20_000, 12_000)],
)
def test_a_process_and_its_children_may_have_more_files_open(soft: int, hard: int, raised: int) -> None:
    program = (
        f"{LIMITS}resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard})); raise_open_file_limit(); "
        f"print({OWN}, flush=True); subprocess.run([sys.executable, '-c', 'import resource; print({OWN})'], check=True)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"({raised}, {hard})"] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_system_that_refuses_a_higher_limit_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    def refuse(*_arguments: object) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    raise_open_file_limit()


@pytest.mark.parametrize("compressed", [True, False])
def test_arrays_are_read_as_they_were_written(tmp_path: Path, compressed: bool) -> None:
    path = tmp_path / "new" / "arrays.npz"
    write_arrays(path, {"a": np.arange(6).reshape(2, 3), "b": np.zeros(0, np.float16)}, compressed=compressed)
    with np.load(path) as arrays:
        assert arrays["a"].tolist() == [[0, 1, 2], [3, 4, 5]]
        assert (arrays["b"].dtype, arrays["b"].shape) == (np.float16, (0,))
    assert list(path.parent.iterdir()) == [path]
