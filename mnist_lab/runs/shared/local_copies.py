"""The copies on this machine of files that are in the object store."""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from cachetools import LRUCache, TTLCache
from sqlalchemy import select

from mnist_lab import formatting
from mnist_lab.errors import DamagedObjectError, LostFilesError, MissingObjectError, ObjectStoreError, StoreError
from mnist_lab.files import atomic_write, file_version
from mnist_lab.object_store import ObjectStore
from mnist_lab.runs.database import Database
from mnist_lab.runs.queries.lab_identity import lab_identity
from mnist_lab.runs.run_folder import RunFolder
from mnist_lab.runs.schema import runs
from mnist_lab.runs.shared.manifest import Manifest, SharedFile, read_manifest
from mnist_lab.runs.shared.publication import CHECKPOINTS, LOG, shared_paths
from mnist_lab.runs.state import RunState

LOCK_SECONDS = 30.0
"""How long another process of this machine may take to fetch the files of a run."""
DOWNLOADS = 8
"""Objects that are fetched at the same time: a run has a hundred small ones."""
THREADS = 4
"""Runs whose files are fetched at the same time."""
UNUSABLE_SECONDS = 60.0
"""How long an object that is missing or damaged is not asked for again."""
MAX_DIGESTS = 20_000
_COMPLETE = frozenset({RunState.FINISHED, RunState.STOPPED})
_OWN = frozenset({"worker.log", "digit_subspaces.npz"})
"""Files that each machine may have for itself, though the run has none among the shared ones."""
_WEIGHTS = ("best.keras", "last.keras", "predictions.npz")

log = logging.getLogger(__name__)


class _Wanted(NamedTuple):
    """What a folder needs to be like the manifest."""

    files: Sequence[SharedFile]
    """To be fetched, the most important first."""
    left_over: Sequence[Path]
    """Files that the run no longer has."""


class _LeftOut(NamedTuple):
    """The paths of files that the object store does not have, or has with other bytes."""

    missing: set[str]
    damaged: set[str]


