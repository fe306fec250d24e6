"""Records snapshots at the ends of epochs while a run trains, within a limited share of the training time."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mnist_lab.runs import Command, MetricPoint
from mnist_lab.runs.snapshot_files import Snapshot, discard_snapshots, list_epochs, write_snapshot
from mnist_lab.training.callbacks import SetAsideError, TrainingCallback

if TYPE_CHECKING:
    from mnist_lab.training.engine.snapshot_capture import SnapshotCapture, Weights
    from mnist_lab.training.engine.trainer import Outcome, Trainer

MAX_SHARE = 0.025
"""Share of the training time that snapshots may take."""
MIN_BUDGET_SECONDS = 0.6
"""Processor time that snapshots may take even if that is more than their share, so that short trainings have some."""

_DISABLED = "The training continues without further snapshots"

log = logging.getLogger(__name__)


class SnapshotRecorder(TrainingCallback):
    """Captures snapshots of the network and writes them in a thread. A context manager: at its end all are written.

    - The first epoch and the last one are always captured, and the epoch in which a training was stopped or diverged.
      Epochs between are captured while all snapshots together have taken less than `MAX_SHARE` of the time; epochs with
      `is_early` also while they have taken less than `MIN_BUDGET_SECONDS`.
    - Epoch 0 is the network before its first step. Its weights are copied when the training begins, but captured after
      the second chunk of steps, so that the first point of the curve is not delayed. A resumed training does the same
      with the epoch it starts from, if that has no snapshot and the training does not start within the next one.
    - Errors are logged, and the training continues.
    """

    def __init__(self, folder: Path, make_capture: "Callable[[Trainer], SnapshotCapture] | None" = None) -> None:
        """Snapshots are written to `folder`; `make_capture` is for tests and benchmarks."""
        self._folder = folder
        self._make_capture = make_capture or _capture_of
        self._capture: SnapshotCapture | None = None
        self._first_weights: Weights | None = None
        self._first_epoch = 0
        self._chunks = 0
        self._newest_epoch = 0.0
        self._last_captured = -1
        self._seconds, self._processor_seconds = 0.0, 0.0
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="snapshots")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is SetAsideError:
            # The next attempt begins within the epoch, and so can no longer capture the network before it.
            self._capture_first()
        self._writer.shutdown()

    def on_train_begin(self, trainer: "Trainer") -> None:
        """Remove snapshots of later epochs, which an earlier attempt left, and copy the weights."""
        self._first_epoch = trainer.epochs_done
        self._newest_epoch = trainer.steps_done / trainer.batches
        try:
            discard_snapshots(self._folder, after=self._first_epoch)
            self._capture = self._make_capture(trainer)
            if not trainer.batches_done and self._first_epoch not in list_epochs(self._folder):
                self._first_weights = self._capture.weights()
        except Exception:
            log.exception(_DISABLED)
            self._disable()

    def on_chunk_end(self, point: MetricPoint) -> Command:
        """Capture the network as it was before the first step, once the first point has been reported."""
        self._newest_epoch = point.epoch
        self._chunks += 1
        if self._chunks > 1:
            self._capture_first()
        return Command.NONE

    def on_epoch_end(self, point: MetricPoint, trainer: "Trainer") -> Command:  # noqa: ARG002
        """Capture the network if this epoch is due."""
        self._newest_epoch = point.epoch
        self._capture_first()
        epoch = round(point.epoch)
        if self._is_due(epoch, point.seconds):
            self._record(epoch)
        return Command.NONE

    def on_train_end(self, outcome: "Outcome") -> None:
        """Capture the network as the training left it, under the number of the epoch it was in."""
        self._capture_first()
        ended_within_epoch = outcome.diverged or self._newest_epoch > outcome.epochs
        epoch = outcome.epochs + 1 if ended_within_epoch else outcome.epochs
        if epoch > max(self._last_captured, self._first_epoch):
            self._record(epoch)

    def _is_due(self, epoch: int, training_seconds: float) -> bool:
        # Processor time counts if it is less: on a busy machine even a short computation takes much wall-clock time,
        # and the pictures would stand still for minutes.
        taken = min(self._seconds, self._processor_seconds)
        if epoch == self._first_epoch + 1 or taken <= MAX_SHARE * training_seconds:
            return True
        return self._processor_seconds <= MIN_BUDGET_SECONDS and is_early(epoch)

    def _capture_first(self) -> None:
        if self._first_weights is not None:
            weights, self._first_weights = self._first_weights, None
            self._record(self._first_epoch, weights)

    def _record(self, epoch: int, weights: "Weights | None" = None) -> None:
        """Capture a snapshot, with the network's weights or with those given, and have it written."""
        if self._capture is None:
            return
        start, processor_start = time.perf_counter(), time.process_time()
        try:
            snapshot = self._capture.capture(epoch, weights)
        except Exception:
            log.exception(_DISABLED)
            self._disable()
            return
        self._last_captured = epoch
        self._writer.submit(self._write, snapshot)
        self._seconds += time.perf_counter() - start
        self._processor_seconds += time.process_time() - processor_start

    def _write(self, snapshot: Snapshot) -> None:
        try:
            write_snapshot(self._folder, snapshot)
        except OSError as error:
            log.warning("The snapshot of epoch %d could not be written: %s", snapshot.epoch, error)

    def _disable(self) -> None:
        self._capture = self._first_weights = None


def is_early(epoch: int) -> bool:
    """Whether an epoch is one of 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48 …: networks learn most in early epochs."""
    return epoch <= 4 or epoch % (1 << (epoch.bit_length() - 2)) == 0


def _capture_of(trainer: "Trainer") -> "SnapshotCapture":
    # Imported here, as this loads TensorFlow.
    from mnist_lab.training.engine.snapshot_capture import SnapshotCapture

    return SnapshotCapture(trainer.model, trainer.network, trainer.split)
