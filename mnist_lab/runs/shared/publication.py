"""Publishing the files of a run: what its worker has written in its folder goes into the object store."""

import logging
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from mnist_lab.errors import ObjectStoreError, StoreError
from mnist_lab.files import file_version
from mnist_lab.object_store import ObjectStore
from mnist_lab.runs.run_folder import RunFolder
from mnist_lab.runs.shared.manifest import SharedFile, is_shared

LOG = "worker.log"
CHECKPOINTS = "checkpoints/"

log = logging.getLogger(__name__)


def shared_paths(folder: RunFolder) -> Iterator[tuple[str, Path]]:
    """The files in a run's folder that are shared: their paths within it, and on this machine.

    Raises:
        OSError: A folder cannot be read, which says nothing about what is in it.
    """
    for place in (folder.path, folder.checkpoints, folder.snapshots, folder.epochs):
        try:
            found = sorted(place.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            continue
        for path in found:
            within = path.relative_to(folder.path).as_posix()
            if is_shared(within):
                yield within, path


class Attempt(Protocol):
    """What an attempt at a run, a `RunAttempt`, can do with the manifest."""

    run_id: str
    number: int

    def files(self) -> dict[str, SharedFile]:
        """The files of the run that are in the object store, by their paths."""

    def update_files(self, written: Sequence[SharedFile], removed: Collection[str]) -> Sequence[str]:
        """Make files visible, and others not; returns the keys of the objects that no run needs any more."""


class Publication:
    """The files of one attempt at a run in the object store, which follow those in the run's folder.

    Files are replaced as a whole and never changed, but for the log; so a file has changed when its time or its size
    has.
    """

    def __init__(self, objects: ObjectStore, attempt: Attempt, folder: RunFolder) -> None:
        """Nothing is read or written yet.

        Args:
            objects: Where the files go.
            attempt: Whose files they are; what it may no longer write is refused.
            folder: Where they are on this machine, with all files that the run has in the object store.
        """
        self._objects, self._attempt, self._folder = objects, attempt, folder
        self._published: dict[str, SharedFile] = {}
        self._versions: dict[str, tuple[int, int]] = {}
        """Of the files as they were published."""
        self._seen: set[str] = set()
        """Files that were in the folder at some time: only of them it is known that they are gone now."""

    def begin(self) -> None:
        """Look at what there is before the attempt changes anything.

        Raises:
            StoreError: The run store, or the folder, cannot be read.
        """
        self._published = self._attempt.files()
        self._seen = {within for within, _ in self._paths()}

    def publish(self, *, with_log: bool) -> None:
        """Bring the object store up to date with the folder; does nothing if it is.

        Args:
            with_log: Also the log, which nearly always has changed.

        Raises:
            ObjectStoreError: It does not answer, or refuses.
            StaleAttemptError: The run does not belong to this attempt; nothing became visible.
            StoreError: The run store cannot be written, or the folder cannot be read.
        """
        published = self._published
        found = {within: file_version(path) for within, path in self._paths() if with_log or within != LOG}
        written = []
        for within in [name for name, version in found.items() if version != self._versions.get(name)]:
            try:
                content = (self._folder.path / within).read_bytes()
            except FileNotFoundError:
                # It was removed meanwhile, as an old checkpoint is.
                del found[within]
                continue
            file = SharedFile.of(self._attempt.run_id, self._attempt.number, within, content)
            known = published.get(within)
            if known is None or known.sha256 != file.sha256:
                self._objects.put_new(file.object_key, content)
                written.append(file)
        self._seen |= found.keys()
        removed = self._removed(found)
        if written or removed:
            unused = self._attempt.update_files(written, removed)
            self._published = {name: one for name, one in published.items() if name not in removed}
            self._published |= {file.path: file for file in written}
            self._delete(unused)
        log_version = {} if with_log or LOG not in self._versions else {LOG: self._versions[LOG]}
        self._versions = found | log_version

    def _paths(self) -> list[tuple[str, Path]]:
        try:
            paths = list(shared_paths(self._folder))
        except OSError as error:
            raise StoreError(f"{self._folder.path} cannot be read: {error.strerror or error}.") from error
        if not self._folder.lock_path.exists():
            # What this process has locked is not there any more, and what is there now is not the run's.
            raise StoreError(f"The folder {self._folder.path} was deleted or moved.")
        return paths

    def _removed(self, found: Collection[str]) -> list[str]:
        """Published files that this attempt has removed."""
        removed = [within for within in self._published if within in self._seen and within not in found]
        removed = [within for within in removed if within != LOG]
        # An attempt removes old checkpoints, and never all of them.
        if not any(within.startswith(CHECKPOINTS) for within in found):
            removed = [within for within in removed if not within.startswith(CHECKPOINTS)]
        return removed

    def _delete(self, keys: Sequence[str]) -> None:
        try:
            self._objects.delete(keys)
        except ObjectStoreError as error:
            # They only take room; the end of the run's life removes them, too.
            log.info("%d old objects are left: %s", len(keys), error)