class LocalCopies:
    """Fetches files of runs from the object store into the runs' folders. Safe to use from several threads.

    The folder in which a worker of this machine trains is never touched: its files are newer than those in the object
    store. The same holds after its end while no other machine has had the run, see `RunFolder.note_origin`.
    """

    def __init__(self, db: Database, objects: ObjectStore, runs_folder: Path) -> None:
        """Nothing is fetched yet."""
        self._db, self._objects, self._runs_folder = db, objects, runs_folder
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="fetch-files")
        self._downloads = ThreadPoolExecutor(DOWNLOADS, thread_name_prefix="fetch-file")
        self._lock = threading.Lock()
        self._running: dict[str, Future[None]] = {}
        self._digests: LRUCache[Path, tuple[tuple[int, int], str]] = LRUCache(MAX_DIGESTS)
        """SHA-256 of files by their paths, with the version of the file that has it."""

        self._unusable: TTLCache[str, None] = TTLCache(MAX_DIGESTS, UNUSABLE_SECONDS)
        """Keys of objects that were missing or damaged a short while ago."""

    @cached_property
    def lab(self) -> str:
        """The name of the lab, see `lab_identity`."""
        return lab_identity(self._db)

    def close(self) -> None:
        """Fetch nothing more."""
        for pool in (self._threads, self._downloads):
            pool.shutdown(wait=False, cancel_futures=True)

    def fetch(self, run_id: str, wait: float) -> None:
        """Bring a run's folder up to date for whoever reads it: all its files but the checkpoints.

        Args:
            run_id: The run.
            wait: Seconds after which this returns, with the files on their way; 0 to wait for nothing.

        Raises:
            ObjectStoreError: A file cannot be fetched, or they have not all arrived in time.
            StoreError: The run store, or the folder, cannot be used.
        """
        wanted = self._wanted_by_readers(run_id)
        if wanted is None or not (wanted.files or wanted.left_over):
            return
        with self._lock:
            running = self._running.get(run_id)
            if running is None or running.done():
                running = self._running[run_id] = self._threads.submit(self._update, run_id)
        if not wait:
            return
        try:
            running.result(timeout=wait)
        except TimeoutError:
            raise ObjectStoreError("The run's files are still on their way to this machine. Try again soon.") from None
        finally:
            with self._lock:
                if running.done() and self._running.get(run_id) is running:
                    del self._running[run_id]

    def fetch_for_training(self, run_id: str, attempt: int, folder: RunFolder) -> None:
        """Make the folder of a claimed run, which is locked, like what the earlier attempt has published.

        Files that this machine has from the attempt just before are kept: they may be newer.

        Raises:
            LostFilesError: None of the run's checkpoints is in the object store; nothing was changed.
            ObjectStoreError: A file cannot be fetched.
            StoreError: The run store, or the folder, cannot be used.
        """
        with self._db.read() as connection:
            manifest = read_manifest(connection, run_id)
        if not manifest:
            return
        # Not the log, to which this process writes already.
        wanted = self._wanted(
            folder, manifest, lambda path: path != LOG, is_newest=self.is_newest(folder, attempt - 1), ask_again=True
        )
        left_out = self._download_all(folder, wanted.files)
        checkpoints = {path for path in manifest if path.startswith(CHECKPOINTS)}
        if checkpoints and checkpoints <= left_out.missing:
            raise LostFilesError(
                f"None of the run's checkpoints is in {self._objects.url}: MNIST_LAB_FILES differs from that of the"
                " machine that trained it, or objects were deleted there. Nothing was changed; resume the run where its"
                " files are, or train its network again."
            )
        # What is here under these names is of another attempt.
        _remove([*wanted.left_over, *(folder.path / path for path in left_out.missing | left_out.damaged)])

    def is_newest(self, folder: RunFolder, attempt: int) -> bool:
        """Whether this attempt has written its files here, so that they may be newer than those that are shared."""
        return folder.origin() == (self.lab, attempt)

    def fetch_log(self, run_id: str, folder: RunFolder) -> None:
        """Bring the log of the earlier attempts into the folder of a claimed run, if another machine has it."""
        with suppress(StoreError, OSError):
            with self._db.read() as connection:
                file = read_manifest(connection, run_id).get(LOG)
            if file is not None and not folder.log_path.exists():
                self._download(folder, file)

    def _wanted_by_readers(self, run_id: str) -> _Wanted | None:
        """What a reader lacks; None if the run has no files in the object store."""
        with self._db.read() as connection:
            row = connection.execute(select(runs.c.attempt, runs.c.state).where(runs.c.id == run_id)).one_or_none()
            manifest = read_manifest(connection, run_id)
        # Without any, the run has not begun, was trained before there was an object store, or came with the lab.
        if row is None or not manifest:
            return None
        folder = RunFolder.of(self._runs_folder, run_id)
        # At the end of a run everything is published; so what differs here was damaged.
        is_newest = row.state not in _COMPLETE and self.is_newest(folder, row.attempt)
        return self._wanted(folder, manifest, _is_for_readers, is_newest=is_newest)

    def _wanted(
        self,
        folder: RunFolder,
        manifest: Manifest,
        is_needed: Callable[[str], bool],
        *,
        is_newest: bool,
        ask_again: bool = False,
    ) -> _Wanted:
        """What makes the files of a folder that are needed like the manifest.

        Args:
            folder: A run's folder on this machine.
            manifest: What the run has in the object store.
            is_needed: Whether a file is, by its path.
            is_newest: Whether the files that are there may be newer than the manifest: then only others are fetched.
            ask_again: Also for objects that were missing or damaged a short while ago.

        Raises:
            StoreError: The folder cannot be read.
        """
        needed = [file for path, file in manifest.items() if is_needed(path)]
        if not ask_again:
            needed = [file for file in needed if file.object_key not in self._unusable]
        if is_newest:
            return _Wanted([file for file in needed if not (folder.path / file.path).exists()], [])
        missing = [file for file in needed if not self._has(folder.path / file.path, file)]
        missing.sort(key=lambda file: file.path not in _WEIGHTS)
        try:
            here = list(shared_paths(folder))
        except OSError as error:
            raise StoreError(f"{folder.path} cannot be read: {error.strerror or error}.") from error
        return _Wanted(
            missing,
            [path for within, path in here if within not in manifest and within not in _OWN and is_needed(within)],
        )

    def _has(self, path: Path, file: SharedFile) -> bool:
        version = file_version(path)
        if version[1] != file.size or version == (0, 0):
            return False
        with self._lock:
            known = self._digests.get(path)
        if known is None or known[0] != version:
            try:
                known = version, hashlib.sha256(path.read_bytes()).hexdigest()
            except OSError:
                return False
            self._remember(path, known)
        return known[1] == file.sha256

    def _remember(self, path: Path, known: tuple[tuple[int, int], str]) -> None:
        with self._lock:
            self._digests[path] = known

    def _update(self, run_id: str) -> None:
        folder = RunFolder.of(self._runs_folder, run_id)
        lock = folder.lock()
        if lock is None:
            # A worker of this machine has it, whose files are newer, or another process that fetches them.
            if self._is_trained_here(run_id, folder):
                return
            lock = folder.lock(wait=LOCK_SECONDS)
        if lock is None:
            return
        try:
            # Looked at again: a worker of this machine may have had the run meanwhile.
            wanted = self._wanted_by_readers(run_id)
            if wanted is not None:
                if folder.origin() == ("", 0):
                    folder.note_origin(self.lab, 0)
                self._download_all(folder, wanted.files)
                _remove(wanted.left_over)
        finally:
            lock.release()

    def _is_trained_here(self, run_id: str, folder: RunFolder) -> bool:
        with self._db.read() as connection:
            attempt = connection.execute(select(runs.c.attempt).where(runs.c.id == run_id)).scalar_one_or_none()
        return attempt is not None and self.is_newest(folder, attempt)

    def _download_all(self, folder: RunFolder, files: Sequence[SharedFile]) -> "_LeftOut":
        """Fetch files; returns those that are missing or damaged in the object store, which are left out.

        Of a checkpoint there is an older one, of snapshots there are others, and what misses the weights says so.

        Raises:
            ObjectStoreError: A file cannot be fetched, or not be written here.
        """
        left_out = _LeftOut(set(), set())
        first, errors = "", []
        for file, download in [(file, self._downloads.submit(self._download, folder, file)) for file in files]:
            try:
                download.result()
            except (DamagedObjectError, MissingObjectError) as error:
                first = first or str(error)
                kind = left_out.missing if isinstance(error, MissingObjectError) else left_out.damaged
                kind.add(file.path)
                self._unusable[file.object_key] = None
            except ObjectStoreError as error:
                errors.append(error)
            except OSError as error:
                errors.append(ObjectStoreError(f"{folder.path} cannot be written: {error.strerror or error}."))
        if first:
            count = formatting.quantity(len(left_out.missing) + len(left_out.damaged), "file")
            log.warning("%s of the run %s cannot be had. %s", count, folder.path.name, first)
        if errors:
            raise errors[0]
        return left_out

    def _download(self, folder: RunFolder, file: SharedFile) -> None:
        content = self._objects.get(file.object_key, file.size, file.sha256)
        target = folder.path / file.path
        with atomic_write(target, durable=False) as temporary:
            temporary.write_bytes(content)
        self._remember(target, (file_version(target), file.sha256))


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _is_for_readers(path: str) -> bool:
    return not path.startswith((CHECKPOINTS, "initial.keras"))
