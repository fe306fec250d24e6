"""Going on from a checkpoint: which one, whether it may be used, and the checkpoints of the training that follows."""

import logging
from typing import TYPE_CHECKING

from mnist_lab.errors import DataError
from mnist_lab.runs import DataInfo, MetricPoint, Run, RunFolder
from mnist_lab.training.checkpoint import Checkpoint, TrainingState, fingerprint
from mnist_lab.training.checkpoint_writer import CheckpointWriter, good_checkpoints
from mnist_lab.training.reporter import Reporter

if TYPE_CHECKING:
    from mnist_lab.training.engine.trainer import Learner

log = logging.getLogger(__name__)


def find_checkpoints(run: Run, folder: RunFolder, info: DataInfo) -> list[Checkpoint]:
    """The checkpoints from which this run may go on with these digits, that of the latest epoch first.

    Raises:
        DataError: It has checkpoints, but was trained on other digits than can be had now.
    """
    if not folder.checkpoint_files():
        return []
    if run.data is not None and run.data.fingerprint != info.fingerprint:
        raise DataError(
            f"This run was trained on {run.data.title}, but now only {info.title} can be had; nothing was changed."
            f" Bring {run.data.title} back, then resume it."
        )
    return list(good_checkpoints(folder, fingerprint(run.network, run.recipe, info)))


def take_up(learner: "Learner", run: Run, folder: RunFolder, checkpoints: list[Checkpoint]) -> Checkpoint | None:
    """Let `learner` go on from the first of the checkpoints that fits; None if it starts anew."""
    for checkpoint in checkpoints:
        if learner.take_up(checkpoint.state, continued=checkpoint.run != run.id):
            log.info("The training goes on after epoch %d.", checkpoint.state.epoch)
            return checkpoint
        log.warning("The checkpoint of epoch %d is not used: it does not fit the network.", checkpoint.state.epoch)
    if run.attempt > 1 or folder.checkpoint_files():
        log.warning("There is no checkpoint to go on from: the training starts anew.")
    return None


class Keeper:
    """What a run's worker wants of its training: what the reporter hears, and a checkpoint of every epoch."""

    def __init__(self, reporter: Reporter, writer: CheckpointWriter, run: Run, info: DataInfo, precision: str) -> None:
        self._reporter, self._writer = reporter, writer
        self._run_id, self._precision = run.id, precision
        self._fingerprint = fingerprint(run.network, run.recipe, info)

    @property
    def learning_rate_factor(self) -> float:
        """What the schedule is to be multiplied by."""
        return self._reporter.learning_rate_factor

    def breathe(self) -> None:
        """Hold the evaluation while the run is paused."""
        self._reporter.breathe()

    def keep(self, state: TrainingState, point: MetricPoint) -> None:
        """Have a checkpoint written, with the points that the store has not confirmed yet."""
        points = (*self._reporter.unconfirmed(), point)
        self._writer.put(Checkpoint(self._run_id, self._fingerprint, self._precision, points, state))
