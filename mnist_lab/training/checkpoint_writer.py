"""Checkpoints on disk: written behind the training's back, the newest good one found again."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from mnist_lab.runs import RunFolder
from mnist_lab.training.checkpoint import Checkpoint, DamagedCheckpointError, read_checkpoint, write_checkpoint

KEPT = 2
SECONDS_BETWEEN = 1.0
"""At the least: epochs that are shorter share a checkpoint, that of the last of them."""

log = logging.getLogger(__name__)


def good_checkpoints(folder: RunFolder, fingerprint: str) -> Iterator[Checkpoint]:
    """The checkpoints that are whole and of this training, that of the latest epoch first; the log tells of others."""
    for path in folder.checkpoint_files():
        try:
            checkpoint = read_checkpoint(path)
        except (DamagedCheckpointError, OSError) as error:
            log.warning("The checkpoint %s is not used: %s.", path.name, error)
            continue
        if checkpoint.fingerprint != fingerprint:
            log.warning("The checkpoint %s is not used: it is of another network, recipe or data.", path.name)
        else:
            yield checkpoint


class CheckpointWriter:
    """Writes checkpoints in a thread of its own and keeps the newest two. A context: at its end the last is written.

    A disk that takes none is told of in the log, and the training goes on.
    """

    def __init__(self, folder: RunFolder, *, write: Callable[[Path, Checkpoint], None] = write_checkpoint) -> None:
        """Nothing is written or removed before the first `put`."""
        self._folder = folder
        self._good: list[Path] = []
        self._write = write
        self._changed = threading.Condition()
        self._waiting: Checkpoint | None = None
        self._closing = False
        self._trouble = ""
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
        self._good = [self._folder.checkpoint_path(epoch)]

    def put(self, checkpoint: Checkpoint) -> None:
        """Have this checkpoint written soon; one that still waits is given up for it. Returns at once."""
        with self._changed:
            self._waiting = checkpoint
            self._changed.notify_all()

    def _run(self) -> None:
        not_before = 0.0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None or self._closing)
                self._changed.wait_for(lambda: self._closing, timeout=max(0.0, not_before - time.monotonic()))
                checkpoint, self._waiting = self._waiting, None
            if checkpoint is None:
                return
            not_before = time.monotonic() + SECONDS_BETWEEN
            self._keep(checkpoint)

    def _keep(self, checkpoint: Checkpoint) -> None:
        path = self._folder.checkpoint_path(checkpoint.state.epoch)
        try:
            self._write(path, checkpoint)
            self._good = [*(good for good in self._good if good != path), path][-KEPT:]
            self._tidy()
        except OSError as error:
            # Once, not at every epoch: the disk may be full.
            if str(error) != self._trouble:
                self._trouble = str(error)
                log.warning("The training goes on without new checkpoints: %s", error)
        except Exception:
            log.exception("The training goes on without a checkpoint of epoch %d", checkpoint.state.epoch)
        else:
            self._trouble = ""

    def _tidy(self) -> None:
        # Not by their names' order: an unusable one of a later epoch would push out a good one.
        for path in self._folder.checkpoints.iterdir():
            if path not in self._good:
                path.unlink(missing_ok=True)
