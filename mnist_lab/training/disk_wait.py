"""Writing the files of a training until there is room for them: a full disk at night must not cost a training."""

import time
from collections.abc import Callable
from typing import TypeVar

from mnist_lab.files import is_disk_full, is_not_writable

MAX_FULL_DISK_SECONDS = 12 * 3600.0
"""A full disk is waited for this long: a night, until somebody looks."""
MAX_READ_ONLY_SECONDS = 600.0
"""A folder that cannot be written is waited for this long."""

T = TypeVar("T")


def insist(write: Callable[[], T], wait: Callable[[str], None]) -> T:
    """Call `write`, which writes files, until it succeeds.

    Args:
        write: Called again after each failure.
        wait: Called after a failure, with a sentence for the user. It returns when the next try is due.

    Raises:
        OSError: It failed for another reason than a full disk or a read-only folder, or for too long.
    """
    start = time.monotonic()
    while True:
        try:
            return write()
        except Exception as error:
            limit = MAX_FULL_DISK_SECONDS if is_disk_full(error) else MAX_READ_ONLY_SECONDS
            if not (is_disk_full(error) or is_not_writable(error)) or time.monotonic() - start > limit:
                raise
            message = _message(error)
        wait(message)


def _message(error: Exception) -> str:
    if is_disk_full(error):
        return (
            "The disk is full: the training waits to write its weights and results, and goes on as soon as there is"
            " room. Free some space."
        )
    return (
        "The run's folder cannot be written: the training waits to write its weights and results. Make the lab's"
        " folder writable within ten minutes."
    )
