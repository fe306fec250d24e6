"""The files of all runs: their folders on this machine and, where the lab has one, the object store behind them."""

import logging
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from mnist_lab.errors import LostFilesError, ObjectStoreError, StoreError
from mnist_lab.object_store import ObjectStore
from mnist_lab.runs.continuation import is_passed_on, share_files, share_weights
from mnist_lab.runs.database import Database
from mnist_lab.runs.deletion import free_bytes, remove_folder
from mnist_lab.runs.run_folder import RunFolder, is_run_id, is_within_epoch
from mnist_lab.runs.schema import run_files, runs
from mnist_lab.runs.shared.local_copies import LocalCopies
from mnist_lab.runs.shared.manifest import (
    SharedFile,
    add_files,
    prefix_of,
    read_manifest,
    share_manifest,
    unused_objects,
)
from mnist_lab.runs.shared.publication import CHECKPOINTS, Attempt, Publication, shared_paths
from mnist_lab.runs.state import ACTIVE_STATES, RunState

if TYPE_CHECKING:
    from mnist_lab.runs.records import Run

READER_SECONDS = 10.0
"""How long a page or a command waits for the files of a run to arrive on this machine."""
TIDY_SECONDS = 600.0
"""Between two looks for copies that are no longer needed."""
MIN_FREE_BYTES = 2_000_000_000
"""While less is free on the disk, copies of ended runs are removed."""

log = logging.getLogger(__name__)


