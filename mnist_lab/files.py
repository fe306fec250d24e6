"""Atomic writes, lock files, the number of files that may be open, and why a file cannot be written."""

import errno
import io
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from mnist_lab.errors import StoreError

if TYPE_CHECKING:
    from numpy.typing import NDArray

OPEN_FILES = 10_240
"""Files that a process of the lab may have open; no more, as macOS refuses higher limits."""

_DISK_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_NOT_WRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def is_disk_full(error: BaseException) -> bool:
    """Whether a write failed because its disk, or the user's quota on it, is full."""
    # HDF5 reports a full disk in the message only.
    return isinstance(error, OSError) and (error.errno in _DISK_FULL or "No space left" in str(error))


def is_not_writable(error: BaseException) -> bool:
    """Whether a write failed because its folder or its disk is read-only."""
    return isinstance(error, OSError) and error.errno in _NOT_WRITABLE


@contextmanager
def atomic_write(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """Give a temporary path beside `path`; the file written there replaces `path` when the block ends.

    A reader sees either the old file or the complete new one. When the block fails, the old file stays and the
    temporary one is removed. Two processes may write the same path at once; the later one wins.

    Args:
        path: The file to write. Its folder is made if needed.
        durable: Flush the file to the disk before it is renamed, so that it survives a power cut. Takes longer.

    Raises:
        OSError: The folder cannot be made or written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # With the same extension as `path`: Keras and NumPy choose the format by the extension, or add one.
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


def write_arrays(
    path: Path, arrays: "Mapping[str, NDArray[Any]]", *, compressed: bool = False, durable: bool = True
) -> None:
    """Write arrays by their names as an `.npz` file, see `atomic_write`; `array_reader` reads it.

    Raises:
        OSError: It cannot be written.
    """
    import numpy as np

    # In memory first: when a disk is full in the middle of it, zipfile complains on standard error.
    buffer = io.BytesIO()
    named: dict[str, Any] = dict(arrays)
    (np.savez_compressed if compressed else np.savez)(buffer, **named)
    with atomic_write(path, durable=durable) as temporary:
        temporary.write_bytes(buffer.getbuffer())


def _sync_folder(folder: Path) -> None:
    """Flush a folder's directory entries to the disk."""
    # Without this a power cut could bring the old file back. Windows has no such call.
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def file_version(path: Path) -> tuple[int, int]:
    """Modification time in nanoseconds and size in bytes, which tell whether a file was replaced; zeros without one."""
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)


def try_lock(path: Path, *, wait: float = 0.0) -> FileLock | None:
    """Take the lock on `path`; None if another process has it, also after `wait` seconds.

    Keep a reference to the returned lock: it is released when the object is deleted, or when the process ends.

    Raises:
        StoreError: The folder cannot be written.
    """
    lock = FileLock(path, thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=wait)
    except Timeout:
        return None
    except OSError as error:
        raise StoreError(f"{path} cannot be locked: {error.strerror or error}. Make its folder writable.") from error
    return lock


def raise_open_file_limit() -> None:
    """Let this process, and those that it starts, have more files open, if the system allows it.

    macOS allows 256 at first, which a class of browsers needs. Windows has no such limit.
    """
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # A system may refuse even a number below its own limit; the lab works with fewer files.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
