"""A run as the doctor sees it: its curves without what cannot be read, and the figures that the illnesses ask for."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mnist_lab import formatting
from mnist_lab.network import Analysis, analyse
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunState

if TYPE_CHECKING:
    from mnist_lab.runs.snapshot_files import LayerHealth

CHANCE_LOSS = math.log(10)
"""Loss of a network that gives every digit the same probability."""
CHANCE_ACCURACY = 0.1135
"""Share of MNIST's most frequent digit, 1: what a network reaches that always gives the same answer."""
MOST_EPOCHS = 1_000_000
"""A point beyond this is no point of a training."""
ASSUMED_IMAGES = 1_000
"""Images of a set whose size is not recorded."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """The figures of one epoch, all finite. Training figures are means over the epoch, while the network learnt."""

    number: int
    training_loss: float
    training_accuracy: float
    validation_loss: float
    validation_accuracy: float

    @property
    def accuracies(self) -> str:
        """Both accuracies in words: "training accuracy 98.1 %, validation accuracy 97.9 %"."""
        training, validation = (
            formatting.accuracy(each, 1) for each in (self.training_accuracy, self.validation_accuracy)
        )
        return f"training accuracy {training}, validation accuracy {validation}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Training loss and accuracy over some steps in a row."""

    epoch: float
    """Where it ends."""
    steps: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Patient:
    """One run with its curves and, if there is any, the health of its layers at the last epoch that was looked at."""

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
        """Whether the training came to an end, so that it can be judged; one that was cut off may still go on."""
        return self.run.state in {RunState.FINISHED, RunState.STOPPED} or self.run.diverged

    @cached_property
    def broken_at(self) -> float | None:
        """Epochs done when the loss was first found to be NaN or infinite; None if it never was."""
        return next(
            (
                point.epoch
                for point in self._ordered
                if not _finite(point.training_loss)
                or (point.validation_loss is not None and not _finite(point.validation_loss))
            ),
            None,
        )

    @cached_property
    def epochs(self) -> tuple[Epoch, ...]:
        """The epochs whose figures are all numbers, in order, one of each."""
        found = {}
        for point in self._ordered:
            if point.kind == "epoch" and (epoch := _epoch(point)) is not None:
                found[epoch.number] = epoch
        return tuple(found[number] for number in sorted(found))

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The training curve as it was written while training, or epoch by epoch where that is all there is."""
        points = [point for point in self._ordered if point.kind == "step"] or self._ordered
        stretches, before = [], 0
        for point in points:
            if _finite(point.training_loss) and _finite(point.training_accuracy) and point.step > before:
                taken = point.step - before
                stretches.append(Stretch(point.epoch, taken, point.training_loss, point.training_accuracy))
                before = point.step
        return tuple(stretches)

    @property
    def last(self) -> Epoch:
        """The last epoch; asked only where there is one."""
        return self.epochs[-1]

    @property
    def best(self) -> Epoch:
        """The epoch with the lowest validation loss; asked only where there is one."""
        return min(self.epochs, key=lambda epoch: epoch.validation_loss)

    @property
    def peak(self) -> float:
        """The highest training loss that was written; 0 if none was."""
        return max((stretch.loss for stretch in self.stretches), default=0.0)

    @property
    def start(self) -> float:
        """The training loss before anything was learnt: of the first step if it was written, else that of guessing."""
        first = self.stretches[0] if self.stretches else None
        return first.loss if first is not None and first.steps == 1 else CHANCE_LOSS

    @property
    def steps(self) -> int:
        """Steps that the curves tell of."""
        return max((point.step for point in self._ordered), default=0)

    @property
    def third(self) -> int:
        """How many epochs are a third of those done, at least 1."""
        return max(1, len(self.epochs) // 3)

    @property
    def fall(self) -> float:
        """Share by which the training loss fell over the last third of the epochs; 0 if there are too few to say."""
        if len(self.epochs) < 2:
            return 0.0
        before = self.epochs[-self.third - 1].training_loss
        return 1 - self.last.training_loss / before if before > 0 else 0.0

    @property
    def forecast(self) -> float:
        """The training loss after twice the epochs, if it goes on as over the last third; asked only if there are any.

        If it rose, what it is now.

        Losses fall about as a power of the epochs, so equal factors of epochs bring equal factors of loss
        (Hestness et al. 2017, arXiv:1712.00409, find the same for the number of images).
        """
        count = len(self.epochs)
        if count < 2:
            return self.last.training_loss
        factor = math.log(2) / math.log(count / (count - self.third))
        return float(self.last.training_loss * min(max(1 - self.fall, 0.0), 1.0) ** factor)

    @cached_property
    def top_rate(self) -> float:
        """The highest learning rate that was in use, whatever the recipe says: it can be changed while training."""
        rates = [point.learning_rate for point in self._ordered if 0 < point.learning_rate < math.inf]
        return max(rates, default=self.recipe.learning_rate)

    @property
    def validation_luck(self) -> float:
        """Two standard errors of the last validation accuracy; 0 if it is not known on how many images."""
        if not self.epochs or not self.run.data or self.run.data.validation < 1:
            return 0.0
        accuracy = min(max(self.last.validation_accuracy, 0.0), 1.0)
        return 2 * math.sqrt(accuracy * (1 - accuracy) / self.run.data.validation)

    def is_chance(self, accuracy: float, images: int | None = None) -> bool:
        """Whether an accuracy on so many images (the training images if None) could be that of a constant answer.

        Three standard errors above the share of the most frequent digit.
        """
        count = max(images or (self.run.data.training if self.run.data else ASSUMED_IMAGES), 1)
        return accuracy <= CHANCE_ACCURACY + 3 * math.sqrt(CHANCE_ACCURACY * (1 - CHANCE_ACCURACY) / count)

    @cached_property
    def _ordered(self) -> list[MetricPoint]:
        placed = [point for point in self.points if 0 <= point.epoch <= MOST_EPOCHS and point.step >= 0]
        return sorted(placed, key=lambda point: (point.step, point.kind == "epoch"))


def bumpiness(values: Sequence[float]) -> float:
    """Share of all movement that went upwards, 0..1: 0 for a curve that only falls, 1/2 for one that gets nowhere."""
    moves = [after - before for before, after in itertools.pairwise(values)]
    total = sum(map(abs, moves))
    return sum(move for move in moves if move > 0) / total if total else 0.0


def _epoch(point: MetricPoint) -> Epoch | None:
    figures = (point.training_loss, point.training_accuracy, point.validation_loss, point.validation_accuracy)
    known = [figure for figure in figures if figure is not None and _finite(figure)]
    return Epoch(max(1, round(point.epoch)), *known) if len(known) == len(figures) else None


def _finite(value: float) -> bool:
    return math.isfinite(value)
