"""Snapshots while a training runs: taken at the ends of epochs, as often as their share of the time allows."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mnist_lab.data import Split
from mnist_lab.network import Network
from mnist_lab.runs import Command, MetricPoint
from mnist_lab.runs.snapshot_files import Snapshot, discard_snapshots, list_epochs, write_snapshot

if TYPE_CHECKING:
    from mnist_lab.training.engine.snapshot_capture import Camera, Weights
    from mnist_lab.training.engine.trainer import Learner, Observer, Outcome

SHARE = 0.025
"""Part of the training time that snapshots may take."""
GRACE_SECONDS = 0.6
"""Processor time that they may take where their share is less, so that a training of a few seconds can be watched."""

_UNWATCHED = "The training goes on, but is not watched any more"

log = logging.getLogger(__name__)


class Watching:
    """An observer before another: takes snapshots, and passes everything on. A context, in which files are written.

    Epoch 0 is the network before its first step, taken after the first chunk of steps, so that the first point of the
    curve need not wait for it; so is the epoch where a training is taken up, if there is none of it. The first and the
    last epoch are always taken, and the one in which a training ended on its way. Of those between, each is taken
    while all snapshots together have cost less than their share of the time; those that tell most, a little longer.
    What goes wrong here is logged, and the training goes on.
    """

    def __init__(
        self, observer: "Observer", make_camera: Callable[[], "Camera"], folder: Path, *, epochs_done: int = 0
    ) -> None:
        """`epochs_done` is where the training is taken up; the snapshots of later epochs are removed from `folder`."""
        self._observer = observer
        self._make_camera = make_camera
        self._camera: Camera | None = None
        self._folder = folder
        self._first: Weights | None = None
        self._first_epoch = epochs_done
        self._place = float(epochs_done)
        self._taken = -1
        self._spent, self._worked = 0.0, 0.0
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="snapshots")

    def __enter__(self) -> Self:
        try:
            discard_snapshots(self._folder, after=self._first_epoch)
            self._camera = self._make_camera()
            if self._first_epoch not in list_epochs(self._folder):
                self._first = self._camera.weights()
        except Exception:
            log.exception(_UNWATCHED)
            self._give_up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.shutdown()

    def on_chunk(self, point: MetricPoint) -> Command:
        """Pass the point on; after the first one, take the network as it was before."""
        command = self._observer.on_chunk(point)
        self._place = point.epoch
        self._take_first()
        return command

    def on_epoch(self, point: MetricPoint, learner: "Learner") -> Command:
        """Take a snapshot if it is time for one, then pass the point on."""
        self._place = point.epoch
        self._take_first()
        epoch = round(point.epoch)
        if self._is_due(epoch, point.seconds):
            self._take(epoch)
        return self._observer.on_epoch(point, learner)

    def end(self, outcome: "Outcome") -> None:
        """Take the network as the training left it, under the epoch that it was in."""
        self._take_first()
        on_its_way = outcome.diverged or self._place > outcome.epochs
        epoch = outcome.epochs + 1 if on_its_way else outcome.epochs
        if epoch > max(self._taken, self._first_epoch):
            self._take(epoch)

    def _is_due(self, epoch: int, seconds: float) -> bool:
        if epoch == self._first_epoch + 1 or self._spent <= SHARE * seconds:
            return True
        # Counted in processor time, as on a busy machine a look that costs little takes long.
        return self._worked <= GRACE_SECONDS and telling(epoch)

    def _take_first(self) -> None:
        if self._first is not None:
            first, self._first = self._first, None
            self._take(self._first_epoch, first)

    def _take(self, epoch: int, weights: "Weights | None" = None) -> None:
        if self._camera is None:
            return
        start, worked = time.perf_counter(), time.process_time()
        try:
            snapshot = self._camera.take(epoch, weights)
        except Exception:
            log.exception(_UNWATCHED)
            self._give_up()
            return
        self._taken = epoch
        self._writer.submit(self._write, snapshot)
        self._spent += time.perf_counter() - start
        self._worked += time.process_time() - worked

    def _write(self, snapshot: Snapshot) -> None:
        try:
            write_snapshot(self._folder, snapshot)
        except OSError as error:
            log.warning("The snapshot of epoch %d could not be written: %s", snapshot.epoch, error)

    def _give_up(self) -> None:
        self._camera = self._first = None


def telling(epoch: int) -> bool:
    """Whether an epoch is one of 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48 …: most is learnt early."""
    return epoch <= 4 or epoch % (1 << (epoch.bit_length() - 2)) == 0


def train_watched(
    learner: "Learner", observer: "Observer", network: Network, parts: Split, folder: Path, *, epochs_done: int = 0
) -> "Outcome":
    """Train with snapshots, from the first step, or from the end of the epoch that the learner has taken up.

    Raises:
        OSError: As `Learner.train`.
    """
    from mnist_lab.training.engine.snapshot_capture import Camera

    with Watching(observer, lambda: Camera(learner.model, network, parts), folder, epochs_done=epochs_done) as watching:
        outcome = learner.train(watching)
        watching.end(outcome)
    return outcome
