"""Writes the weights of the network in training about once a second, while somebody draws for it."""

import logging
import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mnist_lab.runs import Command, MetricPoint, RunFolder
from mnist_lab.runs.live_weights import LiveWeights, are_live_weights_requested, write_live_weights
from mnist_lab.training.callbacks import TrainingCallback

if TYPE_CHECKING:
    from mnist_lab.training.engine.trainer import Trainer

INTERVAL_SECONDS = 0.7
"""Between two writes; with a chunk of steps in between, what is read is at most a second old."""
MAX_SHARE = 0.03
"""Share of the training time that the writes may take: for a huge network the interval is longer."""

log = logging.getLogger(__name__)


class LiveWeightsWriter(TrainingCallback):
    """Writes live weights on request, see `runs.live_weights`. A context manager: at its end they are removed.

    Errors are logged, and the training continues without live weights.
    """

    def __init__(self, folder: RunFolder) -> None:
        """Nothing is written before somebody asks."""
        self._folder = folder
        self._trainer: Trainer | None = None
        self._has_model = False
        self._not_before = 0.0
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="live-weights")
        self._written: Future[None] | None = None

    def __enter__(self) -> Self:
        try:
            self._folder.live.mkdir(exist_ok=True)
        except OSError as error:
            log.warning("There will be no live weights: %s", error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.shutdown()
        shutil.rmtree(self._folder.live, ignore_errors=True)

    def on_train_begin(self, trainer: "Trainer") -> None:
        """Remember the trainer, whose weights are written."""
        self._trainer = trainer

    def on_chunk_end(self, point: MetricPoint) -> Command:
        """Write the weights if somebody waits for them and the last ones are old enough."""
        if self._trainer is not None and self._is_due():
            self._record(self._trainer, point.epoch)
        return Command.NONE

    def _is_due(self) -> bool:
        if time.monotonic() < self._not_before or (self._written is not None and not self._written.done()):
            return False
        return are_live_weights_requested(self._folder)

    def _record(self, trainer: "Trainer", epoch: float) -> None:
        start = time.perf_counter()
        try:
            if not self._has_model:
                trainer.save_model(self._folder.live_model)
                self._has_model = True
            self._written = self._writer.submit(self._write, LiveWeights(epoch, trainer.weights()))
        except Exception:
            log.exception("The training continues without live weights")
            self._trainer = None
        seconds = time.perf_counter() - start
        self._not_before = time.monotonic() + max(INTERVAL_SECONDS, seconds / MAX_SHARE)

    def _write(self, weights: LiveWeights) -> None:
        try:
            write_live_weights(self._folder, weights)
        except OSError as error:
            log.warning("The live weights could not be written: %s", error)
