"""Slots: locks in the lab's home that keep the number of trainings on this machine within the settings."""

from filelock import FileLock

from mnist_lab.runs.run_folder import try_lock
from mnist_lab.settings import Settings


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
