"""Claiming a run: a worker takes a training slot, locks the run's folder, then claims the run in the store."""

import os
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from filelock import FileLock

from mnist_lab.files import try_lock
from mnist_lab.runs import Run, RunFolder, RunStore
from mnist_lab.settings import Settings

WORKER_NAME = "MNIST_LAB_WORKER_NAME"
"""Environment variable by which a launcher gives its worker a name."""


@dataclass
class Claim:
    """A run that this process has claimed, and its locks. A context manager: at its end the locks are released."""

    run: Run
    folder: RunFolder
    slot: FileLock
    lock: FileLock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.lock.release()
        self.slot.release()


def worker_name() -> str:
    """The name of this process in the store: the one its launcher gave it, or its process id.

    The process id is not enough: in a virtual environment on Windows the launcher knows only an intermediate process.
    """
    return os.environ.get(WORKER_NAME) or f"process-{os.getpid()}"


def claim(settings: Settings, store: RunStore, run_id: str | None = None) -> Claim | None:
    """Claim the run with this id, or the next in the queue; None if there is none, or no free slot.

    Raises:
        StoreError: The store or the home cannot be written.
    """
    if run_id is None and not store.queue(limit=1):
        return None
    slot = take_slot(settings)
    if slot is None:
        return None
    try:
        for candidate in [run_id] if run_id else [run.id for run in store.queue(limit=20)]:
            claimed = _claim(store, candidate, slot)
            if claimed is not None:
                return claimed
    except BaseException:
        slot.release()
        raise
    slot.release()
    return None


def _claim(store: RunStore, run_id: str, slot: FileLock) -> Claim | None:
    folder = store.folder(run_id)
    # Locked before the claim: the worker of an active run whose folder is not locked counts as dead.
    lock = folder.lock()
    if lock is None:
        return None
    try:
        run = store.claim(run_id, worker_name())
    except BaseException:
        lock.release()
        raise
    if run is None:
        lock.release()
        return None
    return Claim(run, folder, slot, lock)


def take_slot(settings: Settings) -> FileLock | None:
    """Take a free slot; None if all are taken. It is free again when released, or when the process ends.

    Raises:
        StoreError: The home cannot be written.
    """
    for number in range(settings.workers):
        slot = try_lock(settings.home / "slots" / f"slot-{number}.lock")
        if slot is not None:
            return slot
    return None


def free_slots(settings: Settings) -> int:
    """The number of slots that are free now.

    Raises:
        StoreError: The home cannot be written.
    """
    free = 0
    for number in range(settings.workers):
        slot = try_lock(settings.home / "slots" / f"slot-{number}.lock")
        if slot is not None:
            slot.release()
            free += 1
    return free
