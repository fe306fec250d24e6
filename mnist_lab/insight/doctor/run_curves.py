"""The curves of one run without unusable points, and the figures that the rules compute from them."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mnist_lab import formatting
from mnist_lab.insight.interventions import learning_rate_text
from mnist_lab.network import Analysis, analyse
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunState

if TYPE_CHECKING:
    from mnist_lab.runs.snapshot_files import LayerHealth

CHANCE_LOSS = math.log(10)
"""Loss of a network that gives every digit the same probability."""
CHANCE_ACCURACY = 0.1135
"""Share of MNIST's most frequent digit, 1: the accuracy of a network that always answers 1."""
MAX_EPOCHS = 1_000_000
"""Points beyond this epoch are invalid and ignored."""
ASSUMED_IMAGES = 1_000
"""Size of a set of images whose size is not recorded."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """The metrics of one epoch, all finite. Training metrics are means over the epoch, while the network changed."""

    number: int
    training_loss: float
    training_accuracy: float
    validation_loss: float
    validation_accuracy: float

    @property
    def accuracies(self) -> str:
        """Both accuracies as text: "training accuracy 98.1 %, validation accuracy 97.9 %"."""
        training, validation = (
            formatting.accuracy(each, 1) for each in (self.training_accuracy, self.validation_accuracy)
        )
        return f"training accuracy {training}, validation accuracy {validation}"


@dataclass(frozen=True, slots=True)
class Segment:
    """Mean training loss and accuracy over some consecutive steps."""

    epoch: float
    """Epochs done at its end."""
    steps: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class RunCurves:
    """One run with its metric points and the health of its layers at the last epoch that has a snapshot."""

    run: Run
    points: Sequence[MetricPoint]
    health: "Sequence[LayerHealth]" = ()

    @cached_property
    def analysis(self) -> Analysis:
        """Shapes and warnings of the network."""
        return analyse(self.run.network)

    @property
    def recipe(self) -> Recipe:
        """The recipe of the run."""
        return self.run.recipe

    @property
    def ended(self) -> bool:
        """Whether the training is complete and can be judged; an interrupted one may still be continued."""
        return self.run.state in {RunState.FINISHED, RunState.STOPPED} or self.run.diverged

    @cached_property
    def first_non_finite_epoch(self) -> float | None:
        """Epochs done when the loss was first NaN or infinite; None if it never was."""
        return next(
            (
                point.epoch
                for point in self._ordered
                if not math.isfinite(point.training_loss)
                or (point.validation_loss is not None and not math.isfinite(point.validation_loss))
            ),
            None,
        )

    @cached_property
    def epochs(self) -> tuple[Epoch, ...]:
        """The epochs whose figures are all finite, in order, each once."""
        found = {}
        for point in self._ordered:
            if point.kind == "epoch" and (epoch := _epoch(point)) is not None:
                found[epoch.number] = epoch
        return tuple(found[number] for number in sorted(found))

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The training curve within epochs, or epoch by epoch if there are no finer points."""
        points = [point for point in self._ordered if point.kind == "step"] or self._ordered
        segments, before = [], 0
        for point in points:
            if math.isfinite(point.training_loss) and math.isfinite(point.training_accuracy) and point.step > before:
                taken = point.step - before
                segments.append(Segment(point.epoch, taken, point.training_loss, point.training_accuracy))
                before = point.step
        return tuple(segments)

    @property
    def last(self) -> Epoch:
        """The last epoch; there must be one."""
        return self.epochs[-1]

    @property
    def best(self) -> Epoch:
        """The epoch with the lowest validation loss; there must be one."""
        return min(self.epochs, key=lambda epoch: epoch.validation_loss)

    @property
    def max_loss(self) -> float:
        """The highest training loss recorded; 0 if there is none."""
        return max((segment.loss for segment in self.segments), default=0.0)

    @property
    def initial_loss(self) -> float:
        """The training loss before learning: that of the first step if it was recorded, else that of guessing."""
        first = self.segments[0] if self.segments else None
        return first.loss if first is not None and first.steps == 1 else CHANCE_LOSS

    @property
    def steps(self) -> int:
        """Number of training steps that the points cover."""
        return max((point.step for point in self._ordered), default=0)

    @property
    def third(self) -> int:
        """A third of the number of epochs done, at least 1."""
        return max(1, len(self.epochs) // 3)

    @property
    def recent_drop(self) -> float:
        """Share by which the training loss fell over the last third of the epochs; 0 if there are fewer than two."""
        if len(self.epochs) < 2:
            return 0.0
        before = self.epochs[-self.third - 1].training_loss
        return 1 - self.last.training_loss / before if before > 0 else 0.0

    @property
    def forecast_loss(self) -> float:
        """The expected training loss after twice as many epochs; the present loss if it rose. There must be an epoch.

        It is extrapolated from the last third of the epochs. Losses fall about as a power of the number of epochs, so
        equal factors of epochs bring equal factors of loss (Hestness et al. 2017, arXiv:1712.00409, find the same for
        the number of images).
        """
        count = len(self.epochs)
        if count < 2:
            return self.last.training_loss
        factor = math.log(2) / math.log(count / (count - self.third))
        return float(self.last.training_loss * min(max(1 - self.recent_drop, 0.0), 1.0) ** factor)

    @cached_property
    def max_learning_rate(self) -> float:
        """The highest learning rate used, which may differ from the recipe's: it can be changed during training."""
        rates = [point.learning_rate for point in self._ordered if 0 < point.learning_rate < math.inf]
        return max(rates, default=self.recipe.learning_rate)

    @property
    def by_hand(self) -> str:
        """A sentence about learning rates that were set by hand, with a space before it; "" if there is none."""
        text = learning_rate_text(self.run)
        return f" It was changed by hand: {text}." if text else ""

    @property
    def validation_margin(self) -> float:
        """Two standard errors of the last validation accuracy; 0 if the number of images is unknown."""
        if not self.epochs or not self.run.data or self.run.data.validation < 1:
            return 0.0
        accuracy = min(max(self.last.validation_accuracy, 0.0), 1.0)
        return 2 * math.sqrt(accuracy * (1 - accuracy) / self.run.data.validation)

    def is_chance(self, accuracy: float, images: int | None = None) -> bool:
        """Whether an accuracy could be that of a constant answer: at most three standard errors above it.

        Args:
            accuracy: 0..1.
            images: Number of images it was measured on; None for the training images.
        """
        count = max(images or (self.run.data.training if self.run.data else ASSUMED_IMAGES), 1)
        return accuracy <= CHANCE_ACCURACY + 3 * math.sqrt(CHANCE_ACCURACY * (1 - CHANCE_ACCURACY) / count)

    @cached_property
    def _ordered(self) -> list[MetricPoint]:
        usable = [point for point in self.points if 0 <= point.epoch <= MAX_EPOCHS and point.step >= 0]
        return sorted(usable, key=lambda point: (point.step, point.kind == "epoch"))


def bumpiness(values: Sequence[float]) -> float:
    """Share of all change that is upwards, 0..1: 0 for a falling curve, 1/2 for one that ends where it began."""
    changes = [after - before for before, after in itertools.pairwise(values)]
    total = sum(map(abs, changes))
    return sum(change for change in changes if change > 0) / total if total else 0.0


def _epoch(point: MetricPoint) -> Epoch | None:
    figures = (point.training_loss, point.training_accuracy, point.validation_loss, point.validation_accuracy)
    known = [figure for figure in figures if figure is not None and math.isfinite(figure)]
    return Epoch(max(1, round(point.epoch)), *known) if len(known) == len(figures) else None