class RunFiles:
    """Where the files of the runs are. Safe to use from several threads.

    Without an object store, that is the folder of each run, which several machines may share. With one, each machine
    has folders of its own: a worker publishes what it writes there, and others fetch what they read.
    """

    def __init__(self, db: Database, runs_folder: Path, objects: ObjectStore | None) -> None:
        """Nothing is read or written yet."""
        self.runs_folder = runs_folder
        self.objects = objects
        self._db = db
        self._copies = None if objects is None else LocalCopies(db, objects, runs_folder)
        self._last_error = ""
        self._next_tidy = time.monotonic() + TIDY_SECONDS

    def close(self) -> None:
        """Fetch nothing more."""
        if self._copies is not None:
            self._copies.close()

    def folder(self, run_id: str) -> RunFolder:
        """The run's folder on this machine, as it is: it need not exist, or have all files.

        Raises:
            StoreError: The id is damaged.
        """
        return RunFolder.of(self.runs_folder, run_id)

    # Reading

    def fetch(self, run_id: str, wait: float = READER_SECONDS) -> RunFolder:
        """The run's folder with all files that are read after a training, fetched if necessary.

        Args:
            run_id: The run.
            wait: Seconds that fetching may take; 0 to have it done in the background.

        Raises:
            ObjectStoreError: They cannot be fetched, or not in this time.
            StoreError: The id is damaged, or the run store or the folder cannot be used.
        """
        folder = self.folder(run_id)
        if self._copies is not None:
            self._copies.fetch(run_id, wait)
        return folder

    def fetched(self, run_id: str, wait: float = READER_SECONDS) -> RunFolder:
        """The same as `fetch`, with whatever has arrived if the object store does not answer; the log says so.

        Raises:
            StoreError: The id is damaged, or the run store or the folder cannot be used.
        """
        try:
            return self.fetch(run_id, wait)
        except ObjectStoreError as error:
            if str(error) != self._last_error:
                self._last_error = str(error)
                log.warning("Some files of runs are missing here. %s", error)
            return self.folder(run_id)

    def has_checkpoint(self, run_id: str, *, of_epoch_end: bool = False) -> bool:
        """Whether the run has a checkpoint from which it can be resumed.

        Args:
            run_id: The run.
            of_epoch_end: Whether it must be one of the end of an epoch, from which another run can continue.
        """
        names = [path.name for path in self.folder(run_id).checkpoint_files()]
        if self.objects is not None:
            with self._db.read() as connection:
                names += _checkpoints_in(connection, run_id)
        return any(not (of_epoch_end and is_within_epoch(name)) for name in names)

    def newest_shared(self) -> tuple[str, str] | None:
        """The id of the newest run that has files in an object store, and the key of one of them; None without any."""
        query = select(run_files.c.run_id, run_files.c.object_key).join(runs, runs.c.id == run_files.c.run_id)
        with self._db.read() as connection:
            row = connection.execute(query.order_by(runs.c.number.desc()).limit(1)).one_or_none()
        return None if row is None else (row.run_id, row.object_key)

    # The user's commands

    def prepare_pass_on(self, old_id: str, new_id: str) -> Sequence[SharedFile]:
        """Publish what a new run needs of one that was trained before there was an object store.

        Returns:
            What `pass_on` needs.

        Raises:
            StoreError: The files cannot be read or written.
        """
        if self.objects is None:
            return []
        with self._db.read() as connection:
            if read_manifest(connection, old_id):
                return []
        given = []
        try:
            for within, path in shared_paths(self.folder(old_id)):
                if is_passed_on(within):
                    content = path.read_bytes()
                    given.append(SharedFile.of(new_id, 0, within, content))
                    self.objects.put_new(given[-1].object_key, content)
        except OSError as error:
            raise StoreError(f"The run's checkpoint cannot be read: {error.strerror or error}.") from error
        return given

    def pass_on(self, connection: Connection, old_id: str, new_id: str, given: Sequence[SharedFile]) -> None:
        """Give a run that continues another one the files that it needs, within the transaction that queues it.

        Raises:
            StoreError: They cannot be copied.
        """
        if self.objects is None:
            share_files(self.folder(old_id), self.folder(new_id))
        elif given:
            add_files(connection, new_id, given)
        else:
            share_manifest(connection, old_id, new_id, is_passed_on)

    def put_initial_weights(self, run_id: str, weights: Path) -> Sequence[SharedFile]:
        """Let a run that is about to be queued start with these weights, a file as Keras saves a network.

        Returns:
            What `add_initial_weights` needs.

        Raises:
            StoreError: They cannot be copied.
        """
        folder = self.folder(run_id)
        if self.objects is None:
            share_weights(weights, folder)
            return []
        try:
            content = weights.read_bytes()
        except OSError as error:
            raise StoreError(f"The weights cannot be read: {error}.") from error
        file = SharedFile.of(run_id, 0, folder.initial_weights.name, content)
        self.objects.put_new(file.object_key, content)
        return [file]

    def add_initial_weights(self, connection: Connection, run_id: str, files: Sequence[SharedFile]) -> None:
        """Record what `put_initial_weights` has written, within the transaction that queues the run."""
        add_files(connection, run_id, files)

    def remove(self, run_id: str, keys: Iterable[str] = ()) -> None:
        """Remove a run's files, after the transaction that deleted its record.

        Args:
            run_id: The run.
            keys: The objects that it had. Those that another run has, too, stay.
        """
        remove_folder(RunFolder(self.runs_folder / run_id))
        if self.objects is None:
            return
        try:
            # Also those that no attempt has come to record.
            candidates = {*keys, *self.objects.keys(prefix_of(run_id))}
            with self._db.read() as connection:
                unused = unused_objects(connection, candidates)
            self.objects.delete(unused)
        except StoreError as error:
            log.warning("Objects of the deleted run %s are left below %s: %s", run_id, prefix_of(run_id), error)

    # Workers

    def publication(self, attempt: Attempt) -> Publication | None:
        """What publishes the files of an attempt; None without an object store."""
        if self.objects is None:
            return None
        return Publication(self.objects, attempt, self.folder(attempt.run_id))

    def fetch_for_training(self, run: "Run", attempt: Attempt) -> None:
        """Bring the files of a claimed run into its folder, which is locked, and note that they are here.

        Raises:
            LostFilesError: None of the run's checkpoints is in the object store, or there is one that this machine does
                not know; nothing was changed.
            ObjectStoreError: A file cannot be fetched.
            StaleAttemptError: The run does not belong to this attempt.
            StoreError: The run store, or the folder, cannot be used.
        """
        if self._copies is not None:
            folder = self.folder(run.id)
            self._copies.fetch_for_training(run.id, run.attempt, folder)
            folder.note_origin(self._copies.lab, run.attempt)
        elif published := attempt.files():
            if not self.folder(run.id).checkpoint_files() and any(path.startswith(CHECKPOINTS) for path in published):
                raise LostFilesError(
                    "The run's checkpoints are in an object store, and this machine does not know it: set"
                    " MNIST_LAB_FILES as on the machine that trained it, and resume the run. Nothing was changed."
                )
            # From now on its files are in a folder; what was in an object store before is not the run's any more.
            attempt.update_files([], published)

    def fetch_log(self, run_id: str) -> None:
        """Bring the log of the earlier attempts into the folder of a claimed run; it is no error if that fails."""
        if self._copies is not None:
            self._copies.fetch_log(run_id, self.folder(run_id))

    def tidy(self) -> None:
        """Remove copies on this machine that are no longer needed; does nothing if that was done a short while ago.

        That is those of deleted runs and, while the disk is nearly full, those of ended ones.

        Raises:
            StoreError: The run store cannot be read.
        """
        if self._copies is None or time.monotonic() < self._next_tidy:
            return
        lab = self._copies.lab
        self._next_tidy = time.monotonic() + TIDY_SECONDS
        try:
            # Oldest first.
            folders = sorted(self.runs_folder.iterdir(), key=lambda path: path.stat().st_mtime)
        except OSError:
            return
        for folder in (RunFolder(path) for path in folders if is_run_id(path.name)):
            if self._is_dispensable(folder, lab) and (lock := folder.lock()) is not None:
                lock.release()
                remove_folder(folder)

    def _is_dispensable(self, folder: RunFolder, lab: str) -> bool:
        run_id = folder.path.name
        with self._db.read() as connection:
            state = connection.execute(select(runs.c.state).where(runs.c.id == run_id)).scalar_one_or_none()
            manifest = read_manifest(connection, run_id)
        if state is None:
            # It may belong to another lab that has the same home.
            return folder.origin()[0] == lab
        if state in ACTIVE_STATES or state in {RunState.QUEUED, RunState.SET_ASIDE, RunState.INTERRUPTED}:
            return False
        return bool(manifest) and free_bytes(self.runs_folder) < MIN_FREE_BYTES


def _checkpoints_in(connection: Connection, run_id: str) -> list[str]:
    manifest = read_manifest(connection, run_id)
    return [path.removeprefix(CHECKPOINTS) for path in manifest if path.startswith(CHECKPOINTS)]
