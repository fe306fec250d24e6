"""Checkpoints on disk: writing them in a thread, and finding the usable ones."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from mnist_lab.runs import RunFolder
from mnist_lab.runs.run_folder import is_within_epoch
from mnist_lab.training.checkpoint import Checkpoint, DamagedCheckpointError, read_checkpoint, write_checkpoint

MAX_CHECKPOINTS = 2
MIN_INTERVAL_SECONDS = 1.0
"""Between two checkpoints; of several shorter epochs only the last one gets a checkpoint."""

log = logging.getLogger(__name__)


def usable_checkpoints(folder: RunFolder, fingerprint: str) -> Iterator[Checkpoint]:
    """The undamaged checkpoints of this training, newest epoch first; the others are logged."""
    for path in folder.checkpoint_files():
        try:
            checkpoint = read_checkpoint(path)
        except DamagedCheckpointError as error:
            log.warning("The checkpoint %s is not used: %s.", path.name, error)
            continue
        if checkpoint.fingerprint != fingerprint:
            log.warning("The checkpoint %s is not used: it belongs to another network, recipe or data.", path.name)
        else:
            yield checkpoint


class CheckpointWriter:
    """Writes checkpoints in a thread and keeps the newest two. A context manager: at its end the last one is written.

    Errors are logged, and the training continues; on a full disk the newest checkpoint is tried again every second.
    """

    def __init__(self, folder: RunFolder, *, write: Callable[[Path, Checkpoint], None] = write_checkpoint) -> None:
        """Nothing is written or removed before the first `put`."""
        self._folder = folder
        self._kept: list[Path] = []
        self._write = write
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._pending: Checkpoint | None = None
        self._closing = False
        self._last_error = ""
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def start_from(self, epoch: int, batch: int = 0) -> None:
        """Keep the checkpoint that was restored until there are two newer ones; to be called before the first `put`.

        Of a checkpoint within an epoch the one before it is kept too: only that of an epoch's end can be continued by
        another run.
        """
        restored = (self._folder.checkpoint_path(epoch), self._folder.checkpoint_path(epoch, batch))
        self._kept = [path for path in dict.fromkeys(restored) if path.exists()]

    def put(self, checkpoint: Checkpoint) -> None:
        """Schedule this checkpoint for writing; it replaces one that is not written yet. Returns immediately."""
        with self._changed:
            self._pending = checkpoint
            self._changed.notify_all()

    def write_now(self, checkpoint: Checkpoint) -> None:
        """Write this checkpoint in the calling thread, after the one that is being written.

        Raises:
            OSError: It cannot be written.
        """
        with self._writing:
            self._write_and_prune(checkpoint)

    def _run(self) -> None:
        not_before = 0.0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending is not None or self._closing)
                self._changed.wait_for(lambda: self._closing, timeout=max(0.0, not_before - time.monotonic()))
                checkpoint, self._pending = self._pending, None
            if checkpoint is None:
                return
            not_before = time.monotonic() + MIN_INTERVAL_SECONDS
            with self._writing:
                written = self._write_and_log(checkpoint)
            if not written:
                self._try_again(checkpoint)

    def _try_again(self, checkpoint: Checkpoint) -> None:
        with self._changed:
            if self._pending is None and not self._closing:
                self._pending = checkpoint

    def _write_and_log(self, checkpoint: Checkpoint) -> bool:
        """Write a checkpoint; false if it is worth another try."""
        try:
            self._write_and_prune(checkpoint)
        except OSError as error:
            # Each message is logged once, not at every epoch: a full disk stays full.
            if str(error) != self._last_error:
                self._last_error = str(error)
                log.warning("The training continues without new checkpoints: %s", error)
            return False
        except Exception:
            log.exception("The training continues without a checkpoint of epoch %d", checkpoint.state.epoch)
        else:
            self._last_error = ""
        return True

    def _write_and_prune(self, checkpoint: Checkpoint) -> None:
        path = self._folder.checkpoint_path(checkpoint.state.epoch, checkpoint.state.batch)
        self._write(path, checkpoint)
        others = [other for other in self._kept if other != path]
        if checkpoint.state.batch:
            # It replaces only another one within an epoch.
            others = [other for other in others if not is_within_epoch(other.name)][-MAX_CHECKPOINTS:]
            self._kept = [*others, path]
        else:
            self._kept = [*others, path][-MAX_CHECKPOINTS:]
        self._remove_others()

    def _remove_others(self) -> None:
        # By the list of written files, not by epoch: a damaged checkpoint of a later epoch must not replace a good one.
        for path in self._folder.checkpoints.iterdir():
            if path not in self._kept:
                path.unlink(missing_ok=True)
