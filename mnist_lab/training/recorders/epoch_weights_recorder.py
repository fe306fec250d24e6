"""Keeps the weights after each epoch, for readings of a drawing through the epochs, see `runs.epoch_weights`."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mnist_lab.runs import Command, MetricPoint
from mnist_lab.runs.epoch_weights import (
    epoch_weight_files,
    epoch_weights_path,
    kept_epochs,
    max_epochs,
    write_epoch_weights,
)
from mnist_lab.training.callbacks import TrainingCallback

if TYPE_CHECKING:
    from mnist_lab.training.checkpoint import Arrays
    from mnist_lab.training.engine.trainer import Trainer

log = logging.getLogger(__name__)


class EpochWeightsRecorder(TrainingCallback):
    """Writes the weights at the ends of epochs in a thread. A context manager: at its end all are written.

    When there are too many, every second one is removed, see `kept_epochs`. Errors are logged, and the training
    continues.
    """

    def __init__(self, folder: Path) -> None:
        """The folder is made when there is something to write."""
        self._folder = folder
        self._most = 0
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="epoch-weights")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.shutdown()

    def on_train_begin(self, trainer: "Trainer") -> None:
        """Remove later epochs, which an earlier attempt left, and write the network before its first step."""
        weights = trainer.weights()
        self._most = max_epochs(weights)
        for epoch, path in epoch_weight_files(self._folder).items():
            if epoch > trainer.epochs_done or not trainer.steps_done:
                path.unlink(missing_ok=True)
        if not trainer.steps_done:
            self._put(0, weights)

    def on_epoch_end(self, point: MetricPoint, trainer: "Trainer") -> Command:
        """Write the weights."""
        if self._most:
            self._put(round(point.epoch), trainer.weights())
        return Command.NONE

    def _put(self, epoch: int, weights: "Arrays") -> None:
        if self._most:
            self._writer.submit(self._write, epoch, weights)

    def _write(self, epoch: int, weights: "Arrays") -> None:
        try:
            write_epoch_weights(epoch_weights_path(self._folder, epoch), weights)
            files = epoch_weight_files(self._folder)
            for other in files.keys() - kept_epochs(files, self._most):
                files[other].unlink(missing_ok=True)
        except OSError as error:
            log.warning("The weights of epoch %d could not be kept: %s", epoch, error)
