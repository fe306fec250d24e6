"""What is wanted of a training while it goes on, besides the commands that its observer gives."""

from typing import Protocol

from mnist_lab.runs import MetricPoint
from mnist_lab.training.checkpoint import TrainingState


class Wishes(Protocol):
    """What is wanted of a training meanwhile."""

    @property
    def learning_rate_factor(self) -> float:
        """Multiplies the schedule; asked before each chunk of steps."""

    def breathe(self) -> None:
        """Called between the batches of an evaluation; blocking pauses it."""

    def keep(self, state: TrainingState, point: MetricPoint) -> None:
        """Called after each epoch's validation, before the observer, with where the training is and its point."""


class NoWishes:
    """Nothing is wanted: the training goes by its recipe, and leaves no checkpoint."""

    learning_rate_factor = 1.0

    def breathe(self) -> None:
        """Go on."""

    def keep(self, state: TrainingState, point: MetricPoint) -> None:
        """Keep nothing."""
