"""Atomic writes and lock files."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from mnist_lab.errors import StoreError


@contextmanager
def atomic_write(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """Give a temporary path beside `path`; the file written there replaces `path` when the block ends.

    A reader sees the old file or the new one, never a part. When the block fails, the old file stays and the temporary
    one is removed. Two processes may write the same path at once; the later one wins.

    Args:
        path: The file to write. Its folder is made if needed.
        durable: Write the file to the disk before it gets its name, so that it survives a power cut. Takes longer.

    Raises:
        OSError: The folder cannot be made or written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Its name ends as that of `path`: Keras and NumPy choose the format by the ending, or add one.
    temporary = path.with_name(f".{secrets.token_hex(4)}-{path.name}")
    try:
        yield temporary
        if durable:
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
        temporary.replace(path)
        if durable:
            _sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Write a folder's list of names to the disk."""
    # Without this a power cut could bring the old file back. Windows has no such call.
    if hasattr(os, "O_DIRECTORY"):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def try_lock(path: Path) -> FileLock | None:
    """Take the lock on `path`; None if another process has it.

    Keep the returned object: the lock is released with it, or when the process ends.

    Raises:
        StoreError: The folder cannot be written.
    """
    lock = FileLock(path, thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        return None
    except OSError as error:
        raise StoreError(f"{path} cannot be locked: {error.strerror or error}. Make its folder writable.") from error
    return lock
