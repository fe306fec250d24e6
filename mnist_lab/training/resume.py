"""Resuming from a checkpoint: which checkpoint may be used, restoring it, and writing new ones."""

import logging
from typing import TYPE_CHECKING

from mnist_lab.errors import DataError
from mnist_lab.runs import Command, DataInfo, MetricPoint, Run, RunFolder
from mnist_lab.training.callbacks import TrainingCallback
from mnist_lab.training.checkpoint import Checkpoint, fingerprint
from mnist_lab.training.connection import StoreConnection
from mnist_lab.training.recorders.checkpoint_writer import CheckpointWriter, usable_checkpoints

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
            within = f", {checkpoint.state.batch} batches later" if checkpoint.state.batch else ""
            log.info("The training resumes after epoch %d%s.", checkpoint.state.epoch, within)
            return checkpoint
        log.warning("The checkpoint of epoch %d is not used: it does not fit the network.", checkpoint.state.epoch)
    if run.attempt > 1 or folder.checkpoint_files():
        log.warning("There is no usable checkpoint: the training starts from scratch.")
    return None


class CheckpointCallback(TrainingCallback):
    """Writes a checkpoint after each epoch, and within one to set the run aside.

    Comes before the reporter in the list of callbacks.
    """

    def __init__(
        self, writer: CheckpointWriter, connection: StoreConnection, run: Run, data: DataInfo, precision: str
    ) -> None:
        """The checkpoint includes the metrics of `connection` that the store has not confirmed yet."""
        self._writer, self._connection = writer, connection
        self._run_id, self._precision = run.id, precision
        self._fingerprint = fingerprint(run.network, run.recipe, data)
        self._seconds = 0.0
        """Of training, at the last point."""

    def on_train_begin(self, trainer: "Trainer") -> None:
        """Keep the checkpoint that was restored until there are two newer ones."""
        self._seconds = trainer.seconds
        if trainer.steps_done:
            self._writer.start_from(trainer.epochs_done, trainer.batches_done)

    def on_chunk_end(self, point: MetricPoint) -> Command:
        """Note how long the training has taken."""
        self._seconds = point.seconds
        return Command.NONE

    def on_epoch_end(self, point: MetricPoint, trainer: "Trainer") -> Command:
        """Hand the training's state to the writer; returns at once."""
        # The reporter has not received this epoch's point yet.
        self._seconds = point.seconds
        self._writer.put(self._checkpoint(trainer, point))
        return Command.NONE

    def save_position(self, trainer: "Trainer") -> None:
        """Write a checkpoint of the training as it is now, between two steps; returns when it is on the disk.

        Raises:
            OSError: It cannot be written.
        """
        self._writer.write_now(self._checkpoint(trainer))

    def _checkpoint(self, trainer: "Trainer", *newest: MetricPoint) -> Checkpoint:
        points = (*self._connection.unconfirmed_points(), *newest)
        interventions = self._connection.unconfirmed_interventions()
        state = trainer.state(self._seconds)
        return Checkpoint(self._run_id, self._fingerprint, self._precision, points, state, interventions)
