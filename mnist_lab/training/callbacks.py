"""Callbacks of a training, as in Keras: objects that the trainer calls at fixed points. No TensorFlow here."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mnist_lab.runs import Command, MetricPoint

if TYPE_CHECKING:
    from mnist_lab.training.engine.trainer import Outcome, Trainer


class SetAsideError(Exception):
    """The paused run gives its slot away, and its position is saved: raised through the training, to end it."""


class TrainingCallback:
    """Base class of all callbacks: every hook does nothing, and subclasses override those they need.

    The time spent in hooks does not count as training time. An exception raised by a hook ends the training; then
    `on_train_end` is not called.
    """

    @property
    def learning_rate_factor(self) -> float:
        """Multiplies the schedule's learning rate; read before each chunk of steps."""
        return 1.0

    def on_train_begin(self, trainer: "Trainer") -> None:
        """Called before the first step, after a checkpoint has been restored."""

    def on_learning_rate_change(self, step: int, epoch: float, factor: float) -> None:
        """Called before the first step with another `learning_rate_factor`, after `step` steps."""

    def on_chunk_end(self, point: MetricPoint) -> Command:  # noqa: ARG002
        """Called after each chunk of steps with its metrics. STOP ends the training; blocking pauses it."""
        return Command.NONE

    def on_epoch_end(self, point: MetricPoint, trainer: "Trainer") -> Command:  # noqa: ARG002
        """Called after each epoch's validation with its metrics. STOP ends the training; blocking pauses it."""
        return Command.NONE

    def on_train_end(self, outcome: "Outcome") -> None:
        """Called after the last step, when the weights have been written."""

    def pause_point(self) -> None:
        """Called between the batches of an evaluation; blocking pauses it."""


class CallbackList(TrainingCallback):
    """Calls each hook of several callbacks, in the order of the list."""

    def __init__(self, callbacks: Sequence[TrainingCallback] = ()) -> None:
        """Callbacks that record come before callbacks that may block, so that a paused training is recorded."""
        self._callbacks = tuple(callbacks)

    def __iter__(self) -> Iterator[TrainingCallback]:
        return iter(self._callbacks)

    @property
    def learning_rate_factor(self) -> float:
        """Product of the callbacks' factors."""
        return math.prod((callback.learning_rate_factor for callback in self), start=1.0)

    def on_train_begin(self, trainer: "Trainer") -> None:
        """Call `on_train_begin` of each callback."""
        for callback in self:
            callback.on_train_begin(trainer)

    def on_learning_rate_change(self, step: int, epoch: float, factor: float) -> None:
        """Call `on_learning_rate_change` of each callback."""
        for callback in self:
            callback.on_learning_rate_change(step, epoch, factor)

    def on_chunk_end(self, point: MetricPoint) -> Command:
        """Call `on_chunk_end` of each callback; STOP if one of them returns STOP."""
        return _combined([callback.on_chunk_end(point) for callback in self])

    def on_epoch_end(self, point: MetricPoint, trainer: "Trainer") -> Command:
        """Call `on_epoch_end` of each callback; STOP if one of them returns STOP."""
        return _combined([callback.on_epoch_end(point, trainer) for callback in self])

    def on_train_end(self, outcome: "Outcome") -> None:
        """Call `on_train_end` of each callback."""
        for callback in self:
            callback.on_train_end(outcome)

    def pause_point(self) -> None:
        """Call `pause_point` of each callback."""
        for callback in self:
            callback.pause_point()


def _combined(commands: Sequence[Command]) -> Command:
    return Command.STOP if Command.STOP in commands else Command.NONE


@dataclass(frozen=True)
class Progress:
    """What a training in the foreground reports to its caller."""

    phase: str
    """"waiting", "loading data", "building", "training", "paused", "set aside", "waiting for disk space", "waiting for
    the object store", "evaluating"."""
    total_steps: int = 0
    """0 until it is known."""
    point: MetricPoint | None = None
    """The newest metrics, while it trains."""
    message: str = ""
    """A message for the user; "" if there is none."""


ProgressListener = Callable[[Progress], None]


def ignore_progress(_progress: Progress) -> None:
    """No-op listener."""
