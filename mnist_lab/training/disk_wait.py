"""Writing the files of a training until they can be written: a full disk at night must not cost a training."""

import time
from collections.abc import Callable
from typing import TypeVar

from mnist_lab.errors import ObjectStoreError, StoreError
from mnist_lab.files import is_disk_full, is_not_writable

WAITING_FOR_DISK = "waiting for disk space"
"""The phase of a run that cannot write its weights."""
WAITING_FOR_OBJECTS = "waiting for the object store"
"""The phase of a run that cannot publish its weights."""

MAX_FULL_DISK_SECONDS = 12 * 3600.0
"""A full disk, or an object store that does not answer, is waited for this long: a night, until somebody looks."""
MAX_READ_ONLY_SECONDS = 600.0
"""A folder that cannot be written is waited for this long."""

T = TypeVar("T")


def insist(write: Callable[[], T], wait: Callable[[str, str], None]) -> T:
    """Call `write`, which writes files, until it succeeds.

    Args:
        write: Called again after each failure.
        wait: Called after a failure, with the phase that the run is in now and a sentence for the user. It returns when
            the next try is due.

    Raises:
        OSError: It failed for another reason than a full disk or a read-only folder, or for too long.
        StoreError: The object store, or the run store, did not answer for too long.
    """
    start = time.monotonic()
    while True:
        try:
            return write()
        except Exception as error:
            can_wait = isinstance(error, StoreError) or is_disk_full(error) or is_not_writable(error)
            if not can_wait or time.monotonic() - start > _limit(error):
                raise
            phase = WAITING_FOR_OBJECTS if isinstance(error, ObjectStoreError) else WAITING_FOR_DISK
            message = _message(error)
        wait(phase, message)


def _limit(error: Exception) -> float:
    is_long = is_disk_full(error) or isinstance(error, ObjectStoreError)
    return MAX_FULL_DISK_SECONDS if is_long else MAX_READ_ONLY_SECONDS


def _message(error: Exception) -> str:
    if isinstance(error, ObjectStoreError):
        return f"The training waits to hand over its weights and results, and goes on as soon as it can. {error}"
    if isinstance(error, StoreError):
        return str(error)
    if is_disk_full(error):
        return (
            "The disk is full: the training waits to write its weights and results, and goes on as soon as there is"
            " room. Free some space."
        )
    return (
        "The run's folder cannot be written: the training waits to write its weights and results. Make the lab's"
        " folder writable within ten minutes."
    )
