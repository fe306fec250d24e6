"""Resuming from a checkpoint: which checkpoint may be used, restoring it, and writing new ones."""

import logging
from typing import TYPE_CHECKING

from mnist_lab.errors import DataError
from mnist_lab.runs import Command, DataInfo, MetricPoint, Run, RunFolder
from mnist_lab.training.callbacks import TrainingCallback
from mnist_lab.training.checkpoint import Checkpoint, fingerprint
from mnist_lab.training.checkpoint_writer import CheckpointWriter, usable_checkpoints
from mnist_lab.training.reporter import Reporter

if TYPE_CHECKING:
    from mnist_lab.training.engine.trainer import Trainer

log = logging.getLogger(__name__)


def find_checkpoints(run: Run, folder: RunFolder, data: DataInfo) -> list[Checkpoint]:
    """The checkpoints from which this run may be resumed on this data, newest epoch first.

    Raises:
        DataError: It has checkpoints, but was trained on another data set than the one available now.
    """
    if not folder.checkpoint_files():
        return []
    if run.data is not None and run.data.fingerprint != data.fingerprint:
        raise DataError(
            f"This run was trained on the data set “{run.data.title}”, but now there is only “{data.title}”. Nothing"
            " was changed. Make that data set available again, then resume the run."
        )
    return list(usable_checkpoints(folder, fingerprint(run.network, run.recipe, data)))


def restore(trainer: "Trainer", run: Run, folder: RunFolder, checkpoints: list[Checkpoint]) -> Checkpoint | None:
    """Restore the first checkpoint that fits the trainer's network; returns None if the training starts from scratch.

    A checkpoint of another run, which this run continues, restarts the patience of early stopping if it had run out.
    """
    for checkpoint in checkpoints:
        if trainer.restore(checkpoint.state, continued=checkpoint.run != run.id):
            log.info("The training resumes after epoch %d.", checkpoint.state.epoch)
            return checkpoint
        log.warning("The checkpoint of epoch %d is not used: it does not fit the network.", checkpoint.state.epoch)
    if run.attempt > 1 or folder.checkpoint_files():
        log.warning("There is no usable checkpoint: the training starts from scratch.")
    return None


class CheckpointCallback(TrainingCallback):
    """Writes a checkpoint after each epoch. Comes before the reporter in the list of callbacks."""

    def __init__(self, writer: CheckpointWriter, reporter: Reporter, run: Run, data: DataInfo, precision: str) -> None:
        """The checkpoint includes the metrics of `reporter` that the store has not confirmed yet."""
        self._writer, self._reporter = writer, reporter
        self._run_id, self._precision = run.id, precision
        self._fingerprint = fingerprint(run.network, run.recipe, data)

    def on_train_begin(self, trainer: "Trainer") -> None:
        """Keep the checkpoint that was restored until there are two newer ones."""
        if trainer.epochs_done:
            self._writer.start_from(trainer.epochs_done)

    def on_epoch_end(self, point: MetricPoint, trainer: "Trainer") -> Command:
        """Hand the training's state to the writer; returns at once."""
        # The reporter has not received this epoch's point yet.
        points = (*self._reporter.unconfirmed_points(), point)
        state = trainer.state(point.seconds)
        self._writer.put(Checkpoint(self._run_id, self._fingerprint, self._precision, points, state))
        return Command.NONE
