"""Checkpoints on disk: writing them in a thread, and finding the usable ones."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from mnist_lab.runs import RunFolder
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

    Errors are logged, and the training continues.
    """

    def __init__(self, folder: RunFolder, *, write: Callable[[Path, Checkpoint], None] = write_checkpoint) -> None:
        """Nothing is written or removed before the first `put`."""
        self._folder = folder
        self._kept: list[Path] = []
        self._write = write
        self._changed = threading.Condition()
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

    def start_from(self, epoch: int) -> None:
        """Keep the checkpoint of this epoch until there are two newer ones; to be called before the first `put`."""
        self._kept = [self._folder.checkpoint_path(epoch)]

    def put(self, checkpoint: Checkpoint) -> None:
        """Schedule this checkpoint for writing; it replaces one that is not written yet. Returns immediately."""
        with self._changed:
            self._pending = checkpoint
            self._changed.notify_all()

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
            self._write_and_log(checkpoint)

    def _write_and_log(self, checkpoint: Checkpoint) -> None:
        path = self._folder.checkpoint_path(checkpoint.state.epoch)
        try:
            self._write(path, checkpoint)
            self._kept = [*(other for other in self._kept if other != path), path][-MAX_CHECKPOINTS:]
            self._remove_others()
        except OSError as error:
            # Each message is logged once, not at every epoch: a full disk stays full.
            if str(error) != self._last_error:
                self._last_error = str(error)
                log.warning("The training continues without new checkpoints: %s", error)
        except Exception:
            log.exception("The training continues without a checkpoint of epoch %d", checkpoint.state.epoch)
        else:
            self._last_error = ""

    def _remove_others(self) -> None:
        # By the list of written files, not by epoch: a damaged checkpoint of a later epoch must not replace a good one.
        for path in self._folder.checkpoints.iterdir():
            if path not in self._kept:
                path.unlink(missing_ok=True)
