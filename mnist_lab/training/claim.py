"""How a worker gets hold of a run: a slot, then the run's folder, then the run itself."""

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
    """A run that this process has, and the locks that prove it. Leaving it as a context gives them back."""

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
    """How the store calls this process: as its launcher does, or by its process id.

    Not always by the process id: in a virtual environment on Windows the launcher sees that of a go-between.
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
            found = _claim(store, candidate, slot)
            if found is not None:
                return found
    except BaseException:
        slot.release()
        raise
    slot.release()
    return None


def _claim(store: RunStore, run_id: str, slot: FileLock) -> Claim | None:
    folder = store.folder(run_id)
    # Before the claim: an active run whose folder is not locked counts as one whose worker is dead.
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
    """Take a free slot, None if every one is taken. It is free again when released, or when the process ends.

    Raises:
        StoreError: The home cannot be written.
    """
    for number in range(settings.workers):
        slot = try_lock(settings.home / "slots" / f"slot-{number}.lock")
        if slot is not None:
            return slot
    return None


def free_slots(settings: Settings) -> int:
    """How many slots are free at this moment.

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
