"""Claiming a run: a worker takes a training slot, locks the run's folder, then claims the run in the store."""

import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock

from mnist_lab.errors import LostFilesError
from mnist_lab.files import try_lock
from mnist_lab.runs import Run, RunFolder, RunStore
from mnist_lab.settings import Settings

WORKER_NAME = "MNIST_LAB_WORKER_NAME"
"""Environment variable by which a launcher gives its worker a name."""


LOCK_SECONDS = 10.0
"""How long a process of this machine may take to fetch files of the run that is claimed."""
MAX_CANDIDATES = 20
"""Queued runs that are tried, as others may take the first ones meanwhile."""


@dataclass
class Claim:
    """A run that this process has claimed, and its locks. A context manager: at its end the locks are released."""

    run: Run
    folder: RunFolder
    slot: FileLock | None
    """None if a cluster gave this process its share of the machine."""
    lock: FileLock
    setting: str = "MNIST_LAB_HOME"
    """The variable that names the place of the run's folder."""
    is_published: bool = False
    """Whether its files are in an object store, too."""

    def __post_init__(self) -> None:
        runs_folder = self.folder.path.parent
        self._place = runs_folder.parent if self.setting == "MNIST_LAB_HOME" else runs_folder
        self._identities = _identity(self.folder.lock_path), _identity(self._place)

    def ensure_kept(self) -> None:
        """Check that the run's folder is still the one that this process locked.

        Raises:
            LostFilesError: It was deleted or moved, perhaps with the whole home.
        """
        # By the lock file: the other files may have been written anew, into a new folder of the same name.
        try:
            lock, place = _identity(self.folder.lock_path), _identity(self._place)
        except OSError:
            # A network disk that does not answer may come back.
            return
        if lock == self._identities[0]:
            return
        if self.is_published:
            raise LostFilesError(
                f"The folder of this run, {self.folder.path}, was deleted or moved while it trained. Resume the run: it"
                " goes on from what was published."
            )
        if place == self._identities[1]:
            raise LostFilesError(
                f"The folder of this run, {self.folder.path}, was deleted or moved while it trained, so its weights"
                " could not be kept. Train its network again."
            )
        raise LostFilesError(
            f"The lab's folder {self._place} was deleted or moved while this run trained, so its weights could not be"
            f" kept. If you moved it, set {self.setting} to the new place and resume the run there; else train its"
            " network again."
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.lock.release()
        if self.slot is not None:
            self.slot.release()


def _identity(path: Path) -> tuple[int, int] | None:
    """The device and number of a file; None if it cannot be found."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def worker_name() -> str:
    """The name of this process in the store: the one its launcher gave it, or its process id.

    The process id is not enough: in a virtual environment on Windows the launcher knows only an intermediate process.
    """
    return os.environ.get(WORKER_NAME) or f"process-{os.getpid()}"


def claim(settings: Settings, store: RunStore, run_id: str | None = None, *, takes_slot: bool = True) -> Claim | None:
    """Claim the run with this id, or the next in the queue; None if there is none, or no free slot.

    Args:
        settings: They say how many slots there are.
        store: Where the run is.
        run_id: The run; None for the next in the queue.
        takes_slot: False where a cluster decides how many trainings a machine has.

    Raises:
        StoreError: The store or the home cannot be written.
    """
    if run_id is None and not store.queue(limit=1):
        return None
    slot = take_slot(settings) if takes_slot else None
    if takes_slot and slot is None:
        return None
    locks: dict[str, FileLock] = {}
    claimed = None

    def lock(candidate: str, wait: float = 0.0) -> bool:
        # Locked before the claim: the worker of an active run whose folder is not locked counts as dead.
        found = store.folder(candidate).lock(wait=wait)
        if found is not None:
            locks[candidate] = found
        return found is not None

    try:
        if run_id is None:
            candidates = [run.id for run in store.queue(limit=MAX_CANDIDATES)]
            claimed = store.claim_first(candidates, worker_name(), lock)
        elif lock(run_id, LOCK_SECONDS if store.files.objects else 0.0):
            claimed = store.claim(run_id, worker_name())
        if claimed is not None:
            setting = "MNIST_LAB_FILES" if isinstance(settings.files, Path) else "MNIST_LAB_HOME"
            return Claim(
                claimed, store.folder(claimed.id), slot, locks.pop(claimed.id), setting, bool(settings.files_url)
            )
    finally:
        for left in locks.values():
            left.release()
        if claimed is None and slot is not None:
            slot.release()
    return None


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
